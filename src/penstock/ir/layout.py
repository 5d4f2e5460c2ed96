"""What each message class looks like on the wire: derived once from its annotations, used to read and to write."""

from functools import cache
from types import UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UnsetType

from penstock.ir.spec import Message

UNKNOWN = "unknown_fields"


class Shape(NamedTuple):
    """The kind of value that a field holds."""

    kind: Literal["message", "map", "list", "enum", "text", "boolean", "integer", "number", "integer or text", "json"]
    of: Any = None
    """The message class; of maps and lists, the elements' shape; of enums, the names in the order of their numbers."""


class Field(NamedTuple):
    """One field of a message class."""

    attribute: str
    """Its name in Python."""
    wire: str
    """Its name on the wire, in camel case."""
    snake: str
    """Its name in the protobuf definition, which is accepted too."""
    shape: Shape
    default: Any
    takes_null: bool
    """Whether `null` is a value; elsewhere it says that the field is absent."""


@cache
def fields_of(cls: type[Message]) -> tuple[Field, ...]:
    """The fields of a message class, without `unknown_fields`."""
    hints = get_type_hints(cls)
    return tuple(
        Field(
            attribute=info.name,
            wire=info.encode_name,
            snake=info.name,
            shape=(shape := _shape(hints[info.name])),
            default=info.default if info.default is not msgspec.NODEFAULT else info.default_factory(),
            takes_null=shape.kind == "json" and UnsetType in get_args(hints[info.name]),
        )
        for info in msgspec.structs.fields(cls)
        if info.name != UNKNOWN
    )


@cache
def fields_by_name(cls: type[Message]) -> dict[str, Field]:
    """The fields by each name that they may have on the wire."""
    return {name: field for field in fields_of(cls) for name in (field.snake, field.wire)}


_SCALARS: dict[Any, Shape] = {
    str: Shape("text"),
    bool: Shape("boolean"),
    int: Shape("integer"),
    float: Shape("number"),
    Any: Shape("json"),
}


def _shape(annotation: Any) -> Shape:
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and origin is None and issubclass(annotation, Message):
        return Shape("message", annotation)
    if origin is dict:
        return Shape("map", _shape(arguments[1]))
    if origin is list:
        return Shape("list", _shape(arguments[0]))
    if origin in (Union, UnionType, Literal):
        return _union(annotation)
    raise TypeError(f"no wire shape for {annotation}")


def _union(annotation: Any) -> Shape:
    names = list(_literals(annotation))
    if names:
        return Shape("enum", tuple(sorted(names, key=lambda name: not name.endswith("UNSPECIFIED"))))
    members = [member for member in get_args(annotation) if member not in (type(None), UnsetType)]
    if set(members) == {int, str}:
        return Shape("integer or text")
    (member,) = members
    return _shape(member)


def _literals(annotation: Any) -> list[str]:
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    if get_origin(annotation) in (Union, UnionType):
        return [name for member in get_args(annotation) for name in _literals(member)]
    return []
