"""Cutting a table by time: what was known at some moment, and what came in the time after it.

A length of time is text as in Polars, `"24h"`, `"7d"`, `"1mo"`; where the time column is whole numbers, a number of
steps, `"24"`. Months and days follow the calendar.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from penstock.components.errors import CannotCut
from penstock.features.errors import UnknownColumns

_MOST_WINDOWS = 10_000


@dataclass(frozen=True, kw_only=True)
class Window:
    """One moment from which is looked ahead. Times are as the column holds them, see `physical`."""

    number: int
    start: int | None
    """The first moment that is learned from is after this one; None for the beginning of the table."""
    cutoff: int
    """The last moment that is learned from."""
    after: int
    """The first moment that is judged is after this one: the cutoff, or the end of the gap behind it."""
    until: int
    """The last moment that is judged."""
    cutoff_text: str
    until_text: str


def cut(
    times: pl.Series,
    *,
    horizon: str,
    windows: int = 5,
    step: str = "",
    width: str = "",
    gap: str = "",
) -> list[Window]:
    """The windows of a backtest, the oldest first; the last one ends with the table.

    Args:
        times: The time of each row, in any order.
        horizon: How far each window looks ahead.
        windows: How many there are.
        step: How far one is from the next; as far as the horizon, so that each moment is judged once, if not given.
        width: Learn only from so much time before the cutoff; from all of it, if not given.
        gap: Leave out so much time between what is learned from and what is judged, for data that come late.

    Raises:
        CannotCut: A length is none, the times are missing or of no use, or there are too few of them.
    """
    _check_times(times)
    if not 1 <= windows <= _MOST_WINDOWS:
        raise CannotCut(reason=f"{windows} windows were asked for", advice=f"take from 1 to {_MOST_WINDOWS:,}")
    found: list[Window] = []
    first, until = _one(times.min(), times), _one(times.max(), times)
    for _ in range(windows):
        after = shifted(until, horizon, "horizon", back=True)
        cutoff = shifted(after, gap, "gap", back=True)
        start = shifted(cutoff, width, "width", back=True) if width else None
        if not (cutoff < first).item():
            found.append(_window(start, cutoff, after, until))
        until = shifted(until, step or horizon, "step", back=True)
    if len(found) < windows:
        reach = f"from {first.item()} to {times.max()!s}"
        raise CannotCut(reason=f"{windows} windows of {horizon} do not fit into the times, {reach}: {len(found)} do")
    return [Window(**{**vars(one), "number": number}) for number, one in enumerate(reversed(found))]


def shifted(times: pl.Series, length: str, name: str = "season", *, back: bool = False) -> pl.Series:
    """Times moved by a length of time. Raises `CannotCut` for a text that is none."""
    if not length:
        return times
    sign = "-" if back else ""
    if length.startswith("-"):
        raise CannotCut(reason=f"`{name}` is negative: {length!r}")
    if times.dtype.is_integer():
        if not length.isdecimal() or int(length) == 0:
            reason = f"the times are whole numbers, and `{name}` is {length!r}"
            raise CannotCut(reason=reason, advice=f'write how many of them, as in `{name}="24"`')
        return times - int(length) if back else times + int(length)
    try:
        moved, later = times.dt.offset_by(sign + length), times.head(1).dt.offset_by(length)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise CannotCut(reason=f"`{name}` is {length!r}, which is no length of time") from error
    if (later == times.head(1)).any():
        raise CannotCut(reason=f"`{name}` is {length!r}, which is nothing in a column of type {times.dtype}")
    return moved


def known(rows: pl.DataFrame, time: str, window: Window) -> pl.DataFrame:
    """The rows that a window learns from, in order of time."""
    moment = physical(rows[time])
    chosen = moment <= window.cutoff
    if window.start is not None:
        chosen &= moment > window.start
    return rows.filter(chosen).sort(time, maintain_order=True)


def ahead(rows: pl.DataFrame, time: str, window: Window) -> pl.DataFrame:
    """The rows that a window is judged by, in order of time."""
    moment = physical(rows[time])
    return rows.filter((moment > window.after) & (moment <= window.until)).sort(time, maintain_order=True)


def physical(times: pl.Series) -> pl.Series:
    """Times as the whole numbers that they are kept as: exact, and the same in every time zone."""
    return times.to_physical().cast(pl.Int64)


def require_time(rows: pl.DataFrame, columns: dict[str, str]) -> None:
    """Raise `UnknownColumns` for columns, by the argument that names them, that are not there."""
    for argument, column in columns.items():
        if column and column not in rows.columns:
            raise UnknownColumns(columns=[column], known=rows.columns, asked_by=f"`{argument}=`")


def _check_times(times: pl.Series) -> None:
    if not (times.dtype.is_integer() or times.dtype in (pl.Date, pl.Datetime)):
        advice = "make dates or times of it first, as `str.to_datetime()` of Polars does; whole numbers are steps"
        raise CannotCut(reason=f"column '{times.name}' is {times.dtype}, which is no time", advice=advice)
    missing = times.null_count()
    if missing or not len(times):
        what = f"'{times.name}' is missing in {missing:,} rows" if missing else "the table has no rows"
        raise CannotCut(reason=what, advice="leave out the rows whose time nobody knows")


def _window(start: pl.Series | None, cutoff: pl.Series, after: pl.Series, until: pl.Series) -> Window:
    return Window(
        number=0,
        start=None if start is None else physical(start).item(),
        cutoff=physical(cutoff).item(),
        after=physical(after).item(),
        until=physical(until).item(),
        cutoff_text=str(cutoff.item()),
        until_text=str(until.item()),
    )


def _one(value: Any, times: pl.Series) -> pl.Series:
    return pl.Series(times.name, [value], dtype=times.dtype)
