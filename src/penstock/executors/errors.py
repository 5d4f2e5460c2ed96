"""What can go wrong around a task: its process, its limits, the place that it runs in."""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import InfraError, TaskError, UserError
from penstock.executors.wording import bytes_in_words, signal_in_words


@dataclass(kw_only=True, eq=False)
class MemoryExceeded(TaskError, MemoryError):
    """The task held more memory than it may."""

    code: ClassVar[str] = "EXE001"
    limit: int
    peak: int
    """Bytes that its processes held together, beyond what the imported libraries hold."""

    def message(self) -> str:
        limit, peak = bytes_in_words(self.limit), bytes_in_words(self.peak)
        if self.peak > self.limit:
            return f"the task held {peak} of memory; its limit is {limit}"
        held = f", while it held {peak}" if self.peak else ""  # it may ask before anybody could look
        return f"the task asked for far more memory than its limit, which is {limit}{held}"

    def hint(self) -> str:
        return 'raise `memory=`, e.g. `@component(memory="4G")`, or work through the data in pieces (`pl.LazyFrame`)'


@dataclass(kw_only=True, eq=False)
class TimedOut(TaskError, TimeoutError):
    """The task ran longer than it may."""

    code: ClassVar[str] = "EXE002"
    limit: float

    def message(self) -> str:
        return f"the task ran longer than its limit of {self.limit:g} s and was ended"

    def hint(self) -> str:
        return "raise `timeout=`, or find out from the log what it was doing"


@dataclass(kw_only=True, eq=False)
class KilledBySignal(TaskError, ChildProcessError):
    """A signal that Penstock did not send ended the task's process."""

    code: ClassVar[str] = "EXE003"
    signal: int

    def message(self) -> str:
        return f"the task's process was killed by {signal_in_words(self.signal)}"

    def hint(self) -> str:
        if self.signal == 9:
            return "somebody killed it, or the machine ran out of memory: the system log says; `memory=` sets a limit"
        if self.signal in (4, 6, 7, 8, 11):
            return "compiled code crashed; the log ends with where in Python that was"
        return "somebody or something outside of Penstock sent it"


@dataclass(kw_only=True, eq=False)
class EndedSilently(TaskError, ChildProcessError):
    """The task's process ended by itself, but left neither a result nor an error."""

    code: ClassVar[str] = "EXE004"
    status: int

    def message(self) -> str:
        return f"the task's process ended with exit code {self.status} before the component returned"

    def hint(self) -> str:
        return "something in it called `os._exit`, which ends a process on the spot; return, or raise an error"


@dataclass(kw_only=True, eq=False)
class WorkerLost(InfraError, ConnectionError):
    """The process that starts tasks has gone while this task ran."""

    code: ClassVar[str] = "EXE005"
    reason: str

    def message(self) -> str:
        return f"the worker that ran the task is gone: {self.reason}"

    def hint(self) -> str:
        return "the engine tries again with a new worker; if this repeats, look for what kills it (memory?)"


@dataclass(kw_only=True, eq=False)
class CannotRunContainer(UserError, NotImplementedError):
    """The container is of a kind that this executor, taken by itself, cannot run."""

    code: ClassVar[str] = "EXE006"
    image: str
    command: str

    def message(self) -> str:
        return f"the process executor runs no containers: image {self.image!r}, {self.command}"

    def hint(self) -> str:
        return "`penstock run` takes them to Docker or Podman, or with `--host-commands` to this host"


@dataclass(kw_only=True, eq=False)
class WorkerDidNotStart(InfraError, RuntimeError):
    """No process could be started for the task."""

    code: ClassVar[str] = "EXE008"
    reason: str

    def message(self) -> str:
        return f"no worker could be started: {self.reason}"

    def hint(self) -> str:
        return "check that the machine has memory and processes left, and that its Python can import Penstock"


@dataclass(kw_only=True, eq=False)
class CallFailed(TaskError, RuntimeError):
    """A function that was called in a worker did not return."""

    code: ClassVar[str] = "EXE009"
    function: str
    reason: str
    output: str = ""
    """The end of what it printed."""

    def message(self) -> str:
        printed = f"\n{self.output}" if self.output else ""
        return f"`{self.function}`, called in a worker, failed: {self.reason}{printed}"


@dataclass(kw_only=True, eq=False)
class WorkingFolderGone(UserError, FileNotFoundError):
    """The folder that the task should work in cannot be entered."""

    code: ClassVar[str] = "EXE010"
    folder: str
    reason: str

    def message(self) -> str:
        return f"the working folder {self.folder!r} cannot be entered: {self.reason}"

    def hint(self) -> str:
        return "a task works in the folder that its run was started from; start the run from one that stays"


@dataclass(kw_only=True, eq=False)
class SystemUnsupported(UserError, OSError):
    """Worker processes were asked for on a system whose kernel cannot keep them in check."""

    code: ClassVar[str] = "EXE011"
    system: str

    def message(self) -> str:
        return f"tasks run in worker processes on Linux only, and this is {self.system}"

    def hint(self) -> str:
        return "use Linux, a Linux container, or WSL; from Python, `pipeline.run(..., inline=True)` needs no worker"


@dataclass(kw_only=True, eq=False)
class FoldersRefused(UserError, OSError):
    """The kernel does not let a task have folders at paths of its own: secrets as files, volumes."""

    code: ClassVar[str] = "EXE040"
    paths: list[str]
    reason: str

    def message(self) -> str:
        return f"no folder can be shown to a task at {', '.join(map(repr, self.paths))}: {self.reason}"

    def hint(self) -> str:
        return (
            "take variables of the environment instead of files, run the task in a container, or allow user namespaces"
            " (`sysctl user.max_user_namespaces`, `kernel.apparmor_restrict_unprivileged_userns`)"
        )


@dataclass(kw_only=True, eq=False)
class NeedsItsImage(UserError, NotImplementedError):
    """A containerized Python component was to run without its image, which is where its code is."""

    code: ClassVar[str] = "EXE012"
    image: str
    function: str

    def message(self) -> str:
        return f"the code of {self.function!r} is in its image {self.image!r}, and nowhere else"

    def hint(self) -> str:
        return (
            "start Docker or Podman; or compile the component without `target_image=`, and its source travels with it"
        )


@dataclass(kw_only=True, eq=False)
class NotInline(UserError, NotImplementedError):
    """A component that is not Penstock's own was to run in Penstock's own process."""

    code: ClassVar[str] = "EXE013"
    what: str
    """What it is, e.g. `the command of image 'alpine'`."""

    def message(self) -> str:
        return f"{self.what} cannot run inline, in Penstock's own process and environment"

    def hint(self) -> str:
        return "leave out `--inline` and `--pdb`; only Penstock's own components run inline"
