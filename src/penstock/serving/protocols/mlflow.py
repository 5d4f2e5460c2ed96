"""MLflow's `/invocations`: its four shapes of JSON, and CSV."""

import csv
import io
from typing import Any

import msgspec
from msgspec import Struct

from penstock.models.signature import Column
from penstock.serving.refusals import Problem, UnfitRows
from penstock.serving.rows import kind_of, parse
from penstock.serving.running import Answer
from penstock.serving.served import Served

_SHAPES = ("dataframe_split", "dataframe_records", "instances", "inputs")
_NULLS = ("", "nan", "NaN", "NULL", "null", "None", "NA", "N/A", "<NA>")


class _Predictions(Struct, frozen=True):
    predictions: list[Any]


class MlflowProtocol:
    """`dataframe_split`, `dataframe_records`, `instances`, `inputs`; or CSV with a line of names."""

    content_types: tuple[str, ...] = ("application/json", "text/csv")

    def __init__(self) -> None:
        self._encode = msgspec.json.Encoder().encode

    def read(self, body: bytes, content_type: str, served: Served) -> list[Any]:
        """See `PredictionProtocol.read`."""
        columns = served.signature.inputs
        if content_type == "text/csv":
            return served.reader.convert(_csv_rows(body, columns))
        return served.reader.convert(_json_rows(parse(body)))

    def write(self, answer: Answer, served: Served, request: str) -> bytes:  # noqa: ARG002 - it goes into a header
        """See `PredictionProtocol.write`."""
        return self._encode(_Predictions(answer.predictions))


def _json_rows(value: Any) -> list[Any]:
    shapes = [shape for shape in _SHAPES if isinstance(value, dict) and shape in value]
    if len(shapes) != 1:
        expected = f"an object with one of {', '.join(f'`{shape}`' for shape in _SHAPES)}"
        raise UnfitRows(problems=[Problem(expected=expected, got=kind_of(value))])
    found = value[shapes[0]]
    if shapes[0] == "dataframe_split":
        return _split_rows(found)
    if isinstance(found, dict):
        return _rows_of_columns(found, shapes[0])
    if not isinstance(found, list):
        raise UnfitRows(problems=[Problem(field=shapes[0], expected="a list of rows", got=kind_of(found))])
    return found


def _split_rows(found: Any) -> list[Any]:
    names, data = (found.get("columns"), found.get("data")) if isinstance(found, dict) else (None, None)
    if not isinstance(names, list) or not isinstance(data, list) or not all(isinstance(n, str) for n in names):
        expected = "an object with `columns`, a list of names, and `data`, a list of rows"
        raise UnfitRows(problems=[Problem(field="dataframe_split", expected=expected, got=kind_of(found))])
    _check_names(names, "dataframe_split")
    for number, row in enumerate(data):
        if not isinstance(row, list) or len(row) != len(names):
            got = f"a list of {len(row)}" if isinstance(row, list) else kind_of(row)
            raise UnfitRows(problems=[Problem(row=number, expected=f"a list of {len(names)} values", got=got)])
    return [dict(zip(names, row, strict=True)) for row in data]


def _rows_of_columns(found: dict[str, Any], shape: str) -> list[Any]:
    """Rows from columns by name, each a list; or a single row, where none is."""
    if not any(isinstance(values, list) for values in found.values()):
        return [found]
    longest = max(len(values) for values in found.values() if isinstance(values, list))
    for name, values in found.items():
        if not isinstance(values, list) or len(values) != longest:
            got = f"a list of {len(values)}" if isinstance(values, list) else kind_of(values)
            raise UnfitRows(problems=[Problem(field=name, expected=f"a list of {longest} values", got=got)])
    flat = {name: [_flat(value) for value in values] for name, values in found.items()}
    return [dict(zip(flat, row, strict=True)) for row in zip(*flat.values(), strict=True)] if shape else []


def _flat(value: Any) -> Any:
    """A value that stands in a list of its own, as in tensors of shape `[rows, 1]`."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _check_names(names: list[str], where: str) -> None:
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UnfitRows(problems=[Problem(field=where, expected="each name once", got=f"{twice!r} twice")])


def _csv_rows(body: bytes, columns: tuple[Column, ...]) -> list[Any]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnfitRows(problems=[Problem(expected="CSV in UTF-8", got="bytes that are none")]) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    types = {column.name: column.type for column in columns}
    try:
        names = next(reader, [])
        _check_names(names, "the first line")
        rows = []
        for number, cells in enumerate(line for line in reader if line):
            if len(cells) != len(names):
                got = f"{len(cells)}"
                raise UnfitRows(problems=[Problem(row=number, expected=f"{len(names)} values", got=got)])
            pairs = zip(names, cells, strict=True)
            rows.append({name: _cell(text, types.get(name, "string")) for name, text in pairs})
    except csv.Error as error:
        raise UnfitRows(problems=[Problem(expected="CSV", got=str(error))]) from None
    return rows


def _cell(text: str, type_: str) -> Any:
    """The value of a cell; a text that does not fit stays a text, which is then told as what came."""
    if type_ == "string":
        return text or None
    if text in _NULLS:
        return None
    if type_ == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    if type_ == "datetime":
        return text
    try:
        return int(text) if type_ in ("integer", "long") else float(text)
    except ValueError:
        return text
