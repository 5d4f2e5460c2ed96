"""What the registry refuses: codes `REG…`. What its tables refuse is in `metadata.registry_errors`."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import ClassVar

from penstock.core.errors import UserError


@dataclass(kw_only=True, eq=False)
class ModelNameInvalid(UserError, ValueError):
    """A model cannot be called that."""

    code: ClassVar[str] = "REG001"
    name: str
    reason: str

    def message(self) -> str:
        return f"a model cannot be called {self.name[:80]!r}: {self.reason}"

    def hint(self) -> str | None:
        return "any text of at most 200 characters will do, without `/`, `@`, `:` and control characters"


@dataclass(kw_only=True, eq=False)
class AliasInvalid(UserError, ValueError):
    """An alias cannot be called that."""

    code: ClassVar[str] = "REG002"
    alias: str
    reason: str

    def message(self) -> str:
        return f"an alias cannot be called {self.alias[:80]!r}: {self.reason}"

    def hint(self) -> str | None:
        return "take a word, for example `champion` or `challenger`"


@dataclass(kw_only=True, eq=False)
class ReferenceInvalid(UserError, ValueError):
    """A text does not say which version of which model."""

    code: ClassVar[str] = "REG003"
    text: str
    reason: str

    def message(self) -> str:
        return f"{self.text[:80]!r} names no version of a model: {self.reason}"

    def hint(self) -> str | None:
        return "write `taxi@champion`, `taxi/3`, `taxi/latest`, or `taxi` for its champion"


@dataclass(kw_only=True, eq=False)
class AliasNotSet(UserError, LookupError):
    """The model has no such alias."""

    code: ClassVar[str] = "REG004"
    name: str
    alias: str
    known: list[str] = field(default_factory=list)
    versions: int = 0
    """How many versions the model has."""

    def message(self) -> str:
        return f"no version of model {self.name!r} is its {self.alias}"

    def hint(self) -> str | None:
        close = get_close_matches(self.alias, self.known, 1)
        if close:
            return f"did you mean `{self.name}@{close[0]}`?"
        if not self.versions:
            return f"it has no version yet: `penstock models register {self.name} ARTIFACT`"
        return f"`penstock models promote {self.name}/VERSION --alias {self.alias}` makes one so"


@dataclass(kw_only=True, eq=False)
class NothingToRollBack(UserError, LookupError):
    """There is nothing that an alias could go back to."""

    code: ClassVar[str] = "REG005"
    name: str
    alias: str
    at: int | None
    skipped: list[int] = field(default_factory=list)
    """Earlier ones that are removed or refused."""

    def message(self) -> str:
        if self.skipped:
            gone = ", ".join(map(str, self.skipped))
            return f"{self.name}@{self.alias} cannot go back: what it was at before is removed or refused ({gone})"
        if self.at is None:
            return f"{self.name}@{self.alias} has never been at any version"
        return f"{self.name}@{self.alias} cannot go back: it was at no version before {self.at}"

    def hint(self) -> str | None:
        return f"`penstock models promote {self.name}/VERSION --alias {self.alias}` moves it to one that you choose"


@dataclass(kw_only=True, eq=False)
class VersionInUse(UserError, ValueError):
    """What is to be removed has an alias."""

    code: ClassVar[str] = "REG006"
    name: str
    version: int
    aliases: list[str]

    def message(self) -> str:
        return f"{self.name}/{self.version} is the {' and the '.join(self.aliases)} of {self.name}; it was not removed"

    def hint(self) -> str | None:
        return "promote another version first, or say `--force` if it is to go all the same"


@dataclass(kw_only=True, eq=False)
class NotAModel(UserError, ValueError):
    """What is to be registered is no model package."""

    code: ClassVar[str] = "REG007"
    what: str
    reason: str

    def message(self) -> str:
        return f"{self.what} cannot be registered: {self.reason}"

    def hint(self) -> str | None:
        return "register a model that a component returned, or an MLflow model folder (it has a file `MLmodel`)"


@dataclass(kw_only=True, eq=False)
class PackageGone(UserError, LookupError):
    """The files of a model are not there any more."""

    code: ClassVar[str] = "REG008"
    what: str
    uri: str

    def message(self) -> str:
        return f"the files of {self.what} are gone: there is nothing at {self.uri}"

    def hint(self) -> str | None:
        return "restore them from a backup, or run the training again without cache and register its result"
