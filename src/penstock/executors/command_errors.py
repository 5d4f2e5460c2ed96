"""What can go wrong with container components: no engine, a command that fails, a program that is not there."""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import TaskError, UserError
from penstock.executors.wording import bytes_in_words, signal_in_words


@dataclass(kw_only=True, eq=False)
class NoContainerEngine(UserError, NotImplementedError):
    """A container component, and nothing here that runs containers."""

    code: ClassVar[str] = "EXE020"
    image: str
    command: str
    reason: str
    """Why there is no engine."""

    def message(self) -> str:
        shown = f": {self.command}" if self.command else ""
        return f"image {self.image!r} needs a container engine, and {self.reason}{shown}"

    def hint(self) -> str:
        return (
            "start Docker or Podman; or let the command run on this host, without its image:"
            " `penstock run --host-commands`, or `.run(host_commands=True)` in Python"
        )


@dataclass(kw_only=True, eq=False)
class CommandFailed(TaskError, ChildProcessError):
    """The command of a container component ended, but not well."""

    code: ClassVar[str] = "EXE021"
    program: str
    status: int
    """Its exit code, or minus the signal that killed it."""

    def message(self) -> str:
        if self.status < 0:
            return f"the command `{self.program}` was killed by {signal_in_words(-self.status)}"
        return f"the command `{self.program}` ended with exit code {self.status}"

    def hint(self) -> str:
        if self.status == 127:
            return "127 mostly means that a program which it calls is not there; its log says which"
        if self.status == 126:
            return "126 mostly means that a file is there, but is no program, or may not be executed"
        return "its log says more: `penstock runs logs`"


@dataclass(kw_only=True, eq=False)
class CannotExecute(UserError, FileNotFoundError):
    """The host cannot start a component's command: mostly, because it has no such program."""

    code: ClassVar[str] = "EXE022"
    program: str
    image: str
    reason: str = ""
    """Why, where it is something else than that."""

    def message(self) -> str:
        reason = self.reason or "there is no such program on this host"
        return f"the command `{self.program}` cannot be run on the host: {reason}"

    def hint(self) -> str:
        if self.reason:
            return "pass long or binary values as artifacts: they are files, of which a command is given the path"
        return f"install it here, or run the component in its image, {self.image!r}, with Docker or Podman"


@dataclass(kw_only=True, eq=False)
class NoCommand(UserError, ValueError):
    """The component runs what its image runs by default, and on the host there is no image."""

    code: ClassVar[str] = "EXE023"
    image: str

    def message(self) -> str:
        return f"the component names no command: it runs whatever image {self.image!r} runs by default"

    def hint(self) -> str:
        return "name the command in the component (`command=[…]`), or run it with Docker or Podman"


@dataclass(kw_only=True, eq=False)
class ContainerNotStarted(TaskError, RuntimeError):
    """The container engine could not start the container."""

    code: ClassVar[str] = "EXE024"
    engine: str
    image: str

    def message(self) -> str:
        return f"{self.engine} could not start a container of image {self.image!r}"

    def hint(self) -> str:
        return "the log says why: the image may not exist, or need a login; a limit or a device may not be allowed"


@dataclass(kw_only=True, eq=False)
class ContainerKilled(TaskError, MemoryError):
    """A container with a memory limit was killed: mostly, because it went beyond that."""

    code: ClassVar[str] = "EXE025"
    program: str
    limit: int

    def message(self) -> str:
        limit = bytes_in_words(self.limit)
        return f"the container of `{self.program}` was killed (137); its memory limit is {limit}"

    def hint(self) -> str:
        return "it most likely held more memory than that: raise the component's memory limit"


@dataclass(kw_only=True, eq=False)
class NotMountable(UserError, ValueError):
    """A path that no container engine can be told to mount."""

    code: ClassVar[str] = "EXE026"
    path: str

    def message(self) -> str:
        return f"{self.path!r} cannot be mounted into a container: its name holds both a colon and a comma"

    def hint(self) -> str:
        return "choose another home with `--home`, or give the input file another name"
