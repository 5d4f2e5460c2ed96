"""How checks say what they found."""

from typing import Protocol

from penstock.dsl.diagnostics import Code, Diagnostic
from penstock.dsl.places import Place


class Reporter(Protocol):
    """Takes down one mistake."""

    def __call__(self, code: Code, message: str, hint: str, place: Place) -> None: ...


class Findings:
    """The mistakes that were found, in order, each once."""

    def __init__(self) -> None:
        self.found: dict[Diagnostic, None] = {}

    def __call__(self, code: Code, message: str, hint: str, place: Place) -> None:
        self.found[Diagnostic(code=code, message=message, hint=hint, place=place)] = None
