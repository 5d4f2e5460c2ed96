"""How values get from the DAG that makes them to the DAG that uses them: up through outputs, down through inputs."""

from collections.abc import Callable

from penstock.compiler.lowering.declarations import input_artifact, input_parameter, output_artifact, output_parameter
from penstock.compiler.lowering.drafts import DagDraft, Source
from penstock.compiler.types.flows import ArtifactFlow, Flows, ParameterFlow, listed
from penstock.dsl.graph import (
    Collected,
    Field,
    Loop,
    LoopItem,
    OneOf,
    PipelineInput,
    Scope,
    TaskOutput,
    Value,
    scope_of,
)
from penstock.ir.spec import ParameterType

CHANNEL = "pipelinechannel--"
"""What Kubeflow puts before the name of a value that passes through a DAG."""


class Wiring:
    """The values of one graph, in terms of its DAGs."""

    def __init__(self, flows: Flows, dags: dict[int, DagDraft]) -> None:
        self._flows = flows
        self._dags = dags
        self._merges: dict[OneOf, str] = {}
        self.item_inputs: dict[int, str] = {}
        """The name of each loop's item among the inputs of its DAG, by the loop's identity."""
        self.imported: dict[str, Source] = {}
        """Pipeline inputs that an importer task reads, by name."""

    def dag_of(self, scope: Scope) -> DagDraft:
        """The DAG that a scope became, or is part of."""
        return self._dags[id(scope)]

    def bind(self, value: Value, dag: DagDraft) -> Source:
        """Where `value` is to be had in `dag`; leads it there if need be."""
        if isinstance(value, Field):
            return self.bind(value.base, dag).entry(value.key)
        home = scope_of(value)
        assert home is not None
        if self._dags[id(home)] is dag:
            return self._at_home(value, dag)
        below = self._child_towards(home, dag)
        return self._exported(value, below) if below is not None else self.through_input(value, dag)

    def through_input(self, value: Value, dag: DagDraft, otherwise: ParameterType = "STRING") -> Source:
        """`value` as an input of `dag`, under the name of its channel.

        Args:
            value: Comes to be outside of `dag`.
            dag: Gets the input.
            otherwise: The parameter's type if it is not known.
        """
        name = CHANNEL + self.channel(value)
        flow = self._flows.of(value)
        source = Source(None, name, isinstance(flow, ArtifactFlow))
        if name in dag.input_parameters or name in dag.input_artifacts:
            return source
        assert dag.parent is not None
        dag.task.feed(name, self.bind(value, dag.parent))
        if isinstance(flow, ArtifactFlow):
            dag.input_artifacts[name] = input_artifact(flow.use, optional=flow.use.optional)
        else:
            assert isinstance(flow, ParameterFlow)
            dag.input_parameters[name] = input_parameter(flow, otherwise)
        return source

    def channel(self, value: Value) -> str:
        """What Kubeflow would call `value` on its way."""
        match value:
            case TaskOutput(task=task, name=name):
                return f"{task.name}-{name}"
            case PipelineInput(name=name):
                return name
            case LoopItem(loop=loop):
                return self.item_inputs[id(loop)].removeprefix(CHANNEL)
            case Field(base=base, key=key):
                return f"{self.channel(base)}-subvar-{key}"
            case Collected(item=item):
                return self.channel(item)
            case OneOf():
                return self._merge_name(value)
            case _:
                raise AssertionError(value)

    def _merge_name(self, value: OneOf) -> str:
        if value not in self._merges:
            around = self._dags[id(value.branches)].name
            number = 1 + sum(other.branches is value.branches for other in self._merges)
            self._merges[value] = f"{around}-oneof-{number}"
        return self._merges[value]

    def _at_home(self, value: Value, dag: DagDraft) -> Source:
        is_artifact = isinstance(self._flows.of(value), ArtifactFlow)
        match value:
            case TaskOutput(task=task, name=name):
                return Source(task.name, name, is_artifact)
            case PipelineInput(name=name):
                return self.imported.get(name) or Source(None, name, is_artifact)
            case LoopItem(loop=loop):
                return Source(None, self.item_inputs[id(loop)], is_artifact)
            case Collected(item=item):
                home = scope_of(item)
                assert home is not None
                below = self._child_towards(home, dag)
                assert below is not None
                return self._exported(item, below)
            case OneOf(branches=branches):
                return self._merged(value, self._dags[id(branches)])
            case _:
                raise AssertionError(value)

    def _child_towards(self, home: Scope, dag: DagDraft) -> DagDraft | None:
        """The DAG directly within `dag` on the way to `home`; None if `home` is not within."""
        child: DagDraft | None = self._dags[id(home)]
        while child is not None and child.parent is not dag:
            child = child.parent
        return child

    def _exported(self, value: Value, dag: DagDraft) -> Source:
        """`value`, made within `dag`, as an output of `dag`."""
        name = CHANNEL + self.channel(value)
        self._declare(name, value, dag, lambda: [self.bind(value, dag)])
        return Source(dag.name, name, name in dag.output_artifacts)

    def _merged(self, value: OneOf, dag: DagDraft) -> Source:
        """The value of whichever branch was taken, as an output of the DAG of the branches."""
        name = CHANNEL + self._merge_name(value)

        def sources() -> list[Source]:
            return [self.bind(option, dag) for option in value.options]

        self._declare(name, value, dag, sources)
        return Source(dag.name, name, name in dag.output_artifacts)

    def _declare(self, name: str, value: Value, dag: DagDraft, sources: Callable[[], list[Source]]) -> None:
        if name in dag.output_parameters or name in dag.output_artifacts:
            return
        flow = self._flows.of(value)
        if self._leaves_loop(value, dag):
            flow = listed(flow)
        found = sources()
        if isinstance(flow, ArtifactFlow):
            dag.output_artifacts[name] = output_artifact(flow.use), found
        else:
            assert isinstance(flow, ParameterFlow)
            dag.output_parameters[name] = output_parameter(flow), found

    def _leaves_loop(self, value: Value, dag: DagDraft) -> bool:
        """Whether `value` comes out of a loop on its way out of `dag`, and so is a list there."""
        home = scope_of(value)
        assert home is not None
        inner: DagDraft | None = self._dags[id(home)]
        while inner is not None and inner is not dag and not isinstance(inner.scope, Loop):
            inner = inner.parent
        return inner is not None and isinstance(inner.scope, Loop)
