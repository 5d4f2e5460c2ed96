"""Tables divided into what is learned from, what choices are made by, and what is judged by, with no row in two parts.

To which part each row goes is decided from one column at most, and kept as a byte a row; the rows themselves stream.
"""

from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penstock.components.data_errors import AbsentColumns, BadChoice, CannotSplit
from penstock.dsl import component

TRAIN, VALIDATION, TEST = 0, 1, 2

_Parts = NDArray[np.uint8]


class Split(NamedTuple):
    """The parts of a table, each in the order of the table."""

    train: pl.LazyFrame
    validation: pl.LazyFrame
    """Without a row, unless a share of them was asked for."""
    test: pl.LazyFrame


@component
def random_split(rows: pl.LazyFrame, *, test: float = 0.2, validation: float = 0.0, seed: int = 0) -> Split:
    """Divide a table by chance.

    Right if rows do not belong together: otherwise take `group_split`, and `time_split` if the model is to tell of
    what comes later.

    Args:
        rows: The table.
        test: The share of the rows that judges.
        validation: The share of the rows by which choices are made.
        seed: The same rows and seed give the same parts.

    Raises:
        CannotSplit: There are too few rows for the shares.
    """
    rows = _steady(rows)
    total = _length(rows)
    sizes = _sizes(total, validation, test, "rows")
    parts = np.repeat(np.array([TRAIN, VALIDATION, TEST], dtype=np.uint8), sizes)
    return _divided(rows, np.random.default_rng(seed).permutation(parts))


@component
def stratified_split(
    rows: pl.LazyFrame, by: str, *, test: float = 0.2, validation: float = 0.0, seed: int = 0
) -> Split:
    """Divide a table by chance so that each value of a column has the same share in every part.

    Of a value that is too rare for that, the first row goes to `train`. Missing values are a value of their own.

    Args:
        rows: The table.
        by: The column, such as the target of a classifier. Numbers with many different values cannot be held so.
        test: The share of the rows that judges.
        validation: The share of the rows by which choices are made.
        seed: The same rows and seed give the same parts.

    Raises:
        CannotSplit: There are too few rows for the shares, or nearly every row has a value of its own.
        AbsentColumns: There is no column `by`.
    """
    rows = _steady(rows)
    values = _column(rows, by)
    _sizes(len(values), validation, test, "rows")
    codes = values.rank("dense").fill_null(0).cast(pl.Int64).to_numpy() if len(values) else np.zeros(0, dtype=np.int64)
    different = len(np.unique(codes))
    if different > max(1, len(codes) // 2):
        reason = f"'{by}' has {different:,} different values in {len(codes):,} rows"
        raise CannotSplit(reason=reason, advice="make bins of the column before, or take `random_split`")
    generator = np.random.default_rng(seed)
    places = generator.permutation(len(codes))
    order = places[np.argsort(codes[places], kind="stable")]
    parts = np.zeros(len(codes), dtype=np.uint8)
    parts[order] = _interleaved(np.bincount(codes)[np.unique(codes)], validation, test)
    return _divided(rows, parts)


@component
def time_split(rows: pl.LazyFrame, by: str, *, test: float = 0.2, validation: float = 0.0, gap: str = "") -> Split:
    """Divide a table by time: the last rows judge, those before them are for choices, and the first are learned from.

    Rows of one time are never parted, so no row that is learned from is as late as one that judges.

    Args:
        rows: The table, in any order.
        by: The column of dates or times; numbers do too.
        test: The share of the rows that judges, as nearly as rows of one time allow.
        validation: The share of the rows by which choices are made.
        gap: A length of time such as `7d` or `12h` before each later part, whose rows are in no part: what is not
            known yet when a forecast is made.

    Raises:
        CannotSplit: The times do not allow such shares, or some are missing.
        AbsentColumns: There is no column `by`.
        BadChoice: `gap` is no length of time, or the column holds no times.
    """
    rows = _steady(rows)
    times = _column(rows, by)
    if not (times.dtype.is_temporal() or times.dtype.is_numeric()):
        raise BadChoice(
            argument="by", value=by, expected=f"a column of dates, times or numbers; this one holds {times.dtype}"
        )
    missing = times.null_count() + (int(times.is_nan().sum()) if times.dtype.is_float() else 0)
    if missing:
        reason = f"'{by}' is missing in {missing:,} of {len(times):,} rows"
        raise CannotSplit(reason=reason, advice="leave these rows out before, or fill in when they happened")
    _, few, judged = _sizes(len(times), validation, test, "rows")
    ordered = times.sort()
    starts = [(TEST, len(times) - judged)] if judged else []
    starts += [(VALIDATION, len(times) - judged - few)] if few else []
    parts = np.zeros(len(times), dtype=np.uint8)
    for part, place in reversed(starts):
        start = ordered[place]
        parts[(times >= start).to_numpy()] = part
        if gap:
            parts[((times >= _before(times, start, gap)) & (times < start)).to_numpy()] = _NOWHERE
    _none_empty(parts, [TRAIN, *(part for part, _ in starts)], by)
    return _divided(rows, parts)


@component
def group_split(rows: pl.LazyFrame, by: str, *, test: float = 0.2, validation: float = 0.0, seed: int = 0) -> Split:
    """Divide a table so that rows of one group, such as a patient or a shop, are all in the same part.

    Args:
        rows: The table.
        by: The column that tells the group. A row where it is missing is a group of its own.
        test: The share of the rows that judges, as nearly as the groups allow.
        validation: The share of the rows by which choices are made.
        seed: The same rows and seed give the same parts.

    Raises:
        CannotSplit: There are too few groups.
        AbsentColumns: There is no column `by`.
    """
    rows = _steady(rows)
    values = _column(rows, by)
    codes = values.rank("dense").fill_null(0).cast(pl.Int64).to_numpy().copy() if len(values) else np.zeros(0, np.int64)
    alone = codes == 0
    codes[alone] = codes.max(initial=0) + 1 + np.arange(int(alone.sum()))
    _, groups, sizes = np.unique(codes, return_inverse=True, return_counts=True)
    wanted = [TEST] * (test > 0) + [VALIDATION] * (validation > 0) + [TRAIN]
    _sizes(len(codes), validation, test, "rows")
    if len(sizes) < len(wanted):
        raise CannotSplit(reason=f"'{by}' tells {len(sizes):,} groups apart, and there are {len(wanted)} parts")
    of_group = _filled(sizes, {TEST: test, VALIDATION: validation, TRAIN: 1 - test - validation}, seed)
    return _divided(rows, of_group[groups])


_NOWHERE = 255


def _steady(rows: pl.LazyFrame) -> pl.LazyFrame:
    """A query that gives its rows in the same order whenever it runs: else a row might be in two parts, or in none."""
    plan = rows.explain(optimized=False)
    shaky = ("AGGREGATE", "JOIN", "UNIQUE", "SORT", "UNION", "GROUP", "HCONCAT", "MERGE")
    return rows.collect().lazy() if any(word in plan for word in shaky) else rows


def _length(rows: pl.LazyFrame) -> int:
    return int(rows.select(pl.len()).collect(engine="streaming").item())


def _column(rows: pl.LazyFrame, name: str) -> pl.Series:
    import polars.selectors as cs

    known = rows.collect_schema().names()
    if name not in known:
        raise AbsentColumns(columns=[name], known=known)
    return rows.select(cs.by_name(name)).collect(engine="streaming").to_series()


def _sizes(total: int, validation: float, test: float, what: str) -> tuple[int, int, int]:
    """How many are for training, validation and test: each that is asked for gets one at least."""
    for name, share in (("test", test), ("validation", validation)):
        if not 0 <= share < 1:
            raise BadChoice(argument=name, value=str(share), expected="a share from 0 on, and below 1")
    if test + validation >= 1:
        raise BadChoice(argument="test", value=str(test), expected="shares that leave something to learn from")
    few = max(1, round(validation * total)) if validation else 0
    judged = max(1, round(test * total)) if test else 0
    if total - few - judged < 1:
        raise CannotSplit(reason=f"{total:,} {what} are too few for shares of {test:g} and {validation:g}")
    return total - few - judged, few, judged


def _interleaved(counts: NDArray[np.int64], validation: float, test: float) -> _Parts:
    """For rows sorted by value, the part of each: shares hold for every value, and are carried over between them.

    The rows of a value are walked through in steps of the shares; so they are right for the whole too, to a row.
    """
    parts = np.zeros(int(counts.sum()), dtype=np.uint8)
    start, debts = 0, {TEST: 0.0, VALIDATION: 0.0}
    for count in counts.tolist():
        left = count - 1  # one is always learned from
        place = start + count
        for part, share in ((TEST, test), (VALIDATION, validation)):
            debts[part] += share * count
            given = min(left, max(0, round(debts[part])))
            parts[place - given : place] = part
            place, left = place - given, left - given
            debts[part] -= given
        start += count
    return parts


def _filled(sizes: NDArray[np.int64], shares: dict[int, float], seed: int) -> _Parts:
    """The part of each group: large ones first, equal ones by chance, each to the part that lacks most of its share."""
    total = int(sizes.sum())
    room = {part: share * total for part, share in shares.items() if share > 0}
    taken = np.full(len(sizes), TRAIN, dtype=np.uint8)
    order = np.random.default_rng(seed).permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    empty = set(room)
    for place, group in enumerate(order.tolist()):
        left = len(order) - place
        open_to = empty if left <= len(empty) else set(room)
        part = max(sorted(open_to), key=lambda each: (room[each] - sizes[group] >= 0, room[each] / shares[each]))
        taken[group] = part
        room[part] -= int(sizes[group])
        empty.discard(part)
    return taken


def _before(times: pl.Series, start: Any, gap: str) -> Any:
    if times.dtype.is_numeric() or times.dtype == pl.Time:
        raise BadChoice(argument="gap", value=gap, expected="no gap for a column that holds no dates")
    try:
        return pl.select(pl.lit(start, dtype=times.dtype).dt.offset_by(f"-{gap}")).item()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise BadChoice(argument="gap", value=gap, expected='a length of time such as "7d", "12h" or "1mo"') from error


def _none_empty(parts: _Parts, wanted: list[int], by: str) -> None:
    names = {TRAIN: "learn from", VALIDATION: "choose by", TEST: "judge by"}
    for part in wanted:
        if not (parts == part).any():
            reason = f"the times in '{by}' leave no rows to {names[part]}"
            raise CannotSplit(reason=reason, advice="too many rows have one time, or the gap is too long")


def _divided(rows: pl.LazyFrame, parts: _Parts) -> Split:
    names = rows.collect_schema().names()
    index = "row" + "_" * max((len(name) for name in names), default=0)

    def part(number: int) -> pl.LazyFrame:
        def belongs(places: pl.Series) -> pl.Series:
            return pl.Series(parts[places.to_numpy()] == number)

        here = pl.col(index).map_batches(belongs, return_dtype=pl.Boolean, is_elementwise=True)
        return rows.with_row_index(index).filter(here).drop(index)

    return Split(part(TRAIN), part(VALIDATION), part(TEST))
