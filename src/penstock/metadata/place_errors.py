"""What can go wrong when a metadata store is opened: its place cannot be used as it is, and a person has to act.

```
StoreUpgradeFailed           STO015  one of `StoreUnavailable`
StoreNotADatabase            STO020
StoreTooNew                  STO021
UnknownStoreUrl              STO022
SqliteTooOld                 STO023
StoreRefused                 STO024
DatabaseMissing              STO025
DriverMissing                STO026
```
"""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import UserError
from penstock.metadata.errors import StoreUnavailable


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
    """Without secrets."""
    reason: str = ""

    def message(self) -> str:
        if self.reason:
            return f"{self.url!r} cannot be read as the URL of a metadata store: {self.reason}"
        return f"there is no metadata store for {self.url!r}"

    def hint(self) -> str | None:
        if self.reason:
            return "write `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, special characters of it as `%XX`"
        return "give the path of a file, `sqlite:///` and a path, or `postgresql://…`"


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


@dataclass(kw_only=True, eq=False)
class StoreRefused(UserError, PermissionError):
    """The server is there and does not let us in."""

    code: ClassVar[str] = "STO024"
    place: str
    reason: str

    def message(self) -> str:
        return f"the metadata store {self.place!r} does not let us in: {self.reason}"

    def hint(self) -> str | None:
        return (
            "check the role and its password in PENSTOCK_STORE (special characters as `%XX`), PGPASSWORD or ~/.pgpass; "
            "what the role may do, the owner of the database decides"
        )


@dataclass(kw_only=True, eq=False)
class DatabaseMissing(UserError, LookupError):
    """The server has no database of that name."""

    code: ClassVar[str] = "STO025"
    place: str
    database: str

    def message(self) -> str:
        return f"the server of the metadata store {self.place!r} has no database {self.database!r}"

    def hint(self) -> str | None:
        return f"make it with `createdb --encoding=UTF8 {self.database}`; Penstock makes only what is in it"


@dataclass(kw_only=True, eq=False)
class DriverMissing(UserError, ImportError):
    """The package that speaks to this kind of database is not installed."""

    code: ClassVar[str] = "STO026"
    place: str
    reason: str

    def message(self) -> str:
        return f"the metadata store {self.place!r} needs a package that is not here: {self.reason}"

    def hint(self) -> str | None:
        return "install it: `uv pip install 'penstock[postgres]'`"
