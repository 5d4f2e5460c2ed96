"""The forms that a parameter can take: one small class for each, all with `encode` and `decode`."""

import enum
import math
import types
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, NewType, Protocol, TypeVar, Union, get_args, get_origin

from penstock.core.json import Json
from penstock.ir.spec import ParameterType


class Mismatch(Exception):
    """`value` does not fit; `steps` lead to it from the outside, innermost first."""

    def __init__(self, value: Any, reason: str = "") -> None:
        super().__init__(reason)
        self.value = value
        self.reason = reason
        self.steps: list[int | str] = []


class Form(Protocol):
    """How values of one declared type look in JSON. `encode` and `decode` raise `Mismatch`."""

    parameter_type: ParameterType
    literals: list[Json]
    optional: bool

    def encode(self, value: Any) -> Json: ...

    def decode(self, value: Json) -> Any: ...


def form_of(annotation: Any) -> Form | None:
    """The form that `annotation` stands for, or None if it is no parameter."""
    if get_origin(annotation) is Annotated:
        return form_of(get_args(annotation)[0])
    if isinstance(annotation, NewType):
        return form_of(annotation.__supertype__)
    simple = _SIMPLE.get(annotation) if isinstance(annotation, type) else None
    if simple is not None:
        return simple
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Union or origin is types.UnionType:
        return _union_form(args)
    if origin is Literal:
        return _literal_form(args)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return _enum_form(annotation)
    return _container_form(annotation if origin is None else origin, args)


def _union_form(args: tuple[Any, ...]) -> Form | None:
    rest = tuple(arg for arg in args if arg is not types.NoneType)
    if set(rest) == {int, float}:
        inner: Form | None = _Number()
    else:
        inner = form_of(rest[0]) if len(rest) == 1 else None
    if inner is None or len(rest) == len(args):
        return inner
    return _Optional(inner)


def _literal_form(args: tuple[Any, ...]) -> Form | None:
    values = tuple(arg for arg in args if arg is not None)
    kinds = {type(value) for value in values}
    base = _SIMPLE.get(kinds.pop()) if len(kinds) == 1 else None
    if base is None:
        return None
    choice = _Choice(base, {value: value for value in values})
    return choice if len(values) == len(args) else _Optional(choice)


def _enum_form(cls: type[enum.Enum]) -> Form | None:
    members = list(cls)
    for kind in (str, bool, int, float):
        if members and all(type(member.value) is kind for member in members):
            return _Choice(_SIMPLE[kind], {member.value: member for member in members}, cls)
    return _Choice(_SIMPLE[str], {member.name: member for member in members}, cls) if members else None


def _container_form(origin: Any, args: tuple[Any, ...]) -> Form | None:
    if origin in (list, Sequence):
        item = _item_form(args[0]) if args else ANY
        return None if item is None else _List(item)
    if origin in (dict, Mapping):
        if args and form_of(args[0]) is not _SIMPLE[str]:
            return None
        value = _item_form(args[1]) if args else ANY
        return None if value is None else _Dict(value)
    if origin is tuple:
        return _tuple_form(args)
    return None


def _tuple_form(args: tuple[Any, ...]) -> Form | None:
    if not args or (len(args) == 2 and args[1] is Ellipsis):
        item = _item_form(args[0]) if args else ANY
        return None if item is None else _List(item, tuple)
    items = [] if args == ((),) else [_item_form(arg) for arg in args]
    return _Tuple([item for item in items if item is not None]) if None not in items else None


def _item_form(annotation: Any) -> Form | None:
    return ANY if annotation in (Any, object) or isinstance(annotation, TypeVar) else form_of(annotation)


def _plain(value: Any) -> Any:
    """A NumPy scalar as what it holds; everything else as it is."""
    cls = type(value)
    if cls.__module__ == "numpy" and hasattr(value, "item") and not hasattr(value, "__array_finalize__"):
        return value.item()
    return value


class _Base:
    literals: list[Json] = []  # noqa: RUF012 - never changed
    optional = False


class _String(_Base):
    parameter_type: ParameterType = "STRING"

    def encode(self, value: Any) -> Json:
        if not isinstance(value, str):
            raise Mismatch(value)
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Mismatch(value, "it holds half of a surrogate pair, which cannot be written as UTF-8") from None
        return str.__str__(value)  # not str(value): an enum member with a string in it would give its name

    def decode(self, value: Json) -> Any:
        return self.encode(value)


class _Integer(_Base):
    parameter_type: ParameterType = "NUMBER_INTEGER"

    def encode(self, value: Any) -> Json:
        value = _plain(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Mismatch(value)
        return int(value)

    def decode(self, value: Json) -> Any:
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return self.encode(value)


class _Boolean(_Base):
    parameter_type: ParameterType = "BOOLEAN"

    def encode(self, value: Any) -> Json:
        value = _plain(value)
        if not isinstance(value, bool):
            raise Mismatch(value)
        return value

    def decode(self, value: Json) -> Any:
        return self.encode(value)


_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class _Double(_Base):
    parameter_type: ParameterType = "NUMBER_DOUBLE"

    def encode(self, value: Any) -> Json:
        number = self._number(_plain(value))
        if math.isnan(number):
            return "NaN"
        if math.isinf(number):
            return "Infinity" if number > 0 else "-Infinity"
        return number

    def decode(self, value: Json) -> Any:
        if isinstance(value, str) and value in _NOT_FINITE:
            return _NOT_FINITE[value]
        return self._number(value)

    def _number(self, value: Any) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise Mismatch(value)
        try:
            return float(value)
        except OverflowError:
            raise Mismatch(value, "it is too large for a float") from None


class _Number(_Double):
    """`int | float`: an int stays one."""

    def encode(self, value: Any) -> Json:
        value = _plain(value)
        return int(value) if isinstance(value, int) and not isinstance(value, bool) else super().encode(value)

    def decode(self, value: Json) -> Any:
        return value if isinstance(value, int) and not isinstance(value, bool) else super().decode(value)


class _Moment(_Base):
    """A date or a time, as ISO 8601 text; a time keeps its offset from UTC, if it has one."""

    parameter_type: ParameterType = "STRING"

    def __init__(self, cls: type[date]) -> None:
        self.cls = cls

    def encode(self, value: Any) -> Json:
        if not isinstance(value, self.cls) or isinstance(value, datetime) != (self.cls is datetime):
            raise Mismatch(value)
        return value.isoformat()

    def decode(self, value: Json) -> Any:
        if not isinstance(value, str):
            raise Mismatch(value)
        try:
            return self.cls.fromisoformat(value)
        except ValueError:
            raise Mismatch(value, "it is not ISO 8601, such as 2026-11-21T17:45:01+00:00") from None


class _Choice(_Base):
    """One of a few values: a `Literal` or an `Enum`."""

    def __init__(self, base: Form, members: dict[Any, Any], cls: type[enum.Enum] | None = None) -> None:
        self.parameter_type = base.parameter_type
        self.base = base
        self.cls = cls
        self.literals = [base.encode(value) for value in members]
        self.members: dict[Any, Any] = dict(zip(self.literals, members.values(), strict=True))

    def encode(self, value: Any) -> Json:
        if self.cls is None:
            return self._known(self.base.encode(value), value)
        if not isinstance(value, self.cls):
            raise Mismatch(value)
        return next(key for key in self.literals if self.members[key] is value)

    def decode(self, value: Json) -> Any:
        return self.members[self._known(self.base.encode(self.base.decode(value)), value)]

    def _known(self, found: Json, value: Any) -> Json:
        if found not in self.literals:
            raise Mismatch(value, f"it is none of {', '.join(repr(literal) for literal in self.literals)}")
        return found


class _Optional(_Base):
    optional = True

    def __init__(self, inner: Form) -> None:
        self.parameter_type = inner.parameter_type
        self.inner = inner
        self.literals = inner.literals

    def encode(self, value: Any) -> Json:
        return None if value is None else self.inner.encode(value)

    def decode(self, value: Json) -> Any:
        return None if value is None else self.inner.decode(value)


class _List(_Base):
    parameter_type: ParameterType = "LIST"

    def __init__(self, item: Form, build: type[list[Any]] | type[tuple[Any, ...]] = list) -> None:
        self.item = item
        self.build = build

    def encode(self, value: Any) -> Json:
        if not isinstance(value, list | tuple):
            raise Mismatch(value)
        return [_step(self.item.encode, item, index) for index, item in enumerate(value)]

    def decode(self, value: Json) -> Any:
        if not isinstance(value, list):
            raise Mismatch(value)
        return self.build([_step(self.item.decode, item, index) for index, item in enumerate(value)])


class _Tuple(_Base):
    parameter_type: ParameterType = "LIST"

    def __init__(self, items: list[Form]) -> None:
        self.items = items

    def encode(self, value: Any) -> Json:
        return [_step(form.encode, item, index) for index, (form, item) in enumerate(self._pairs(value))]

    def decode(self, value: Json) -> Any:
        return tuple(_step(form.decode, item, index) for index, (form, item) in enumerate(self._pairs(value)))

    def _pairs(self, value: Any) -> list[tuple[Form, Any]]:
        if not isinstance(value, list | tuple):
            raise Mismatch(value)
        if len(value) != len(self.items):
            raise Mismatch(value, f"it has {len(value)} items, not {len(self.items)}")
        return list(zip(self.items, value, strict=True))


class _Dict(_Base):
    parameter_type: ParameterType = "STRUCT"

    def __init__(self, value: Form) -> None:
        self.value = value

    def encode(self, value: Any) -> Json:
        if not isinstance(value, dict):
            raise Mismatch(value)
        return {_key(key): _step(self.value.encode, item, key) for key, item in value.items()}

    def decode(self, value: Json) -> Any:
        if not isinstance(value, dict):
            raise Mismatch(value)
        return {key: _step(self.value.decode, item, key) for key, item in value.items()}


class _Any(_Base):
    """Any JSON value, inside a list or dict whose annotation does not say more."""

    parameter_type: ParameterType = "STRUCT"

    def encode(self, value: Any) -> Json:
        value = _plain(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, list | tuple):
            return [_step(self.encode, item, index) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return {_key(key): _step(self.encode, item, key) for key, item in value.items()}
        if isinstance(value, float) and not math.isfinite(value):
            raise Mismatch(value, "JSON has no such number; declare the type inside, e.g. `dict[str, float]`")
        for kind in (str, int, float):
            if isinstance(value, kind):
                return _SIMPLE[kind].encode(value)
        raise Mismatch(value, "JSON cannot hold it; declare the type inside, or pass an artifact")

    def decode(self, value: Json) -> Any:
        return value


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise Mismatch(key, "the keys of a JSON object are strings")
    return str.__str__(key)


def _step(convert: Any, value: Any, step: int | str) -> Any:
    try:
        return convert(value)
    except Mismatch as mismatch:
        mismatch.steps.append(step)
        raise


ANY: Form = _Any()
_SIMPLE: dict[type, Form] = {
    str: _String(),
    int: _Integer(),
    float: _Double(),
    bool: _Boolean(),
    date: _Moment(date),
    datetime: _Moment(datetime),
}
