"""What can go wrong before a number can be trusted: nothing to judge by, answers that are none, questions left open."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import UserError


@dataclass(kw_only=True, eq=False)
class NothingToEvaluate(UserError, ValueError):
    """There is no row to judge a model by."""

    code: ClassVar[str] = "EVA001"
    dataset: str
    """What was read, as a person would say it."""
    target: str
    rows: int
    """How many there are, none of which has a target."""

    def message(self) -> str:
        if not self.rows:
            return f"a model cannot be judged by {self.dataset}: it has no rows"
        return f"a model cannot be judged by {self.dataset}: in none of its {self.rows} rows is there a {self.target!r}"

    def hint(self) -> str:
        return "look at the step that writes it, or at the filter before it"


@dataclass(kw_only=True, eq=False)
class ColumnsMissing(UserError, LookupError):
    """Columns are named that the data do not have."""

    code: ClassVar[str] = "EVA002"
    columns: list[str]
    known: list[str]
    asked_by: str
    """Who named them, e.g. `slices=`, or `the model`."""

    def message(self) -> str:
        names = ", ".join(f"'{name}'" for name in self.columns[:8]) + (", …" if len(self.columns) > 8 else "")
        return f"{self.asked_by} names {names}, which the data do not have"

    def hint(self) -> str:
        return f"the columns are: {', '.join(self.known[:12])}{', …' if len(self.known) > 12 else ''}"


@dataclass(kw_only=True, eq=False)
class UnusablePredictions(UserError, ValueError):
    """A model answered with something that is no prediction."""

    code: ClassVar[str] = "EVA003"
    reason: str
    """What is wrong, e.g. `the prediction is not a number`."""
    rows: Sequence[int] = ()
    """Positions of the first rows concerned."""
    count: int = 0
    total: int = 0

    def message(self) -> str:
        if not self.count:
            return f"the model's predictions cannot be used: {self.reason}"
        shown = ", ".join(str(row) for row in self.rows) + (", …" if self.count > len(self.rows) else "")
        return (
            f"the model's predictions cannot be used: {self.reason} in {self.count} of {self.total} rows (row {shown})"
        )

    def hint(self) -> str:
        return (
            "ask the model for those rows alone: missing inputs that nothing imputes are the usual cause. A mean over"
            " the other rows would flatter it"
        )


@dataclass(kw_only=True, eq=False)
class UnclearTask(UserError, ValueError):
    """It cannot be told what the target means, or guessing would change what the numbers mean."""

    code: ClassVar[str] = "EVA004"
    reason: str
    advice: str

    def message(self) -> str:
        return f"it is not clear how to judge the model: {self.reason}"

    def hint(self) -> str:
        return self.advice


@dataclass(kw_only=True, eq=False)
class WrongOption(UserError, ValueError):
    """An option of an evaluation, a comparison or a check does not make sense."""

    code: ClassVar[str] = "EVA005"
    option: str
    value: str
    reason: str
    advice: str = ""

    def message(self) -> str:
        return f"`{self.option}={self.value}` cannot be used: {self.reason}"

    def hint(self) -> str | None:
        return self.advice or None


@dataclass(kw_only=True, eq=False)
class PackageMissing(UserError, ImportError):
    """A package that a part of the evaluation needs is not installed."""

    code: ClassVar[str] = "EVA006"
    package: str
    needed_for: str

    def message(self) -> str:
        return f"{self.needed_for} needs the package {self.package!r}, which is not installed here"

    def hint(self) -> str:
        return "install `penstock[evaluation]`"
