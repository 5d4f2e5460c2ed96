"""Whether loops go over lists, and conditions compare what can be compared."""

import math

from penstock.compiler.checks.reporting import Reporter
from penstock.compiler.checks.scoping import ScopeCheck
from penstock.compiler.types.flows import ArtifactFlow, Flows, ParameterFlow
from penstock.data.errors import WrongType
from penstock.data.types import encode_parameter
from penstock.dsl.diagnostics import Code
from penstock.dsl.graph import (
    Branch,
    Comparison,
    Constant,
    Joined,
    Loop,
    LoopItem,
    Not,
    Scope,
    Template,
    Test,
    Truth,
    Value,
    describe_value,
)
from penstock.dsl.places import Place

_GROUPS = {"NUMBER_INTEGER": "number", "NUMBER_DOUBLE": "number", "STRING": "text", "BOOLEAN": "truth value"}
_LARGEST = 2**63


class LoopCheck:
    """Holds what a loop goes over against what can be gone over."""

    def __init__(self, flows: Flows, scopes: ScopeCheck, reporter: Reporter) -> None:
        self._flows = flows
        self._scopes = scopes
        self._report = reporter

    def run(self, loop: Loop) -> None:
        """Check one loop."""
        assert loop.parent is not None
        self._scopes.use(loop.items, loop.parent, loop.place)
        flow = self._flows.of(loop.items)
        is_written = isinstance(loop.items, Constant)
        shown = "the list" if is_written else describe_value(loop.items)
        if isinstance(flow, ArtifactFlow) and not flow.use.is_list:
            message = f"`each` goes over a list, and {shown} is {flow.shown}, one artifact"
            self._report(Code.BAD_LOOP, message, "return `list[...]` of artifacts, or a list of parameters", loop.place)
        elif isinstance(flow, ParameterFlow) and flow.parameter_type not in ("LIST", None):
            message = f"`each` goes over a list, and {shown} is {flow.shown}"
            self._report(Code.BAD_LOOP, message, "pass a list; make it in a component if need be", loop.place)
        elif isinstance(flow, ParameterFlow) and not self._is_unwritable(loop):
            self._items(loop, shown, is_written=is_written)

    def _items(self, loop: Loop, shown: str, *, is_written: bool) -> None:
        item = self._flows.of(LoopItem(loop))
        if isinstance(item, ParameterFlow) and item.parameter_type is None:
            message = f"it is not known what the items of {shown} are"
            hint = "annotate it as `list[int]`, `list[dict[str, float]]`, …"
            if is_written:
                hint = "give all items the same type: numbers, texts, or dicts"
            self._report(Code.BAD_LOOP, message, hint, loop.place)

    def _is_unwritable(self, loop: Loop) -> bool:
        """Whether an item that the author wrote down has no form in JSON."""
        if not isinstance(loop.items, Constant):
            return False
        try:
            encode_parameter(loop.items.value, list, where="the list of the loop")
        except WrongType as error:
            self._report(Code.BAD_LOOP, error.message(), "items are numbers, texts, lists and dicts", loop.place)
            return True
        return False


class ConditionCheck:
    """Holds the tests of branches against the types of what they compare."""

    def __init__(self, flows: Flows, scopes: ScopeCheck, reporter: Reporter) -> None:
        self._flows = flows
        self._scopes = scopes
        self._report = reporter

    def run(self, branch: Branch) -> None:
        """Check one branch."""
        assert branch.parent is not None
        assert branch.parent.parent is not None
        if branch.test is not None:
            self._test(branch.test, branch.parent.parent, branch.place)

    def _test(self, test: Test, scope: Scope, place: Place) -> None:
        match test:
            case Comparison(left=left, right=right):
                self._operand(left, scope, place)
                self._operand(right, scope, place)
                self._comparable(test, place)
            case Truth(value=value):
                self._operand(value, scope, place)
                flow = self._flows.of(value)
                if isinstance(flow, ParameterFlow) and flow.parameter_type not in ("BOOLEAN", None):
                    message = f"{describe_value(value)} is {flow.shown}, neither true nor false"
                    self._report(Code.BAD_CONDITION, message, "compare it with something: `x > 0`", place)
            case Not(test=inner):
                self._test(inner, scope, place)
            case Joined(left=one, right=other):
                self._test(one, scope, place)
                self._test(other, scope, place)

    def _operand(self, value: Value, scope: Scope, place: Place) -> None:
        self._scopes.use(value, scope, place)
        if isinstance(value, Constant):
            if not _can_be_compared(value.value):
                message = f"a condition cannot compare with {value.value!r}"
                self._report(Code.BAD_CONDITION, message, "compare with a number, a text or a truth value", place)
            return
        flow = self._flows.of(value)
        if isinstance(flow, ArtifactFlow):
            message = f"a condition looks at {describe_value(value)}, an artifact ({flow.shown})"
            hint = "let a component read it and return the number or text that decides"
            self._report(Code.BAD_CONDITION, message, hint, place)
        elif isinstance(value, Template) or _is_composite(flow):
            message = f"a condition cannot compare {describe_value(value)}"
            hint = "compare numbers, texts or truth values, such as one entry: `x['key'] > 0`"
            self._report(Code.BAD_CONDITION, message, hint, place)

    def _comparable(self, test: Comparison, place: Place) -> None:
        kinds = [self._kind(test.left), self._kind(test.right)]
        if None in kinds:
            return
        shown = " and ".join(describe_value(value) for value in (test.left, test.right))
        if kinds[0] != kinds[1]:
            message = f"a {kinds[0]} and a {kinds[1]} are never equal nor ordered: {shown}"
            self._report(Code.BAD_CONDITION, message, "compare values of the same type", place)
        elif kinds[0] == "truth value" and test.operator not in ("==", "!="):
            message = f"truth values have no order: {shown}"
            self._report(Code.BAD_CONDITION, message, "use `==`, or the value itself", place)

    def _kind(self, value: Value) -> str | None:
        flow = self._flows.of(value)
        return _GROUPS.get(flow.parameter_type or "") if isinstance(flow, ParameterFlow) else None


def _can_be_compared(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return -_LARGEST <= value < _LARGEST
    return isinstance(value, str)


def _is_composite(flow: object) -> bool:
    return isinstance(flow, ParameterFlow) and flow.parameter_type in ("LIST", "STRUCT")
