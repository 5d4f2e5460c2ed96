"""What can go wrong with a metadata store that is open: codes `STO…`.

```
StoreUnavailable             STO010  the store did not answer; the parent of
├── StoreReadOnly            STO011
├── StoreFull                STO012
├── StoreBusy                STO013
├── StoreDamaged             STO014
├── StoreClosed              STO016
├── StoreUnreachable         STO018  a server is away, or the connection was cut: worth another try
└── StoreConflict            STO019  two transactions got into each other's way: worth another try
RecordDamaged                STO017  one record makes no sense
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

Those of opening a store, after which a person has to act, are in `place_errors`: a store that opens needs none of them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from penstock.core.errors import InfraError, UserError
from penstock.core.ids import Digest, EngineId, FencingToken, RunId

# --- the place ----------------------------------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class StoreUnavailable(InfraError, OSError):
    """The store did not answer. Nothing was changed, except perhaps where it is `StoreUnreachable`."""

    code: ClassVar[str] = "STO010"
    place: str
    """The database's path or URL."""
    reason: str
    """What the database or the operating system said."""
    passing: ClassVar[bool] = False
    """Whether the same call may succeed a moment later."""

    @property
    def remote(self) -> bool:
        """Whether a server keeps the database, not a file."""
        return "://" in self.place

    def message(self) -> str:
        return f"the metadata store {self.place!r} did not answer: {self.reason}"

    def hint(self) -> str | None:
        if self.remote:
            return "look at the log of the database server; nothing was changed, so you can try again"
        return "check that the disk is there, is local and has no errors; nothing was changed, so you can try again"


@dataclass(kw_only=True, eq=False)
class StoreReadOnly(StoreUnavailable, PermissionError):
    """The database, or the folder that it lies in, cannot be written."""

    code: ClassVar[str] = "STO011"

    def message(self) -> str:
        return f"the metadata store {self.place!r} cannot be written: {self.reason}"

    def hint(self) -> str | None:
        if self.remote:
            return "name the server that is written to, not a replica, and let the role write to the database's tables"
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
        if self.remote:
            return "`SELECT * FROM pg_stat_activity` shows which session has a transaction open; nothing was changed"
        return "see which process has the file open (`fuser` shows it) and let it finish; nothing was changed"


@dataclass(kw_only=True, eq=False)
class StoreDamaged(StoreUnavailable):
    """The database file is not whole any more."""

    code: ClassVar[str] = "STO014"

    def message(self) -> str:
        return f"the metadata store {self.place!r} is damaged: {self.reason}"

    def hint(self) -> str | None:
        if self.remote:
            return "look at the log of the database server, and restore a backup"
        return "put a backup in its place, or save what can be read with `sqlite3 FILE .recover`"


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
class StoreUnreachable(StoreUnavailable, ConnectionError):
    """The database's server is not there, or the connection to it was cut.

    What was being written then is stored as a whole or not at all, and which of them only the store can say.
    """

    code: ClassVar[str] = "STO018"
    passing: ClassVar[bool] = True

    def message(self) -> str:
        return f"the metadata store {self.place!r} cannot be reached: {self.reason}"

    def hint(self) -> str | None:
        return (
            "check that the server runs and that this machine may connect to it; "
            "then go on with `penstock runs resume`: nothing that was stored is lost"
        )


@dataclass(kw_only=True, eq=False)
class StoreConflict(StoreUnavailable):
    """The database ended this transaction so that another one could go on."""

    code: ClassVar[str] = "STO019"
    passing: ClassVar[bool] = True

    def message(self) -> str:
        return f"the metadata store {self.place!r} gave another transaction the precedence: {self.reason}"

    def hint(self) -> str | None:
        return "nothing was changed; try again"


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
    """A text cannot be written as UTF-8, or holds a NUL where the database takes none."""

    code: ClassVar[str] = "STO008"
    text: str
    """The text, with what cannot be written escaped."""

    def message(self) -> str:
        if "\\x00" in repr(self.text):
            return f"the text {self.text!r} cannot be stored, because it holds a NUL"
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
