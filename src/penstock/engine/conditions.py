"""Conditions and selectors: CEL expressions over a task's inputs, evaluated by a CEL library and never by `eval`."""

import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any

from penstock.core.json import Json
from penstock.engine.errors import ConditionFailed

_SHOWN = 80


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


_ENTRY = re.compile(r'\["((?:[^"\\]|\\["\\])*)"\]|\[(\d+)\]')
_PATH = re.compile(rf"parseJson\(string_value\)((?:{_ENTRY.pattern})+)")


def select(expression: str, value: Json) -> Json:
    """What a parameter's expression selector, such as `parseJson(string_value)["a"]`, takes out of `value`.

    All that compilers write is the way to an entry, and that is gone without CEL, which knows no large integers and
    no order of names.

    Raises:
        ConditionFailed: It cannot be evaluated.
    """
    import msgspec

    path = _PATH.fullmatch(expression)
    if path is None:
        return _evaluate(expression, _value_fields(value))  # type: ignore[no-any-return]
    try:
        selected: Any = msgspec.json.decode(value) if isinstance(value, str) else value
        for name, index in _ENTRY.findall(path[1]):
            selected = selected[int(index)] if index else selected[re.sub(r"\\(.)", r"\1", name)]
        return selected  # type: ignore[no-any-return]
    except (msgspec.DecodeError, LookupError, TypeError) as error:
        shown = msgspec.json.encode(value).decode()
        reason = f"{shown if len(shown) <= _SHOWN else shown[:_SHOWN] + '…'} has no such entry"
        raise ConditionFailed(expression=expression, reason=reason) from error


def _value_fields(value: Json) -> dict[str, Any]:
    """What an expression sees of a value, as of protobuf's `Value`: the field of its type, and its text in any case."""
    import msgspec

    fields: dict[str, Any] = {"string_value": value if isinstance(value, str) else msgspec.json.encode(value).decode()}
    match value:
        case bool():
            fields["bool_value"] = value
        case int() | float():
            fields["number_value"] = value
        case list():
            fields["list_value"] = value
        case dict():
            fields["struct_value"] = value
    return fields


def _evaluate(expression: str, variables: dict[str, Any]) -> Any:
    import msgspec

    cel = _cel()
    context = cel.Context(variables=variables)
    context.add_function("parseJson", msgspec.json.decode)
    try:
        return cel.evaluate(expression, context)
    except KeyError as error:
        raise ConditionFailed(expression=expression, reason=f"{error} has no value") from error
    except (ValueError, TypeError, RuntimeError) as error:
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
