"""Tests of data by what their author knows about them: that ids are unique, that a fare is not below nothing."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.checks import Check, Checked
from penstock.evaluation.errors import WrongOption
from penstock.evaluation.table import open_table, read_columns, require
from penstock.evaluation.values import plain_row

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 5


def check_data(
    data: Any,
    *,
    rows: tuple[int, int | None] = (1, None),
    present: Sequence[str] | Mapping[str, float] = (),
    unique: Sequence[str | Sequence[str]] = (),
    between: Mapping[str, tuple[float | None, float | None]] | None = None,
    one_of: Mapping[str, Sequence[Any]] | None = None,
    matches: Mapping[str, str] | None = None,
    order: Sequence[tuple[str, str]] = (),
) -> Checked:
    """Put tests to a table. For a schema inferred from good data, see `penstock.data.validate`.

    Args:
        data: A table in any form that `evaluate` takes. Only the columns that are named are read.
        rows: The fewest and the most rows.
        present: Columns without missing values; or by column the share that may be missing.
        unique: Columns whose values differ in each row; a list within the list is unique taken together.
        between: By column the lowest and the highest value, each of which may be None.
        one_of: By column the values that it may have.
        matches: By column a regular expression that each whole text fits.
        order: Pairs of columns of which the first is never above the second: a start and an end.

    Returns:
        What each test found. A missing value fails no test but `present`.

    Raises:
        ColumnsMissing: A column is named that is not there.
    """
    source = open_table(data)
    missing = dict(present) if isinstance(present, Mapping) else dict.fromkeys(_names(present, "present"), 0.0)
    keys = [(one,) if isinstance(one, str) else tuple(one) for one in _names(unique, "unique")]
    named = [*missing, *(name for key in keys for name in key), *(name for pair in order for name in pair)]
    named += [*(between or {}), *(one_of or {}), *(matches or {})]
    require(source, named, "the check")
    frame = read_columns(source, named or source.names[:1])
    table = _Table(frame)
    table.count(*rows)
    for name, share in missing.items():
        table.add(f"{name} is present", "missing", frame[name].isna(), share, "is missing")
    for key in keys:
        table.add(f"{' and '.join(key)} are unique", "unique", _repeated(frame, key), 0.0, "repeats another")
    for name, (low, high) in (between or {}).items():
        table.add(f"{name} is {_range(low, high)}", "range", _outside(frame[name], low, high), 0.0, "is outside")
    for name, allowed in (one_of or {}).items():
        wrong = frame[name].notna() & ~frame[name].isin(list(allowed))
        table.add(f"{name} is one of {_listed(allowed)}", "values", wrong, 0.0, "is another")
    for name, pattern in (matches or {}).items():
        texts = frame[name].astype("string")
        wrong = frame[name].notna() & ~texts.str.fullmatch(pattern).fillna(value=False)
        table.add(f"{name} matches {pattern}", "pattern", wrong, 0.0, "does not")
    for first, second in order:
        table.add(f"{first} is at most {second}", "order", frame[first] > frame[second], 0.0, "is above")
    return Checked(checks=table.checks)


class _Table:
    """The checks of one table."""

    def __init__(self, frame: "pd.DataFrame") -> None:
        self._frame = frame
        self.checks: list[Check] = []

    def count(self, fewest: int, most: int | None) -> None:
        """How many rows there are."""
        rows = len(self._frame)
        bounds = f"at least {fewest}" if most is None else f"{fewest} to {most}"
        self.checks.append(
            Check(
                name=f"{bounds} rows",
                kind="rows",
                passed=fewest <= rows and (most is None or rows <= most),
                detail=f"there are {rows}",
                found=rows,
            )
        )

    def add(self, name: str, kind: str, wrong: Any, allowed: float, what: str) -> None:
        """One test of each row."""
        marked: NDArray[np.bool_] = np.asarray(wrong, dtype=bool)
        share = float(marked.mean()) if len(marked) else 0.0
        rows = np.flatnonzero(marked)[:_SHOWN]
        self.checks.append(
            Check(
                name=name,
                kind=kind,
                passed=share <= allowed,
                detail=f"{int(marked.sum())} of {len(marked)} {what}",
                found=float(f"{share:.6g}"),
                allowed=allowed,
                examples=[{"row": int(row)} | plain_row(self._frame.iloc[int(row)]) for row in rows],
            )
        )


def _names(given: Any, option: str) -> Any:
    if isinstance(given, str):
        raise WrongOption(option=option, value=repr(given), reason="it is one text and no list")
    return given


def _repeated(frame: "pd.DataFrame", key: tuple[str, ...]) -> Any:
    return frame.duplicated(list(key), keep="first") & frame[list(key)].notna().all(axis=1)


def _outside(column: "pd.Series[Any]", low: float | None, high: float | None) -> Any:
    if column.dtype == object or str(column.dtype) in ("str", "string"):
        reason = "its values are texts, which have no range"
        raise WrongOption(option="between", value=repr(column.name), reason=reason)
    wrong = np.zeros(len(column), dtype=bool)
    if low is not None:
        wrong |= (column < low).to_numpy(dtype=bool, na_value=False)
    if high is not None:
        wrong |= (column > high).to_numpy(dtype=bool, na_value=False)
    return wrong


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"at most {high}" if low is None else f"at least {low}"
    return f"{low} to {high}"


def _listed(values: Sequence[Any]) -> str:
    shown = [str(value) for value in values]
    return ", ".join(shown[:6]) + (", …" if len(shown) > 6 else "")
