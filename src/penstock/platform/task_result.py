"""The tasks of a run in Python's hands: how each went, what it gave, what it printed."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from penstock.artifacts.store import ArtifactStore
from penstock.core.ids import RunId, TaskPath
from penstock.core.json import Json
from penstock.ir.runtime import TaskFailure
from penstock.metadata.records import Attempt, Execution
from penstock.metadata.store import MetadataStore
from penstock.platform.artifact_handle import only_output, outputs_by_name
from penstock.platform.finding import find_task
from penstock.platform.report.logged import LoggedByTask, Point, history_of, logged_by
from penstock.platform.report.places import log_path
from penstock.platform.report.words import CACHED, duration, elapsed, shown_state


class TaskResult:
    """One task of a run."""

    def __init__(
        self, execution: Execution, attempts: Sequence[Attempt], store: MetadataStore, artifacts: ArtifactStore
    ) -> None:
        self._execution = execution
        self._attempts = [attempt for attempt in attempts if attempt.path == execution.path]
        self._store = store
        self._artifacts = artifacts

    @property
    def path(self) -> TaskPath:
        return self._execution.path

    @property
    def state(self) -> str:
        """Its state; `CACHED` if it was served from cache."""
        return shown_state(self._execution)

    @property
    def cached(self) -> bool:
        return shown_state(self._execution) == CACHED

    @property
    def attempts(self) -> int:
        """How often it was tried in this run."""
        return self._execution.attempt

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """All outputs by name. A parameter is its value; an artifact an `ArtifactHandle`, or a list of them."""
        return outputs_by_name(self._store, self._artifacts, self._execution)

    @property
    def output(self) -> Any:
        """The only output. Raises `LookupError` if there is none, or more than one."""
        return only_output(self.outputs)

    @property
    def parameters(self) -> dict[str, Json]:
        """What it was given."""
        return dict(self._execution.inputs.parameters)

    @cached_property
    def logged(self) -> LoggedByTask:
        """What it logged: the last points of its `metrics`, its `params` and `tags`.

        Of a task that was served from cache, what the task logged whose result it took.
        """
        found = logged_by(self._store, [self._execution])
        return found[0] if found else LoggedByTask(path=self.path, ident="")

    def history(self, metric: str) -> list[Point]:
        """All points of a metric that it logged, by `step`; each has a `value`, and `at`: microseconds since 1970."""
        return history_of(self._store, self.logged.ident, metric)

    @property
    def error(self) -> TaskFailure | None:
        return self._execution.error

    @property
    def seconds(self) -> float | None:
        """From the start of its first attempt to its end."""
        return elapsed(self._execution.started_at, self._execution.finished_at)

    def logs(self) -> str:
        """What the last attempt wrote to standard output and error. Of a task served from cache, what it wrote then."""
        attempts, reused = self._attempts, self._execution.reused
        if not attempts and reused is not None:
            attempts = self._store.attempts(reused.run_id, reused.path)
        return _read_log(self._artifacts, attempts[-1].log) if attempts else ""

    def __repr__(self) -> str:
        return f"<task {self.path} {self.state} {duration(self.seconds)}>".replace(" >", ">")


class Tasks(Mapping[str, TaskResult]):
    """The tasks of a run. Keys are paths, in order; a name does where only one task has it."""

    def __init__(
        self,
        run: RunId,
        executions: Sequence[Execution],
        attempts: Sequence[Attempt],
        store: MetadataStore,
        artifacts: ArtifactStore,
    ) -> None:
        self._run = run
        self._executions = [execution for execution in executions if execution.parent is not None]
        self._attempts = attempts
        self._store = store
        self._artifacts = artifacts

    def __getitem__(self, name: str) -> TaskResult:
        """The task of that path or name. Raises `TaskNotFound` or `TaskAmbiguous`, both `KeyError`s."""
        execution = find_task(self._run, self._executions, name)
        return TaskResult(execution, self._attempts, self._store, self._artifacts)

    def __iter__(self) -> Iterator[str]:
        return iter(execution.path for execution in self._executions)

    def __len__(self) -> int:
        return len(self._executions)

    def __repr__(self) -> str:
        return f"<tasks {', '.join(self)}>"


def _read_log(artifacts: ArtifactStore, log: str) -> str:
    path = log_path(artifacts, log)
    return path.read_text(encoding="utf-8", errors="replace") if path is not None else ""
