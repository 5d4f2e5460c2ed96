"""What can go wrong in gates and reference pipelines."""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import TaskError, UserError


@dataclass(kw_only=True, eq=False)
class CannotFold(UserError, ValueError):
    """A table cannot be divided into so many folds."""

    code: ClassVar[str] = "CMT020"
    folds: int
    reason: str
    advice: str = "take from 2 folds on, and no more than there is to divide"

    def message(self) -> str:
        return f"{self.folds} folds cannot be made: {self.reason}"

    def hint(self) -> str:
        return self.advice


@dataclass(kw_only=True, eq=False)
class CannotCut(UserError, ValueError):
    """A table cannot be cut into windows of time."""

    code: ClassVar[str] = "CMT021"
    reason: str
    advice: str = 'write lengths of time as in "24h", "7d", "1mo"; take fewer windows, or a shorter horizon'

    def message(self) -> str:
        return f"the windows of a backtest cannot be cut: {self.reason}"

    def hint(self) -> str:
        return self.advice


@dataclass(kw_only=True, eq=False)
class NotPredicted(TaskError, ValueError):
    """A model gave no number where one is needed."""

    code: ClassVar[str] = "CMT022"
    rows: int
    of: int
    where: str

    def message(self) -> str:
        return f"the model predicts NaN, an infinity or nothing for {self.rows:,} of {self.of:,} rows {self.where}"

    def hint(self) -> str:
        return "look at what is missing in those rows; an imputer before the estimator takes care of it"


@dataclass(kw_only=True, eq=False)
class NoParquet(UserError, ValueError):
    """Something that should be a table in Parquet is none."""

    code: ClassVar[str] = "CMT023"
    place: str
    reason: str

    def message(self) -> str:
        return f"'{self.place}' is no table in Parquet: {self.reason}"

    def hint(self) -> str:
        return "give a Parquet file or a folder of them; a task that returns a table makes one of anything"


@dataclass(kw_only=True, eq=False)
class RowsRefused(TaskError, ValueError):
    """A model refuses rows, as its original does."""

    code: ClassVar[str] = "CMT024"
    rows: int
    of: int
    first: int

    def message(self) -> str:
        return f"the model refuses {self.rows:,} of {self.of:,} rows of a batch, the first at place {self.first:,}"

    def hint(self) -> str:
        return "look for values that it was never shown; `skip_refused=True` leaves their predictions empty"


@dataclass(kw_only=True, eq=False)
class ColumnTaken(UserError, ValueError):
    """A column that is to be kept is called like one that is written."""

    code: ClassVar[str] = "CMT025"
    columns: list[str]

    def message(self) -> str:
        names = ", ".join(f"'{name}'" for name in self.columns)
        return f"the table has a column {names}, which is what the predictions are called"

    def hint(self) -> str:
        return "leave it out of `keep=`, or rename it before"


@dataclass(kw_only=True, eq=False)
class UnknownLimit(UserError, ValueError):
    """A gate was given a limit on nothing that it knows, or one that is no number."""

    code: ClassVar[str] = "CMT026"
    limit: str
    value: str = ""
    advice: str

    def message(self) -> str:
        if self.value:
            return f"the gate's limit `{self.limit}` is {self.value!r}, which is no number"
        return f"the gate knows no limit `{self.limit}`"

    def hint(self) -> str:
        return self.advice


@dataclass(kw_only=True, eq=False)
class ModelRefused(UserError, RuntimeError):
    """A model was refused, and the run was to fail then."""

    code: ClassVar[str] = "CMT027"
    version: str
    reasons: list[str]

    def message(self) -> str:
        return f"{self.version} was refused: {'; '.join(self.reasons)}"

    def hint(self) -> str:
        return f"`penstock models show {self.version}` has the verdict; the champion stays as it was"


@dataclass(kw_only=True, eq=False)
class NothingToJudge(UserError, ValueError):
    """A gate has no rows to judge a model by."""

    code: ClassVar[str] = "CMT028"
    name: str
    reason: str

    def message(self) -> str:
        return f"the gate of '{self.name}' has nothing to judge by: {self.reason}"

    def hint(self) -> str:
        return "look at the step that makes the table, or at the filter before it"


@dataclass(kw_only=True, eq=False)
class NotMeasured(TaskError, RuntimeError):
    """What a model costs could not be measured."""

    code: ClassVar[str] = "CMT029"
    what: str
    reason: str

    def message(self) -> str:
        return f"the model's {self.what} could not be measured: {self.reason}"

    def hint(self) -> str:
        return "load the package in a fresh Python process by hand: `penstock.Model.load(folder).predict(rows)`"
