"""Of what type the values are that flow between tasks."""

import types
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from msgspec import structs

from penstock.compiler.types.annotations import (
    UNKNOWN,
    Entries,
    assignable,
    entry_annotation,
    item_annotation,
    parameter_type_of,
)
from penstock.compiler.types.interfaces import Interfaces
from penstock.data.naming import type_name
from penstock.data.types import ArtifactUse, ParameterUse, compatible
from penstock.dsl.graph import (
    Collected,
    Constant,
    Field,
    Graph,
    LoopItem,
    OneOf,
    PipelineInput,
    TaskOutput,
    Template,
    Value,
)
from penstock.ir.spec import ParameterType


@dataclass(frozen=True, slots=True)
class ParameterFlow:
    """A JSON value; `annotation` is `UNKNOWN` where its type shows only when it is there."""

    annotation: Any
    optional: bool = False
    """Whether it may be None."""

    @property
    def parameter_type(self) -> ParameterType | None:
        """Its type in the IR; None where that is not known."""
        return parameter_type_of(self.annotation)

    @property
    def shown(self) -> str:
        return "of unknown type" if self.annotation is UNKNOWN else f"`{type_name(self.annotation)}`"


@dataclass(frozen=True, slots=True)
class ArtifactFlow:
    """An artifact, or a list of artifacts."""

    use: ArtifactUse

    @property
    def shown(self) -> str:
        name = type_name(self.use.annotation)
        return f"`list[{name}]`" if self.use.is_list else f"`{name}`"


Flow = ParameterFlow | ArtifactFlow


class Flows:
    """The types of the values of one graph; None stands for what a mistake has made unknowable."""

    def __init__(self, graph: Graph, interfaces: Interfaces) -> None:
        self.graph = graph
        self._interfaces = interfaces
        self._known: dict[Value, Flow | None] = {}

    def of(self, value: Value) -> Flow | None:
        """The type of `value`."""
        if value not in self._known:
            self._known[value] = self._find(value)
        return self._known[value]

    def _find(self, value: Value) -> Flow | None:
        match value:
            case TaskOutput():
                return self._output(value)
            case PipelineInput(name=name):
                declared = self._interfaces.of_pipeline(self.graph.pipeline).inputs.get(name)
                return flow_of(declared.use) if declared is not None else None
            case LoopItem(loop=loop):
                return self._item(loop.items)
            case Field(base=base, key=key):
                flow = self.of(base)
                return (
                    ParameterFlow(entry_annotation(flow.annotation, key)) if isinstance(flow, ParameterFlow) else None
                )
            case Collected(item=item):
                return listed(self.of(item))
            case OneOf(options=options):
                return self.of(options[0])
            case Template():
                return ParameterFlow(str)
            case Constant(value=constant):
                return ParameterFlow(annotation_of(constant))
            case _:
                return None

    def _output(self, value: TaskOutput) -> Flow | None:
        task = value.task
        if task.graph is not None:
            inner = task.graph.outputs.get(value.name)
            return None if inner is None else Flows(task.graph, self._interfaces).of(inner)
        return flow_of(self._interfaces.of_component(task.definition).outputs.get(value.name))

    def _item(self, items: Value) -> Flow | None:
        flow = self.of(items)
        if isinstance(flow, ArtifactFlow):
            return ArtifactFlow(structs.replace(flow.use, is_list=False)) if flow.use.is_list else None
        return None if flow is None else ParameterFlow(item_annotation(flow.annotation))


def flow_of(use: Any) -> Flow | None:
    """The type that a declared input or output has."""
    if isinstance(use, ParameterUse):
        return ParameterFlow(use.annotation, use.optional)
    return ArtifactFlow(use) if isinstance(use, ArtifactUse) else None


def listed(flow: Flow | None) -> Flow | None:
    """A list of what `flow` is."""
    if isinstance(flow, ArtifactFlow):
        return ArtifactFlow(structs.replace(flow.use, is_list=True))
    if isinstance(flow, ParameterFlow):
        return ParameterFlow(_list_of(flow.annotation))
    return None


def fits(given: Flow, wanted: ParameterUse | ArtifactUse) -> bool:
    """Whether an input declared as `wanted` can take a value of type `given`."""
    if isinstance(given, ArtifactFlow):
        return isinstance(wanted, ArtifactUse) and compatible(given.use, wanted)
    if isinstance(wanted, ArtifactUse):
        return False
    return assignable(given.annotation, wanted.annotation)


def annotation_of(value: Any) -> Any:
    """The annotation that fits a JSON value that was written down."""
    if isinstance(value, bool | int | float | str):
        return type(value)
    if isinstance(value, list | tuple):
        return _list_of(_common(map(annotation_of, value)) if value else UNKNOWN)
    if isinstance(value, dict):
        return Entries({str(key): annotation_of(entry) for key, entry in value.items()})
    return UNKNOWN


def _list_of(item: Any) -> Any:
    return list if item is UNKNOWN else types.GenericAlias(list, (item,))


def _common(annotations: Iterable[Any]) -> Any:
    """One annotation for all; numbers are widened to `float`, mappings have the entries that all have."""
    found = list(dict.fromkeys(annotations))
    if len(found) == 1:
        return found[0]
    if all(one in (int, float) for one in found):
        return float
    if all(isinstance(one, Entries) for one in found):
        shared = [key for key in found[0].of if all(key in one.of for one in found)]
        return Entries({key: _common(one.of[key] for one in found) for key in shared})
    return UNKNOWN
