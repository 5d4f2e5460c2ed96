"""What holds of splits whatever the rows: each row is in one part, in order, and nothing leaks between parts."""

from datetime import datetime, timedelta
from itertools import combinations, pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.components.data_errors import CannotSplit
from penstock.components.splits import Split, group_split, random_split, stratified_split, time_split

FAST = settings(max_examples=50, deadline=None)
_SHARES = st.sampled_from([(0.2, 0.0), (0.5, 0.0), (0.1, 0.1), (0.25, 0.25), (0.01, 0.0), (0.0, 0.3)])
_VALUES = st.lists(st.one_of(st.none(), st.integers(0, 6)), min_size=2, max_size=80)


def places(split: Split) -> tuple[list[int], list[int], list[int]]:
    """Which rows are in each part, by their numbers."""
    return tuple(part.collect()["place"].to_list() for part in split)  # type: ignore[return-value]


def table(values: list[object]) -> pl.LazyFrame:
    return pl.LazyFrame({"place": range(len(values)), "x": values}, schema_overrides={"x": pl.Int64})


def divided(split, rows, *by, test, validation, **options):
    """The parts; None if the table is too small for them."""
    try:
        parts = places(split(rows, *by, test=test, validation=validation, **options))
    except CannotSplit:
        return None
    assert sorted(place for part in parts for place in part) == list(range(rows.collect().height))
    assert all(part == sorted(part) for part in parts)
    assert parts[0]
    assert bool(parts[1]) == bool(validation)
    return parts


@FAST
@given(_VALUES, _SHARES, st.integers(0, 9))
def test_random_splits_are_exact_and_the_same_for_one_seed(values, shares, seed):
    test, validation = shares
    parts = divided(random_split, table(values), test=test, validation=validation, seed=seed)
    if parts is None:
        assert len(values) < 4
        return
    assert len(parts[2]) == (max(1, round(test * len(values))) if test else 0)
    assert len(parts[1]) == (max(1, round(validation * len(values))) if validation else 0)
    assert parts == divided(random_split, table(values), test=test, validation=validation, seed=seed)


@FAST
@given(_VALUES, _SHARES, st.integers(0, 9))
def test_stratified_splits_hold_each_values_share_to_a_row_or_two(values, shares, seed):
    test, validation = shares
    rows = table(values)
    try:
        parts = places(stratified_split(rows, "x", test=test, validation=validation, seed=seed))
    except CannotSplit:
        return
    assert sorted(place for part in parts for place in part) == list(range(len(values)))
    for value in set(values):
        where = [sum(values[place] == value for place in part) for part in parts]
        assert where[0] >= 1
        assert abs(where[2] - test * sum(where)) <= 1.5
        assert abs(where[1] - validation * sum(where)) <= 1.5


@FAST
@given(_VALUES, _SHARES, st.integers(0, 9))
def test_no_group_is_in_two_parts(values, shares, seed):
    test, validation = shares
    parts = divided(group_split, table(values), "x", test=test, validation=validation, seed=seed)
    if parts is None:
        return
    groups = [{values[place] for place in part if values[place] is not None} for part in parts]
    assert all(one.isdisjoint(other) for one, other in combinations(groups, 2))


@FAST
@given(st.lists(st.integers(0, 30), min_size=2, max_size=80), _SHARES, st.sampled_from(["", "3h", "1d"]))
def test_nothing_that_is_learned_from_is_as_late_as_what_judges(hours, shares, gap):
    test, validation = shares
    start = datetime(2026, 3, 28)
    times = [start + timedelta(hours=hour) for hour in hours]
    rows = pl.LazyFrame({"place": range(len(times)), "at": times})
    try:
        parts = places(time_split(rows, "at", test=test, validation=validation, gap=gap))
    except CannotSplit:
        return
    told = [[times[place] for place in part] for part in parts if part]
    away = {"": timedelta(0), "3h": timedelta(hours=3), "1d": timedelta(days=1)}[gap]
    for earlier, later in pairwise(told):
        assert max(earlier) < min(later)
        assert max(earlier) + away <= min(later)
    if not gap:
        assert sorted(place for part in parts for place in part) == list(range(len(times)))


@pytest.mark.parametrize("count", [1000, 4000])
def test_groups_of_all_sizes_come_near_the_shares(count):
    groups = [number // (1 + number % 7) for number in range(count)]
    rows = pl.LazyFrame({"place": range(count), "x": groups})
    train, validation, test = places(group_split(rows, "x", test=0.2, validation=0.1))
    assert len(test) == pytest.approx(0.2 * count, rel=0.05)
    assert len(validation) == pytest.approx(0.1 * count, rel=0.05)
    assert len(train) == pytest.approx(0.7 * count, rel=0.05)
