"""Types and values in words, as a person would write them, for messages."""

import enum
import reprlib
import types
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60
_SHORT.maxlevel = 3


def type_name(annotation: Any) -> str:
    """`polars.DataFrame`, `list[int]`, `float | None`, … for an annotation; never fails."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return type_name(get_args(annotation)[0])
    if origin is Union or origin is types.UnionType:
        return " | ".join(type_name(arg) for arg in get_args(annotation))
    if origin is Literal:
        return f"Literal[{', '.join(repr(arg) for arg in get_args(annotation))}]"
    if origin is not None:
        return f"{type_name(origin)}[{', '.join(type_name(arg) for arg in get_args(annotation))}]"
    if annotation is None or annotation is types.NoneType:
        return "None"
    if annotation is Ellipsis:
        return "..."
    if isinstance(annotation, NewType):
        return annotation.__name__
    return _class_name(annotation) if isinstance(annotation, type) else str(annotation)


def _class_name(cls: type) -> str:
    """The top package and the class: where people import it from, by and large."""
    top = cls.__module__.partition(".")[0]
    if top in ("builtins", "__main__", "typing", "pathlib", "datetime") or issubclass(cls, enum.Enum):
        return cls.__qualname__
    return f"{top}.{cls.__qualname__}"


def show(value: Any) -> str:
    """A short, one-line representation of a value that may be huge or refuse to be shown."""
    if not isinstance(value, str | int | float | bool | list | dict | tuple | type(None)):
        return ""  # the type says enough, and a table's repr is a page
    try:
        return " ".join(_SHORT.repr(value).split())
    except Exception:  # noqa: BLE001 - a repr written by somebody else may do anything
        return ""
