"""What can be wrong with a pipeline document, its parameters and its placeholders. All are `UserError`s."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from penstock.core.errors import UserError
from penstock.ir.wording import describe

# --- reading a document -----------------------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class PipelineFileMissing(UserError, FileNotFoundError):
    """There is no file of that name."""

    code: ClassVar[str] = "IRX001"
    path: str

    def message(self) -> str:
        return f"no pipeline file {self.path!r}"

    def hint(self) -> str:
        return "check the path; `penstock compile pipeline.py -o pipeline.yaml` writes such a file"


@dataclass(kw_only=True, eq=False)
class PipelineFileUnreadable(UserError, OSError):
    """It exists, but its text cannot be had: a folder, no permission, not UTF-8."""

    code: ClassVar[str] = "IRX002"
    path: str
    reason: str

    def message(self) -> str:
        return f"cannot read pipeline file {self.path!r}: {self.reason}"

    def hint(self) -> str:
        return "name one compiled pipeline, a YAML or JSON file in UTF-8"


@dataclass(kw_only=True, eq=False)
class MalformedDocument(UserError, ValueError):
    """The text is neither YAML nor JSON."""

    code: ClassVar[str] = "IRX003"
    reason: str
    source: str = ""
    line: int | None = None
    column: int | None = None

    def message(self) -> str:
        return f"{_where(self.source, self.line, self.column)}not a YAML or JSON document: {self.reason}"

    def hint(self) -> str:
        return "a compiled pipeline is YAML or JSON; compile it again if it was damaged on the way"


@dataclass(kw_only=True, eq=False)
class NotAPipeline(UserError, ValueError):
    """The text is YAML or JSON, but of something else."""

    code: ClassVar[str] = "IRX004"
    reason: str
    source: str = ""
    advice: str = ""

    def message(self) -> str:
        return f"{_where(self.source)}not a compiled pipeline: {self.reason}"

    def hint(self) -> str:
        return self.advice or "expected the mapping that `penstock compile` or the `kfp` compiler writes"


@dataclass(kw_only=True, eq=False)
class UnsupportedSchema(UserError, ValueError):
    """The pipeline was compiled for a version of the format that is not read here."""

    code: ClassVar[str] = "IRX005"
    version: str
    source: str = ""

    def message(self) -> str:
        return f"{_where(self.source)}schema version {self.version!r} is not supported"

    def hint(self) -> str:
        return "Penstock reads schema version 2.x: compile the pipeline with a `kfp` SDK of version 2, or with Penstock"


@dataclass(kw_only=True, eq=False)
class InvalidField(UserError, ValueError):
    """One field holds something that the format does not allow there."""

    code: ClassVar[str] = "IRX006"
    place: str
    """Where in the document, e.g. `root.dag.tasks.train.componentRef`."""
    expected: str
    got: str
    source: str = ""

    def message(self) -> str:
        return f"{_where(self.source)}{self.place or 'the document'}: expected {self.expected}, got {self.got}"

    def hint(self) -> str:
        return "correct that field, or compile the pipeline again"


# --- parameters -------------------------------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class ParameterMismatch(UserError, TypeError):
    """A parameter's value is not of its declared type."""

    code: ClassVar[str] = "IRX030"
    name: str
    expected: str
    value: Any

    def message(self) -> str:
        return f"parameter {self.name!r} takes {self.expected}, got {describe(self.value)}"

    def hint(self) -> str:
        return "pass a value of that type, or change the type that the component declares"


@dataclass(kw_only=True, eq=False)
class ParameterTextInvalid(UserError, ValueError):
    """Text from a command line does not say a value of the parameter's type."""

    code: ClassVar[str] = "IRX031"
    text: str
    expected: str
    example: str
    name: str = ""

    def message(self) -> str:
        name = f"parameter {self.name!r}: " if self.name else ""
        return f"{name}{describe(self.text)} is not {self.expected}"

    def hint(self) -> str:
        return f"write it like `{self.name or 'name'}={self.example}`"


@dataclass(kw_only=True, eq=False)
class ParametersRejected(UserError, ValueError):
    """The parameters that were given do not fit those that are declared: everything wrong, at once."""

    code: ClassVar[str] = "IRX032"
    missing: Sequence[str] = ()
    """Required, and not given."""
    unknown: Sequence[str] = ()
    """Given, and not declared; with a near miss where there is one."""
    mismatched: Sequence[str] = ()
    """Given, of the wrong type: a sentence each."""
    declared: Sequence[str] = ()

    def message(self) -> str:
        parts = [f"missing parameter {name!r}" for name in self.missing]
        parts += [f"unknown parameter {name}" for name in self.unknown]
        return "; ".join([*parts, *self.mismatched])

    def hint(self) -> str:
        return f"the pipeline takes {', '.join(self.declared) or 'no parameters'}"


# --- placeholders -----------------------------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class UnresolvedPlaceholder(UserError, LookupError):
    """A placeholder names something that the task was not given."""

    code: ClassVar[str] = "IRX040"
    placeholder: str
    reason: str

    def message(self) -> str:
        return f"cannot resolve {self.placeholder}: {self.reason}"

    def hint(self) -> str:
        return "correct the name, or guard an optional input with `IfPresent`"


@dataclass(kw_only=True, eq=False)
class MalformedPlaceholder(UserError, ValueError):
    """A `Concat` or `IfPresent` element that is not built as it has to be."""

    code: ClassVar[str] = "IRX041"
    element: str
    reason: str

    def message(self) -> str:
        return f"malformed placeholder {self.element}: {self.reason}"

    def hint(self) -> str:
        return 'write `{"Concat": [...]}` or `{"IfPresent": {"InputName": "x", "Then": ..., "Else": ...}}`'


# --- resources --------------------------------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class InvalidQuantity(UserError, ValueError):
    """A number of cores, bytes, devices or seconds that cannot be read."""

    code: ClassVar[str] = "IRX050"
    text: str
    what: str
    """Of what it is a quantity: `CPU`, `memory`, `accelerators`, `seconds`."""
    examples: Sequence[str] = field(default_factory=tuple)

    def message(self) -> str:
        return f"{describe(self.text)} is not a quantity of {self.what}"

    def hint(self) -> str:
        return f"write it like {' or '.join(repr(example) for example in self.examples)}"


def _where(source: str, line: int | None = None, column: int | None = None) -> str:
    place = ":".join(str(part) for part in (source, line, column) if part not in ("", None))
    return f"{place}: " if place else ""
