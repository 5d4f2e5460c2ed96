"""Rows in any form as the pandas frame that a model was fitted on: its columns, in its order, of its types."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from penstock.data.naming import type_name
from penstock.models.errors import NotRows, RowsUnfit
from penstock.models.signature import NUMBERS, TYPES, Column

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 3


def columns_of(frame: "pd.DataFrame", lacking: frozenset[str]) -> tuple[Column, ...]:
    """What each column of training data is.

    Args:
        frame: A part of the data.
        lacking: The columns in which values are missing, in all of the data.
    """
    return tuple(_describe(str(name), frame[name], str(name) in lacking) for name in frame.columns)


def frame_of(rows: Any) -> "pd.DataFrame":
    """Rows as a pandas frame, of whatever types they come in. Raises `NotRows`."""
    import pandas as pd

    if isinstance(rows, pd.DataFrame):
        frame = rows
    elif isinstance(rows, Mapping):
        lists = [isinstance(value, list | tuple) or hasattr(value, "__array__") for value in rows.values()]
        frame = _framed(rows) if any(lists) else _framed([rows])
    elif hasattr(rows, "collect_schema") and hasattr(rows, "collect"):
        frame = rows.collect().to_pandas()
    elif hasattr(rows, "to_pandas"):
        frame = rows.to_pandas()
    elif isinstance(rows, Sequence) and not isinstance(rows, str | bytes) and all(isinstance(r, Mapping) for r in rows):
        frame = _framed(list(rows))
    else:
        raise NotRows(got=type_name(type(rows)), reason="it has no named columns")
    names = [str(name) for name in frame.columns]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise RowsUnfit(column=twice, reason="is there twice")
    return frame if names == list(frame.columns) else frame.set_axis(names, axis=1)


def fitted_to(frame: "pd.DataFrame", columns: Sequence[Column]) -> "pd.DataFrame":
    """The frame that a model takes: exactly its columns, each of the type that it was fitted on.

    A number may come as any number: an integer column that became float, for want of a value, stays float.

    Raises:
        RowsUnfit: A column is missing or holds something else.
    """
    import pandas as pd

    made = {}
    for column in columns:
        if column.name in frame.columns:
            made[column.name] = _fitted(frame[column.name], column)
        elif column.required:
            raise RowsUnfit(column=column.name, reason="is missing")
        else:
            made[column.name] = _fitted(pd.Series([None] * len(frame), index=frame.index, dtype=object), column)
    return pd.DataFrame(made, index=frame.index, columns=[column.name for column in columns])


def _framed(rows: Any) -> "pd.DataFrame":
    import pandas as pd

    try:
        return pd.DataFrame(rows)
    except (ValueError, TypeError) as error:
        raise NotRows(got=type_name(type(rows)), reason=str(error)) from error


def _describe(name: str, values: Any, lacking: bool) -> Column:
    kind = _type_of(name, values)
    missing = ""
    if kind == "string":
        missing = "none" if any(value is None for value in values) else "nan"
    # a number of which one may be missing is a float, in MLflow's words too
    if lacking and kind in ("integer", "long"):
        kind = "double"
    return Column(name=name, type=kind, required=not lacking, dtype=str(values.dtype), missing=missing)


def _type_of(name: str, values: Any) -> str:
    dtype: Any = values.dtype
    if dtype.name == "category":
        return _type_of(name, values.cat.categories.to_series())
    if dtype.kind == "b":
        return "boolean"
    if dtype.kind in "iu":
        return "integer" if dtype.itemsize < 4 or (dtype.kind == "i" and dtype.itemsize == 4) else "long"
    if dtype.kind == "f":
        return "float" if dtype.itemsize <= 4 else "double"
    if dtype.kind == "M":
        return "datetime"
    there = values.dropna()
    found = {_type_of_one(value) for value in there}
    if len(found) == 1 and found <= frozenset(TYPES):
        return found.pop()
    if len(found) == 1:
        raise RowsUnfit(column=name, reason=f"holds {found.pop()}, which no model's signature has a type for")
    if not found:
        return "double" if dtype.kind != "O" and not _textual(dtype) else "string"
    if found <= NUMBERS:
        return "double"
    raise RowsUnfit(column=name, reason=f"holds values of several types: {', '.join(sorted(found))}")


def _type_of_one(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    for type_, name in ((int, "long"), (float, "double"), (str, "string"), (bytes, "binary")):
        if isinstance(value, type_):
            return name
    if isinstance(value, dt.date):
        return "datetime"
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    found = {"i": "long", "u": "long", "f": "double", "b": "boolean", "M": "datetime"}.get(kind, "")
    return found or f"`{type_name(type(value))}`"


def _textual(dtype: Any) -> bool:
    return str(dtype) in ("str", "string")


def _fitted(values: Any, column: Column) -> Any:
    if column.type in NUMBERS:
        made = _numbers(values, column)
    elif column.type == "datetime":
        made = _moments(values, column)
    elif column.type == "boolean":
        made = _booleans(values, column)
    else:
        made = _texts(values, column)
    return made.astype("category") if column.dtype == "category" else made


def _numbers(values: Any, column: Column) -> Any:
    import pandas as pd

    if values.dtype.kind not in "iufb" or not isinstance(values.dtype.name, str):
        strange = [value for value in values.dropna() if isinstance(value, str | bytes | dt.date)]
        if strange:
            raise RowsUnfit(column=column.name, reason=f"holds numbers, but {_shown(strange)} came")
        values = pd.to_numeric(values, errors="coerce")
    whole = values.dtype.kind in "iu" or (not values.isna().any() and bool((values == values // 1).all()))
    if column.type in ("integer", "long") and whole:
        return values.astype(column.dtype if column.dtype.startswith(("int", "uint")) else "int64")
    return values.astype("float32" if column.dtype == "float32" else "float64")


def _moments(values: Any, column: Column) -> Any:
    import pandas as pd

    zoned = ", " in column.dtype
    try:
        if values.dtype.kind == "M":
            made = values
        else:
            made = pd.to_datetime(values, format="ISO8601", utc=zoned)
    except (ValueError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        raise RowsUnfit(column=column.name, reason=f"holds dates, but something came that is none: {reason}") from error
    aware = made.dt.tz is not None
    if zoned:
        made = made if aware else made.dt.tz_localize("UTC")
    elif aware:
        made = made.dt.tz_convert("UTC").dt.tz_localize(None)
    return made.astype(column.dtype) if column.dtype.startswith("datetime64") else made


def _booleans(values: Any, column: Column) -> Any:
    there = values.dropna()
    strange = [value for value in there if value not in (0, 1)]
    if strange:
        raise RowsUnfit(column=column.name, reason=f"holds true and false, but {_shown(strange)} came")
    return values.astype(bool) if len(there) == len(values) else values.astype(object)


def _texts(values: Any, column: Column) -> Any:
    there = values.dropna()
    wanted = bytes if column.type == "binary" else str
    strange = [value for value in there if not isinstance(value, wanted)]
    if strange:
        raise RowsUnfit(column=column.name, reason=f"holds texts, but {_shown(strange)} came")
    if column.dtype in ("str", "string"):
        return values.astype(column.dtype)
    made = values.astype(object)
    if len(there) < len(made):
        made = made.where(made.notna(), None if column.missing == "none" else float("nan"))
    return made


def _shown(values: list[Any]) -> str:
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ", ".join(repr(value)[:60] for value in values[:_SHOWN]) + more
