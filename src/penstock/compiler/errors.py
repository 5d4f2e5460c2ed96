"""What compiling raises."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from penstock.core.errors import UserError
from penstock.dsl.diagnostics import Diagnostic


@dataclass(kw_only=True, eq=False)
class CompilationFailed(UserError, SyntaxError):
    """A pipeline has mistakes; all that were found are in `diagnostics`, in the order of their places."""

    code: ClassVar[str] = "CMP000"
    diagnostics: list[Diagnostic]
    folder: Path = field(default_factory=Path.cwd)
    """Paths are shown relative to it."""

    def message(self) -> str:
        count = len(self.diagnostics)
        return "the pipeline has a mistake" if count == 1 else f"the pipeline has {count} mistakes"

    def hint(self) -> str | None:
        return None

    def __str__(self) -> str:
        return "\n".join(one.render(self.folder) for one in self.diagnostics)
