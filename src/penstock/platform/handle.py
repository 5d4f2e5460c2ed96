"""What `pipeline.run()` returns: the run, its tasks and its outputs, with artifacts that load as typed values."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from penstock.artifacts.store import ArtifactStore
from penstock.core.errors import TaskError
from penstock.core.ids import RunId
from penstock.core.json import Json
from penstock.ir.runtime import TaskFailure
from penstock.metadata.records import Execution, Run, State
from penstock.metadata.store import MetadataStore
from penstock.platform.artifact_handle import only_output, outputs_by_name
from penstock.platform.finding import find_task
from penstock.platform.report.facts import metrics_of
from penstock.platform.report.words import duration, elapsed
from penstock.platform.task_result import TaskResult, Tasks


@dataclass(kw_only=True, eq=False)
class RunNotSucceeded(TaskError, RuntimeError):
    """A run was expected to succeed and did not."""

    code: ClassVar[str] = "PLA006"
    run: str
    state: str
    cause: str
    traceback: str = ""

    def message(self) -> str:
        reason = f": {self.cause}" if self.cause else ""
        trace = f"\n{self.traceback.rstrip()}" if self.traceback else ""
        return f"run '{self.run}' is {self.state}{reason}{trace}"

    def hint(self) -> str:
        return f"`penstock runs show {self.run}` shows what failed"


class RunResult:
    """A run, as it stood when it was looked at. Its values are read from the store when they are asked for.

    ```python
    run = taxi.run(path="trips.csv")
    run.output                                  # the pipeline's only output
    run["train"].output.load()                  # the model
    run["load"].output.load(pl.LazyFrame)       # a table, as another type
    ```
    """

    def __init__(self, store: MetadataStore, artifacts: ArtifactStore, run: Run) -> None:
        self._store = store
        self._artifacts = artifacts
        self.record = run

    # --- how it went --------------------------------------------------------------------------------------

    @property
    def id(self) -> RunId:
        return self.record.run_id

    @property
    def state(self) -> State:
        return self.record.state

    @property
    def succeeded(self) -> bool:
        return self.record.state is State.SUCCEEDED

    @property
    def duration(self) -> float | None:
        """Seconds from start to end; None if it has not ended."""
        return elapsed(self.record.started_at or self.record.created_at, self.record.finished_at)

    @property
    def parameters(self) -> dict[str, Json]:
        """What the pipeline was given, defaults included."""
        return dict(self.record.parameters)

    @property
    def notes(self) -> list[str]:
        """Settings of the pipeline that have no meaning on this machine, and secrets that some task may lack."""
        kept = [self.record.options.get(name) for name in ("ignored", "warnings")]
        return [str(text) for texts in kept if isinstance(texts, list) for text in texts]

    @property
    def error(self) -> TaskFailure | None:
        """Why it failed: the first task's failure that made it fail."""
        return self.record.error

    def raise_for_state(self) -> "RunResult":
        """This run, if it succeeded.

        Raises:
            RunNotSucceeded: It did not; the error carries the author's traceback.
        """
        if self.succeeded:
            return self
        error = self.record.error
        raise RunNotSucceeded(
            run=self.id,
            state=self.state,
            cause=error.message if error else "",
            traceback=error.traceback if error else "",
        )

    # --- what is in it ------------------------------------------------------------------------------------

    @cached_property
    def _executions(self) -> list[Execution]:
        return self._store.executions(self.id)

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """The pipeline's outputs by name: a parameter's value, an `ArtifactHandle`, or a list of these."""
        root = next((execution for execution in self._executions if execution.parent is None), None)
        return {} if root is None else outputs_by_name(self._store, self._artifacts, root)

    @property
    def output(self) -> Any:
        """The pipeline's only output. Raises `LookupError` if there is none, or more than one."""
        return only_output(self.outputs)

    @cached_property
    def tasks(self) -> Tasks:
        """All tasks by path, or by name where only one has it."""
        attempts = self._store.attempts(self.id)
        return Tasks(self.id, self._executions, attempts, self._store, self._artifacts)

    def __getitem__(self, task: str) -> TaskResult:
        """`run.tasks[task]`."""
        return self.tasks[task]

    @cached_property
    def metrics(self) -> dict[str, dict[str, float]]:
        """The numbers of all Metrics artifacts, by the path of the task that measured them."""
        found: dict[str, dict[str, float]] = {}
        for item in metrics_of(self._store, self._executions):
            found.setdefault(item.path, {}).update(item.values)
        return found

    def explain(self, task: str) -> list[str]:
        """Why a task was executed or served from cache, in words."""
        from penstock.platform.report.reasons import reasons_for

        return reasons_for(self._store, self.record, find_task(self.id, self._executions, task))

    def logs(self, task: str | None = None) -> str:
        """What a task, or all tasks one after another, wrote to standard output and error."""
        if task is not None:
            return self.tasks[task].logs()
        return "".join(
            f"── {path}\n{text}" for path, item in self.tasks.items() if item.attempts and (text := item.logs())
        )

    # --- how it looks -------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        seconds = duration(self.duration)
        return f"<run {self.id} of {self.record.pipeline}: {self.state}{f' in {seconds}' if seconds else ''}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: state, tasks, metrics."""
        from penstock.platform.report.notebook import render_card

        return render_card(self._store, self.record, self._executions)
