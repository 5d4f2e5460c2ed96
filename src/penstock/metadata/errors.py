"""What can go wrong in the metadata store: codes `STO…`.

```
StoreUnavailable             STO010  the store did not answer; the parent of
├── StoreReadOnly            STO011
├── StoreFull                STO012
├── StoreBusy                STO013
├── StoreDamaged             STO014
├── StoreUpgradeFailed       STO015
└── StoreClosed              STO016
RecordDamaged                STO017  one record makes no sense
StoreNotADatabase            STO020  the place cannot be used as it is: a person has to act
StoreTooNew                  STO021
UnknownStoreUrl              STO022
SqliteTooOld                 STO023
RunNotFound                  STO001  the question or the change does not fit what is stored
RunExists                    STO002
SpecNotFound                 STO003
RunIsDriven                  STO004
LeaseLost                    STO005
ForeignRecord                STO006
BrokenReference              STO007
TextNotStorable              STO008
RecordTooLarge               STO009
```
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from penstock.core.errors import InfraError, UserError
from penstock.core.ids import Digest, EngineId, FencingToken, RunId

# --- the place ----------------------------------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class StoreUnavailable(InfraError, OSError):
    """The store did not answer. Nothing was changed."""

    code: ClassVar[str] = "STO010"
    place: str
    """The database's path or URL."""
    reason: str
    """What the database or the operating system said."""

    def message(self) -> str:
        return f"the metadata store {self.place!r} did not answer: {self.reason}"

    def hint(self) -> str | None:
        return "check that the disk is there, is local and has no errors; nothing was changed, so you can try again"


@dataclass(kw_only=True, eq=False)
class StoreReadOnly(StoreUnavailable, PermissionError):
    """The database, or the folder that it lies in, cannot be written."""

    code: ClassVar[str] = "STO011"

    def message(self) -> str:
        return f"the metadata store {self.place!r} cannot be written: {self.reason}"

    def hint(self) -> str | None:
        return "make the database and its folder writable for you, or choose another home with `--home`"


@dataclass(kw_only=True, eq=False)
class StoreFull(StoreUnavailable):
    """The disk has no room left, or a quota is used up."""

    code: ClassVar[str] = "STO012"

    def message(self) -> str:
        return f"there is no room left for the metadata store {self.place!r}: {self.reason}"

    def hint(self) -> str | None:
        return "free some space on that disk, then go on with `penstock runs resume`; nothing that was stored is lost"


@dataclass(kw_only=True, eq=False)
class StoreBusy(StoreUnavailable, TimeoutError):
    """Somebody else held the database locked for longer than we wait."""

    code: ClassVar[str] = "STO013"
    waited: float
    """Seconds."""

    def message(self) -> str:
        return f"the metadata store {self.place!r} was locked by another process for more than {self.waited:g} s"

    def hint(self) -> str | None:
        return "see which process has the file open (`fuser` shows it) and let it finish; nothing was changed"


@dataclass(kw_only=True, eq=False)
class StoreDamaged(StoreUnavailable):
    """The database file is not whole any more."""

    code: ClassVar[str] = "STO014"

    def message(self) -> str:
        return f"the metadata store {self.place!r} is damaged: {self.reason}"

    def hint(self) -> str | None:
        return "put a backup in its place, or save what can be read with `sqlite3 FILE .recover`"


@dataclass(kw_only=True, eq=False)
class StoreUpgradeFailed(StoreUnavailable):
    """A step of the upgrade to this version's schema failed; the database is as it was."""

    code: ClassVar[str] = "STO015"
    revision: str
    """What the database is at."""
    head: str
    """What it should have become."""

    def message(self) -> str:
        return (
            f"upgrading the metadata store {self.place!r} from version {self.revision} to {self.head} "
            f"failed: {self.reason}"
        )

    def hint(self) -> str | None:
        return "the database is unchanged; go on with the Penstock that wrote it, and report this message"


@dataclass(kw_only=True, eq=False)
class StoreClosed(StoreUnavailable):
    """A call came after `close()`."""

    code: ClassVar[str] = "STO016"
    reason: str = "closed"

    def message(self) -> str:
        return f"the metadata store {self.place!r} was closed before this call"

    def hint(self) -> str | None:
        return "open it again with `open_store`"


@dataclass(kw_only=True, eq=False)
class RecordDamaged(InfraError, ValueError):
    """The database is whole, but one of its records makes no sense."""

    code: ClassVar[str] = "STO017"
    record: str
    """Which, e.g. `run '20261121-101500-abc234'`."""
    reason: str

    def message(self) -> str:
        return f"the record of {self.record} cannot be read: {self.reason}"

    def hint(self) -> str | None:
        return "something else has written to the metadata store; put a backup of it in its place"


@dataclass(kw_only=True, eq=False)
class StoreNotADatabase(UserError, ValueError):
    """Something else lies where the database should be."""

    code: ClassVar[str] = "STO020"
    place: str
    reason: str

    def message(self) -> str:
        return f"{self.place!r} is not a Penstock metadata store: {self.reason}"

    def hint(self) -> str | None:
        return "move it away, or choose another home with `--home`; it was not touched"


@dataclass(kw_only=True, eq=False)
class StoreTooNew(UserError, RuntimeError):
    """A newer Penstock wrote this database."""

    code: ClassVar[str] = "STO021"
    place: str
    revision: str
    """The schema version in the database."""
    head: str
    """The newest one that this Penstock knows."""

    def message(self) -> str:
        return (
            f"the metadata store {self.place!r} was written by a newer Penstock: "
            f"it has schema version {self.revision}, this one knows up to {self.head}"
        )

    def hint(self) -> str | None:
        return "upgrade Penstock (`uv pip install -U penstock`), or choose another home with `--home`"


@dataclass(kw_only=True, eq=False)
class UnknownStoreUrl(UserError, ValueError):
    """No store speaks that kind of URL."""

    code: ClassVar[str] = "STO022"
    url: str

    def message(self) -> str:
        return f"there is no metadata store for {self.url!r}"

    def hint(self) -> str | None:
        return "give the path of a file, or `sqlite:///` and a path"


@dataclass(kw_only=True, eq=False)
class SqliteTooOld(UserError, RuntimeError):
    """Python was built with an SQLite that lacks what the statements need."""

    code: ClassVar[str] = "STO023"
    found: str
    needed: str

    def message(self) -> str:
        return f"this Python has SQLite {self.found}; the metadata store needs {self.needed} or newer"

    def hint(self) -> str | None:
        return "use a newer Python build; `uv python install` brings one"


# --- what is stored -----------------------------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class RunNotFound(UserError, LookupError):
    """There is no run of that id."""

    code: ClassVar[str] = "STO001"
    run_id: RunId

    def message(self) -> str:
        return f"no run {self.run_id!r}"

    def hint(self) -> str | None:
        return "`penstock runs list` shows what exists"


@dataclass(kw_only=True, eq=False)
class RunExists(UserError, ValueError):
    """A run of that id is stored already."""

    code: ClassVar[str] = "STO002"
    run_id: RunId

    def message(self) -> str:
        return f"a run {self.run_id!r} exists already"

    def hint(self) -> str | None:
        return "take a new id; run ids are never used twice"


@dataclass(kw_only=True, eq=False)
class SpecNotFound(InfraError, LookupError):
    """No IR document of that digest is stored."""

    code: ClassVar[str] = "STO003"
    digest: Digest

    def message(self) -> str:
        return f"no pipeline document {self.digest!r} is stored"

    def hint(self) -> str | None:
        return "the run's record is incomplete; run the pipeline again from its source"


@dataclass(kw_only=True, eq=False)
class RunIsDriven(UserError, RuntimeError):
    """Another engine holds the run's lease."""

    code: ClassVar[str] = "STO004"
    run_id: RunId
    owner: EngineId
    expires_at: datetime

    def message(self) -> str:
        return f"run {self.run_id!r} is driven by {self.owner} until {self.expires_at:%Y-%m-%d %H:%M:%S} UTC"

    def hint(self) -> str | None:
        return "wait for it, or stop that process; its lease runs out by itself when it is dead"


@dataclass(kw_only=True, eq=False)
class LeaseLost(InfraError, RuntimeError):
    """The run changed hands; this engine may not write to it any more."""

    code: ClassVar[str] = "STO005"
    run_id: RunId
    owner: EngineId
    """Who held the lost lease."""
    token: FencingToken

    def message(self) -> str:
        return f"{self.owner} lost run {self.run_id!r} (token {self.token}) to another engine; nothing was stored"

    def hint(self) -> str | None:
        return "another process drives the run; `penstock runs show` follows it"


@dataclass(kw_only=True, eq=False)
class ForeignRecord(UserError, ValueError):
    """A transaction of one run holds a record of another."""

    code: ClassVar[str] = "STO006"
    run_id: RunId
    """Whose transaction it is."""
    found: RunId

    def message(self) -> str:
        return f"the changes of run {self.run_id!r} hold a record of run {self.found!r}; nothing was stored"

    def hint(self) -> str | None:
        return "commit the records of each run under that run's own lease"


@dataclass(kw_only=True, eq=False)
class BrokenReference(UserError, ValueError):
    """A record refers to another one that is not stored."""

    code: ClassVar[str] = "STO007"
    place: str
    reason: str

    def message(self) -> str:
        return f"a record refers to one that is not in {self.place!r}: {self.reason}; nothing was stored"

    def hint(self) -> str | None:
        return "store runs before executions, and executions and artifacts before or with what refers to them"


@dataclass(kw_only=True, eq=False)
class TextNotStorable(UserError, ValueError):
    """A text cannot be written as UTF-8."""

    code: ClassVar[str] = "STO008"
    text: str
    """The text, with what cannot be written escaped."""

    def message(self) -> str:
        return f"the text {self.text!r} cannot be stored, because it is not valid Unicode"

    def hint(self) -> str | None:
        return "it probably comes from a file name in another encoding; rename that file"


@dataclass(kw_only=True, eq=False)
class RecordTooLarge(UserError, ValueError):
    """A value is larger than the database takes."""

    code: ClassVar[str] = "STO009"
    place: str
    reason: str

    def message(self) -> str:
        return f"a value is too large for the metadata store {self.place!r}: {self.reason}; nothing was stored"

    def hint(self) -> str | None:
        return "pass it from task to task as an artifact instead of a parameter"
