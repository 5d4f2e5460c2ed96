"""What an annotation stands for: a parameter, which travels as JSON, or an artifact, which is bytes in the store.

| annotation | stands for |
|---|---|
| `str`, `int`, `float`, `bool`, `date`, `datetime`, `Literal`, `Enum` | a parameter |
| `list`, `tuple`, `dict[str, …]` of those | a parameter (LIST, STRUCT) |
| any of those `| None` | an optional parameter |
| a type with a converter: tables, arrays, models, JSON, text, figures, … | an artifact |
| `pathlib.Path`, `Artifact` | an artifact of any kind, as a file or folder |
| `list[…]` of an artifact type | a list of artifacts |
"""

import types
from pathlib import PurePath
from typing import Annotated, Any, NewType, Union, get_args, get_origin

from msgspec import Struct

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.errors import UnknownType, WrongType
from penstock.data.naming import type_name
from penstock.data.parameters import decode_parameter, encode_parameter, parameter_form
from penstock.data.registry import converter_for
from penstock.data.values import Artifact
from penstock.ir.spec import ParameterType

__all__ = [
    "ArtifactUse",
    "ParameterUse",
    "UnknownType",
    "WrongType",
    "classify",
    "compatible",
    "decode_parameter",
    "encode_parameter",
]


class ParameterUse(Struct, frozen=True, kw_only=True):
    """An annotation that stands for a parameter."""

    parameter_type: ParameterType
    literals: list[Json]
    """The only values allowed, as JSON; empty where there is no such list."""
    optional: bool
    """Whether None is allowed."""
    annotation: Any
    """As declared; what `encode_parameter` and `decode_parameter` take."""


class ArtifactUse(Struct, frozen=True, kw_only=True):
    """An annotation that stands for an artifact, or for a list of artifacts."""

    converter: Converter[Any] | None
    """None for `Path` and `Artifact`, which take any artifact as it is."""
    kind: str
    schema_title: str
    """The artifact's type in the IR, e.g. `system.Dataset`."""
    optional: bool
    is_list: bool
    annotation: Any
    """The type of one artifact: without `| None`, and of a list that of its items."""


def classify(annotation: Any) -> ParameterUse | ArtifactUse:
    """What `annotation`, of a component's argument or result, stands for.

    Raises:
        UnknownType: It stands for nothing that Penstock can pass; the hint says how to add a converter.
    """
    form = parameter_form(annotation)
    if form is not None:
        return ParameterUse(
            parameter_type=form.parameter_type, literals=form.literals, optional=form.optional, annotation=annotation
        )
    inner, optional = _without_none(annotation)
    is_list = get_origin(inner) is list and len(get_args(inner)) == 1
    item = _bare(get_args(inner)[0]) if is_list else inner
    return _artifact(item, annotation, optional=optional, is_list=is_list)


def compatible(producer: ArtifactUse, consumer: ArtifactUse) -> bool:
    """Whether what `producer` stores can be given to `consumer`.

    `Path` and `Artifact` take everything; what a producer made as a `Path` may be anything, so it is tried
    when it is read. Otherwise the kinds must be equal, and the consumer's converter must be able to read.
    """
    if producer.is_list != consumer.is_list:
        return False
    if consumer.converter is None:
        return True
    if not consumer.converter.readable:
        return False
    return producer.converter is None or producer.kind == consumer.kind


def _artifact(item: Any, annotation: Any, *, optional: bool, is_list: bool) -> ArtifactUse:
    if isinstance(item, type) and issubclass(item, PurePath | Artifact):
        return ArtifactUse(
            converter=None,
            kind="file",
            schema_title="system.Artifact",
            optional=optional,
            is_list=is_list,
            annotation=item,
        )
    converter = converter_for(item)
    if converter is None:
        raise _unknown(item, annotation)
    return ArtifactUse(
        converter=converter,
        kind=converter.kind,
        schema_title=converter.schema_title,
        optional=optional,
        is_list=is_list,
        annotation=item,
    )


def _without_none(annotation: Any) -> tuple[Any, bool]:
    annotation = _bare(annotation)
    if get_origin(annotation) in (Union, types.UnionType):
        args = [arg for arg in get_args(annotation) if arg is not types.NoneType]
        if len(args) == 1:
            return _bare(args[0]), True
    return annotation, False


def _bare(annotation: Any) -> Any:
    """Without `Annotated` and `NewType`, which only add words."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        else:
            return annotation


def _unknown(item: Any, annotation: Any) -> UnknownType:
    name = type_name(annotation)
    origin = get_origin(item)
    if isinstance(annotation, str):
        return UnknownType(annotation=name, reason="it is text that was not resolved to a type")
    if item in (Any, object):
        return UnknownType(annotation=name, advice="say what it is: `str`, `dict[str, float]`, `polars.DataFrame`, …")
    if origin in (Union, types.UnionType):
        return UnknownType(
            annotation=name,
            reason="a union says nothing of how to store it",
            advice="choose one of the types; only `… | None` and `int | float` are understood",
        )
    if origin is dict or item in (set, frozenset) or origin in (set, frozenset):
        return UnknownType(annotation=name, advice="use `dict[str, …]` or `list[…]` of parameter types, or `JSON`")
    return UnknownType(annotation=name)
