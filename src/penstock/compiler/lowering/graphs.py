"""From a traced graph, which was found to be right, to DAGs and tasks of the IR."""

import json
from pathlib import PurePath
from typing import Any

from msgspec import UNSET

from penstock.compiler.lowering.conditions import ConditionWriter
from penstock.compiler.lowering.cycles import find_cycle
from penstock.compiler.lowering.declarations import (
    component_inputs,
    input_artifact,
    input_parameter,
    output_artifact,
    output_parameter,
    path_parameter,
)
from penstock.compiler.lowering.drafts import DagDraft, TaskDraft
from penstock.compiler.lowering.importing import Importers, Names
from penstock.compiler.lowering.library import Library
from penstock.compiler.lowering.policies import caching_options, retry_policy
from penstock.compiler.lowering.wiring import CHANNEL, Wiring
from penstock.compiler.types.flows import ArtifactFlow, Flows, ParameterFlow
from penstock.compiler.types.interfaces import FinalStatus, Input, Interface, Interfaces
from penstock.data.parameters import encode_parameter
from penstock.data.types import ArtifactUse
from penstock.dsl.diagnostics import Code, Diagnostic
from penstock.dsl.graph import (
    Branch,
    Branches,
    Constant,
    Graph,
    Guard,
    Loop,
    LoopItem,
    Scope,
    Task,
    Template,
    Test,
    Value,
)
from penstock.dsl.naming import fit_name
from penstock.ir.spec import (
    ArtifactItems,
    ArtifactIterator,
    CachingOptions,
    ParameterItems,
    ParameterIterator,
    TaskFinalStatus,
    TaskInputParameter,
    TriggerPolicy,
    ValueOrRuntimeParameter,
)


class Lowering:
    """Lowers the graphs of one document; a pipeline that is nested several times becomes one component."""

    def __init__(self, interfaces: Interfaces, library: Library) -> None:
        self.interfaces = interfaces
        self.library = library
        self.problems: list[Diagnostic] = []
        """Tasks that wait for one another: the only mistake that shows this late."""
        self._nested: dict[int, str] = {}

    def root(self, graph: Graph) -> DagDraft:
        """The graph of the pipeline that is compiled."""
        return GraphLowering(graph, self, is_root=True).run()

    def nested(self, graph: Graph) -> str:
        """The name of the component that a nested pipeline becomes."""
        if id(graph) not in self._nested:
            name = self._nested[id(graph)] = self.library.reserve(fit_name(graph.pipeline.name))
            self.library.components[name] = GraphLowering(graph, self, is_root=False).run().spec()
        return self._nested[id(graph)]


class GraphLowering:
    """Lowers one graph."""

    def __init__(self, graph: Graph, document: Lowering, *, is_root: bool) -> None:
        self._graph = graph
        self._document = document
        self._is_root = is_root
        self._interface = document.interfaces.of_pipeline(graph.pipeline)
        self._flows = Flows(graph, document.interfaces)
        self._dags: dict[int, DagDraft] = {}
        self._wiring = Wiring(self._flows, self._dags)
        self._names = Names({task.name for task in graph.tasks()})
        self._imports = Importers(self._names, document.library)
        self._exits: dict[int, str] = {}
        self._tests: dict[int, tuple[list[Test], Test | None]] = {}

    def run(self) -> DagDraft:
        top = DagDraft(scope=self._graph.root, parent=None, task=TaskDraft(name=""))
        self._dags[id(self._graph.root)] = top
        self._declare_inputs(top)
        self._lay_out(self._graph.root)
        for member in self._graph.members():
            if isinstance(member, Task):
                self._task(member)
            elif isinstance(member, Loop):
                self._loop(member)
            elif isinstance(member, Branch):
                self._branch(member)
        for task in self._graph.tasks():
            for other in task.after:
                self._order(task, other)
        for name, value in self._graph.outputs.items():
            self._output(name, value, top)
        self._finish()
        return top

    # --- the frame ----------------------------------------------------------------------------------------

    def _lay_out(self, scope: Scope) -> None:
        """Make a DAG for each scope that needs one, and a task for each task, in the order of writing."""
        dag = self._dags[id(scope)]
        exits = {id(one.task): one for one in scope.members if isinstance(one, Guard)}
        for member in scope.members:
            if isinstance(member, Task):
                if id(member) not in exits:
                    dag.add(TaskDraft(name=member.name))
                continue
            self._open(member, dag)
            self._lay_out(member)
            if isinstance(member, Guard):
                dag.add(TaskDraft(name=member.task.name))
                self._exits[id(member.task)] = self._dags[id(member)].name

    def _open(self, scope: Scope, dag: DagDraft) -> None:
        if isinstance(scope, Branches) and len(scope.members) == 1:
            self._dags[id(scope)] = dag  # a `when` alone needs no DAG around its one branch
            return
        name = self._names.group(_KINDS[type(scope)])
        task = dag.add(TaskDraft(name=name))
        task.component = self._document.library.reserve(name)
        self._dags[id(scope)] = DagDraft(scope=scope, parent=dag, task=task)
        if isinstance(scope, Branches):
            tests = [one.test for one in scope.members if isinstance(one, Branch)]
            for index, branch in enumerate(scope.members):
                self._tests[id(branch)] = [test for test in tests[:index] if test is not None], tests[index]

    def _finish(self) -> None:
        for dag in {id(one): one for one in self._dags.values()}.values():
            self._check_order(dag)
            if dag.task.component:
                self._document.library.components[dag.task.component] = dag.spec()

    def _check_order(self, dag: DagDraft) -> None:
        names = find_cycle({name: task.waits_for for name, task in dag.tasks.items()})
        if names:
            places = {task.name: task.place for task in self._graph.tasks()}
            place = next((places[name] for name in names if name in places), dag.scope.place)
            message = f"tasks wait for one another: {' → '.join(names)}"
            hint = "remove one of the `.after(...)`"
            self._document.problems.append(Diagnostic(code=Code.CYCLE, message=message, hint=hint, place=place))

    # --- the pipeline's own inputs and outputs ------------------------------------------------------------

    def _declare_inputs(self, top: DagDraft) -> None:
        declared = component_inputs(self._interface)
        for one in self._interface.inputs.values():
            if self._is_root and _is_read_by_importer(one):
                assert isinstance(one.use, ArtifactUse)
                top.input_parameters[one.name] = path_parameter(one)
                self._wiring.imported[one.name] = self._imports.of_input(top, one.name, one.use)
            elif one.name in declared.parameters:
                top.input_parameters[one.name] = declared.parameters[one.name]
            else:
                top.input_artifacts[one.name] = declared.artifacts[one.name]

    def _output(self, name: str, value: Value, top: DagDraft) -> None:
        flow = self._flows.of(value)
        source = self._wiring.bind(value, top)
        if isinstance(flow, ArtifactFlow):
            top.output_artifacts[name] = output_artifact(flow.use), [source]
        elif isinstance(flow, ParameterFlow):
            top.output_parameters[name] = output_parameter(flow), [source]

    # --- tasks --------------------------------------------------------------------------------------------

    def _task(self, task: Task) -> None:
        dag = self._wiring.dag_of(task.scope)
        draft = dag.tasks[task.name]
        interfaces = self._document.interfaces
        if task.graph is None:
            interface = interfaces.of_component(task.definition)
            draft.component = self._document.library.component_of(task)
            draft.caching = caching_options(task.options)
        else:
            interface = interfaces.of_pipeline(task.definition)
            draft.component = self._document.nested(task.graph)
            draft.caching = CachingOptions(enable_cache=True)
        draft.retry = retry_policy(task.options)
        for name, declared in interface.inputs.items():
            self._argument(draft, declared, task.arguments.get(name), dag)
        guarded = self._exits.get(id(task))
        if guarded is not None:
            self._watch(draft, guarded, interface)
        elif task.options.ignore_upstream_failure:
            draft.trigger = TriggerPolicy(strategy="ALL_UPSTREAM_TASKS_COMPLETED")

    def _argument(self, draft: TaskDraft, declared: Input, value: Value | None, dag: DagDraft) -> None:
        if value is None and isinstance(declared.use, ArtifactUse) and isinstance(declared.default, str):
            value = Constant(PurePath(declared.default))
        if value is None:
            return
        if isinstance(value, Constant):
            self._constant(draft, declared, value.value, dag)
        elif isinstance(value, Template):
            self._template(draft, declared.name, value, dag)
        else:
            draft.feed(declared.name, self._wiring.bind(value, dag))

    def _constant(self, draft: TaskDraft, declared: Input, value: Any, dag: DagDraft) -> None:
        if isinstance(declared.use, ArtifactUse):
            if value is not None:
                draft.feed(declared.name, self._imports.of_place(dag, str(value), declared.use))
            return
        encoded = encode_parameter(value, declared.annotation)
        if encoded is None and declared.default is UNSET:
            return
        constant = ValueOrRuntimeParameter(constant=encoded)
        draft.parameters[declared.name] = TaskInputParameter(runtime_value=constant)

    def _template(self, draft: TaskDraft, name: str, template: Template, dag: DagDraft) -> None:
        """Text with values in it: each is passed beside the text, which names its channel in a placeholder."""
        text = ""
        for part in template.parts:
            if isinstance(part, str):
                text += part
                continue
            channel = CHANNEL + self._wiring.channel(part)
            draft.feed(channel, self._wiring.bind(part, dag))
            text += f"{{{{$.inputs.parameters['{channel}']}}}}"
        draft.parameters[name] = TaskInputParameter(runtime_value=ValueOrRuntimeParameter(constant=text))

    def _watch(self, draft: TaskDraft, guarded: str, interface: Interface) -> None:
        """Make a task an exit task."""
        draft.waits_for.add(guarded)
        draft.caching = CachingOptions()  # to tell of one run is no reason to keep silent about the next
        draft.trigger = TriggerPolicy(strategy="ALL_UPSTREAM_TASKS_COMPLETED")
        for name, declared in interface.inputs.items():
            if isinstance(declared.use, FinalStatus):
                status = TaskFinalStatus(producer_task=guarded)
                draft.parameters[name] = TaskInputParameter(task_final_status=status)

    def _order(self, task: Task, other: Task) -> None:
        """Let `task`, or what holds it, wait for `other`, or for what holds that."""
        mine = _chain(self._wiring.dag_of(task.scope), task.name)
        for dag, name in _chain(self._wiring.dag_of(other.scope), other.name):
            for own_dag, own_name in mine:
                if own_dag is dag:
                    dag.tasks[own_name].waits_for.add(name)
                    return

    # --- scopes -------------------------------------------------------------------------------------------

    def _loop(self, loop: Loop) -> None:
        dag = self._wiring.dag_of(loop)
        dag.task.parallelism = loop.parallelism
        if isinstance(loop.items, Constant):
            item = f"{CHANNEL}loop-item-param-{dag.name.rpartition('-')[2]}"
            text = json.dumps(encode_parameter(loop.items.value, list), ensure_ascii=False)
            dag.task.parameter_iterator = ParameterIterator(items=ParameterItems(raw=text), item_input=item)
        else:
            source = self._wiring.through_input(loop.items, dag, "LIST")
            item = f"{source.key}-loop-item"
            if source.is_artifact:
                items = ArtifactItems(input_artifact=source.key)
                dag.task.artifact_iterator = ArtifactIterator(items=items, item_input=item)
            else:
                parameters = ParameterItems(input_parameter=source.key)
                dag.task.parameter_iterator = ParameterIterator(items=parameters, item_input=item)
        self._wiring.item_inputs[id(loop)] = item
        self._declare_item(loop, dag, item)

    def _declare_item(self, loop: Loop, dag: DagDraft, item: str) -> None:
        flow = self._flows.of(LoopItem(loop))
        if isinstance(flow, ArtifactFlow):
            dag.input_artifacts[item] = input_artifact(flow.use, optional=False)
        elif isinstance(flow, ParameterFlow):
            dag.input_parameters[item] = input_parameter(flow, "STRUCT")

    def _branch(self, branch: Branch) -> None:
        dag = self._wiring.dag_of(branch)
        earlier, test = self._tests.get(id(branch), ([], branch.test))
        writer = ConditionWriter(self._wiring, self._flows, dag)
        dag.task.trigger = TriggerPolicy(condition=writer.branch(earlier, test))


_KINDS: dict[type[Scope], str] = {
    Branches: "condition-branches",
    Branch: "condition",
    Loop: "for-loop",
    Guard: "exit-handler",
}


def _is_read_by_importer(declared: Input) -> bool:
    """Whether a run is told the place of an input artifact by a parameter; one that may be missing is not."""
    return isinstance(declared.use, ArtifactUse) and not (declared.optional and declared.default is UNSET)


def _chain(dag: DagDraft | None, name: str) -> list[tuple[DagDraft, str]]:
    """The task `name` of `dag`, and each DAG around it as a task of the next, from the inside out."""
    found = []
    while dag is not None:
        found.append((dag, name))
        name, dag = dag.name, dag.parent
    return found
