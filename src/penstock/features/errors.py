"""What can go wrong while preprocessing is fitted or applied in batches."""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import UserError


@dataclass(kw_only=True, eq=False)
class NoRows(UserError, ValueError):
    """There is nothing to learn from."""

    code: ClassVar[str] = "FEA001"
    dataset: str
    """What was read, as a person would say it."""

    def message(self) -> str:
        return f"nothing can be fitted on {self.dataset}: it has no rows"

    def hint(self) -> str:
        return "look at the step that writes it, or at the filter before it"


@dataclass(kw_only=True, eq=False)
class UnknownColumns(UserError, ValueError):
    """Columns are named that the data do not have, or that it has twice."""

    code: ClassVar[str] = "FEA002"
    columns: list[str]
    known: list[str]
    asked_by: str
    """Who named them, e.g. `target=`."""
    twice: bool = False

    def message(self) -> str:
        names = ", ".join(f"'{name}'" for name in self.columns)
        if self.twice:
            return f"the data have more than one column called {names}"
        return f"{self.asked_by} names {names}, which the data do not have"

    def hint(self) -> str:
        if self.twice:
            return "rename or drop the columns that are there twice"
        shown = ", ".join(self.known[:12]) + (", …" if len(self.known) > 12 else "")
        return f"the columns are: {shown}"


@dataclass(kw_only=True, eq=False)
class CannotFit(UserError, ValueError):
    """A transformer does not take the data that it was given."""

    code: ClassVar[str] = "FEA003"
    transformer: str
    """Its path in the whole, and its class, e.g. `numbers.scale (StandardScaler)`."""
    columns: list[str]
    reason: str

    def message(self) -> str:
        shown = ", ".join(self.columns[:8]) + (", …" if len(self.columns) > 8 else "")
        place = f" on {shown}" if shown else ""
        return f"{self.transformer} cannot be fitted{place}: {self.reason}"

    def hint(self) -> str:
        return "clean these columns in a step before, or give them to a transformer that takes such values"


class MemoryFallback(UserWarning):
    """A transformer has no streaming fit: its columns are held in memory, all rows of them."""


@dataclass(kw_only=True, eq=False)
class NotNumbers(UserError, ValueError):
    """What comes out of preprocessing is no matrix of numbers."""

    code: ClassVar[str] = "FEA004"
    columns: list[str]
    reason: str

    def message(self) -> str:
        place = f" in {', '.join(self.columns)}" if self.columns else ""
        return f"the prepared rows hold what is no number{place}: {self.reason}"

    def hint(self) -> str:
        return "encode text and dates in the transformer, or leave these columns out of it"
