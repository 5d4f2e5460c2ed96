"""What the engine's side and a zygote say to each other, and what a forked child is told to do."""

from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct, field

# --- engine to zygote -------------------------------------------------------------------------------------


class Preload(Struct, frozen=True, tag=True):
    """Import these modules when there is time, so that later children have them already."""

    modules: list[str]


class Start(Struct, frozen=True, kw_only=True, tag=True):
    """Run a job in a child. The message's body is for the child alone: see `pack_assignment`."""

    job: int
    imports: list[str] = field(default_factory=list)
    """Modules to import before the child is forked, so that it finds them there."""
    log: str
    """The file that takes what the job prints."""
    memory: int | None = None
    """Bytes that the job may hold beyond what the imports hold already."""
    timeout: float | None = None
    """Seconds."""
    grace: float = 5.0
    """Seconds between SIGTERM and SIGKILL."""
    secrets: tuple[str, ...] = ()
    """Texts to blot out of the log."""

    def __repr__(self) -> str:
        return f"Start(job={self.job}, log={self.log!r})"


class Cancel(Struct, frozen=True, kw_only=True, tag=True):
    """End a job: gently, or at once."""

    job: int
    force: bool = False


Request: TypeAlias = Preload | Start | Cancel

# --- zygote to engine -------------------------------------------------------------------------------------

Reason: TypeAlias = Literal["", "canceled", "timeout", "memory", "not_started"]


class Forked(Struct, frozen=True, kw_only=True, tag=True):
    """There is a child of that id, the leader of its own group: kill the group should the zygote die."""

    pid: int


class Ended(Struct, frozen=True, kw_only=True, tag=True):
    """A job's process is gone, and every process that it left behind."""

    job: int
    """0 for a child that ended without ever having had a job."""
    pid: int = 0
    status: int = 0
    """Its exit code, or minus the signal that killed it."""
    reason: Reason = ""
    """Why the zygote ended it; empty where it ended by itself."""
    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    """Bytes: the largest resident size of any of its processes."""
    held: int = 0
    """Bytes that its processes together held beyond the imports, at most, as the watchdog saw it."""
    note: str = ""
    """Why the job could not be started."""


class NotImported(Struct, frozen=True, kw_only=True, tag=True):
    """A module of a `Preload` could not be imported. The component that needs it will say so better."""

    module: str
    error: str


Notice: TypeAlias = Forked | Ended | NotImported

# --- engine to child, through the zygote ------------------------------------------------------------------


class Folder(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A folder that the child is to find at `path`: see `penstock.engine.executor.Mount`."""

    path: str
    source: str = ""
    files: dict[str, bytes] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Folder(path={self.path!r}, source={self.source!r}, files={list(self.files)})"


class Assignment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a child does: call `function`, which is `module:name`, takes bytes and returns bytes."""

    function: str
    cwd: str
    environ: dict[str, str | None] = field(default_factory=dict)
    """Variables to set, and with None those to remove. Some may be secret."""
    folders: list[Folder] = field(default_factory=list)
    """What the child, and nobody else, is to find at which paths."""
    memory: int | None = None
    result: str = ""
    """File for the bytes that come back; empty where nobody wants them."""
    failure: str
    """File for a `TaskFailure`, should the function raise."""
    code_folder: str = ""
    """Where the author's code lies, so that a traceback names its files without that."""
    faults: tuple[str, ...] = ()
    """For tests: fault points to die at."""

    def __repr__(self) -> str:
        return f"Assignment(function={self.function!r}, cwd={self.cwd!r})"


def pack_assignment(assignment: Assignment, payload: bytes) -> bytes:
    """The body of a `Start`: the zygote hands it on unread."""
    head = msgspec.json.encode(assignment)
    return b"".join((len(head).to_bytes(4, "big"), head, payload))


def unpack_assignment(body: bytes) -> tuple[Assignment, bytes]:
    """The reverse of `pack_assignment`."""
    end = 4 + int.from_bytes(body[:4], "big")
    return _assignments.decode(body[4:end]), body[end:]


encode = msgspec.json.Encoder().encode
decode_request = msgspec.json.Decoder(Request).decode
decode_notice = msgspec.json.Decoder(Notice).decode
_assignments = msgspec.json.Decoder(Assignment)
