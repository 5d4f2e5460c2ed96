"""Whether what is passed to a task fits what its component takes."""

from pathlib import PurePath
from typing import Any

from msgspec import UNSET

from penstock.compiler.checks.reporting import Reporter
from penstock.compiler.types.annotations import UNKNOWN, is_optional
from penstock.compiler.types.flows import ArtifactFlow, Flow, Flows, ParameterFlow, fits
from penstock.compiler.types.interfaces import Input
from penstock.data.errors import WrongType
from penstock.data.naming import type_name
from penstock.data.types import ArtifactUse, ParameterUse, encode_parameter
from penstock.dsl.diagnostics import Code
from penstock.dsl.graph import Constant, Task, Template, Value, describe_value


class ArgumentCheck:
    """Holds arguments against declarations."""

    def __init__(self, flows: Flows, reporter: Reporter) -> None:
        self._flows = flows
        self._report = reporter

    def run(self, task: Task, declared: Input, use: ParameterUse | ArtifactUse, value: Value) -> None:
        """Check one argument of a task."""
        if isinstance(value, Constant):
            if isinstance(use, ArtifactUse):
                self._constant_artifact(task, declared, use, value.value)
            else:
                self._constant(task, declared, value.value)
            return
        if isinstance(value, Template):
            self._template(task, declared, value)
        flow = self._flows.of(value)
        if flow is None:
            return
        takes = f"{task.shown} takes `{declared.name}: {type_name(declared.annotation)}`"
        if not fits(flow, use):
            message = f"{takes}, but {describe_value(value)} is {flow.shown}"
            self._report(Code.WRONG_TYPE, message, _hint(flow, use), task.place)
        elif _may_be_none(flow) and not use.optional and not declared.optional:
            message = f"{takes}, but {describe_value(value)} may be None"
            hint = f"annotate `{declared.name}` as `{type_name(declared.annotation)} | None`, or give the input a value"
            self._report(Code.WRONG_TYPE, message, hint, task.place)

    def _template(self, task: Task, declared: Input, value: Template) -> None:
        for part in value.parts:
            flow = None if isinstance(part, str) else self._flows.of(part)
            if isinstance(flow, ArtifactFlow) and not isinstance(part, str):
                message = f"the text for `{declared.name}` of {task.shown} holds {describe_value(part)}, an artifact"
                hint = "only parameters can be put into text; pass the artifact as an input of its own"
                self._report(Code.WRONG_TYPE, message, hint, task.place)

    def _constant(self, task: Task, declared: Input, value: Any) -> None:
        if value is None and declared.optional and declared.default is not UNSET:
            message = f"{task.shown} is given None for `{declared.name}`, whose default is {declared.default!r}"
            hint = "to a run, None means that nothing is given, and the default counts; make None the default"
            self._report(Code.BAD_CONSTANT, message, hint, task.place)
            return
        try:
            encode_parameter(value, declared.annotation, where=f"argument `{declared.name}` of {task.shown}")
        except WrongType as error:
            hint = f"pass a value of type `{type_name(declared.annotation)}`"
            self._report(Code.BAD_CONSTANT, error.message(), hint, task.place)

    def _constant_artifact(self, task: Task, declared: Input, use: ArtifactUse, value: Any) -> None:
        if isinstance(value, PurePath) or (value is None and (use.optional or declared.optional)):
            return
        takes = f"{task.shown} takes `{declared.name}: {type_name(declared.annotation)}`"
        message = f"{takes}, but a plain `{type_name(type(value))}` came"
        hint = "pass the output of a task, or a `Path` to a file; a value goes through a component that returns it"
        if isinstance(value, str):
            hint = "pass a `Path` instead of text to read a file, or the output of a task"
        self._report(Code.WRONG_TYPE, message, hint, task.place)


def _may_be_none(flow: Flow) -> bool:
    if isinstance(flow, ArtifactFlow):
        return flow.use.optional and not flow.use.is_list
    return flow.annotation is not UNKNOWN and is_optional(flow.annotation)


def _hint(flow: Flow, use: ParameterUse | ArtifactUse) -> str:
    if isinstance(flow, ArtifactFlow) and isinstance(use, ParameterUse):
        return "a parameter is needed: let a component read the artifact and return the value"
    if isinstance(flow, ParameterFlow) and isinstance(use, ArtifactUse):
        return "an artifact is needed: annotate what makes it as a table, a model or a `Path`"
    if isinstance(flow, ArtifactFlow) and isinstance(use, ArtifactUse):
        if flow.use.is_list and not use.is_list:
            return "it is a list: take `list[...]`, or go over it with `each`"
        if use.is_list and not flow.use.is_list:
            return "a list is needed: collect the results of a loop, or return `list[...]`"
        return "change one of the annotations, so that both store the same kind of thing"
    return "change one of the annotations, or convert the value in a component"
