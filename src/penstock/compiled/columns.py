"""Raw rows as named columns of four kinds: what the inputs of a compiled graph are made of.

Rows come as a table of pandas, Polars or PyArrow, as a mapping of columns, or as a list of mappings. A number is
float64, whatever it was, so that it may be missing; an integer beyond 2^53 keeps its column int64, which may not. A
missing text is the noncharacter U+FDD0 inside the graph, because ONNX has no missing text, and `""` is a text. A date
is int64, microseconds since 1970.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from penstock.compiled import moments
from penstock.compiled.errors import UnfitRows, UnusableSample

Kind = Literal["double", "int64", "string", "time"]
Columns = dict[str, np.ndarray[Any, Any]]

MISSING = "\ufdd0"
"""Stands for a missing text inside the graph."""
_EXACT = 2**53


@dataclass(frozen=True, kw_only=True)
class RawColumn:
    """One input of a compiled graph."""

    name: str
    kind: Kind
    missing: Literal["nan", "none"] = "nan"
    """How the sample writes a missing text, which scikit-learn tells apart."""
    boolean: bool = False
    aware: bool = False
    """Whether a date has a time zone, and so is an instant."""


def raw_columns(table: Any) -> Columns:
    """The columns of a table as one-dimensional arrays, in its order."""
    if isinstance(table, Mapping):
        columns = {name: np.asarray(values, dtype=_dtype(values)) for name, values in table.items()}
    elif hasattr(table, "iter_columns"):  # polars
        columns = {str(series.name): _plain(series.to_numpy(), _zone(series.dtype)) for series in table.iter_columns()}
    elif hasattr(table, "column_names"):  # pyarrow
        columns = {str(name): _of_arrow(table.column(name)) for name in table.column_names}
    elif hasattr(table, "columns"):  # pandas
        names = list(table.columns)
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise UnusableSample(reason=f"two columns are called {twice!r}", advice="rename one of them")
        columns = {name: _of_pandas(table[name]) for name in names}
    elif isinstance(table, Sequence) and all(isinstance(row, Mapping) for row in table):
        first: Any = table[0] if table else {}
        columns = {name: np.asarray(_pick(table, name), dtype=_dtype(_pick(table, name))) for name in first}
    else:
        raise UnusableSample(reason=f"a `{type(table).__name__}` has no named columns")
    return columns


def describe(columns: Columns, *, only: Sequence[str] | None = None) -> tuple[RawColumn, ...]:
    """What each column of a sample is. Raises `UnusableSample` for what a graph cannot take."""
    names = list(columns) if only is None else list(only)
    if not names or len(next(iter(columns.values()))) == 0:
        raise UnusableSample(reason="it has no columns" if not names else "it has no rows")
    for name in names:
        if not isinstance(name, str) or not name:
            raise UnusableSample(reason=f"a column is called {name!r}, which is no text")
    return tuple(_describe(name, columns[name]) for name in names)


def feed(columns: Columns, wanted: Sequence[RawColumn]) -> Columns:
    """What a graph is handed: each wanted column, of its type, of shape `[rows, 1]`. Others are left out."""
    fed = {}
    rows = {len(values) for name, values in columns.items()}
    for column in wanted:
        if column.name not in columns:
            raise UnfitRows(column=column.name, reason="is missing")
        fed[column.name] = _of_kind(columns[column.name], column).reshape(-1, 1)
    if len(rows) > 1:
        raise UnfitRows(column=wanted[0].name, reason=f"is not as long as another one: {sorted(rows)} rows")
    return fed


def absent(values: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which values are missing: None, NaN, or pandas' NA."""
    if values.dtype.kind == "f":
        return np.asarray(np.isnan(values))
    if values.dtype.kind == "M":
        return np.asarray(np.isnat(values))
    if values.dtype.kind != "O":
        return np.zeros(len(values), dtype=bool)
    return np.fromiter((_is_absent(value) for value in values), dtype=bool, count=len(values))


def _is_absent(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value) or type(value).__name__ == "NAType"


def _describe(name: str, values: np.ndarray[Any, Any]) -> RawColumn:
    kind = values.dtype.kind
    if kind == "M":
        return RawColumn(name=name, kind="time", aware=moments.is_aware(values))
    if kind == "f" and values.dtype.itemsize < 8:
        raise UnusableSample(
            reason=f"column {name!r} is {values.dtype}, in which scikit-learn computes with less than float64",
            advice="cast the column to float64 before fitting",
        )
    if kind in "iu":
        large = len(values) and max(abs(int(values.min())), abs(int(values.max()))) > _EXACT
        return RawColumn(name=name, kind="int64" if large else "double")
    if kind in "fb":
        return RawColumn(name=name, kind="double", boolean=kind == "b")
    gone = absent(values)
    there = values[~gone]
    if kind == "O" and len(there) and all(isinstance(value, (int, float)) for value in there):
        return RawColumn(name=name, kind="double", boolean=all(isinstance(value, bool) for value in there))
    if kind == "O" and (dates := moments.of_objects(values, gone)) is not None:
        return RawColumn(name=name, kind="time", aware=moments.is_aware(dates))
    if kind not in "OUT" or not all(isinstance(value, str) for value in there):
        raise UnusableSample(
            reason=f"column {name!r} holds neither numbers nor texts nor dates ({values.dtype})",
            advice="make numbers, texts or dates of it before the pipeline; of dates, all with a time zone or none",
        )
    marks = {"none" if value is None else "nan" for value in values[gone]}
    if len(marks) > 1:
        raise UnusableSample(
            reason=f"column {name!r} holds both None and NaN, which scikit-learn tells apart and a graph cannot",
            advice="use one of them for what is missing",
        )
    return RawColumn(name=name, kind="string", missing="none" if marks == {"none"} else "nan")


def _of_kind(values: np.ndarray[Any, Any], column: RawColumn) -> np.ndarray[Any, Any]:
    gone = absent(values)
    if column.kind == "time":
        return as_moments(values, column).astype(np.int64)
    if column.kind == "string":
        texts = values.astype(object)
        texts[gone] = MISSING
        if not all(isinstance(value, str) for value in texts):
            wrong = next(type(value).__name__ for value in texts if not isinstance(value, str))
            raise UnfitRows(column=column.name, reason=f"holds texts, but a `{wrong}` came")
        return texts
    if values.dtype.kind in "UTM" or any(isinstance(value, str) for value in values if values.dtype.kind == "O"):
        raise UnfitRows(column=column.name, reason="holds numbers, but texts or dates came")
    if column.kind == "int64":
        if gone.any() or values.dtype.kind not in "iu":
            raise UnfitRows(column=column.name, reason="holds integers beyond 2^53, none of which may be missing")
        return values.astype(np.int64)
    if not gone.any():
        return values.astype(np.float64)
    numbers = np.full(len(values), np.nan)
    numbers[~gone] = values[~gone].astype(np.float64)
    return numbers


def as_moments(values: np.ndarray[Any, Any], column: RawColumn) -> np.ndarray[Any, Any]:
    """A column of dates in any form as NumPy's, in microseconds. Raises `UnfitRows` for what is none."""
    if values.dtype.kind != "M":
        gone = absent(values)
        there = values[~gone]
        if len(there):
            read = moments.of_texts if isinstance(there[0], str) else moments.of_objects
            found = read(values.astype(object), gone)
            if found is None:
                raise UnfitRows(column=column.name, reason=f"holds dates, and {there[0]!r} is among what came")
            values = found
        else:
            values = np.full(len(values), "NaT", dtype="datetime64[us]")
    if moments.is_aware(values) != column.aware and not np.isnat(values).all():
        has = "with" if column.aware else "without"
        raise UnfitRows(column=column.name, reason=f"holds dates {has} a time zone, and other ones came")
    return moments.of_numpy(values, aware=column.aware)


def _of_pandas(series: Any) -> np.ndarray[Any, Any]:
    if _zone(series.dtype):
        return moments.of_numpy(series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), aware=True)
    return _plain(series.to_numpy())


def _of_arrow(column: Any) -> np.ndarray[Any, Any]:
    return _plain(column.to_numpy(zero_copy_only=False), _zone(column.type))


def _zone(dtype: Any) -> bool:
    """Whether a type of pandas, Polars or Arrow is one of dates with a time zone."""
    return any(getattr(dtype, name, None) is not None for name in ("tz", "time_zone"))


def _plain(values: np.ndarray[Any, Any], aware: bool = False) -> np.ndarray[Any, Any]:
    if values.dtype.kind == "M":
        return moments.of_numpy(values, aware=aware)
    return values.astype(object) if values.dtype.kind in "UT" else values


def _dtype(values: Any) -> Any:
    """Object for what NumPy would turn into texts of a fixed length, or cannot guess for want of values."""
    if hasattr(values, "dtype"):
        return object if values.dtype.kind == "U" else None
    return object if any(isinstance(value, str) or value is None for value in values) else None


def _pick(table: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    return [row.get(name) for row in table]
