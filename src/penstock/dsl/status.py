"""What an exit task is told about the part of the pipeline that it ran after."""

from dataclasses import dataclass
from typing import Any

from penstock.core.json import Json

_STATES = {"COMPLETE": "SUCCEEDED", "CACHED": "SUCCEEDED", "CANCELLED": "CANCELED"}
"""In the words of ML Metadata, which Kubeflow passes here, and in those that a run shows."""


@dataclass(frozen=True, kw_only=True)
class TaskFinalStatus:
    """How the guarded part of the pipeline ended. An exit task's argument of this type is filled by the engine.

    Give the argument a default, so that type checkers let the call leave it out:
    `def notify(channel: str, status: TaskFinalStatus = TaskFinalStatus()) -> None: ...`
    """

    state: str = ""
    """`SUCCEEDED`, `FAILED` or `CANCELED`."""
    task: str = ""
    """The name of what ended, e.g. `exit-handler-1`."""
    run: str = ""
    """The run's name, as the platform has it."""
    error: str = ""
    """What went wrong; empty after success."""

    @property
    def succeeded(self) -> bool:
        return self.state == "SUCCEEDED"

    @classmethod
    def from_json(cls, given: Json) -> "TaskFinalStatus":
        """From the form in which the engine and Kubeflow pass it, in camel or snake case."""
        facts: dict[str, Any] = given if isinstance(given, dict) else {}
        state, error = str(facts.get("state", "")), facts.get("error") or {}
        return cls(
            state=_STATES.get(state, state),
            task=str(facts.get("pipelineTaskName", facts.get("pipeline_task_name", ""))),
            run=str(facts.get("pipelineJobResourceName", facts.get("pipeline_job_resource_name", ""))),
            error=str(error.get("message", "")) if isinstance(error, dict) else str(error),
        )
