"""What can go wrong while columns are profiled, and profiles read or merged."""

from dataclasses import dataclass, field
from typing import ClassVar

from penstock.core.errors import UserError


@dataclass(kw_only=True, eq=False)
class ColumnTwice(UserError, ValueError):
    """Columns of a table have one name: nobody could tell which of them is meant."""

    code: ClassVar[str] = "PRO001"
    columns: list[str]

    def message(self) -> str:
        return f"the table has more than one column called {_listed(self.columns)}"

    def hint(self) -> str:
        return "rename or drop the columns that are there twice"


@dataclass(kw_only=True, eq=False)
class NoSuchColumn(UserError, KeyError):
    """A column is asked for that the table does not have."""

    code: ClassVar[str] = "PRO002"
    columns: list[str]
    known: list[str] = field(default_factory=list)

    def message(self) -> str:
        return f"the table has no column called {_listed(self.columns)}"

    def hint(self) -> str:
        from difflib import get_close_matches

        close = get_close_matches(self.columns[0], self.known, 1)
        return f"did you mean '{close[0]}'?" if close else f"the columns are: {_listed(self.known, 12)}"


@dataclass(kw_only=True, eq=False)
class ColumnsChanged(UserError, ValueError):
    """Two parts of what should be one table do not fit: other columns, or another type in one of them."""

    code: ClassVar[str] = "PRO003"
    column: str
    before: str
    """Its type in the first part; empty if it was not there."""
    after: str
    """Its type in the second part; empty if it is not there."""

    def message(self) -> str:
        if self.before and self.after:
            return f"column '{self.column}' is of type {self.before} in one part and {self.after} in another"
        return f"column '{self.column}' is in one part, and not in the other"

    def hint(self) -> str:
        return "read all parts with one schema, e.g. that of the first: `penstock.data.infer_schema`"


@dataclass(kw_only=True, eq=False)
class NotAProfile(UserError, ValueError):
    """A text is read as a profile, and is none that this version knows."""

    code: ClassVar[str] = "PRO004"
    reason: str

    def message(self) -> str:
        return f"this is no profile: {self.reason}"

    def hint(self) -> str:
        return "profiles are written by `Profile.to_json()`; one of a newer Penstock needs that version to be read"


def _listed(names: list[str], most: int = 5) -> str:
    return ", ".join(f"'{name}'" for name in names[:most]) + (", …" if len(names) > most else "")
