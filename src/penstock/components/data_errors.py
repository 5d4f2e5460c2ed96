"""What can go wrong where tables come in, are checked, divided and go out."""

from dataclasses import dataclass, field
from typing import ClassVar

from penstock.core.errors import TaskError, UserError


@dataclass(kw_only=True, eq=False)
class CannotRead(UserError, ValueError):
    """A file or folder is no table of the wanted form."""

    code: ClassVar[str] = "CMT001"
    place: str
    reason: str
    advice: str = "look at the beginning of the file, and at the task that writes it"

    def message(self) -> str:
        return f"'{self.place}' cannot be read as a table: {self.reason}"

    def hint(self) -> str:
        return self.advice


@dataclass(kw_only=True, eq=False)
class BadRows(UserError, ValueError):
    """Rows of a file do not have the columns that its first line names, or values that fit their type."""

    code: ClassVar[str] = "CMT002"
    place: str
    count: int
    examples: list[str] = field(default_factory=list)
    """Each with its row number (the first line is row 1) and what is wrong, e.g. `row 7: 3 fields instead of 4`."""

    def message(self) -> str:
        shown = "".join(f"\n  {example}" for example in self.examples)
        rest = self.count - len(self.examples)
        more = f"\n  … and {rest:,} more" if rest > 0 else ""
        return f"'{self.place}' has {self.count:,} bad {'row' if self.count == 1 else 'rows'}{shown}{more}"

    def hint(self) -> str:
        return 'mend the file, or read it with `bad_rows="skip"`, which leaves them out and lists them in `problems`'


@dataclass(kw_only=True, eq=False)
class AbsentColumns(UserError, KeyError):
    """Columns are named that the table does not have."""

    code: ClassVar[str] = "CMT003"
    columns: list[str]
    known: list[str]

    def message(self) -> str:
        return f"the table has no column called {', '.join(repr(name) for name in self.columns)}"

    def hint(self) -> str:
        from difflib import get_close_matches

        close = get_close_matches(self.columns[0], self.known, 1)
        shown = ", ".join(self.known[:12]) + (", …" if len(self.known) > 12 else "")
        return f"did you mean '{close[0]}'?" if close else f"the columns are: {shown}"


@dataclass(kw_only=True, eq=False)
class CannotSplit(UserError, ValueError):
    """A table cannot be divided as asked."""

    code: ClassVar[str] = "CMT004"
    reason: str
    advice: str = "take other shares, or more rows"

    def message(self) -> str:
        return f"the table cannot be split: {self.reason}"

    def hint(self) -> str:
        return self.advice


@dataclass(kw_only=True, eq=False)
class UnlikeSchema(TaskError, ValueError):
    """A table does not fit the schema that it is held to."""

    code: ClassVar[str] = "CMT005"
    anomalies: list[str]

    def message(self) -> str:
        shown = "".join(f"\n  {anomaly}" for anomaly in self.anomalies[:20])
        rest = len(self.anomalies) - 20
        return f"the table does not fit its schema{shown}" + (f"\n  … and {rest:,} more" if rest > 0 else "")

    def hint(self) -> str:
        return "mend the data, infer a new schema if the change is meant, or allow some of it with `tolerance=`"


@dataclass(kw_only=True, eq=False)
class CannotExport(TaskError, RuntimeError):
    """A table cannot be written where it should go. Nothing half-written is there."""

    code: ClassVar[str] = "CMT006"
    place: str
    reason: str
    advice: str = "look whether the place exists, can be written, and takes columns of these types"

    def message(self) -> str:
        return f"the table was not written to '{self.place}': {self.reason}"

    def hint(self) -> str:
        return self.advice


@dataclass(kw_only=True, eq=False)
class DatabaseRefused(TaskError, RuntimeError):
    """A data base cannot be reached, or does not take a statement."""

    code: ClassVar[str] = "CMT007"
    place: str
    """The URL, without its password."""
    reason: str
    advice: str = "try the same URL and statement with another client of the data base"

    def message(self) -> str:
        return f"the data base '{self.place}' refused: {self.reason}"

    def hint(self) -> str:
        return self.advice


@dataclass(kw_only=True, eq=False)
class BadChoice(UserError, ValueError):
    """An argument of a ready component is none of the values that it knows, or out of its range."""

    code: ClassVar[str] = "CMT008"
    argument: str
    value: str
    expected: str

    def message(self) -> str:
        return f"`{self.argument}={self.value}` is not understood"

    def hint(self) -> str:
        return f"give {self.expected}"
