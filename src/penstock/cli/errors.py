"""What can be wrong with a command line, or with the ground that the program stands on."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar

from penstock.core.errors import InfraError, UserError

_LONGEST = 200
"""Characters of a value that are shown."""


def _close(word: str, known: list[str]) -> str | None:
    """`did you mean …?`, if one of `known` is close to `word`."""
    found = get_close_matches(word, known, 1, 0.5)
    return f"did you mean `{found[0]}`?" if found else None


def _listed(names: list[str], limit: int = 8) -> str:
    more = f", … ({len(names)} in all)" if len(names) > limit else ""
    return ", ".join(f"`{name}`" for name in names[:limit]) + more


@dataclass(kw_only=True, eq=False)
class UsageWrong(UserError, ValueError):
    """The command line cannot be understood: unknown command or option, missing or surplus argument."""

    code: ClassVar[str] = "CLI001"
    problem: str
    command: str
    """The command as far as it was understood, e.g. `penstock runs show`."""

    def message(self) -> str:
        return f"{self.command}: {self.problem}"

    def hint(self) -> str:
        return f"`{self.command} --help` shows what it takes"


@dataclass(kw_only=True, eq=False)
class ParameterUnknown(UserError, KeyError):
    """The pipeline has no parameter of that name."""

    code: ClassVar[str] = "CLI002"
    name: str
    pipeline: str
    known: list[str]

    def message(self) -> str:
        return f"pipeline '{self.pipeline}' has no parameter `{self.name}`"

    def hint(self) -> str:
        if not self.known:
            return "it takes no parameters"
        return _close(self.name, self.known) or f"it takes {_listed(self.known)}"


@dataclass(kw_only=True, eq=False)
class ParameterUnreadable(UserError, ValueError):
    """A parameter's text is not of its type, or `--param` is not of the form `name=value`."""

    code: ClassVar[str] = "CLI003"
    given: str
    expected: str
    example: str

    def message(self) -> str:
        given = self.given if len(self.given) <= _LONGEST else f"{self.given[:_LONGEST]}…"
        return f"cannot read `--param {given}` as {self.expected}"

    def hint(self) -> str:
        return f"for example `--param {self.example}`"


@dataclass(kw_only=True, eq=False)
class ParameterFileUnreadable(UserError, ValueError):
    """The file of `--params` is not there, or does not hold names with values."""

    code: ClassVar[str] = "CLI004"
    path: str
    problem: str

    def message(self) -> str:
        return f"cannot read parameters from '{self.path}': {self.problem}"

    def hint(self) -> str:
        return "write a JSON or YAML file that maps names to values, e.g. `learning_rate: 0.05`"


@dataclass(kw_only=True, eq=False)
class FileUnwritable(UserError, OSError):
    """A file that the command was to write cannot be written."""

    code: ClassVar[str] = "CLI005"
    path: str
    reason: str

    def message(self) -> str:
        return f"cannot write '{self.path}': {self.reason}"

    def hint(self) -> str:
        return "choose a file in a folder that exists and that you may write to"


@dataclass(kw_only=True, eq=False)
class SystemRefused(InfraError, OSError):
    """The operating system refused something: to take output, to open another file, …"""

    code: ClassVar[str] = "CLI007"
    reason: str
    place: str = ""
    """The file that it was about, if any; without one it is mostly standard output."""

    def message(self) -> str:
        return f"the system refused to go on: {self.reason}" + (f": '{self.place}'" if self.place else "")

    def hint(self) -> str:
        return "what was stored is kept: `penstock runs list` shows whether a run waits to be resumed"


@dataclass(kw_only=True, eq=False)
class AttemptNotFound(UserError, LookupError):
    """The task has no attempt of that number, or none yet."""

    code: ClassVar[str] = "CLI006"
    task: str
    attempt: int | None
    attempts: int
    state: str

    def message(self) -> str:
        if self.attempt is not None and self.attempts:
            return f"task `{self.task}` has no attempt {self.attempt}"
        return f"task `{self.task}` has not run in this run: it is {self.state}"

    def hint(self) -> str:
        if self.attempts:
            return f"it has {self.attempts}: `--attempt 1`" + (f" to `{self.attempts}`" if self.attempts > 1 else "")
        return "`penstock runs explain` says why a task was or was not executed"


@dataclass(kw_only=True, eq=False)
class PortTaken(UserError, OSError):
    """A server cannot listen on the port that it was given."""

    code: ClassVar[str] = "CLI008"
    port: int
    reason: str

    def message(self) -> str:
        return f"cannot listen on port {self.port}: {self.reason}"

    def hint(self) -> str:
        return "choose another one with `--port`; 0 takes any that is free"


@dataclass(kw_only=True, eq=False)
class CommandNotFound(UserError, OSError):
    """A program that a command is to start cannot be started."""

    code: ClassVar[str] = "CLI009"
    program: str
    reason: str

    def message(self) -> str:
        return f"cannot start {self.program!r}: {self.reason}"

    def hint(self) -> str:
        return "check the spelling, and that it is installed and in the PATH"
