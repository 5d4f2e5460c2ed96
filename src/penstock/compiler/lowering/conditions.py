"""Tests of branches as CEL, in the form that Kubeflow's compiler gives them."""

from penstock.compiler.lowering.drafts import DagDraft
from penstock.compiler.lowering.wiring import Wiring
from penstock.compiler.types.annotations import UNKNOWN
from penstock.compiler.types.flows import Flows, ParameterFlow
from penstock.dsl.graph import Comparison, Constant, Joined, Not, Test, Truth, Value
from penstock.ir.spec import ParameterType

_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class ConditionWriter:
    """Writes the tests of one branch; what they look at becomes inputs of the branch's DAG."""

    def __init__(self, wiring: Wiring, flows: Flows, dag: DagDraft) -> None:
        self._wiring = wiring
        self._flows = flows
        self._dag = dag

    def branch(self, earlier: list[Test], test: Test | None) -> str:
        """The condition of a branch: that none of the `earlier` tests holds, and `test` does."""
        parts = [f"!({self.text(one)})" for one in earlier]
        if test is not None:
            text = self.text(test)
            parts.append(f"({text})" if isinstance(test, Joined) and earlier else text)
        return " && ".join(parts)

    def text(self, test: Test) -> str:
        """One test."""
        match test:
            case Comparison():
                return self._comparison(test)
            case Truth(value=value):
                return f"{self._operand(value, 'BOOLEAN')} == true"
            case Not(test=inner):
                return f"!({self.text(inner)})"
            case Joined(operator=operator, left=left, right=right):
                return f"({self.text(left)}) {operator} ({self.text(right)})"

    def _comparison(self, test: Comparison) -> str:
        types = [self._type(test.left), self._type(test.right)]
        known = [one for one in types if one is not None]
        common: ParameterType = known[0] if known else "STRING"
        if "NUMBER_DOUBLE" in known:
            common = "NUMBER_DOUBLE"
        return f"{self._operand(test.left, common)} {test.operator} {self._operand(test.right, common)}"

    def _type(self, value: Value) -> ParameterType | None:
        flow = self._flows.of(value)
        return flow.parameter_type if isinstance(flow, ParameterFlow) and flow.annotation is not UNKNOWN else None

    def _operand(self, value: Value, wanted: ParameterType) -> str:
        if isinstance(value, Constant):
            return literal(value.value, wanted)
        source = self._wiring.through_input(value, self._dag, wanted)
        name = source.key.replace("\\", "\\\\").replace("'", "\\'")
        text = f"inputs.parameter_values['{name}']"
        if wanted == "NUMBER_INTEGER":
            return f"int({text})"
        is_whole = self._type(value) == "NUMBER_INTEGER"
        return f"double({text})" if wanted == "NUMBER_DOUBLE" and is_whole else text


def literal(value: object, wanted: ParameterType) -> str:
    """A constant in CEL; whole numbers are written as doubles where they meet one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value}.0" if wanted == "NUMBER_DOUBLE" else str(value)
    if isinstance(value, float):
        return repr(value)
    return "'" + "".join(_ESCAPES.get(one, one) for one in str(value)) + "'"
