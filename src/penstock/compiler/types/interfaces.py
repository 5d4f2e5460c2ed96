"""What components and pipelines take and give in terms of the IR: parameters and artifacts, from their annotations."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from types import CodeType
from typing import Any, get_args

from msgspec import UNSET, UnsetType

from penstock.core.json import Json
from penstock.data.errors import UnknownType, WrongType
from penstock.data.naming import type_name
from penstock.data.types import ArtifactUse, ParameterUse, classify, encode_parameter
from penstock.dsl.diagnostics import Code, Diagnostic
from penstock.dsl.graph import Definition
from penstock.dsl.places import place_of
from penstock.dsl.signature import EMPTY, Parameter
from penstock.dsl.status import TaskFinalStatus


@dataclass(frozen=True, slots=True)
class FinalStatus:
    """Stands for an argument that the engine fills with how the guarded part ended."""


Use = ParameterUse | ArtifactUse | FinalStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One declared input."""

    name: str
    use: Use | None
    """None where the annotation is a mistake, which is reported already."""
    annotation: Any
    optional: bool
    """Whether it may be left out."""
    default: Json | UnsetType = UNSET
    """As JSON; of an artifact, the path that it is read from if none is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """The inputs and outputs of one component; of a pipeline, the inputs."""

    inputs: Mapping[str, Input]
    outputs: Mapping[str, Use | None]
    problems: tuple[Diagnostic, ...]


def is_one_value(annotation: type) -> bool:
    """Whether a dataclass is an artifact or parameter itself, rather than a bundle of outputs."""
    if annotation is TaskFinalStatus:
        return True
    try:
        classify(annotation)
    except UnknownType:
        return False
    return True


class Interfaces:
    """Reads each definition once."""

    def __init__(self) -> None:
        self._known: dict[int, Interface] = {}

    def of_component(self, definition: Definition) -> Interface:
        return self._of(definition, _ComponentReader)

    def of_pipeline(self, definition: Definition) -> Interface:
        return self._of(definition, _PipelineReader)

    def _of(self, definition: Definition, reader: Callable[[Definition], "_Reader"]) -> Interface:
        origin = definition.origin
        known = self._known.get(id(origin))
        if known is None:
            known = self._known[id(origin)] = reader(origin).read()
        return known


class _Reader:
    kind = ""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.place = place_of(_code(definition.function))
        self.problems: list[Diagnostic] = []

    def read(self) -> Interface:
        signature = self.definition.signature
        inputs = {name: self._input(one) for name, one in signature.parameters.items()}
        return Interface(inputs=inputs, outputs=self._outputs(), problems=tuple(self.problems))

    def _outputs(self) -> dict[str, Use | None]:
        raise NotImplementedError

    def _artifact_default(self, parameter: Parameter, use: ArtifactUse) -> Json | UnsetType:
        raise NotImplementedError

    def problem(self, code: Code, message: str, hint: str) -> None:
        self.problems.append(Diagnostic(code=code, message=message, hint=hint, place=self.place))

    @property
    def _me(self) -> str:
        return f"{self.kind} '{self.definition.name}'"

    def use(self, annotation: Any, where: str) -> Use | None:
        """What an annotation stands for; None for a mistake, which is recorded."""
        if annotation is EMPTY:
            return None
        if annotation is TaskFinalStatus:
            return FinalStatus()
        try:
            return classify(annotation)
        except UnknownType as error:
            hint = error.hint()
            if TaskFinalStatus in get_args(annotation):
                hint = "write `status: TaskFinalStatus = TaskFinalStatus()`; the engine fills it"
            if where == "the result" and getattr(annotation, "__origin__", None) is tuple:
                hint = "for several outputs, return a NamedTuple or a dataclass: each needs a name"
            self.problem(Code.UNSUPPORTED_TYPE, f"{where} of {self._me}: {error.message()}", hint)
            return None

    def _input(self, parameter: Parameter) -> Input:
        use = self.use(parameter.annotation, f"argument `{parameter.name}`")
        optional = not parameter.required
        default: Json | UnsetType = UNSET
        if isinstance(use, FinalStatus):
            optional = True
        elif isinstance(use, ArtifactUse):
            default = self._artifact_default(parameter, use) if optional else UNSET
        elif isinstance(use, ParameterUse) and optional:
            default = self._parameter_default(parameter)
        return Input(name=parameter.name, use=use, annotation=parameter.annotation, optional=optional, default=default)

    def _parameter_default(self, parameter: Parameter) -> Json | UnsetType:
        where = f"the default of argument `{parameter.name}` of {self._me}"
        try:
            encoded = encode_parameter(parameter.default, parameter.annotation, where=where)
        except WrongType as error:
            hint = f"change the default, or annotate it as `{type_name(parameter.annotation)} | None`"
            if parameter.default is not None:
                hint = f"give a default of type `{type_name(parameter.annotation)}`, or change the annotation"
            self.problem(Code.BAD_DEFAULT, error.message(), hint)
            return UNSET
        return UNSET if encoded is None else encoded


class _ComponentReader(_Reader):
    kind = "component"

    def _outputs(self) -> dict[str, Use | None]:
        declared = self.definition.signature.outputs(is_one_value)
        one = len(declared) == 1
        return {name: self._output(of, "the result" if one else f"output `{name}`") for name, of in declared.items()}

    def _output(self, annotation: Any, where: str) -> Use | None:
        use = self.use(annotation, where)
        if isinstance(use, FinalStatus):
            message = f"{where} of {self._me} is a `TaskFinalStatus`, which only an exit task is given"
            self.problem(Code.BAD_EXIT_HANDLER, message, "return its `state` or `error` as text")
            return None
        return use

    def _artifact_default(self, parameter: Parameter, _: ArtifactUse) -> Json | UnsetType:
        # Of other defaults than a file's, Python's own applies when the function is called without the argument.
        return str(parameter.default) if isinstance(parameter.default, PurePath) else UNSET


class _PipelineReader(_Reader):
    kind = "pipeline"

    def _outputs(self) -> dict[str, Use | None]:
        return {}

    def _input(self, parameter: Parameter) -> Input:
        found = super()._input(parameter)
        if isinstance(found.use, FinalStatus):
            message = f"argument `{parameter.name}` of {self._me} is a `TaskFinalStatus`, which only a task can take"
            self.problem(Code.BAD_EXIT_HANDLER, message, "let the component of the exit task take it")
        if isinstance(found.use, ArtifactUse) and found.use.is_list:
            message = f"argument `{parameter.name}` of {self._me} is a list of artifacts, which a run cannot be given"
            self.problem(Code.UNSUPPORTED_TYPE, message, "take a folder as a `Path`, or a `list[str]` of places")
        return found

    def _artifact_default(self, parameter: Parameter, use: ArtifactUse) -> Json | UnsetType:
        if parameter.default is None and use.optional:
            return UNSET
        if isinstance(parameter.default, PurePath):
            return str(parameter.default)
        where = f"the default of argument `{parameter.name}` of {self._me}"
        message = f"{where} is a `{type_name(type(parameter.default))}`, and the argument is an artifact"
        self.problem(Code.BAD_DEFAULT, message, "a default artifact is a `Path` to a file or folder")
        return UNSET


def _code(function: Callable[..., Any]) -> CodeType:
    code: CodeType = inspect.unwrap(function).__code__
    return code
