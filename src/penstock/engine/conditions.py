"""Conditions and selectors: CEL expressions over a task's inputs, evaluated by a CEL library and never by `eval`."""

from collections.abc import Mapping
from typing import Any

from penstock.core.json import Json
from penstock.engine.errors import ConditionFailed


def holds(expression: str, parameters: Mapping[str, Json]) -> bool:
    """Whether a trigger condition is true for these parameter values.

    Raises:
        ConditionFailed: It cannot be evaluated, or gives something that is neither true nor false.
    """
    value = _evaluate(expression, {"inputs": {"parameter_values": dict(parameters)}})
    if not isinstance(value, bool):
        raise ConditionFailed(expression=expression, reason=f"it gives {value!r}, neither true nor false")
    return value


def select(expression: str, value: Json) -> Json:
    """What a parameter's expression selector, such as `parseJson(string_value)["a"]`, takes out of `value`.

    Raises:
        ConditionFailed: It cannot be evaluated.
    """
    import msgspec

    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    selected: Json = _evaluate(expression, {"string_value": text})
    return selected


def _evaluate(expression: str, variables: dict[str, Any]) -> Any:
    import cel  # here, because most runs have no condition
    import msgspec

    context = cel.Context(variables=variables)
    context.add_function("parseJson", msgspec.json.decode)
    try:
        return cel.evaluate(expression, context)
    except (ValueError, TypeError, KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConditionFailed(expression=expression, reason=reason) from error
