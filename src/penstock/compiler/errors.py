"""What compiling raises."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import ClassVar

from penstock.core.errors import UserError
from penstock.dsl.diagnostics import Diagnostic


@dataclass(kw_only=True, eq=False)
class CompilationFailed(UserError, ValueError):
    """A pipeline has mistakes; all that were found are in `diagnostics`, in the order of their places.

    No `SyntaxError`: notebooks show those in a way of their own, in which the mistakes would be lost.
    """

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


@dataclass(kw_only=True, eq=False)
class TargetNotFound(UserError, FileNotFoundError):
    """Nothing lies where a person said that a pipeline is."""

    code: ClassVar[str] = "CMP070"
    target: str
    looked_for: str
    near: list[str] = field(default_factory=list)

    def message(self) -> str:
        return f"there is no pipeline '{self.target}': {self.looked_for} does not exist"

    def hint(self) -> str:
        name = Path(self.target.rpartition(":")[0] or self.target).name
        near = get_close_matches(name, self.near, n=1)
        if near:
            return f"did you mean `{near[0]}`?"
        return "name a file, `pipeline.py`; a pipeline in it, `pipeline.py:taxi`; or a module, `package.module:taxi`"


@dataclass(kw_only=True, eq=False)
class TargetIsFolder(UserError, IsADirectoryError):
    """A folder was named where a file is needed."""

    code: ClassVar[str] = "CMP071"
    path: str
    files: list[str]

    def message(self) -> str:
        return f"'{self.path}' is a folder, and a file with a pipeline is needed"

    def hint(self) -> str:
        if not self.files:
            return "name a Python file; there is none in this folder"
        return f"name a file in it: {', '.join(self.files)}"


@dataclass(kw_only=True, eq=False)
class NoPipeline(UserError, LookupError):
    """A file or module defines no pipeline."""

    code: ClassVar[str] = "CMP072"
    place: str
    is_empty: bool

    def message(self) -> str:
        return f"'{self.place}' is empty" if self.is_empty else f"there is no pipeline in '{self.place}'"

    def hint(self) -> str:
        return "write a function that calls components, with `@pipeline` on it, at the top level of the file"


@dataclass(kw_only=True, eq=False)
class SeveralPipelines(UserError, LookupError):
    """A file or module defines several pipelines, and none was named."""

    code: ClassVar[str] = "CMP073"
    place: str
    names: list[str]
    are: str = "pipelines"

    def message(self) -> str:
        return f"'{self.place}' has {len(self.names)} {self.are}: {', '.join(self.names)}"

    def hint(self) -> str:
        return f"say which: `{self.place}:{self.names[0]}`"


@dataclass(kw_only=True, eq=False)
class ImportFailed(UserError, ImportError):
    """The author's module raised while it was imported."""

    code: ClassVar[str] = "CMP075"
    target: str
    exception: str
    text: str
    missing: str = ""
    """The module that was not found, if that is what happened."""
    traceback: str = ""
    """The author's frames, as Python prints them."""
    advice: str = ""
    """What to do, where more is known than that the module raised."""

    def message(self) -> str:
        if self.exception == "SystemExit":
            return f"'{self.target}' ended Python while it was imported (exit code {self.text or 0})"
        return f"'{self.target}' cannot be imported: {self.exception}" + (f": {self.text}" if self.text else "")

    def hint(self) -> str:
        if self.advice:
            return self.advice
        if self.missing:
            return f"install what provides `{self.missing}`, or correct the name"
        if self.exception == "SystemExit":
            return 'put what only a script does under `if __name__ == "__main__":`'
        return "correct the module; it must be possible to import it without running anything"

    def __str__(self) -> str:
        lines = [f"  | {line}" for line in self.traceback.rstrip().splitlines()]
        return "\n".join([super().__str__(), *lines])


@dataclass(kw_only=True, eq=False)
class PipelineNotFound(UserError, LookupError):
    """A module has no pipeline of the name that was given."""

    code: ClassVar[str] = "CMP076"
    place: str
    name: str
    is_a: str
    """What the name stands for instead; empty if for nothing."""
    known: list[str]

    def message(self) -> str:
        if self.is_a:
            return f"`{self.name}` in '{self.place}' is {self.is_a}, not a pipeline"
        return f"there is no pipeline `{self.name}` in '{self.place}'"

    def hint(self) -> str:
        near = get_close_matches(self.name, self.known, n=1)
        if near:
            return f"did you mean `{self.place}:{near[0]}`?"
        return f"its pipelines are {', '.join(self.known)}" if self.known else "put `@pipeline` on a function in it"


@dataclass(kw_only=True, eq=False)
class TargetMalformed(UserError, ValueError):
    """What was named cannot hold a pipeline."""

    code: ClassVar[str] = "CMP077"
    target: str
    reason: str

    def message(self) -> str:
        return f"'{self.target}' cannot be a pipeline: {self.reason}"

    def hint(self) -> str:
        return "name a Python file whose name is letters, digits, `_` and `-`, as in `pipeline.py:taxi`"


@dataclass(kw_only=True, eq=False)
class TargetUnreadable(UserError, OSError):
    """A file is there, and cannot be read."""

    code: ClassVar[str] = "CMP078"
    path: str
    reason: str

    def message(self) -> str:
        return f"'{self.path}' cannot be read: {self.reason}"

    def hint(self) -> str:
        return "check who may read it"


@dataclass(kw_only=True, eq=False)
class CompilationRefused(UserError, ValueError):
    """Another process found mistakes in a pipeline; they come as text that is ready to be shown."""

    code: ClassVar[str] = "CMP079"
    reason_code: str
    """Of what that process raised."""
    text: str

    def message(self) -> str:
        return self.text.splitlines()[0] if self.text else "the pipeline cannot be compiled"

    def __str__(self) -> str:
        return self.text
