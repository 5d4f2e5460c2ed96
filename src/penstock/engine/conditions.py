"""Conditions and selectors: CEL expressions over a task's inputs, evaluated by a CEL library and never by `eval`."""

import sys
from collections.abc import Mapping
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any

from penstock.core.json import Json
from penstock.engine.errors import ConditionFailed


def holds(expression: str, parameters: Mapping[str, Json]) -> bool:
    """Whether a trigger condition is true for these parameter values.

    Raises:
        ConditionFailed: It cannot be evaluated, or gives something that is neither true nor false.
    """
    try:
        value = _evaluate(expression, {"inputs": {"parameter_values": dict(parameters)}})
    except ConditionFailed as error:
        if nan := [name for name, given in parameters.items() if given != given]:  # what nan alone is not
            reason = f"{', '.join(nan)} is nan, which is neither more nor less than anything"
            raise ConditionFailed(expression=expression, reason=reason) from error
        raise
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
    import msgspec

    cel = _cel()
    context = cel.Context(variables=variables)
    context.add_function("parseJson", msgspec.json.decode)
    try:
        return cel.evaluate(expression, context)
    except (ValueError, TypeError, KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConditionFailed(expression=expression, reason=reason) from error


@cache
def _cel() -> Any:
    """The CEL library: its compiled part alone, loaded when the first condition is met.

    `import cel` would load its command line as well, and with it half a second of libraries that are not needed here.
    """
    package = find_spec("cel")
    places = package.submodule_search_locations if package is not None else None
    spec = PathFinder.find_spec("cel.cel", places)
    if spec is None or spec.loader is None or "cel.cel" in sys.modules:
        import cel

        return cel
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
