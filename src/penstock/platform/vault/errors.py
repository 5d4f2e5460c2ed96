"""What can be wrong with secrets, config maps and volumes."""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import UserError

COMMANDS = {"secret": "secrets", "config map": "config-maps", "volume": "volumes"}
"""By kind the group of commands that is about it."""


@dataclass(kw_only=True, eq=False)
class NameNotAllowed(UserError, ValueError):
    """A name that Kubernetes would not take, or that no file can have."""

    code: ClassVar[str] = "PLA040"
    what: str
    """`secret`, `config map`, `volume` or `key`."""
    name: str

    def message(self) -> str:
        return f"{self.name[:100]!r} is no name for a {self.what}"

    def hint(self) -> str:
        if self.what == "key":
            return "keys have letters, digits, `-`, `_` and `.`, at most 200 of them"
        return "names have lower-case letters, digits, `-` and `.`, at most 200, and no `-` or `.` at the ends"


@dataclass(kw_only=True, eq=False)
class SecretsExposed(UserError, ValueError):
    """Somebody else can read a file of secrets, or its folder."""

    code: ClassVar[str] = "PLA041"
    path: str
    mode: int
    allowed: int

    def message(self) -> str:
        return f"{self.path!r} holds secrets, and others can get at it (mode {self.mode:o})"

    def hint(self) -> str:
        return f"`chmod {self.allowed:o} {self.path}`, and change the secrets if others use this machine"


@dataclass(kw_only=True, eq=False)
class NothingStored(UserError, LookupError):
    """There is nothing of that name, or no such key in it."""

    code: ClassVar[str] = "PLA042"
    kind: str
    name: str
    key: str = ""

    def message(self) -> str:
        if self.key:
            return f"the {self.kind} {self.name!r} has no key {self.key!r}"
        return f"there is no {self.kind} {self.name!r}"

    def hint(self) -> str:
        return f"`penstock {COMMANDS[self.kind]} list` shows what there is"


@dataclass(kw_only=True, eq=False)
class ValuesUnreadable(UserError, ValueError):
    """The file of a secret or of a config map is not what was written."""

    code: ClassVar[str] = "PLA043"
    kind: str
    name: str
    reason: str

    def message(self) -> str:
        return f"the {self.kind} {self.name!r} cannot be read: {self.reason}"

    def hint(self) -> str:
        return f"`penstock {COMMANDS[self.kind]} delete {self.name}`, and set its keys again"


@dataclass(kw_only=True, eq=False)
class ValueRefused(UserError, ValueError):
    """A value that cannot be kept."""

    code: ClassVar[str] = "PLA044"
    kind: str
    name: str
    reason: str
    advice: str = ""

    def message(self) -> str:
        return f"the {self.kind} {self.name!r} cannot be kept: {self.reason}"

    def hint(self) -> str | None:
        return self.advice or None
