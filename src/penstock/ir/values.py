"""JSON values as text, the way Kubeflow's launcher writes them."""

from decimal import Decimal

import msgspec

from penstock.core.json import Json

_EXACT_IN_GO = 1e21
"""Below this, protobuf's JSON writes a whole float without a point or an exponent."""


def value_text(value: Json) -> str:
    """A value as it stands in a command line: text as it is, `true`, `5`, `0.00001`, `[1,2]`; null is empty.

    Numbers are the shortest decimal that reads back the same, without an exponent and without `.0`.
    """
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _decimal(value)
        case _:
            return json_text(value)


def json_text(value: Json) -> str:
    """A value as compact JSON with whole floats as integers, which is how protobuf writes them."""
    return msgspec.json.encode(whole_numbers(value)).decode()


def whole_numbers(value: Json) -> Json:
    """The value with every whole float in it as an integer: `[1.0, 2.5]` becomes `[1, 2.5]`."""
    match value:
        case float() if value.is_integer() and abs(value) < _EXACT_IN_GO:
            return int(value)
        case list():
            return [whole_numbers(item) for item in value]
        case dict():
            return {key: whole_numbers(item) for key, item in value.items()}
        case _:
            return value


def _decimal(number: float) -> str:
    text = format(Decimal(repr(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
