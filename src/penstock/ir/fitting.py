"""Whether a task fits its component: it gives what is needed, of the right type, and iterates rightly."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET

from penstock.ir.codec import parse_json
from penstock.ir.errors import MalformedDocument, ParameterMismatch
from penstock.ir.parameters import constant_of, convert_declared
from penstock.ir.problems import Code, Problem, unknown_name
from penstock.ir.spec import ComponentSpec, TaskSpec
from penstock.ir.wording import did_you_mean, join


def check_fit(component: ComponentSpec, place: str, task: TaskSpec) -> Iterator[Problem]:
    """What is wrong between a task at `place` and the component that it places."""
    yield from _check_given(component, place, task)
    yield from _check_constants(component, place, task)
    yield from _check_iterator(component, place, task)


def _check_given(component: ComponentSpec, place: str, task: TaskSpec) -> Iterator[Problem]:
    # Names that are given and not declared are no mistake: Kubeflow's compiler passes such for placeholders.
    declared, given = component.input_definitions, task.inputs
    items = {it.item_input for it in (task.parameter_iterator, task.artifact_iterator) if it is not None}
    for name, parameter in declared.parameters.items():
        needed = not parameter.is_optional and parameter.default_value is UNSET
        if needed and name not in given.parameters and name not in items and parameter.parameter_type != "TASK_CONFIG":
            near = did_you_mean(name, given.parameters.keys() - declared.parameters.keys())
            yield Problem(
                Code.INPUT_MISSING, place, f"parameter {name!r} is required and not given", near or "give it a value"
            )
    for name, artifact in declared.artifacts.items():
        if not artifact.is_optional and name not in given.artifacts and name not in items:
            near = did_you_mean(name, given.artifacts.keys() - declared.artifacts.keys())
            hint = near or "give it a task's output"
            yield Problem(Code.INPUT_MISSING, place, f"artifact {name!r} is required and not given", hint)


def _check_constants(component: ComponentSpec, place: str, task: TaskSpec) -> Iterator[Problem]:
    for name, source in task.inputs.parameters.items():
        declared = component.input_definitions.parameters.get(name)
        value = None if source.runtime_value is None else constant_of(source.runtime_value)
        if declared is None or value is None or (isinstance(value, str) and "{{$" in value):
            continue
        try:
            convert_declared(name, value, declared)
        except ParameterMismatch as error:
            where = join(f"{place}.inputs.parameters", name)
            yield Problem(Code.WRONG_VALUE, f"{where}.runtimeValue", error.message(), error.hint())


def _check_iterator(component: ComponentSpec, place: str, task: TaskSpec) -> Iterator[Problem]:
    """Whether a task that is run once for each of several items says which items, and takes them."""
    loop, artifact_loop = task.parameter_iterator, task.artifact_iterator
    if loop is None and artifact_loop is None:
        return
    if loop is not None and artifact_loop is not None:
        yield Problem(Code.WRONG_ITERATOR, place, "it iterates over parameters and over artifacts", "keep one iterator")
    if component.dag is None:
        hint = "a loop's body is a component with a DAG: wrap the task in one"
        yield Problem(Code.WRONG_ITERATOR, place, "it iterates a component that has no DAG", hint)
    if loop is not None:
        where = f"{place}.parameterIterator"
        yield from _check_items(where, loop.items.raw, loop.items.input_parameter, task.inputs.parameters)
        yield from _check_item(where, loop.item_input, component.input_definitions.parameters)
    if artifact_loop is not None:
        where = f"{place}.artifactIterator"
        yield from _check_items(where, "", artifact_loop.items.input_artifact, task.inputs.artifacts)
        yield from _check_item(where, artifact_loop.item_input, component.input_definitions.artifacts)


def _check_item(place: str, name: str, takes: Mapping[str, Any]) -> Iterator[Problem]:
    if name not in takes:
        yield unknown_name(Code.WRONG_ITERATOR, f"{place}.itemInput", "input of the loop's body", name, takes)


def _check_items(place: str, raw: str, name: str, given: Mapping[str, Any]) -> Iterator[Problem]:
    if name:
        if name not in given:
            yield unknown_name(Code.WRONG_ITERATOR, f"{place}.items", "input of this task", name, given)
        return
    try:
        is_list = isinstance(parse_json(raw), list)
    except MalformedDocument:
        is_list = False
    if not is_list and "{{$" not in raw:
        yield Problem(Code.WRONG_ITERATOR, f"{place}.items.raw", "it is no JSON list", "write it like `[1, 2, 3]`")
