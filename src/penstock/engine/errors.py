"""What can go wrong while a run is decided: facts about the run's data, each with a code."""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import InfraError, PenstockError, TaskError, UserError
from penstock.ir.runtime import TaskFailure


@dataclass(kw_only=True, eq=False)
class MissingInput(UserError, KeyError):
    """A task needs a value that nothing gives."""

    code: ClassVar[str] = "ENG001"
    task: str
    input: str
    source: str

    def message(self) -> str:
        return f"task {self.task!r} needs a value for {self.input!r}, but {self.source} gave none"

    def hint(self) -> str:
        return f"give {self.input!r} a default, or make sure that what feeds it always runs"


@dataclass(kw_only=True, eq=False)
class ConditionFailed(UserError, ValueError):
    """A condition could not be evaluated. It never counts as false."""

    code: ClassVar[str] = "ENG002"
    expression: str
    reason: str

    def message(self) -> str:
        return f"the condition `{self.expression}` could not be evaluated: {self.reason}"

    def hint(self) -> str:
        return "compare values of the same type, and only values that are always there"


@dataclass(kw_only=True, eq=False)
class NotAList(UserError, TypeError):
    """A loop was given something that it cannot go over."""

    code: ClassVar[str] = "ENG003"
    task: str
    got: str

    def message(self) -> str:
        return f"the loop {self.task!r} goes over a list, but got {self.got}"

    def hint(self) -> str:
        return "return a list from the task that feeds the loop"


@dataclass(kw_only=True, eq=False)
class MissingOutput(TaskError, KeyError):
    """A task ended well without giving what its component declares."""

    code: ClassVar[str] = "ENG004"
    task: str
    outputs: list[str]

    def message(self) -> str:
        names = ", ".join(repr(name) for name in self.outputs)
        return f"task {self.task!r} succeeded without giving its declared output {names}"

    def hint(self) -> str:
        return "write each declared output, or take it out of the component's interface"


@dataclass(kw_only=True, eq=False)
class UpstreamFailed(TaskError):
    """Something inside a DAG or a loop failed, and so it failed itself."""

    code: ClassVar[str] = "ENG005"
    failed: list[str]
    """Names of tasks, or `iteration 2`."""
    cause: str = ""
    """Why the first of them did."""

    def message(self) -> str:
        more = len(self.failed) - 5
        shown = ", ".join(self.failed[:5]) + (f" and {more} more" if more > 0 else "")
        return f"{shown} failed" + (f": {self.cause}" if self.cause else "")


@dataclass(kw_only=True, eq=False)
class AttemptLost(TaskError):
    """The engine that watched an attempt died, and the attempt with it."""

    code: ClassVar[str] = "ENG006"

    def message(self) -> str:
        return "the attempt was lost: the engine that ran it was killed"

    def hint(self) -> str:
        return "the task runs again by itself; if it is what kills the engine, give it a memory limit"


@dataclass(kw_only=True, eq=False)
class DeadlinePassed(TaskError, TimeoutError):
    """The run took longer than it may."""

    code: ClassVar[str] = "ENG007"
    seconds: float

    def message(self) -> str:
        return f"the run was stopped at its time limit of {self.seconds:g} s"

    def hint(self) -> str:
        return "raise the run's time limit; what finished is kept, and `penstock runs retry` goes on from there"


@dataclass(kw_only=True, eq=False)
class OutputUnavailable(TaskError, LookupError):
    """None of the branches that a value may come from has run."""

    code: ClassVar[str] = "ENG008"
    task: str
    output: str

    def message(self) -> str:
        return f"{self.task!r} has no value for its output {self.output!r}: what should give it was skipped"

    def hint(self) -> str:
        return "add an `otherwise` branch that gives it, or use the output inside the branch only"


@dataclass(kw_only=True, eq=False)
class NothingToRetry(UserError):
    """A retry was asked for where nothing has failed."""

    code: ClassVar[str] = "ENG009"
    run: str
    state: str

    def message(self) -> str:
        return f"run {self.run!r} is {self.state}: there is nothing to retry in it"

    def hint(self) -> str:
        return "name a task to run it again with all that depends on it, or start a new run"


@dataclass(kw_only=True, eq=False)
class NotRunnable(UserError):
    """A pipeline holds something that the chosen executor cannot run; known before the run starts."""

    code: ClassVar[str] = "ENG010"
    reasons: dict[str, str]
    hints: list[str]

    def message(self) -> str:
        lines = "".join(f"\n  {name}: {reason}" for name, reason in self.reasons.items())
        return f"this pipeline cannot run here:{lines}"

    def hint(self) -> str | None:
        return "; ".join(dict.fromkeys(hint for hint in self.hints if hint)) or None


@dataclass(kw_only=True, eq=False)
class RunIsLive(UserError):
    """Somebody else drives the run at this moment."""

    code: ClassVar[str] = "ENG011"
    run: str
    owner: str

    def message(self) -> str:
        return f"run {self.run!r} is being driven by another process ({self.owner})"

    def hint(self) -> str:
        return "wait for it, or stop that process first"


@dataclass(kw_only=True, eq=False)
class NoWorkFolder(InfraError, OSError):
    """The disk did not take the folder that an attempt works in."""

    code: ClassVar[str] = "ENG012"
    folder: str
    reason: str

    def message(self) -> str:
        return f"the folder {self.folder!r} for the attempt could not be made: {self.reason}"

    def hint(self) -> str:
        return "make room on that disk (also for more files: `df -i`), then `penstock runs retry`"


@dataclass(kw_only=True, eq=False)
class BehaviourTooNew(UserError, RuntimeError):
    """A run was made by rules that this Penstock does not know."""

    code: ClassVar[str] = "ENG013"
    run: str
    behaviour: int
    known: int

    def message(self) -> str:
        return (
            f"run {self.run!r} was made by a newer Penstock: it follows behaviour {self.behaviour}, "
            f"this one knows up to {self.known}"
        )

    def hint(self) -> str:
        return "upgrade Penstock here (`uv pip install -U penstock`), or let an engine that is newer go on with it"


@dataclass(kw_only=True, eq=False)
class NothingToCancel(UserError):
    """A run was to be cancelled that has ended."""

    code: ClassVar[str] = "ENG014"
    run: str
    state: str

    def message(self) -> str:
        return f"run {self.run!r} is {self.state}: there is nothing to cancel in it"

    def hint(self) -> str:
        return f"`penstock runs show {self.run}` shows how it ended"


def failure_of(error: PenstockError) -> TaskFailure:
    """An error as it is kept on record."""
    kind = "infra" if isinstance(error, InfraError) else "user" if isinstance(error, UserError) else "task"
    return TaskFailure(kind=kind, code=error.code, message=error.message(), hint=error.hint() or "")
