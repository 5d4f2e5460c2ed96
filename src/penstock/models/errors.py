"""What can go wrong when a model is packaged, opened or asked."""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import UserError


@dataclass(kw_only=True, eq=False)
class NotPackaged(UserError, TypeError):
    """An object cannot become a model package."""

    code: ClassVar[str] = "MOD020"
    what: str
    """Its type."""
    reason: str
    advice: str

    def message(self) -> str:
        return f"a `{self.what}` cannot be packaged as a model: {self.reason}"

    def hint(self) -> str:
        return self.advice


@dataclass(kw_only=True, eq=False)
class UnreadablePackage(UserError, ValueError):
    """A folder is no model package, or one that was damaged or edited. Nothing of it was executed."""

    code: ClassVar[str] = "MOD021"
    place: str
    reason: str
    advice: str = ""

    def message(self) -> str:
        return f"'{self.place}' cannot be opened as a model: {self.reason}"

    def hint(self) -> str:
        return self.advice or "take the folder from where it was made; a package is never edited"


@dataclass(kw_only=True, eq=False)
class PickleRefused(UserError, PermissionError):
    """A model is stored as a pickle, and nobody allowed to load it."""

    code: ClassVar[str] = "MOD022"
    place: str
    file: str

    def message(self) -> str:
        return f"the model in '{self.place}' is a pickle ('{self.file}'), and loading one runs what is written in it"

    def hint(self) -> str:
        return (
            "train or save it anew without pickle (MLflow: `serialization_format='skops'`; PyTorch: `'pt2'`); or, if"
            " you know who made it, load it with `Model.load(folder, trust_pickle=True)`"
        )


@dataclass(kw_only=True, eq=False)
class RowsUnfit(UserError, ValueError):
    """Rows do not have the columns or the types that a model takes."""

    code: ClassVar[str] = "MOD023"
    column: str
    reason: str

    def message(self) -> str:
        return f"the rows do not fit the model: column {self.column!r} {self.reason}"

    def hint(self) -> str:
        return "`model.signature.inputs` names each column that the model takes, with its type"


@dataclass(kw_only=True, eq=False)
class NotRows(UserError, TypeError):
    """What a model was asked about is no table of rows."""

    code: ClassVar[str] = "MOD024"
    got: str
    reason: str

    def message(self) -> str:
        return f"a `{self.got}` cannot be taken as rows: {self.reason}"

    def hint(self) -> str:
        return "pass a frame of pandas or Polars, an Arrow table, a list of dicts, or one dict for one row"


@dataclass(kw_only=True, eq=False)
class ModelFails(UserError, RuntimeError):
    """The model itself raised an error for the rows that it was given."""

    code: ClassVar[str] = "MOD025"
    what: str
    reason: str

    def message(self) -> str:
        return f"the model (`{self.what}`) fails on these rows: {self.reason}"

    def hint(self) -> str:
        return (
            "pass raw rows as the model was fitted on: the columns before preprocessing, and not the features after it"
        )


@dataclass(kw_only=True, eq=False)
class NoProbabilities(UserError, AttributeError):
    """The model was asked for probabilities and has none."""

    code: ClassVar[str] = "MOD026"
    what: str

    def message(self) -> str:
        return f"the model (`{self.what}`) has no probabilities"

    def hint(self) -> str:
        return "ask `predict`; or wrap a classifier in `CalibratedClassifierCV` before fitting"
