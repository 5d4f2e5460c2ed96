"""Parameters: which annotations are one, and how their values become JSON and come back.

Each annotation is turned, once, into a form: a small object that knows the parameter's type in the IR and
encodes and decodes it. Nothing is guessed: a value that is not of the declared type is refused, with these
conversions and no others:

- an `int` is accepted for a `float`; a whole float for an `int` when decoding (some tools print `2.0` for `2`);
- NumPy scalars are accepted for what they hold, without NumPy being imported;
- a tuple is accepted for a list, and a list for a tuple;
- `nan` and infinities are written as `"NaN"`, `"Infinity"`, `"-Infinity"`, as protobuf's JSON has them, where the
  annotation says `float`; where it says nothing (`dict`, `list`, `Any`) they are refused, as they could not come back.
"""

from functools import lru_cache
from typing import Any, TypeVar

from penstock.core.json import Json
from penstock.data.errors import UnknownType, WrongType
from penstock.data.forms import ANY, Form, Mismatch, form_of
from penstock.data.naming import show, type_name

F = TypeVar("F")


def encode_parameter(value: Any, annotation: Any, *, where: str = "") -> Json:
    """The JSON for `value`, which is declared as `annotation`.

    Args:
        value: What the author's code passed or returned.
        annotation: Its declaration; what `classify` calls a parameter.
        where: Whose value it is, for the message, e.g. `output 'score' of 'evaluate'`.

    Raises:
        WrongType: `value` is not what was declared.
        UnknownType: `annotation` is no parameter type.
    """
    form = _form(annotation)
    try:
        return form.encode(value)
    except Mismatch as mismatch:
        raise _wrong(mismatch, annotation, where) from None


def decode_parameter(value: Json, annotation: Any, *, where: str = "") -> Any:
    """The Python value of type `annotation` for a JSON `value`.

    Raises:
        WrongType: `value` cannot be one.
        UnknownType: `annotation` is no parameter type.
    """
    form = _form(annotation)
    try:
        return form.decode(value)
    except Mismatch as mismatch:
        raise _wrong(mismatch, annotation, where) from None


def plain_json(value: Any, declared: str) -> Json:
    """`value` as plain JSON: NumPy scalars and tuples as what they hold, anything else refused.

    Raises:
        WrongType: Something inside has no place in JSON; says where.
    """
    try:
        return ANY.encode(value)
    except Mismatch as mismatch:
        raise _wrong(mismatch, declared, "") from None


def parameter_form(annotation: Any) -> Form | None:
    """The form of a parameter annotation, or None if it is none."""
    try:
        return _cached_form(annotation)
    except TypeError:  # an annotation that cannot be hashed
        return form_of(annotation)


_cached_form = lru_cache(maxsize=512)(form_of)


def _form(annotation: Any) -> Form:
    form = parameter_form(annotation)
    if form is None:
        raise UnknownType(annotation=type_name(annotation), reason="it is no parameter")
    return form


def _wrong(mismatch: Mismatch, annotation: Any, where: str) -> WrongType:
    return WrongType(
        declared=annotation if isinstance(annotation, str) else type_name(annotation),
        got=type_name(type(mismatch.value)),
        where=where,
        at="".join(f"[{step!r}]" for step in reversed(mismatch.steps)),
        value=show(mismatch.value),
        reason=mismatch.reason,
    )
