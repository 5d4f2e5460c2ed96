"""What can go wrong when a model is compiled, loaded or asked. `NotCompiled` is an answer, no error."""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import UserError


@dataclass(kw_only=True, eq=False)
class WrongPipeline(UserError, TypeError):
    """What should be compiled is no fitted scikit-learn pipeline."""

    code: ClassVar[str] = "MOD001"
    got: str
    """The type that came."""
    reason: str

    def message(self) -> str:
        return f"a `{self.got}` cannot be compiled: {self.reason}"

    def hint(self) -> str:
        return "pass a fitted `sklearn.pipeline.Pipeline` whose last step is the estimator"


@dataclass(kw_only=True, eq=False)
class UnusableSample(UserError, ValueError):
    """The sample of raw rows does not say what the columns are."""

    code: ClassVar[str] = "MOD002"
    reason: str
    advice: str = "pass a table of raw rows as the pipeline takes them, with named columns and at least one row"

    def message(self) -> str:
        return f"the sample of raw rows cannot be used: {self.reason}"

    def hint(self) -> str:
        return self.advice


@dataclass(kw_only=True, eq=False)
class UnfitRows(UserError, ValueError):
    """Rows do not have the columns or the types that a compiled model takes."""

    code: ClassVar[str] = "MOD003"
    column: str
    reason: str

    def message(self) -> str:
        return f"the rows do not fit the model: column {self.column!r} {self.reason}"

    def hint(self) -> str:
        return "`model.columns` names each column that the model takes, with its type"


@dataclass(kw_only=True, eq=False)
class NoOnnx(UserError, ImportError):
    """A package that compiling or running a graph needs is not installed."""

    code: ClassVar[str] = "MOD004"
    package: str

    def message(self) -> str:
        return f"compiled models need the package {self.package!r}, which is not installed here"

    def hint(self) -> str:
        return "install `penstock[onnx]`"


@dataclass(kw_only=True, eq=False)
class UnreadableGraph(UserError, ValueError):
    """A file or bytes hold no compiled model."""

    code: ClassVar[str] = "MOD005"
    place: str
    reason: str

    def message(self) -> str:
        return f"{self.place} holds no compiled model: {self.reason}"

    def hint(self) -> str:
        return "pass what `CompiledModel.save` wrote"


@dataclass(kw_only=True, eq=False)
class RefusedRows(UserError, ValueError):
    """Rows hold what the original pipeline refuses, such as an infinity, or a category it was told not to accept."""

    code: ClassVar[str] = "MOD006"
    rows: tuple[int, ...]
    """Their positions; the first ones, if there are many."""
    count: int

    def message(self) -> str:
        shown = ", ".join(str(row) for row in self.rows) + (", …" if self.count > len(self.rows) else "")
        return f"{self.count} row(s) hold a value that the model refuses, at position {shown}"

    def hint(self) -> str:
        return (
            "look for infinities, missing values that are not imputed, and unseen categories of an encoder with"
            " `handle_unknown='error'`; or ask with `refuse=False`, and look at `refused` of the answer"
        )
