"""What a model takes, by its signature: a body of JSON becomes typed rows.

The types are checked while the JSON is read, in compiled code, by a class that is made for the signature; so checking
costs nothing beside reading. Only a body that does not fit is read a second time, to say all that is wrong with it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from penstock.models.signature import Column, Signature
from penstock.serving.refusals import SHOWN, NotJson, Problem, UnfitRows

TYPES: dict[str, tuple[type, str]] = {
    "double": (float, "a number"),
    "float": (float, "a number"),
    "long": (int, "an integer"),
    "integer": (int, "an integer"),
    "boolean": (bool, "true or false"),
    "string": (str, "a text"),
    "datetime": (datetime, "a time as ISO 8601"),
}
"""By MLflow's name of a type: what a value of JSON becomes, and how people call it."""


class RowReader:
    """Reads rows for one signature.

    Args:
        signature: Of a model that takes named columns.
    """

    def __init__(self, signature: Signature) -> None:
        self.columns: tuple[Column, ...] = signature.inputs
        self.row: type[Struct] = _row_class(self.columns)
        """What one row is read into; its fields are `c0`, `c1`, … in the order of the signature."""
        self._one = msgspec.json.Decoder(self.row)
        self._list = msgspec.json.Decoder(list[self.row])  # type: ignore[name-defined]

    def read_rows(self, body: bytes) -> list[Any]:
        """The rows of a body that is one row, or a list of rows.

        Raises:
            NotJson: It is no JSON.
            UnfitRows: Something in it is not what the model takes.
        """
        try:
            return self._list.decode(body) if body[:1] == b"[" else [self._one.decode(body)]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self.convert(parse(body))

    def convert(self, value: Any) -> list[Any]:
        """The rows of parsed JSON: a row, or a list of rows. Raises `UnfitRows`, with all that is wrong."""
        single = not isinstance(value, list)
        rows, problems = [], []
        for number, one in enumerate([value] if single else value):
            try:
                rows.append(msgspec.convert(one, self.row))
            except msgspec.ValidationError:
                problems += self._problems(one, None if single else number)
        if problems:
            raise UnfitRows(problems=problems[:SHOWN], count=len(problems))
        return rows

    def _problems(self, row: Any, number: int | None) -> list[Problem]:
        """All that is wrong with one row."""
        if not isinstance(row, dict):
            return [Problem(row=number, expected="an object with a value for each column", got=kind_of(row))]
        found = []
        for column in self.columns:
            if column.name not in row:
                if column.required:
                    found.append(Problem(row=number, field=column.name, expected=_wanted(column), got="nothing"))
            elif not _fits(row[column.name], column):
                got = kind_of(row[column.name])
                found.append(Problem(row=number, field=column.name, expected=_wanted(column), got=got))
        return found


def parse(body: bytes) -> Any:
    """A body as plain JSON. Raises `NotJson`."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotJson(reason=str(error) if body else "it is empty") from None
    except RecursionError:
        raise NotJson(reason="it is nested too deeply") from None


def kind_of(value: Any) -> str:
    """What a JSON value is, in JSON's words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {value[:40]!r}" + ("…" if len(value) > 40 else "")
        case list():
            return "a list"
        case _:
            return "an object"


def _row_class(columns: Sequence[Column]) -> type[Struct]:
    fields: list[Any] = []
    for at, column in enumerate(columns):
        type_ = TYPES[column.type][0]
        fields.append((f"c{at}", type_) if column.required else (f"c{at}", type_ | None, None))
    names = {f"c{at}": column.name for at, column in enumerate(columns)}
    return msgspec.defstruct("Row", fields, kw_only=True, rename=names, gc=False, frozen=True)


def _fits(value: Any, column: Column) -> bool:
    if value is None:
        return not column.required
    try:
        msgspec.convert(value, TYPES[column.type][0])
    except msgspec.ValidationError:
        return False
    return True


def _wanted(column: Column) -> str:
    return TYPES[column.type][1] + ("" if column.required else ", or null")
