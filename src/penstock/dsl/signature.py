"""What a component or pipeline takes and gives, read from its function's annotations."""

import dataclasses
import dis
import inspect
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from penstock.dsl.diagnostics import Code, Diagnostic
from penstock.dsl.places import Place, place_of

EMPTY: Any = inspect.Parameter.empty
"""Stands for an annotation or default that is not there."""

SINGLE = "Output"
"""The name of an output that has none of its own, as in Kubeflow."""

Kind = Literal["component", "container component", "pipeline"]

IsOneValue: TypeAlias = Callable[[type], bool]
"""Whether a dataclass is one value, because something knows how to store it."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument. `annotation` is `EMPTY` where it is missing or could not be resolved; both are problems."""

    name: str
    annotation: Any
    default: Any

    @property
    def required(self) -> bool:
        return self.default is EMPTY


@dataclass(frozen=True, slots=True)
class Signature:
    """The arguments and outputs of a component or pipeline, by name."""

    parameters: Mapping[str, Parameter]
    result: Any
    """The return annotation as a whole; None where nothing is returned."""
    fields: Mapping[str, Any]
    """The fields of `result`, where that is a NamedTuple or a dataclass."""
    problems: tuple[Diagnostic, ...]

    def outputs(self, is_one_value: IsOneValue) -> Mapping[str, Any]:
        """The annotation of each output by name; `{"Output": …}` for a single one.

        Args:
            is_one_value: Tells a dataclass that is a value of its own from one whose fields are outputs.
        """
        if self.result is None:
            return {}
        if self.fields and (issubclass(self.result, tuple) or not is_one_value(self.result)):
            return self.fields
        return {SINGLE: self.result}


def read_signature(function: Callable[..., Any], kind: Kind, name: str) -> Signature:
    """The signature of an author's function; what is wrong with it is in `problems`."""
    reader = _Reader(function, kind, name)
    parameters = {one.name: reader.parameter(one) for one in inspect.signature(function).parameters.values()}
    reader.check_kind_of_function()
    result = reader.result()
    fields = reader.fields(result)
    return Signature(parameters=parameters, result=result, fields=fields, problems=tuple(reader.problems))


class _Reader:
    def __init__(self, function: Callable[..., Any], kind: Kind, name: str) -> None:
        self.function = function
        self.kind = kind
        self.name = name
        self.problems: list[Diagnostic] = []
        code = inspect.unwrap(function).__code__
        self.place: Place = place_of(code)
        self.code: types.CodeType = code
        self.hints = self._hints()

    def problem(self, code: Code, message: str, hint: str) -> None:
        self.problems.append(Diagnostic(code=code, message=message, hint=hint, place=self.place))

    def _hints(self) -> dict[str, Any]:
        """Annotations with names resolved; those that cannot be are left out, and are problems."""
        try:
            return typing.get_type_hints(self.function, include_extras=True)
        except Exception:  # noqa: BLE001 - an annotation is any expression of the author's, so it may raise anything
            return self._hints_one_by_one()

    def _hints_one_by_one(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        owner = inspect.unwrap(self.function)
        try:
            annotations = dict(owner.__annotations__)
        except Exception as error:  # noqa: BLE001 - from Python 3.14 on, annotations are evaluated here
            self.problem(Code.UNKNOWN_ANNOTATION, f"an annotation of {self._me} does not resolve: {error}", _IMPORT)
            return found
        for name, annotation in annotations.items():
            alone = types.SimpleNamespace(__annotations__={name: annotation})
            try:
                found |= typing.get_type_hints(alone, owner.__globals__, include_extras=True)
            except Exception as error:  # noqa: BLE001 - as above
                found[name] = EMPTY
                what = "the result" if name == "return" else f"argument `{name}`"
                shown = f"`{annotation}`"
                message = f"the annotation {shown} of {what} of {self._me} does not resolve: {error}"
                self.problem(Code.UNKNOWN_ANNOTATION, message, _IMPORT)
        return found

    @property
    def _me(self) -> str:
        return f"{self.kind} '{self.name}'"

    def parameter(self, given: inspect.Parameter) -> Parameter:
        if (
            given.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD
            and given.kind is not inspect.Parameter.KEYWORD_ONLY
        ):
            if given.kind is inspect.Parameter.POSITIONAL_ONLY:
                message = f"argument `{given.name}` of {self._me} is positional-only; inputs are passed by name"
                self.problem(Code.OPEN_SIGNATURE, message, "remove the `/` from the signature")
            else:
                stars = "*" if given.kind is inspect.Parameter.VAR_POSITIONAL else "**"
                message = f"{self._me} takes `{stars}{given.name}`; its inputs must be known by name"
                self.problem(Code.OPEN_SIGNATURE, message, "name each argument, or take a `list` or a `dict` of values")
            return Parameter(given.name, EMPTY, None)
        if given.annotation is EMPTY and self.name != "<lambda>":
            message = f"argument `{given.name}` of {self._me} has no annotation"
            self.problem(Code.NOT_ANNOTATED, message, f"write `{given.name}: str`, `{given.name}: pl.DataFrame`, …")
        return Parameter(given.name, self.hints.get(given.name, EMPTY), given.default)

    def check_kind_of_function(self) -> None:
        for check, word in (
            (inspect.iscoroutinefunction, "is asynchronous"),
            (inspect.isasyncgenfunction, "is an asynchronous generator"),
            (inspect.isgeneratorfunction, "is a generator"),
        ):
            if check(self.function):
                hint = "return the result instead of yielding it"
                if word == "is asynchronous":
                    hint = "write a plain `def`, and call `asyncio.run(...)` inside"
                self.problem(Code.NOT_A_FUNCTION, f"{self._me} {word}, and a plain function is needed", hint)

    def result(self) -> Any:
        if "return" in self.hints:
            result = self.hints["return"]
            return None if result is types.NoneType else result
        if self.kind == "component" and self.name != "<lambda>" and _returns_value(self.code):
            message = f"the result of {self._me} has no annotation"
            self.problem(Code.NOT_ANNOTATED, message, f"write `def {self.name}(...) -> pl.DataFrame:`, `-> float:`, …")
            return EMPTY
        return None

    def fields(self, result: Any) -> dict[str, Any]:
        names = _field_names(result)
        if not names:
            return {}
        try:
            hints = typing.get_type_hints(result, include_extras=True)
        except Exception as error:  # noqa: BLE001 - as in `_hints`
            message = f"an annotation in `{result.__name__}`, the result of {self._me}, does not resolve: {error}"
            self.problem(Code.UNKNOWN_ANNOTATION, message, _IMPORT)
            hints = {}
        for name in names:
            if name in _RESERVED or name.startswith("_"):
                message = f"output `{name}` of {self._me} has a name that handles use themselves"
                self.problem(Code.NAME_CLASH, message, f"rename the field of `{result.__name__}`")
        return {name: hints.get(name, EMPTY) for name in names}


_IMPORT = "import the name at the top of the module, outside of `if TYPE_CHECKING`"
_RESERVED = frozenset({"after"})


def _field_names(result: Any) -> tuple[str, ...]:
    """The names of several outputs: fields of a NamedTuple or dataclass; none for other types."""
    if isinstance(result, type):
        if issubclass(result, tuple) and hasattr(result, "_fields"):
            return tuple(result._fields)
        if dataclasses.is_dataclass(result):
            return tuple(field.name for field in dataclasses.fields(result))
    return ()


def _returns_value(code: types.CodeType) -> bool:
    """Whether a function returns anything but None, as far as its code shows."""
    if code.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        return False
    before: dis.Instruction | None = None
    for instruction in dis.get_instructions(code):
        if instruction.opname == "RETURN_CONST" and instruction.argval is not None:
            return True
        if instruction.opname == "RETURN_VALUE":
            is_none = before is not None and before.opname == "LOAD_CONST" and before.argval is None
            if not is_none:
                return True
        before = instruction
    return False
