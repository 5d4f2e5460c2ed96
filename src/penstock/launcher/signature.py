"""What the author's function takes and gives, as far as running it needs to know."""

import dataclasses
import inspect
import typing
from collections.abc import Callable, Collection
from typing import Any

from penstock.launcher.errors import AnnotationUnresolved

SINGLE = "Output"
"""The name of an output that has none of its own, as in Kubeflow."""


def resolve_annotations(function: Callable[..., Any], component: str) -> dict[str, Any]:
    """The annotations by argument name, and the result's as `return`. Raises `AnnotationUnresolved`."""
    return _hints(function, component)


def arguments(function: Callable[..., Any]) -> dict[str, bool]:
    """The function's arguments by name, and whether each has a default."""
    empty = inspect.Parameter.empty
    return {name: one.default is not empty for name, one in inspect.signature(function).parameters.items()}


def named_outputs(result: Any, declared: Collection[str], component: str) -> dict[str, Any] | None:
    """The annotation of each output, where `result` is a class whose fields are the `declared` outputs; else None.

    The IR decides: a dataclass that has a converter is one output, although it has fields.
    """
    fields = field_names(result)
    if not fields or set(fields) != set(declared):
        return None
    hints = _hints(result, component)
    return {name: hints[name] for name in fields}


def field_names(result: Any) -> tuple[str, ...]:
    """The fields of a NamedTuple or a dataclass, in order; none for any other type."""
    if not isinstance(result, type):
        return ()
    if issubclass(result, tuple):
        return tuple(getattr(result, "_fields", ()))
    return tuple(field.name for field in dataclasses.fields(result)) if dataclasses.is_dataclass(result) else ()


def _hints(owner: Any, component: str) -> dict[str, Any]:
    try:
        return typing.get_type_hints(owner, include_extras=True)
    except (NameError, AttributeError, TypeError, SyntaxError) as error:
        raise AnnotationUnresolved(component=component, reason=str(error)) from None
