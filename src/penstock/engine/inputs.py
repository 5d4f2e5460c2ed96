"""Where the inputs of a task come from: constants, the surrounding component's inputs, other tasks' outputs."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import UNSET, structs

from penstock.core.ids import ArtifactId
from penstock.core.json import Json
from penstock.engine.conditions import select
from penstock.engine.errors import MissingInput, NotAList
from penstock.ir.errors import ParameterTextInvalid
from penstock.ir.parameters import apply_defaults, constant_of, parameter_type, parse_parameter_text
from penstock.ir.placeholders import RUN_VALUES, resolve_constant
from penstock.ir.spec import ComponentSpec, DagSpec, InputParameter, TaskInputArtifact, TaskInputParameter, TaskSpec
from penstock.metadata.records import Bindings, Execution, State

_ABSENT: Any = object()

_FINAL_STATES = {State.SUCCEEDED: "COMPLETE", State.CANCELED: "CANCELED", State.SKIPPED: "CANCELED"}
"""Kubeflow hands on the states of ML Metadata here; everything else is `FAILED`."""

_LOOP_ITEM = "-loop-item"
"""In the names that Kubeflow's compiler gives to what comes from a loop's items."""

_AS_THEY_ARE = {name: f"{{{{$.{name}}}}}" for name in RUN_VALUES}
"""What a run says of itself is not put into the items of a loop, as on Kubeflow."""

_FAILED_PRECONDITION = 9
"""The code that goes with a failure's message, as a number of `google.rpc.Code`."""


class TaskScope(msgspec.Struct, frozen=True):
    """What a task can see from where it stands."""

    name: str
    task: TaskSpec
    component: ComponentSpec
    outer: Bindings
    """The inputs of the DAG that it stands in."""
    sibling: Callable[[str], Execution]
    values: Mapping[str, str]
    """Run-level placeholders: `pipeline_job_name`, …"""


def resolve_inputs(scope: TaskScope) -> Bindings:
    """The values of a task's inputs.

    Raises:
        MissingInput: An input that is not optional has no value.
        ParameterTypeMismatch: A value does not fit its declared type.
        ConditionFailed: An expression selector could not be evaluated.
    """
    return Bindings(parameters=_parameters(scope), artifacts=_artifacts(scope))


def _parameters(scope: TaskScope) -> dict[str, Json]:
    raw: dict[str, Json] = {}
    for name, source in scope.task.inputs.parameters.items():
        value = _parameter(scope, source)
        if value is not _ABSENT and source.parameter_expression_selector:
            value = select(source.parameter_expression_selector, value)
        if value is not _ABSENT:
            raw[name] = value
    for name, source in scope.task.inputs.parameters.items():
        if source.runtime_value is not None and name in raw:
            raw[name] = resolve_constant(raw[name], raw, scope.values, known=scope.task.inputs.parameters)
    return _fitted(scope, raw)


def _parameter(scope: TaskScope, source: TaskInputParameter) -> Any:
    if source.task_output_parameter is not None:
        producer = scope.sibling(source.task_output_parameter.producer_task)
        return producer.outputs.parameters.get(source.task_output_parameter.output_parameter_key, _ABSENT)
    if source.task_final_status is not None:
        return _final_status(scope, scope.sibling(source.task_final_status.producer_task))
    if source.component_input_parameter:
        return scope.outer.parameters.get(source.component_input_parameter, _ABSENT)
    return _ABSENT if source.runtime_value is None else constant_of(source.runtime_value)


def _final_status(scope: TaskScope, producer: Execution) -> dict[str, Json]:
    status: dict[str, Json] = {
        "state": "CACHED" if producer.reused is not None else _FINAL_STATES.get(producer.state, "FAILED"),
        "pipelineJobResourceName": scope.values.get("pipeline_job_resource_name", ""),
        "pipelineTaskName": producer.task,
        "error": {},
    }
    if producer.error is not None:
        status["error"] = {"code": _FAILED_PRECONDITION, "message": producer.error.message}
    return status


def _fitted(scope: TaskScope, raw: dict[str, Json]) -> dict[str, Json]:
    """`raw` with defaults, in the declared types; what is optional and null or absent is left out."""
    inputs = scope.component.input_definitions
    not_fitted = _loop_inputs(scope.task, raw)
    declared = {
        name: spec
        for name, spec in inputs.parameters.items()
        if name not in not_fitted and not (spec.parameter_type == "TASK_CONFIG" and name not in raw)
    }
    for name, parameter in declared.items():
        optional = parameter.is_optional or parameter.default_value is not UNSET
        if raw.get(name) is None and not optional:
            raise MissingInput(task=scope.name, input=name, source=_source_name(scope, name))
        raw = _told_apart(scope, raw, name, parameter)
    return apply_defaults(structs.replace(inputs, parameters=declared), raw, allow_undeclared=True)


def _loop_inputs(task: TaskSpec, raw: Mapping[str, Json]) -> set[str]:
    """The inputs of a loop's body that the loop itself is not given, or not in this form: Kubeflow's compiler gives
    the list the type of what is in it.
    """
    names = {item_input(task)}
    if task.parameter_iterator is not None and isinstance(raw.get(task.parameter_iterator.items.input_parameter), list):
        names.add(task.parameter_iterator.items.input_parameter)
    return names


def _told_apart(scope: TaskScope, raw: dict[str, Json], name: str, parameter: InputParameter) -> dict[str, Json]:
    """Parts of a loop's items have no type when a pipeline is compiled, and are declared as text on their way.

    Where such a text arrives at something that takes no text, it is read as what it was.
    """
    value, source = raw.get(name), scope.task.inputs.parameters.get(name)
    wanted = parameter_type(parameter)
    if not isinstance(value, str) or source is None or wanted in ("STRING", "PARAMETER_TYPE_ENUM_UNSPECIFIED"):
        return raw
    if _LOOP_ITEM not in source.component_input_parameter:
        return raw
    with contextlib.suppress(ParameterTextInvalid):  # it fails below, with the reason
        return raw | {name: parse_parameter_text(value, wanted)}
    return raw


def _artifacts(scope: TaskScope) -> dict[str, list[ArtifactId]]:
    found: dict[str, list[ArtifactId]] = {}
    for name, source in scope.task.inputs.artifacts.items():
        given: list[ArtifactId] | None = None
        if source.task_output_artifact is not None:
            producer = scope.sibling(source.task_output_artifact.producer_task)
            given = producer.outputs.artifacts.get(source.task_output_artifact.output_artifact_key)
        elif source.component_input_artifact:
            given = scope.outer.artifacts.get(source.component_input_artifact)
        if given is not None:
            found[name] = given
    for name, declared in scope.component.input_definitions.artifacts.items():
        if name not in found and not declared.is_optional and name != item_input(scope.task):
            raise MissingInput(task=scope.name, input=name, source=_source_name(scope, name))
    return found


def _source_name(scope: TaskScope, name: str) -> str:
    parameter = scope.task.inputs.parameters.get(name)
    artifact = scope.task.inputs.artifacts.get(name)
    if parameter is not None and parameter.task_output_parameter is not None:
        return f"task {parameter.task_output_parameter.producer_task!r}"
    if artifact is not None and artifact.task_output_artifact is not None:
        return f"task {artifact.task_output_artifact.producer_task!r}"
    return "the pipeline"


def item_input(task: TaskSpec) -> str:
    """The input that each iteration of a loop is given for itself; empty where `task` is no loop."""
    iterator = task.parameter_iterator or task.artifact_iterator
    return iterator.item_input if iterator is not None else ""


def loop_items(loop: Execution, task: TaskSpec) -> list[Any]:
    """What a loop goes over: JSON values, or one-element lists of artifact ids.

    Raises:
        NotAList: The value is no list, nor text that holds a JSON list.
    """
    if task.artifact_iterator is not None:
        return [[item] for item in loop.inputs.artifacts.get(task.artifact_iterator.items.input_artifact, [])]
    assert task.parameter_iterator is not None
    items, given = task.parameter_iterator.items, loop.inputs.parameters
    value: Json = items.raw if items.raw else given.get(items.input_parameter)
    if isinstance(value, str):
        text = value
        try:
            value = msgspec.json.decode(text)
        except msgspec.DecodeError:
            raise NotAList(task=loop.task, got=f"the text {text[:80]!r}") from None
    if not isinstance(value, list):
        raise NotAList(task=loop.task, got=f"{type(value).__name__} {str(value)[:80]!r}")
    if "{{$" in items.raw:  # parsed first, so that no value can be read as more than one item
        value = [resolve_constant(item, given, _AS_THEY_ARE, known=given) for item in value]
    return value


def iteration_inputs(loop: Execution, task: TaskSpec, item: Any, body: DagSpec) -> Bindings:
    """The inputs of one iteration: all of the loop's and the item, without the list unless the body looks at it."""
    parameters, artifacts = dict(loop.inputs.parameters), dict(loop.inputs.artifacts)
    if task.artifact_iterator is not None:
        listed = task.artifact_iterator.items.input_artifact
        if not any(source.component_input_artifact == listed for source in _artifact_sources(body)):
            artifacts.pop(listed, None)
        artifacts[task.artifact_iterator.item_input] = item
    else:
        assert task.parameter_iterator is not None
        listed = task.parameter_iterator.items.input_parameter
        if not any(source.component_input_parameter == listed for source in _parameter_sources(body)):
            parameters.pop(listed, None)
        parameters[task.parameter_iterator.item_input] = item
    return Bindings(parameters=parameters, artifacts=artifacts)


def _parameter_sources(dag: DagSpec) -> Iterator[TaskInputParameter]:
    return (source for task in dag.tasks.values() for source in task.inputs.parameters.values())


def _artifact_sources(dag: DagSpec) -> Iterator[TaskInputArtifact]:
    return (source for task in dag.tasks.values() for source in task.inputs.artifacts.values())
