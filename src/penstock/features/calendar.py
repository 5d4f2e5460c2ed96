"""Moments in time as microseconds, and their parts, in the arithmetic of integers.

A moment is an int64: microseconds since 1970, `GONE` where it is missing. The calendar is that of Hinnant's
`civil_from_days` (http://howardhinnant.github.io/date_algorithms.html); a compiled graph does the same operations.
"""

from typing import Any

import numpy as np
import pandas as pd

GONE = np.iinfo(np.int64).min
"""No moment; NumPy's own NaT."""
DAY = 86_400_000_000
PARTS = ("year", "quarter", "month", "day", "weekday", "dayofyear", "hour", "minute", "second", "elapsed")
PERIODS = {
    "quarter": (1, 4),
    "month": (1, 12),
    "day": (1, 31),
    "weekday": (0, 7),
    "dayofyear": (1, 366),
    "hour": (0, 24),
    "minute": (0, 60),
    "second": (0, 60),
}
"""The first value of each part that comes round again, and after how many it does."""
GRAMMAR = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
"""The texts that are moments: ISO 8601 with dashes and colons, from the day to the microsecond."""


def moments(column: Any, name: str, unparsed: str) -> tuple[Any, Any]:
    """A column as microseconds, and which of them are instants: told with a time zone or an offset, so in UTC.

    Args:
        column: Of datetimes of any precision, or of objects: datetimes, dates, ISO texts, what is missing.
        name: The column's.
        unparsed: What to do with a text that is no moment: `error`, or `missing`.

    Raises:
        ValueError: It holds something else.
    """
    series = pd.Series(column)
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        return _micros(series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()), np.ones(len(series), dtype=bool)
    if series.dtype.kind == "M":
        return _micros(series.to_numpy()), np.zeros(len(series), dtype=bool)
    if series.isna().all():
        return np.full(len(series), GONE), np.zeros(len(series), dtype=bool)
    codes, distinct = pd.factorize(series, use_na_sentinel=True)
    values, instants = np.full(len(distinct) + 1, GONE), np.zeros(len(distinct) + 1, dtype=bool)
    for place, value in enumerate(np.asarray(distinct, dtype=object)):
        if isinstance(value, str):
            continue
        values[place], instants[place] = _of_object(value, name)
    textual = np.array([isinstance(value, str) for value in np.asarray(distinct, dtype=object)], dtype=bool)
    at = np.flatnonzero(textual)
    values[at], instants[at] = _of_texts(np.asarray(distinct, dtype=object)[at], name, unparsed)
    return values[codes], instants[codes]


def moment_of(text: str) -> int:
    """A text as microseconds. Raises `ValueError` if it is no moment."""
    values, _ = moments(pd.Series([text], dtype=object), "since", "error")
    return int(values[0])


def local(values: Any, instants: Any, zone: str | None) -> Any:
    """What a clock in `zone` shows at each instant; a moment that is none is on that clock already."""
    if zone is None or not instants.any():
        return values
    there = pd.DatetimeIndex(values[instants].view("datetime64[us]")).tz_localize("UTC").tz_convert(zone)
    shown = values.copy()
    shown[instants] = _micros(there.tz_localize(None).to_numpy())
    return shown


def part_of(values: Any, part: str) -> Any:
    """A part (not `elapsed`) of each moment, as int64; of a missing one, anything."""
    safe = np.where(values == GONE, 0, values)
    days, rest = np.divmod(safe, DAY)
    if part in {"hour", "minute", "second"}:
        seconds = rest // 1_000_000
        return {"hour": seconds // 3600, "minute": seconds // 60 % 60, "second": seconds % 60}[part]
    if part == "weekday":
        return (days + 3) % 7
    year, month, day = civil(days)
    if part == "dayofyear":
        return days - days_from_civil(year, np.ones_like(year), np.ones_like(year)) + 1
    return {"year": year, "quarter": (month + 2) // 3, "month": month, "day": day}[part]


def civil(days: Any) -> tuple[Any, Any, Any]:
    """Year, month and day of the days since 1970."""
    shifted = days + 719_468
    era, of_era = np.divmod(shifted, 146_097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted_month + 2) // 5 + 1
    month = np.where(shifted_month < 10, shifted_month + 3, shifted_month - 9)
    return year_of_era + era * 400 + (month <= 2), month, day


def days_from_civil(year: Any, month: Any, day: Any) -> Any:
    """The days since 1970."""
    shifted = year - (month <= 2)
    era, of_era = np.divmod(shifted, 400)
    of_year = (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def _of_object(value: Any, name: str) -> tuple[int, bool]:
    import datetime as dt

    if not isinstance(value, dt.date | np.datetime64):
        kind = type(value).__name__
        raise ValueError(
            f"column {name!r} holds {value!r} ({kind}), which is no date; dates are datetimes or ISO texts"
        )
    moment = pd.Timestamp(value)
    aware = moment.tzinfo is not None
    return int(_micros(np.array([moment.tz_convert(None) if aware else moment], "datetime64[us]"))[0]), aware


def _of_texts(texts: Any, name: str, unparsed: str) -> tuple[Any, Any]:
    """Microseconds of ISO texts, and which of them have an offset; all at once, character by character."""
    if not len(texts):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=bool)
    fits = pd.Series(texts).str.fullmatch(GRAMMAR).to_numpy(dtype=bool)
    width = 32  # the longest text that fits
    kept = np.array([text if fit else "" for text, fit in zip(texts, fits, strict=True)], dtype=f"U{width}")
    codes = kept.view(np.uint32).reshape(len(kept), width).astype(np.int64)
    digits = np.where((codes >= 48) & (codes <= 57), codes - 48, 0)
    mark = ((codes == ord("Z")) | (codes == ord("+")) | (codes == ord("-"))) & (np.arange(width) >= 16)
    aware = mark.any(axis=1)
    at = np.where(aware, mark.argmax(axis=1), width)

    def number(*places: int) -> Any:
        before = np.where(np.array(places) < at[:, None], digits[:, places], 0)
        return before @ (10 ** np.arange(len(places))[::-1])

    year, month, day = number(0, 1, 2, 3), number(5, 6), number(8, 9)
    hour, minute, second, fraction = number(11, 12), number(14, 15), number(17, 18), number(20, 21, 22, 23, 24, 25)
    offset = _offset(codes, digits, at, aware)
    days = days_from_civil(year, month, day)
    back = np.stack(civil(days)) == np.stack([year, month, day])
    right = fits & back.all(axis=0) & (year >= 1) & (hour < 24) & (minute < 60) & (second < 60) & (offset != GONE)
    if unparsed == "error" and not right.all():
        raise ValueError(f"column {name!r} holds {texts[~right][0]!r}, which is no date; `2026-03-01T08:30` is one")
    seconds = hour * 3600 + minute * 60 + second
    values = days * DAY + seconds * 1_000_000 + fraction - np.where(right, offset, 0)
    return np.where(right, values, GONE), aware & right


def _offset(codes: Any, digits: Any, at: Any, aware: Any) -> Any:
    """The distance to UTC in microseconds; `GONE` for one that no clock has."""
    rows = np.arange(len(at))
    wide = np.pad(digits, ((0, 0), (0, 6)))
    hours = wide[rows, at + 1] * 10 + wide[rows, at + 2]
    minutes = wide[rows, at + 4] * 10 + wide[rows, at + 5]
    sign = np.where(codes[rows, np.minimum(at, codes.shape[1] - 1)] == ord("-"), -1, 1)
    offset = np.where(aware, sign * (hours * 60 + minutes) * 60_000_000, 0)
    return np.where(aware & ((hours > 23) | (minutes > 59)), GONE, offset)


def _micros(values: Any) -> Any:
    return np.asarray(values).astype("datetime64[us]").view(np.int64)
