"""What can be wrong with a question to the registry's tables, or with a change of them: codes from `STO040` on.

```
ModelNotFound      STO040
ModelExists        STO041
VersionNotFound    STO042
VersionNotReady    STO043  it waits, or was refused
AliasMoved         STO044  somebody else was quicker
ApprovalNotFound   STO045
AlreadyDecided     STO046
ArtifactGone       STO047
```
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from penstock.core.errors import UserError
from penstock.core.ids import ArtifactId


@dataclass(kw_only=True, eq=False)
class ModelNotFound(UserError, LookupError):
    """No model of that name is registered."""

    code: ClassVar[str] = "STO040"
    name: str

    def message(self) -> str:
        return f"no registered model {self.name!r}"

    def hint(self) -> str | None:
        return "`penstock models list` shows what exists"


@dataclass(kw_only=True, eq=False)
class ModelExists(UserError, ValueError):
    """A model of that name is registered already."""

    code: ClassVar[str] = "STO041"
    name: str

    def message(self) -> str:
        return f"a model {self.name!r} is registered already"

    def hint(self) -> str | None:
        return "add a version to it, or take another name"


@dataclass(kw_only=True, eq=False)
class VersionNotFound(UserError, LookupError):
    """The model has no version of that number."""

    code: ClassVar[str] = "STO042"
    name: str
    version: int

    def message(self) -> str:
        return f"model {self.name!r} has no version {self.version}"

    def hint(self) -> str | None:
        return f"`penstock models show {self.name}` shows which it has"


@dataclass(kw_only=True, eq=False)
class VersionNotReady(UserError, ValueError):
    """Only a version that is READY can be promoted."""

    code: ClassVar[str] = "STO043"
    name: str
    version: int
    status: str
    reason: str

    def message(self) -> str:
        why = f": {self.reason}" if self.reason else ""
        return f"version {self.version} of model {self.name!r} is {self.status}{why}; it was not promoted"

    def hint(self) -> str | None:
        if self.status == "REFUSED":
            return "mend what it was refused for, and register the model again: a refused version stays refused"
        return "wait until it is READY, or register it again"


@dataclass(kw_only=True, eq=False)
class AliasMoved(UserError, RuntimeError):
    """An alias is not where whoever wanted to move it saw it."""

    code: ClassVar[str] = "STO044"
    name: str
    alias: str
    expected: int | None
    found: int | None
    by: str
    """Who moved it last; nothing if nobody has."""
    at: datetime | None

    def message(self) -> str:
        found = "at no version" if self.found is None else f"at version {self.found}"
        expected = "no version" if self.expected is None else f"version {self.expected}"
        who = f" ({self.by}, {self.at:%Y-%m-%d %H:%M:%S} UTC)" if self.at else ""
        return f"{self.name}@{self.alias} is {found}{who}, not at {expected}; nothing was changed"

    def hint(self) -> str | None:
        return f"somebody else moved it: look at `penstock models history {self.name}`, then decide again"


@dataclass(kw_only=True, eq=False)
class ApprovalNotFound(UserError, LookupError):
    """Nothing of that id was asked."""

    code: ClassVar[str] = "STO045"
    approval_id: str

    def message(self) -> str:
        return f"no approval {self.approval_id!r}"

    def hint(self) -> str | None:
        return "`penstock approvals list` shows what waits for an answer"


@dataclass(kw_only=True, eq=False)
class AlreadyDecided(UserError, RuntimeError):
    """Somebody has answered."""

    code: ClassVar[str] = "STO046"
    approval_id: str
    decision: str
    by: str
    at: datetime | None

    def message(self) -> str:
        when = f" at {self.at:%Y-%m-%d %H:%M:%S} UTC" if self.at else ""
        return f"approval {self.approval_id} was {self.decision} by {self.by}{when}; the first answer stands"

    def hint(self) -> str | None:
        return "`penstock runs retry` of that run asks again after a rejection"


@dataclass(kw_only=True, eq=False)
class ArtifactGone(UserError, LookupError):
    """What is to be registered is not stored any more."""

    code: ClassVar[str] = "STO047"
    artifact_id: ArtifactId

    def message(self) -> str:
        return f"the artifact {self.artifact_id} is not stored, so it cannot be registered"

    def hint(self) -> str | None:
        return "`penstock artifacts list` shows what exists; run the training again if `penstock gc` took it"
