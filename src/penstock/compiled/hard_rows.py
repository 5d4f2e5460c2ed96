"""Rows made to find differences: what is missing, odd or extreme, and both sides of each jump in the answer."""

from collections.abc import Callable, Sequence
from copy import copy
from itertools import pairwise
from typing import Any

import numpy as np

from penstock.compiled.columns import Columns, RawColumn, absent, as_moments
from penstock.compiled.moments import of_numpy

DATES = ("1969-12-31T23:59:59.999999", "2000-02-29", "1999-12-31T23:59:59", "2024-12-30", "2100-01-01", "1900-03-01")
TEXTS = ("", " ", "never seen", "nan", "None", "ünïcödé 漢字 \U0001f6b0", "x" * 300)
_BASES, _STARTS, _JUMPING_COLUMNS = 3, 6, 24
_PIECES, _ASKED, _ROUNDS = 16, 1024, 80
"""Into how many pieces an interval is cut, about how many rows the original is asked for at once, and how often."""

_A_JUMP = 1e-7
"""A change that is not smaller, however near the values are."""

Score = Callable[[Columns], np.ndarray[Any, Any]]


class _Rows:
    """Copies of real rows with something changed, and what."""

    def __init__(self, real: Columns, described: Sequence[RawColumn]) -> None:
        self.count = len(real[described[0].name])
        self._described = described
        self._base = {c.name: _widened(real[c.name], c) for c in described}
        self._made: dict[str, list[Any]] = {c.name: [] for c in described}
        self.kinds: list[str] = []

    def like(self) -> "_Rows":
        """No rows yet, to be made from the same ones."""
        other = copy(self)
        other._made, other.kinds = {name: [] for name in self._made}, []
        return other

    def add(self, base: int, changes: dict[str, Any], kind: str) -> None:
        for name, values in self._base.items():
            self._made[name].append(changes.get(name, values[base % self.count]))
        self.kinds.append(kind)

    def columns(self) -> Columns:
        made = {}
        for column in self._described:
            values = np.empty(len(self.kinds), dtype=self._base[column.name].dtype)
            values[:] = self._made[column.name]
            made[column.name] = of_numpy(values, aware=column.aware) if column.kind == "time" else values
        return made


def hard_rows(real: Columns, described: Sequence[RawColumn], score: Score, gap: float) -> tuple[Columns, list[str]]:
    """Rows made from real ones, and what is special about each.

    Args:
        real: Real rows.
        described: Their columns.
        score: The original's answer, one number a row.
        gap: How far to stay away from a jump, relative to the value; 0: on both sides of it, one ulp apart.

    Returns:
        The columns of the rows, and one note a row, e.g. `missing in 'age'`.
    """
    rows = _Rows(real, described)
    bases = [int(base) for base in np.linspace(0, rows.count - 1, _BASES)]
    may_be_missing = [column for column in described if not column.boolean and column.kind != "int64"]
    for column in may_be_missing:
        for base in bases:
            rows.add(base, {column.name: _gone(column)}, f"missing in {column.name!r}")
    rows.add(0, {column.name: _gone(column) for column in may_be_missing}, "missing in every column")
    for column in described:
        for place, value in enumerate(_odd_values(real[column.name], column)):
            rows.add(bases[place % _BASES], {column.name: value}, f"{value!r} in {column.name!r}")
    numeric = [column for column in described if column.kind == "double" and not column.boolean]
    for base, name, value in _jumps(rows, real, numeric[:_JUMPING_COLUMNS], score, gap):
        rows.add(base, {name: value}, f"at a jump of the answer in {name!r}")
    return rows.columns(), rows.kinds


def _odd_values(values: np.ndarray[Any, Any], column: RawColumn) -> list[Any]:
    there = values[~absent(values)]
    if column.kind == "time":
        days = as_moments(there, column).view(np.ndarray)[:3].astype("datetime64[D]").astype("datetime64[us]")
        return [*(np.datetime64(day) for day in DATES), *days, *(day - np.timedelta64(1, "us") for day in days)]
    if column.kind == "string":
        seen = [str(text) for text in list(dict.fromkeys(there))[:3]]
        dates = [*DATES, "2024-02-30T00:00", "2024-03-31T02:30+01:00", "2024-01-01T12:30:15.5Z"]
        texts = [*TEXTS, *(text + " " for text in seen), *(text.swapcase() for text in seen)]
        return [*texts, *dates] if any(text[:4].isdigit() for text in seen) else texts
    if column.boolean:
        return [True, False]
    numbers = there.astype(np.int64 if column.kind == "int64" else np.float64)
    low, high = (numbers.min(), numbers.max()) if len(numbers) else (0, 0)
    if column.kind == "int64":
        return [low, high, low - 1, high + 1, 0, -1]
    nearby = [np.nextafter(low, -np.inf), np.nextafter(high, np.inf), low - 1, high + 1, 10 * high, -10 * abs(high)]
    return [low, high, *nearby, 0.0, -0.0, 0.5, 1e-30, np.inf, -np.inf, 1e300]


def _jumps(
    rows: _Rows, real: Columns, numeric: Sequence[RawColumn], score: Score, gap: float
) -> list[tuple[int, str, float]]:
    """Values of a column on both sides of where the answer changes: found by cutting, whatever the model is.

    The intervals of all columns are cut at once, each into several pieces, of which the first with a change is kept. So
    the original is asked some fifteen times in all; less where its answer turns out to change smoothly.
    """
    names, low, high = _intervals(real, numeric)
    if not names:
        return []
    bases = np.arange(len(names)) * 7919 % rows.count
    pieces = max(2, min(_PIECES, _ASKED // len(names)))

    def ask(tried: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The answer for each interval (row) and each of some values in it."""
        probe = rows.like()
        for base, name, values in zip(bases, names, tried, strict=True):
            for value in values:
                probe.add(int(base), {name: value}, "")
        return score(probe.columns()).reshape(tried.shape)

    below, above = ask(np.column_stack([low, high])).T
    share, which = np.arange(pieces + 1) / pieces, np.arange(len(names))
    for _ in range(_ROUNDS):
        differs = np.abs(above - below) > _A_JUMP * np.maximum(1.0, np.abs(below))
        going = differs & (np.nextafter(low, high) < high)
        if not going.any():
            break
        cuts = np.minimum(low[:, None] + (high - low)[:, None] * share, high[:, None])
        middle = low + (high - low) / 2  # of two neighbours but one, only this is surely between them
        cuts[:, -1], cuts[:, pieces // 2] = high, middle
        answers = np.column_stack([below, ask(cuts[:, 1:-1]), above])
        at = np.argmax(answers != below[:, None], axis=1)
        low = np.where(going, cuts[which, at - 1], low)
        high, above = np.where(going, cuts[which, at], high), np.where(going, answers[which, at], above)
    found = []
    for at in np.flatnonzero(differs):
        found.append((int(bases[at]), names[at], float(low[at] - gap * abs(low[at]))))
        found.append((int(bases[at]), names[at], float(high[at] + gap * abs(high[at]))))
    return found


def _intervals(real: Columns, numeric: Sequence[RawColumn]) -> tuple[list[str], Any, Any]:
    """Where to look: for each column, intervals with the same number of its distinct values."""
    names: list[str] = []
    ends: list[tuple[float, float]] = []
    for column in numeric:
        values = real[column.name]
        numbers = np.unique(values[~absent(values)].astype(np.float64))
        numbers = numbers[np.isfinite(numbers)]
        if len(numbers) > 1:
            marks = np.quantile(numbers, np.linspace(0, 1, _STARTS + 1))
            names += [column.name] * _STARTS
            ends += pairwise(marks)
    pairs = np.asarray(ends, dtype=np.float64).reshape(-1, 2)
    return names, pairs[:, 0].copy(), pairs[:, 1].copy()


def _widened(values: np.ndarray[Any, Any], column: RawColumn) -> np.ndarray[Any, Any]:
    """A copy that can hold what is missing."""
    if column.kind == "time":
        return as_moments(values, column).view(np.ndarray).copy()
    if column.kind == "string":
        return values.astype(object)
    if column.boolean or column.kind == "int64":
        return values.copy()
    numbers = np.full(len(values), np.nan)
    there = ~absent(values)
    numbers[there] = values[there].astype(np.float64)
    return numbers


def _gone(column: RawColumn) -> Any:
    if column.kind == "time":
        return np.datetime64("NaT")
    return None if column.kind == "string" and column.missing == "none" else np.nan
