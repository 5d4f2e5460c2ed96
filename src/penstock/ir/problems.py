"""What `validate` finds: problems, each with a code, a place and a hint; and the error that carries all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from penstock.core.errors import UserError
from penstock.ir.wording import did_you_mean


class Code(StrEnum):
    """What can be wrong between the parts of a pipeline. Each has a page in `docs/errors/`, and keeps its number."""

    NO_COMPONENT = "IRX011"
    NO_EXECUTOR = "IRX012"
    NO_TASK = "IRX013"
    TASK_CYCLE = "IRX014"
    COMPONENT_CYCLE = "IRX015"
    NO_OUTPUT = "IRX016"
    NO_INPUT = "IRX017"
    INPUT_MISSING = "IRX018"
    WRONG_SOURCE = "IRX019"
    WRONG_BODY = "IRX020"
    WRONG_ITERATOR = "IRX021"
    OUTPUT_MISSING = "IRX022"
    WRONG_VALUE = "IRX023"
    WRONG_PLACEHOLDER = "IRX024"
    TASK_NAME = "IRX025"


class Problem(Struct, frozen=True, gc=False):
    """One thing that is wrong with a pipeline."""

    code: Code
    place: str
    """Where in the document, e.g. `root.dag.tasks.train.componentRef`."""
    message: str
    """What is wrong, without a final full stop."""
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.place or 'the document'}: error[{self.code}]: {self.message}"
        return f"{text}\n  hint: {self.hint}" if self.hint else text


def unknown_name(code: Code, place: str, what: str, name: str, known: Iterable[str]) -> Problem:
    """The problem that `name` is not among the `known` ones."""
    names = list(known)
    near = did_you_mean(name, names)
    shown = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
    return Problem(code, place, f"there is no {what} {name!r}", near or f"there are: {shown or 'none'}")


@dataclass(kw_only=True, eq=False)
class InvalidPipeline(UserError, ValueError):
    """The document has the right form, but its parts do not fit together. Every problem is listed."""

    code: ClassVar[str] = "IRX010"
    problems: Sequence[Problem]
    source: str = ""

    def message(self) -> str:
        return "\n".join([self._title(), *map(str, self.problems)])

    def __str__(self) -> str:
        return "\n".join([f"{self._title()} [{self.code}]", *map(str, self.problems)])

    def _title(self) -> str:
        count = "a problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        return f"{self.source or 'the pipeline'} has {count}"
