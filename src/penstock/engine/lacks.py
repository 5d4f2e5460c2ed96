"""What tasks ask for and cannot be given: each with the command that mends it, or with the reason."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import ClassVar

from penstock.core.errors import UserError
from penstock.engine.vault import Values
from penstock.ir.platform import EnvSource


@dataclass(kw_only=True, frozen=True)
class Lack:
    """Something that a task asks for and that is not there."""

    task: str
    kind: str
    """`secret`, `config map` or `volume`."""
    name: str
    key: str = ""
    """The key that is not in it; empty where there is nothing of that name."""
    wanted: tuple[str, ...] = ()
    """The keys that the task takes from it."""

    def __str__(self) -> str:
        if self.key:
            return f"{self.task}: the {self.kind} '{self.name}' has no key '{self.key}'"
        return f"{self.task}: there is no {self.kind} '{self.name}'"

    @property
    def remedy(self) -> str:
        """The command that puts it there."""
        keys = (self.key,) if self.key else self.wanted or ("KEY",)
        if self.kind == "volume":
            return f"penstock volumes create {self.name}"
        if self.kind == "secret":
            return f"penstock secrets set {self.name} {' '.join(keys)}"
        return f"penstock config-maps set {self.name} {' '.join(f'{key}=VALUE' for key in keys)}"


@dataclass(kw_only=True, eq=False)
class NotGranted(UserError, LookupError):
    """A task needs a secret, a config map or a volume that is not here."""

    code: ClassVar[str] = "ENG020"
    lacks: list[Lack] = field(default_factory=list)

    def message(self) -> str:
        if len(self.lacks) == 1:
            return f"task {self.lacks[0]}"
        return "tasks need what is not here:" + "".join(f"\n  {lack}" for lack in self.lacks)

    def hint(self) -> str:
        return ", ".join(f"`{remedy}`" for remedy in dict.fromkeys(lack.remedy for lack in self.lacks))


@dataclass(kw_only=True, eq=False)
class NotHonoured(UserError, ValueError):
    """The second document asks for something that makes no sense with the values of this run."""

    code: ClassVar[str] = "ENG021"
    task: str
    setting: str
    reason: str
    advice: str = ""

    def message(self) -> str:
        return f"task {self.task}: {self.setting} cannot be honoured: {self.reason}"

    def hint(self) -> str | None:
        return self.advice or None


def lacks(task: str, source: EnvSource, name: str, found: Values | None) -> list[Lack]:
    """What a task takes from a secret or a config map and is not there."""
    if found is None:
        return [Lack(task=task, kind=source.store, name=name, wanted=tuple(dict.fromkeys(source.keys.values())))]
    absent = dict.fromkeys(key for key in source.keys.values() if key not in found)
    return [Lack(task=task, kind=source.store, name=name, key=key) for key in absent]


def merged(lacks: Iterable[Lack]) -> list[Lack]:
    """The same, each once: what is wholly missing and taken in several ways is one."""
    found: dict[tuple[str, str, str, str], Lack] = {}
    for lack in lacks:
        ident = (lack.task, lack.kind, lack.name, lack.key)
        wanted = dict.fromkeys((*found[ident].wanted, *lack.wanted)) if ident in found else lack.wanted
        found[ident] = replace(lack, wanted=tuple(wanted))
    return list(found.values())
