"""Holds a traced graph against the types and scopes of its values; every mistake becomes a diagnostic."""

from pathlib import PurePath
from typing import Any

from penstock.compiler.annotations import UNKNOWN, is_optional
from penstock.compiler.flows import ArtifactFlow, Flow, Flows, ParameterFlow, fits
from penstock.compiler.interfaces import FinalStatus, Input, Interfaces
from penstock.compiler.scoping import leaving
from penstock.data.errors import WrongType
from penstock.data.naming import type_name
from penstock.data.types import ArtifactUse, ParameterUse, encode_parameter
from penstock.dsl.diagnostics import Code, Diagnostic
from penstock.dsl.graph import (
    Branch,
    Broken,
    Collected,
    Comparison,
    Constant,
    Field,
    Graph,
    Guard,
    Joined,
    Loop,
    LoopItem,
    Not,
    OneOf,
    PipelineInput,
    Scope,
    Task,
    TaskOutput,
    Template,
    Test,
    Truth,
    Value,
    describe_value,
    scope_of,
)
from penstock.dsl.places import Place


class GraphCheck:
    """The check of one graph; nested graphs have their own."""

    def __init__(self, graph: Graph, interfaces: Interfaces, found: dict[Diagnostic, None]) -> None:
        self.graph = graph
        self.interfaces = interfaces
        self.flows = Flows(graph, interfaces)
        self._found = found
        self._exits = {id(scope.task) for scope in graph.members() if isinstance(scope, Guard)}

    def run(self) -> None:
        """Check everything."""
        for member in self.graph.members():
            if isinstance(member, Task):
                self._task(member)
            elif isinstance(member, Loop):
                self._loop(member)
            elif isinstance(member, Branch) and member.test is not None:
                self._test(member.test, member)
        for name, value in self.graph.outputs.items():
            self._output(name, value)

    def report(self, code: Code, message: str, hint: str, place: Place) -> None:
        self._found[Diagnostic(code=code, message=message, hint=hint, place=place)] = None

    # --- tasks --------------------------------------------------------------------------------------------

    def _task(self, task: Task) -> None:
        interface = (
            self.interfaces.of_component(task.definition)
            if task.graph is None
            else self.interfaces.of_pipeline(task.definition)
        )
        for name, value in task.arguments.items():
            self._use(value, task.scope, task.place)
            declared = interface.inputs[name]
            if isinstance(declared.use, FinalStatus):
                message = f"{task.shown} is given `{name}`, which the engine fills"
                self.report(Code.BAD_EXIT_HANDLER, message, "leave it out of the call", task.place)
            elif declared.use is not None:
                self._argument(task, declared, declared.use, value)
            self._needs_value(task, declared, value)
        if id(task) not in self._exits:
            for name, declared in interface.inputs.items():
                if isinstance(declared.use, FinalStatus) and task.graph is None:
                    message = f"{task.shown} takes the final status `{name}`, and is no exit task"
                    hint = f"write `with on_exit({task.definition.function.__name__}(...)):` around what it is to watch"
                    self.report(Code.BAD_EXIT_HANDLER, message, hint, task.place)
        for other in task.after:
            if any(isinstance(scope, Branch) for scope in leaving(other.scope, task.scope)):
                message = f"{task.shown} waits for {other.shown}, which may not run: it is in a branch of a `when`"
                self.report(
                    Code.BAD_ORDER, message, "put both into the branch, or wait for a task before it", task.place
                )

    def _argument(self, task: Task, declared: Input, use: ParameterUse | ArtifactUse, value: Value) -> None:
        if isinstance(value, Constant):
            self._constant(task, declared, use, value.value)
            return
        flow = self.flows.of(value)
        if flow is None:
            return
        if not fits(flow, use):
            wanted = f"`{declared.name}: {type_name(declared.annotation)}`"
            message = f"{task.shown} takes {wanted}, but {describe_value(value)} is {flow.shown}"
            self.report(Code.WRONG_TYPE, message, _type_hint(flow, use), task.place)
        elif _may_be_none(flow) and not use.optional and not declared.optional:
            message = (
                f"{task.shown} takes `{declared.name}: {type_name(declared.annotation)}`,"
                f" but {describe_value(value)} may be None"
            )
            hint = f"annotate `{declared.name}` as `{type_name(declared.annotation)} | None`, or give the input a value"
            self.report(Code.WRONG_TYPE, message, hint, task.place)

    def _constant(self, task: Task, declared: Input, use: ParameterUse | ArtifactUse, value: Any) -> None:
        name = declared.name
        if isinstance(use, ArtifactUse):
            if isinstance(value, PurePath) or (value is None and (use.optional or declared.optional)):
                return
            message = (
                f"{task.shown} takes `{name}: {type_name(declared.annotation)}`, but a plain `{_kind(value)}` came"
            )
            hint = "pass the output of a task, or a `Path` to a file; a value goes through a component that returns it"
            if isinstance(value, str):
                hint = "pass a `Path` instead of text to read a file, or the output of a task"
            self.report(Code.WRONG_TYPE, message, hint, task.place)
            return
        where = f"argument `{name}` of {task.shown}"
        try:
            encode_parameter(value, declared.annotation, where=where)
        except WrongType as error:
            hint = f"pass a `{type_name(declared.annotation)}`"
            self.report(Code.BAD_CONSTANT, error.message(), hint, task.place)

    def _needs_value(self, task: Task, declared: Input, value: Value) -> None:
        """Hold back what relies on a task that may have failed."""
        source = value.base if isinstance(value, Field) else value
        if isinstance(source, Constant | PipelineInput | Broken):
            return
        if id(task) in self._exits and not isinstance(source, LoopItem):
            message = f"exit {task.shown} takes {describe_value(value)}, which may never come to be"
            hint = "an exit task may take constants and the pipeline's inputs; read the rest inside it"
            self.report(Code.BAD_EXIT_HANDLER, message, hint, task.place)
        elif task.options.ignore_upstream_failure and not declared.optional:
            message = f"{task.shown} runs although {describe_value(value)} may be missing, and `{declared.name}` has no default"
            self.report(Code.NEEDS_DEFAULT, message, f"give `{declared.name}` a default in the component", task.place)

    # --- control flow -------------------------------------------------------------------------------------

    def _loop(self, loop: Loop) -> None:
        assert loop.parent is not None
        self._use(loop.items, loop.parent, loop.place)
        flow = self.flows.of(loop.items)
        if flow is None:
            return
        shown = "the list" if isinstance(loop.items, Constant) else describe_value(loop.items)
        if isinstance(flow, ArtifactFlow):
            if not flow.use.is_list:
                message = f"`each` goes over a list, and {shown} is {flow.shown}, one artifact"
                hint = "return `list[...]` of artifacts, or a list of parameters"
                self.report(Code.BAD_LOOP, message, hint, loop.place)
            return
        if flow.parameter_type not in ("LIST", None):
            message = f"`each` goes over a list, and {shown} is {flow.shown}"
            self.report(Code.BAD_LOOP, message, "pass a list; make it in a component if need be", loop.place)
            return
        item = self.flows.of(LoopItem(loop))
        if isinstance(item, ParameterFlow) and item.parameter_type is None:
            message = f"it is not known what the items of {shown} are"
            hint = "annotate it as `list[int]`, `list[dict[str, float]]`, …"
            if isinstance(loop.items, Constant):
                hint = "give all items the same type: numbers, texts, or dicts"
            self.report(Code.BAD_LOOP, message, hint, loop.place)
        if isinstance(loop.items, Constant):
            self._listed(loop, loop.items.value)

    def _listed(self, loop: Loop, items: list[Any]) -> None:
        for index, item in enumerate(items):
            try:
                encode_parameter([item], list, where=f"item {index} of the loop")
            except WrongType as error:
                self.report(Code.BAD_LOOP, error.message(), "items are numbers, texts, lists and dicts", loop.place)

    def _test(self, test: Test, branch: Branch) -> None:
        assert branch.parent is not None
        scope = branch.parent.parent
        assert scope is not None
        match test:
            case Comparison(left=left, right=right):
                self._operand(left, scope, branch.place)
                self._operand(right, scope, branch.place)
                self._comparable(test, branch.place)
            case Truth(value=value):
                self._operand(value, scope, branch.place)
                flow = self.flows.of(value)
                if isinstance(flow, ParameterFlow) and flow.parameter_type not in ("BOOLEAN", None):
                    message = f"{describe_value(value)} is {flow.shown}, neither true nor false"
                    self.report(Code.BAD_CONDITION, message, "compare it with something: `x > 0`", branch.place)
            case Not(test=inner):
                self._test(inner, branch)
            case Joined(left=one, right=other):
                self._test(one, branch)
                self._test(other, branch)

    def _operand(self, value: Value, scope: Scope, place: Place) -> None:
        self._use(value, scope, place)
        flow = None if isinstance(value, Constant) else self.flows.of(value)
        if isinstance(flow, ArtifactFlow):
            message = f"a condition looks at {describe_value(value)}, an artifact ({flow.shown})"
            hint = "let a component read it and return the number or text that decides"
            self.report(Code.BAD_CONDITION, message, hint, place)
        elif isinstance(value, Template) or (
            isinstance(flow, ParameterFlow) and flow.parameter_type in ("LIST", "STRUCT")
        ):
            message = f"a condition cannot compare {describe_value(value)}"
            self.report(Code.BAD_CONDITION, message, "compare numbers, texts or truth values; `x['key']`", place)
        elif isinstance(value, Constant) and not isinstance(value.value, bool | int | float | str):
            message = f"a condition cannot compare with {value.value!r}"
            self.report(Code.BAD_CONDITION, message, "compare with a number, a text or a truth value", place)

    def _comparable(self, test: Comparison, place: Place) -> None:
        kinds = []
        for value in (test.left, test.right):
            flow = self.flows.of(value)
            kinds.append(_group(flow.parameter_type) if isinstance(flow, ParameterFlow) else None)
        if None in kinds:
            return
        shown = " and ".join(describe_value(value) for value in (test.left, test.right))
        if kinds[0] != kinds[1]:
            message = f"a {kinds[0]} and a {kinds[1]} are never equal nor ordered: {shown}"
            self.report(Code.BAD_CONDITION, message, "compare values of the same type", place)
        elif kinds[0] == "truth value" and test.operator not in ("==", "!="):
            message = f"truth values have no order: {shown}"
            self.report(Code.BAD_CONDITION, message, "use `==`, or the value itself", place)

    # --- scopes -------------------------------------------------------------------------------------------

    def _use(self, value: Value, scope: Scope, place: Place) -> None:
        """Check that `value` exists in `scope`."""
        for one in _parts(value):
            home = scope_of(one)
            if home is not None:
                self._reaches(one, home, scope, place)
            if isinstance(one, Collected):
                self._collected(one, place)
            if isinstance(one, OneOf):
                self._merged(one, place)

    def _reaches(self, value: Value, home: Scope, scope: Scope, place: Place) -> None:
        for left in leaving(home, scope):
            if isinstance(left, Loop):
                message = f"{describe_value(value)} exists once for each iteration, and is used outside of its loop"
                hint = "use it in the loop, or gather all of them with `collect(...)` or a list comprehension"
                self.report(Code.OUTSIDE_LOOP, message, hint, place)
                return
            if isinstance(left, Branch):
                message = f"{describe_value(value)} exists only if its branch is taken, and is used outside of it"
                hint = "use it in the branch, or join the branches with `one_of(a, b)`"
                self.report(Code.OUTSIDE_BRANCH, message, hint, place)
                return

    def _collected(self, value: Collected, place: Place) -> None:
        home = scope_of(value.item)
        assert home is not None
        conditional = False
        for left in leaving(home, value.scope):
            conditional = isinstance(left, Branch) or (conditional and not isinstance(left, Loop))
        if conditional:
            message = f"{describe_value(value)} exists only if a branch around its loop is taken"
            self.report(Code.OUTSIDE_BRANCH, message, "use it in the branch, or join branches with `one_of`", place)
        if not isinstance(value.item, TaskOutput | OneOf):
            message = f"{describe_value(value.item)} is no result of a task, so it cannot be collected"
            self.report(Code.BAD_COLLECT, message, "let a component return it, and collect that", place)

    def _merged(self, value: OneOf, place: Place) -> None:
        flows = [self.flows.of(one) for one in value.options]
        known = [flow for flow in flows if flow is not None]
        if known and not all(_same(known[0], flow) for flow in known):
            message = f"`one_of` joins values of different types: {', '.join(flow.shown for flow in known)}"
            self.report(Code.BAD_MERGE, message, "let all branches give the same type", place)

    def _output(self, name: str, value: Value) -> None:
        place = self.graph.place
        if isinstance(value, Field | LoopItem):
            message = f"output `{name}` of pipeline '{self.graph.pipeline.name}' is {describe_value(value)}"
            self.report(Code.BAD_RESULT, message, "return what a task gave as a whole", place)
            return
        self._use(value, self.graph.root, place)


def _parts(value: Value) -> list[Value]:
    if isinstance(value, Template):
        return [one for part in value.parts if not isinstance(part, str) for one in _parts(part)]
    return _parts(value.base) if isinstance(value, Field) else [value]


def _same(one: Flow, other: Flow) -> bool:
    if isinstance(one, ArtifactFlow) and isinstance(other, ArtifactFlow):
        return (one.use.kind, one.use.is_list) == (other.use.kind, other.use.is_list)
    if isinstance(one, ParameterFlow) and isinstance(other, ParameterFlow):
        return one.parameter_type == other.parameter_type
    return False


def _may_be_none(flow: Flow) -> bool:
    if isinstance(flow, ArtifactFlow):
        return flow.use.optional and not flow.use.is_list
    return flow.annotation is not UNKNOWN and is_optional(flow.annotation)


def _group(parameter_type: str | None) -> str | None:
    words = {"NUMBER_INTEGER": "number", "NUMBER_DOUBLE": "number", "STRING": "text", "BOOLEAN": "truth value"}
    return words.get(parameter_type or "")


def _kind(value: Any) -> str:
    return type_name(type(value))


def _type_hint(flow: Flow, use: ParameterUse | ArtifactUse) -> str:
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
