"""Holds a traced graph against the types and scopes of its values; every mistake becomes a diagnostic."""

from penstock.compiler.checks.arguments import ArgumentCheck
from penstock.compiler.checks.control import ConditionCheck, LoopCheck
from penstock.compiler.checks.reporting import Findings
from penstock.compiler.checks.scoping import ScopeCheck, leaving
from penstock.compiler.types.flows import Flows
from penstock.compiler.types.interfaces import FinalStatus, Input, Interface, Interfaces
from penstock.dsl.diagnostics import Code
from penstock.dsl.graph import (
    Branch,
    Broken,
    Constant,
    Field,
    Graph,
    Guard,
    Loop,
    LoopItem,
    PipelineInput,
    Scope,
    Task,
    Value,
    describe_value,
)

_BODIES: dict[type[Scope], str] = {Loop: "loop", Branch: "branch", Guard: "`on_exit`"}


class GraphCheck:
    """The check of one graph; nested graphs have their own."""

    def __init__(self, graph: Graph, interfaces: Interfaces, report: Findings) -> None:
        self._graph = graph
        self._interfaces = interfaces
        self._report = report
        flows = Flows(graph, interfaces)
        self._scopes = ScopeCheck(flows, report)
        self._arguments = ArgumentCheck(flows, report)
        self._loops = LoopCheck(flows, self._scopes, report)
        self._conditions = ConditionCheck(flows, self._scopes, report)
        self._exits = {id(scope.task) for scope in graph.members() if isinstance(scope, Guard)}

    def run(self) -> None:
        """Check everything."""
        if not any(True for _ in self._graph.tasks()):
            message = f"pipeline '{self._graph.pipeline.name}' has no tasks"
            self._report(Code.EMPTY_PIPELINE, message, "call a component in it", self._graph.place)
            return
        for member in self._graph.members():
            match member:
                case Task():
                    self._task(member)
                case Loop():
                    self._loops.run(member)
                case Branch():
                    self._conditions.run(member)
            if type(member) in _BODIES and isinstance(member, Scope) and not member.members:
                message = f"the body of this {_BODIES[type(member)]} has no tasks"
                self._report(Code.EMPTY_PIPELINE, message, "call a component in it", member.place)
        for name, value in self._graph.outputs.items():
            self._output(name, value)

    def _task(self, task: Task) -> None:
        of = self._interfaces.of_component if task.graph is None else self._interfaces.of_pipeline
        interface = of(task.definition)
        for name, value in task.arguments.items():
            declared = interface.inputs[name]
            exists = self._scopes.use(value, task.scope, task.place)
            if isinstance(declared.use, FinalStatus):
                message = f"{task.shown} is given `{name}`, which the engine fills"
                self._report(Code.BAD_EXIT_HANDLER, message, "leave it out of the call", task.place)
            elif declared.use is not None and exists:
                self._arguments.run(task, declared, declared.use, value)
            self._needs_value(task, declared, value)
        if id(task) not in self._exits and task.graph is None:
            self._takes_no_status(task, interface)
        for other in task.after:
            if any(isinstance(scope, Branch) for scope in leaving(other.scope, task.scope)):
                message = f"{task.shown} waits for {other.shown}, which may not run: it is in a branch of a `when`"
                hint = "put both into the branch, or wait for a task before it"
                self._report(Code.BAD_ORDER, message, hint, task.place)

    def _takes_no_status(self, task: Task, interface: Interface) -> None:
        for name, declared in interface.inputs.items():
            if isinstance(declared.use, FinalStatus):
                message = f"{task.shown} takes the final status `{name}`, and is no exit task"
                hint = f"write `with on_exit({task.definition.function.__name__}(...)):` around what it is to watch"
                self._report(Code.BAD_EXIT_HANDLER, message, hint, task.place)

    def _needs_value(self, task: Task, declared: Input, value: Value) -> None:
        """Hold back what relies on a task that may have failed."""
        source = value.base if isinstance(value, Field) else value
        if isinstance(source, Constant | PipelineInput | Broken):
            return
        if id(task) in self._exits and not isinstance(source, LoopItem):
            message = f"exit {task.shown} takes {describe_value(value)}, which may never come to be"
            hint = "an exit task may take constants and the pipeline's inputs; read the rest inside it"
            self._report(Code.BAD_EXIT_HANDLER, message, hint, task.place)
        elif task.options.ignore_upstream_failure and not declared.optional:
            message = (
                f"{task.shown} runs although {describe_value(value)} may be missing,"
                f" and `{declared.name}` has no default"
            )
            self._report(Code.NEEDS_DEFAULT, message, f"give `{declared.name}` a default in the component", task.place)

    def _output(self, name: str, value: Value) -> None:
        if isinstance(value, Field | LoopItem):
            message = f"output `{name}` of pipeline '{self._graph.pipeline.name}' is {describe_value(value)}"
            self._report(Code.BAD_RESULT, message, "return what a task gave as a whole", self._graph.place)
        else:
            self._scopes.use(value, self._graph.root, self._graph.place)
