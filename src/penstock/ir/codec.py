"""Messages to JSON and back, exactly.

What is written is the JSON of protobuf: camel case, defaults left out. What is read may also be what protobuf's own
parser accepts besides (snake case, integers as text, numbers of enums, `null` for absent). Integers stay
integers and floats floats, however deep they are; maps keep their keys as they are. Unknown fields are kept
and written back in the same message.

JSON text is first decoded in C; only what is refused there goes through `from_json_obj`, which is slower,
and knows the variants, the unknown fields and where a mistake is.
"""

import threading
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec.structs import astuple

from penstock.core.json import Json
from penstock.ir.errors import InvalidField, MalformedDocument
from penstock.ir.layout import Shape, fields_of
from penstock.ir.reading import read_message
from penstock.ir.spec import Message

M = TypeVar("M", bound=Message)

_UNKNOWN_ON_WIRE = b'"unknown fields"'

_NOT_NORMAL = (_UNKNOWN_ON_WIRE, b":{}", b":0.0", b":-0.0", b'UNSPECIFIED"')
"""What C writes for unknown fields and for defaults that were given explicitly. Without any of these, what C wrote
is what `to_json_obj` says."""

_WRITTEN_AS_THEY_ARE = frozenset({"text", "boolean", "integer", "number", "integer or text", "enum", "json"})


def from_json(cls: type[M], text: bytes | str) -> M:
    """Read a message from JSON text.

    Raises:
        MalformedDocument: The text is not JSON.
        InvalidField: A field holds what it cannot hold; the error has its place.
    """
    data = text.encode() if isinstance(text, str) else text
    if _UNKNOWN_ON_WIRE not in data:
        try:
            message: M = _decoder(cls).decode(data)
            return message
        except msgspec.ValidationError:
            pass  # a variant, an unknown field or a mistake: the slow way tells them apart
        except (msgspec.DecodeError, RecursionError) as error:
            raise _malformed(error) from None
    return from_json_obj(cls, parse_json(data))


def parse_json(text: bytes | str) -> Json:
    """JSON text as plain values; integers of any size are exact. Raises `MalformedDocument`."""
    try:
        value: Json = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise _malformed(error) from None
    return value


def from_json_obj(cls: type[M], value: Any) -> M:
    """Read a message from plain values, such as `json` or YAML give.

    Raises:
        InvalidField: A field holds what it cannot hold; the error has its place.
    """
    try:
        return read_message(cls, value)
    except RecursionError:
        raise InvalidField(place="", expected="at most some hundred levels", got="a deeper document") from None


def to_json_obj(message: Message) -> dict[str, Any]:
    """The message as plain values. Values inside are shared with the message, not copied: do not change them."""
    written: dict[str, Any] = {}
    unknown, *values = astuple(message)
    for (_, wire, _, shape, default, _), value in zip(fields_of(type(message)), values, strict=True):
        if value is not default and value != default:
            written[wire] = value if shape.kind in _WRITTEN_AS_THEY_ARE else _write(shape, value)
    if unknown:
        written |= unknown
    return written


def to_json(message: Message) -> bytes:
    """The message as JSON text with sorted keys: equal messages give equal bytes."""
    text = msgspec.json.encode(message, order="sorted")
    if any(mark in text for mark in _NOT_NORMAL):
        text = msgspec.json.encode(to_json_obj(message), order="sorted")
    return text


def _write(shape: Shape, value: Any) -> Any:
    kind = shape.kind
    if kind == "message":
        return to_json_obj(value)
    if shape.of.kind in _WRITTEN_AS_THEY_ARE:
        return value
    if kind == "map":
        return {key: _write(shape.of, item) for key, item in value.items()}
    return [_write(shape.of, item) for item in value]


_preparing = threading.Lock()
"""What msgspec knows of a class is written into the class when its first decoder is made, and may be read by another
thread before it is complete: that is the end of the process."""


@cache
def _decoder(cls: type[M]) -> msgspec.json.Decoder[M]:
    with _preparing:
        return msgspec.json.Decoder(cls)


def _malformed(error: Exception) -> MalformedDocument:
    reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
    return MalformedDocument(reason=reason)
