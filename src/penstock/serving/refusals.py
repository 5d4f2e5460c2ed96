"""Why a request is not answered with predictions: each a status, a code, and facts that a program can read."""

from dataclasses import dataclass
from typing import Any, ClassVar

from msgspec import Struct

from penstock.core.errors import PenstockError, UserError

SHOWN = 10
"""So many problems of one request are told, the rest counted."""


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is wrong with one value."""

    row: int | None = None
    """Counts from 0."""
    field: str = ""
    expected: str = ""
    got: str = ""

    def __str__(self) -> str:
        row = "" if self.row is None else f"row {self.row}"
        at = ", ".join(part for part in (row, f"{self.field!r}" if self.field else "") if part)
        told = f"expected {self.expected}, got {self.got}" if self.got else f"expected {self.expected}"
        return f"{at}: {told}" if at else told


@dataclass(kw_only=True, eq=False)
class Refused(UserError, ValueError):
    """A request that cannot be answered as it is."""

    status: ClassVar[int] = 400

    def facts(self) -> dict[str, Any]:
        """The body that says so, without the request's id."""
        facts: dict[str, Any] = {"code": self.code, "message": self.message()}
        if hint := self.hint():
            facts["hint"] = hint
        return facts


@dataclass(kw_only=True, eq=False)
class NotJson(Refused):
    """The body is no JSON."""

    code: ClassVar[str] = "SRV001"
    reason: str

    def message(self) -> str:
        return f"the body is not JSON: {self.reason}"

    def hint(self) -> str:
        return "JSON is UTF-8 and has no NaN or Infinity: a missing value is `null`, or left out"


@dataclass(kw_only=True, eq=False)
class UnfitRows(Refused):
    """The body is JSON, but not what the model takes."""

    code: ClassVar[str] = "SRV002"
    problems: list[Problem]
    count: int = 0
    """How many problems there are; 0 where it ends with the first."""

    def message(self) -> str:
        more = self.count - len(self.problems)
        return "; ".join(map(str, self.problems)) + (f"; and {more} more" if more > 0 else "")

    def hint(self) -> str:
        return "the model takes the raw columns that its signature names: see `/openapi.json`"

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "problems": self.problems}


@dataclass(kw_only=True, eq=False)
class TooLarge(Refused):
    """The body, or the number of its rows, is over a limit."""

    status: ClassVar[int] = 413
    code: ClassVar[str] = "SRV003"
    what: str
    limit: int

    def message(self) -> str:
        return f"the {self.what} is over the limit of {self.limit:,}"

    def hint(self) -> str:
        return "send fewer rows at a time, or run a batch prediction"


@dataclass(kw_only=True, eq=False)
class NotFound(Refused):
    """Nothing answers at that path."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "SRV004"
    path: str

    def message(self) -> str:
        return f"there is nothing at {self.path}"

    def hint(self) -> str:
        return "`/openapi.json` lists what there is"


@dataclass(kw_only=True, eq=False)
class WrongMethod(Refused):
    """That path takes another method."""

    status: ClassVar[int] = 405
    code: ClassVar[str] = "SRV005"
    method: str
    allowed: tuple[str, ...]

    def message(self) -> str:
        return f"{self.method} is not for this path, which takes {' or '.join(self.allowed)}"


@dataclass(kw_only=True, eq=False)
class WrongContent(Refused):
    """The body is of a kind that this path does not take."""

    status: ClassVar[int] = 415
    code: ClassVar[str] = "SRV006"
    got: str
    allowed: tuple[str, ...]

    def message(self) -> str:
        return f"the body is said to be {self.got!r}; this path takes {' or '.join(self.allowed)}"


@dataclass(kw_only=True, eq=False)
class RowsRefused(Refused):
    """The model itself refuses rows that have the right form."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "SRV007"
    rows: list[int]
    reason: str

    def message(self) -> str:
        which = ", ".join(map(str, self.rows[:SHOWN])) + (" and more" if len(self.rows) > SHOWN else "")
        return f"the model refuses row {which}: {self.reason}"

    def hint(self) -> str:
        return "it does the same where it was trained: look at what is missing or out of the ordinary in these rows"

    def facts(self) -> dict[str, Any]:
        return {
            **super().facts(),
            "problems": [Problem(row=row, expected="a row it knows") for row in self.rows[:SHOWN]],
        }


def facts_of(error: PenstockError) -> dict[str, Any]:
    """What is told of an error."""
    return error.facts() if isinstance(error, Refused) else {"code": error.code, "message": error.message()}
