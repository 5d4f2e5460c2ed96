"""Questions about annotations of parameters: what a list holds, what an entry is, what may be passed where."""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NewType, Union, get_args, get_origin

from penstock.core.json import Json
from penstock.data.errors import UnknownType
from penstock.data.types import ParameterUse, classify
from penstock.ir.spec import ParameterType

UNKNOWN: Any = object()
"""The annotation of a value whose type shows only when it is there."""


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """The annotation of a mapping that was written down: each entry has its own."""

    of: Mapping[str, Any]


def bare(annotation: Any) -> Any:
    """Without `Annotated`, `NewType` and `| None`."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif is_optional(annotation):
            rest = [one for one in get_args(annotation) if one is not types.NoneType]
            annotation = rest[0] if len(rest) == 1 else Union[tuple(rest)]  # noqa: UP007 - of a computed tuple
        else:
            return annotation


def is_optional(annotation: Any) -> bool:
    """Whether None is allowed."""
    return get_origin(annotation) in (Union, types.UnionType) and types.NoneType in get_args(annotation)


def parameter_type_of(annotation: Any) -> ParameterType | None:
    """The type in the IR; None where it is not known."""
    if isinstance(annotation, Entries):
        return "STRUCT"
    if get_origin(annotation) is list and isinstance(get_args(annotation)[0], Entries):
        return "LIST"
    use = _use(annotation)
    return None if use is None else use.parameter_type


def _use(annotation: Any) -> ParameterUse | None:
    if annotation is UNKNOWN or isinstance(annotation, Entries):
        return None
    try:
        use = classify(annotation)
    except UnknownType:
        return None
    return use if isinstance(use, ParameterUse) else None


def item_annotation(annotation: Any) -> Any:
    """What the items of a list are."""
    inner = bare(annotation)
    args = get_args(inner)
    if parameter_type_of(inner) == "LIST" and args:
        items = {one for one in args if one is not Ellipsis}
        return items.pop() if len(items) == 1 else UNKNOWN
    return UNKNOWN


def entry_annotation(annotation: Any, key: str | int) -> Any:
    """What an entry of a mapping or list is."""
    inner = bare(annotation)
    if isinstance(inner, Entries):
        return inner.of.get(str(key), UNKNOWN)
    if isinstance(key, int):
        return item_annotation(annotation)
    args = get_args(inner)
    return args[1] if parameter_type_of(inner) == "STRUCT" and len(args) == 2 else UNKNOWN


def assignable(given: Any, wanted: Any) -> bool:
    """Whether a parameter of type `given` can be passed where `wanted` is declared, as far as can be told."""
    if given is UNKNOWN or wanted is UNKNOWN or wanted in (Any, object):
        return True
    source, target = bare(given), bare(wanted)
    kinds = parameter_type_of(source), parameter_type_of(target)
    if None in kinds:
        return True
    if kinds[0] != kinds[1]:
        return kinds == ("NUMBER_INTEGER", "NUMBER_DOUBLE")
    if kinds[0] == "LIST":
        return assignable(item_annotation(source), item_annotation(target))
    if kinds[0] == "STRUCT":
        return _entries_assignable(source, target)
    allowed, possible = literals(target), literals(source)
    return not (allowed and possible) or all(one in allowed for one in possible)


def literals(annotation: Any) -> list[Json]:
    """The only values that an annotation allows, as JSON; empty where there is no such list."""
    use = _use(annotation)
    return [] if use is None else use.literals


def _entries_assignable(source: Any, target: Any) -> bool:
    wanted = get_args(target)
    if len(wanted) != 2:
        return True
    if isinstance(source, Entries):
        return all(assignable(one, wanted[1]) for one in source.of.values())
    given = get_args(source)
    return len(given) != 2 or assignable(given[1], wanted[1])
