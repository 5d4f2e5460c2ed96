"""Parameters that foreign code wrote as text into a file each, by the rules of Kubeflow's launcher."""

import re
from collections.abc import Callable

from penstock.core.json import Json
from penstock.ir.codec import parse_json
from penstock.ir.errors import MalformedDocument
from penstock.ir.parameters import convert_parameter

_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})
_INTEGER = re.compile(r"[+-]?[0-9]+")


def value_of_text(text: str, parameter_type: str) -> Json:
    """The value of a parameter whose file holds `text`: `STRING` as it is, numbers and booleans trimmed, else JSON.

    Raises:
        ValueError: It is no such value; the text says what would be.
    """
    read = _READERS.get(parameter_type)
    return text if read is None else read(text)


def _integer(text: str) -> Json:
    if _INTEGER.fullmatch(text.strip()) is None:
        raise ValueError("an integer, e.g. `3`")
    return int(text)


def _double(text: str) -> Json:
    try:
        number = float(text.strip().replace("_", "?"))  # `1_000` is Python's own spelling
    except ValueError:
        raise ValueError("a number, e.g. `0.5`") from None
    return convert_parameter(number, "NUMBER_DOUBLE", name="")


def _boolean(text: str) -> Json:
    word = text.strip()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError("`true` or `false`")


def _list(text: str) -> Json:
    value = _json(text)
    if isinstance(value, list):
        return value
    raise ValueError("a JSON list, e.g. `[1, 2]`")


def _struct(text: str) -> Json:
    value = _json(text)
    if isinstance(value, dict):
        return value
    raise ValueError('a JSON object, e.g. `{"a": 1}`')


def _json(text: str) -> Json:
    try:
        return parse_json(text)
    except MalformedDocument:
        return None


_READERS: dict[str, Callable[[str], Json]] = {
    "NUMBER_INTEGER": _integer,
    "NUMBER_DOUBLE": _double,
    "BOOLEAN": _boolean,
    "LIST": _list,
    "STRUCT": _struct,
}
