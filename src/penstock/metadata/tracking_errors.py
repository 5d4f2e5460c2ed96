"""What can go wrong with what was logged."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from penstock.core.errors import UserError


@dataclass(kw_only=True, eq=False)
class NotTracked(UserError, LookupError):
    """There is no experiment, tracked run or logged model of that id, or it is deleted."""

    code: ClassVar[str] = "STO030"
    kind: Literal["experiment", "run", "logged model"]
    ident: str
    deleted: bool = False

    def message(self) -> str:
        if self.deleted:
            return f"{self.kind} {self.ident!r} is deleted, so nothing can be logged to it"
        return f"no {self.kind} {self.ident!r} is tracked"

    def hint(self) -> str | None:
        if self.deleted:
            return "restore it first (`mlflow.MlflowClient().restore_run` or `.restore_experiment`)"
        return "look for it with `mlflow.search_experiments()` or `mlflow.search_runs()`"


@dataclass(kw_only=True, eq=False)
class AlreadyTracked(UserError, ValueError):
    """An id or a name is taken."""

    code: ClassVar[str] = "STO031"
    kind: Literal["experiment", "run", "logged model"]
    ident: str
    """The id, or an experiment's name."""
    deleted: bool = False
    """Whether it is a deleted one that has it."""

    def message(self) -> str:
        state = ", which is deleted" if self.deleted else ""
        return f"there is {'an' if self.kind[0] == 'e' else 'a'} {self.kind} {self.ident!r} already{state}"

    def hint(self) -> str | None:
        return "restore it, or choose another name" if self.deleted else "use that one, or choose another name"


@dataclass(kw_only=True, eq=False)
class ParameterChanged(UserError, ValueError):
    """A parameter of a run was logged before, with another value."""

    code: ClassVar[str] = "STO032"
    tracked_id: str
    name: str
    before: str
    after: str

    def message(self) -> str:
        before, after = (text if len(text) <= 80 else f"{text[:77]}..." for text in (self.before, self.after))
        return f"parameter {self.name!r} of run {self.tracked_id!r} is {before!r} already, and cannot become {after!r}"

    def hint(self) -> str | None:
        return "log what changes while a run goes as a metric, or as a tag; parameters are what it began with"
