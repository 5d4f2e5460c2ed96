"""The patient reader of messages: knows every variant that protobuf's parser accepts, and where a mistake is."""

import functools
import math
import re
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from penstock.ir.errors import InvalidField
from penstock.ir.layout import UNKNOWN, Field, Shape, fields_by_name
from penstock.ir.spec import Message
from penstock.ir.wording import describe, join

M = TypeVar("M", bound=Message)

Place: TypeAlias = tuple["Place", str | int] | None
"""Where the reader is: the place around, and the key in it. Made into text only for an error."""


def read_message(cls: type[M], value: Any, place: Place = None) -> M:
    """A message of `cls` from plain values; what `cls` does not know is kept in `unknown_fields`."""
    if not isinstance(value, dict):
        raise _invalid(place, expected="an object", got=describe(value))
    known = fields_by_name(cls)
    found: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for name, item in value.items():
        field: Field | None = known.get(name)
        if field is None:
            key = _key(name, place)
            unknown[key] = _read_json(None, item, (place, key))
        elif item is not None or field.takes_null:
            if field.attribute in found:
                raise _invalid((place, field.wire), expected="one value", got="two, under two spellings")
            found[field.attribute] = _READERS[field.shape.kind](field.shape.of, item, (place, field.wire))
    if unknown:
        found[UNKNOWN] = unknown
    return cls(**found)


def _read_map(of: Shape, value: Any, place: Place) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _invalid(place, expected="an object", got=describe(value))
    read = _READERS[of.kind]
    return {_key(name, place): read(of.of, item, (place, name)) for name, item in value.items()}


def _read_list(of: Shape, value: Any, place: Place) -> list[Any]:
    if not isinstance(value, list):
        raise _invalid(place, expected="a list", got=describe(value))
    read = _READERS[of.kind]
    return [read(of.of, item, (place, index)) for index, item in enumerate(value)]


def _read_text(_of: None, value: Any, place: Place) -> str:
    if isinstance(value, str):
        return value
    raise _invalid(place, expected="text", got=describe(value))


def _read_boolean(_of: None, value: Any, place: Place) -> bool:
    if isinstance(value, bool):
        return value
    raise _invalid(place, expected="true or false", got=describe(value))


def _read_integer(_of: None, value: Any, place: Place) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,19}", value, re.ASCII):
        return int(value)
    raise _invalid(place, expected="a whole number", got=describe(value))


def _read_integer_or_text(_of: None, value: Any, place: Place) -> int | str:
    return value if isinstance(value, str) else _read_integer(None, value, place)


def _read_number(_of: None, value: Any, place: Place) -> float:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
    raise _invalid(place, expected="a number", got=describe(value))


def _read_enum(names: tuple[str, ...], value: Any, place: Place) -> str:
    if isinstance(value, str) and value in names:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names):
        return names[value]
    raise _invalid(place, expected=f"one of {', '.join(names)}", got=describe(value))


def _read_json(_of: None, value: Any, place: Place) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case float() if math.isfinite(value):
            return value
        case dict():
            return {_key(name, place): _read_json(None, item, (place, name)) for name, item in value.items()}
        case list():
            return [_read_json(None, item, (place, index)) for index, item in enumerate(value)]
    raise _invalid(place, expected="a JSON value", got=describe(value))


def _key(name: Any, place: Place) -> str:
    if isinstance(name, str):
        return name
    raise _invalid(place, expected="keys that are text (quote them)", got=f"the key {describe(name)}")


_READERS: dict[str, Callable[[Any, Any, Place], Any]] = {
    "message": read_message,
    "map": _read_map,
    "list": _read_list,
    "enum": _read_enum,
    "text": _read_text,
    "boolean": _read_boolean,
    "integer": _read_integer,
    "number": _read_number,
    "integer or text": _read_integer_or_text,
    "json": _read_json,
}


def _invalid(place: Place, *, expected: str, got: str) -> InvalidField:
    keys: list[str | int] = []
    while place is not None:
        place, key = place
        keys.append(key)
    return InvalidField(place=functools.reduce(join, reversed(keys), ""), expected=expected, got=got)
