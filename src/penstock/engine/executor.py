"""The seam between the engine and whatever runs tasks: the `Executor` protocol and what crosses it."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeAlias

from msgspec import Struct, field

from penstock.core.ids import RunId, TaskPath
from penstock.ir.runtime import ExecutorInput, ExecutorOutput, TaskFailure
from penstock.ir.spec import ComponentSpec, ContainerSpec
from penstock.metadata.records import Usage


class AttemptKey(Struct, frozen=True):
    """Which attempt of which execution of which run."""

    run_id: RunId
    path: TaskPath
    number: int


class Limits(Struct, frozen=True, kw_only=True):
    """What an attempt asks for and may not exceed; None is no limit."""

    cpu: float | None = None
    """Cores."""
    memory: int | None = None
    """Bytes."""
    gpu: int = 0
    timeout: float | None = None
    """Seconds of wall time."""


class Mount(Struct, frozen=True, kw_only=True):
    """A folder that a task is to find at `path`: one of this machine, or one that has just these files."""

    path: str
    """Absolute; there may be nothing at that place, or something else, which the task does not see then."""
    source: str = ""
    """The folder; empty where `files` say what is in it. Tasks may write to it."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Contents by name, for nobody else to see: they may be secret."""

    def __repr__(self) -> str:
        return f"Mount(path={self.path!r}, source={self.source!r}, files={list(self.files)})"


class Grants(Struct, frozen=True, kw_only=True):
    """What an attempt is given beyond its inputs. Never stored; its values are in no text that is made of it."""

    environ: dict[str, str] = field(default_factory=dict)
    """Variables, over those of the container."""
    mounts: tuple[Mount, ...] = ()
    secrets: tuple[str, ...] = ()
    """Texts that must not be seen in the attempt's log."""

    def __repr__(self) -> str:
        return f"Grants(environ={list(self.environ)}, mounts={self.mounts}, secrets={len(self.secrets)} hidden)"


class WorkOrder(Struct, frozen=True, kw_only=True):
    """One attempt to run, complete: an executor needs nothing else to know what to do."""

    key: AttemptKey
    label: str
    """For people: the execution's path, or the pipeline's name at the root."""
    component: ComponentSpec
    container: ContainerSpec
    """Placeholders are still in it; `ir.placeholders` resolves them against `executor_input`."""
    executor_input: ExecutorInput
    folder: Path
    """A folder of this attempt alone, which exists and is empty; outputs are placed below it."""
    log: Path
    """The file that takes stdout and stderr, in the order of writing."""
    cwd: Path
    """The working directory of the author's code: where the run was started from."""
    limits: Limits = field(default_factory=Limits)
    values: dict[str, str] = field(default_factory=dict)
    """Run-level placeholders: `pipeline_job_name`, `pipeline_task_name`, `pipeline_root`, …"""
    surroundings: dict[str, str] = field(default_factory=dict)
    """Variables that tell the task where it runs (`penstock.client.variables`). The component's own go before them."""
    environment: dict[str, str] = field(default_factory=dict)
    """The exact packages of an environment of its own, as `Executor.lock` gave them; empty where that is not known."""
    grants: Grants = Grants()
    """Secrets, config maps and volumes."""


class Succeeded(Struct, frozen=True, kw_only=True, tag=True):
    """The attempt's outputs are complete and stored."""

    output: ExecutorOutput
    usage: Usage
    reusable: bool = True
    """Whether it may serve later runs: not if it was made in another environment than the component asks for."""


class Failed(Struct, frozen=True, kw_only=True, tag=True):
    """The attempt ended without a result."""

    failure: TaskFailure
    usage: Usage


class Canceled(Struct, frozen=True, kw_only=True, tag=True):
    """The attempt was ended because the engine asked for it."""

    usage: Usage


Outcome: TypeAlias = Succeeded | Failed | Canceled

Report: TypeAlias = Callable[[AttemptKey, Outcome], None]
"""How an executor tells the engine. May be called from any thread; returns at once."""


class Executor(Protocol):
    """Runs attempts. Calls come from the thread that drives the run, and from several at once where an engine drives
    many; none of them waits for a task, except in an executor that runs tasks in the caller's own thread (inline).
    """

    def start(self, order: WorkOrder, report: Report) -> None:
        """Begin an attempt; `report` is called exactly once for it, with its outcome.

        Whatever goes wrong, even at the start, is reported and not raised.
        """
        ...

    def cancel(self, key: AttemptKey, *, force: bool = False) -> None:
        """End an attempt, children included: gently (SIGTERM, then SIGKILL after a grace), or at once.

        Its outcome is still reported. Unknown or finished keys are ignored.
        """
        ...

    def warm(self, containers: list[ContainerSpec]) -> None:
        """Prepare for tasks of these containers (environments, warm workers). Returns at once."""
        ...

    def refuse(self, container: ContainerSpec) -> TaskFailure | None:
        """Why this executor cannot run `container`, known before the run starts; None if it can."""
        ...

    def lock(self, container: ContainerSpec, *, refresh: bool = False) -> dict[str, str]:
        """The exact packages of the environment of its own that `container` asks for; empty if it asks for none.

        The first time may take seconds; afterwards the answer is the same, and quick. Several threads may call.

        Args:
            container: One that `refuse` has nothing against.
            refresh: Find the newest versions that fit, whatever was found before.

        Raises:
            EnvironmentFailed: The packages cannot be had.
        """
        ...

    def close(self) -> None:
        """End every attempt that still runs, and give back what was prepared."""
        ...
