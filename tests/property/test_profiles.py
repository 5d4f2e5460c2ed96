"""What holds of profiles whatever the rows: merging in any order, the stated errors, and bytes free of chance."""

import json
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing.parametric import dataframes

from penstock.profiles import Profile, Profiler, profile
from penstock.profiles.distribution import RANK_ERROR

_FLOATS = st.one_of(st.none(), st.sampled_from([0.0, -0.0, 1.0, math.nan, math.inf, -math.inf]), st.floats(width=64))
_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "number": _FLOATS,
            "whole": st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.integers(-3, 3)),
            "text": st.one_of(st.none(), st.text(max_size=4), st.text(min_size=90, max_size=200)),
            "flag": st.one_of(st.none(), st.booleans()),
            "day": st.one_of(st.none(), st.dates()),
        }
    ),
    max_size=30,
)
_SCHEMA = {"number": pl.Float64, "whole": pl.Int64, "text": pl.String, "flag": pl.Boolean, "day": pl.Date}
_EXACT = ("rows", "missing", "nan", "below", "above", "whole", "count", "infinite", "min", "max", "distinct", "type")


def table(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=_SCHEMA)


def assert_alike(first: Profile, second: Profile) -> None:
    """Equal, but for the rounding of means."""
    assert first.rows == second.rows
    assert list(first.columns) == list(second.columns)
    for name, ours in first.columns.items():
        theirs = second.columns[name]
        for fact in _EXACT:
            assert getattr(ours, fact) == getattr(theirs, fact), (name, fact)
        assert ours.top(100) == theirs.top(100)
        for rank in (0.0, 0.1, 0.5, 0.9, 1.0):
            assert ours.quantile(rank) == theirs.quantile(rank)
        if ours.mean is not None and math.isfinite(ours.moments.squares):
            scale = max(abs(ours.min), abs(ours.max))
            assert ours.mean == pytest.approx(theirs.mean, rel=1e-9, abs=1e-12 * scale)


@settings(max_examples=60, deadline=None)
@given(_ROWS, _ROWS, _ROWS)
def test_small_profiles_merge_exactly_in_any_order(a, b, c):
    first, second, third = (profile(table(rows)) for rows in (a, b, c))
    whole = profile(table(a + b + c))
    assert_alike(first.merge(second).merge(third), whole)
    assert_alike(first.merge(second.merge(third)), whole)
    assert_alike(third.merge(first).merge(second), whole)


@settings(max_examples=60, deadline=None)
@given(_ROWS)
def test_json_brings_back_every_profile(rows):
    made = profile(table(rows), target="flag")
    back = Profile.from_json(made.to_json())
    assert back.to_json() == made.to_json()
    assert_alike(back, made)


@settings(max_examples=60, deadline=None)
@given(_ROWS, st.lists(st.integers(1, 7), min_size=1, max_size=40))
def test_bytes_depend_on_rows_and_not_on_batches(rows, sizes):
    frame = table(rows)
    profiler, start = Profiler(), 0
    for size in sizes:
        profiler.update(frame.slice(start, size))
        start += size
    profiler.update(frame.slice(start))
    assert profiler.result().to_json() == profile(frame).to_json()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=60), st.floats(0, 1))
def test_small_columns_have_the_quantiles_of_all_their_values(values, rank):
    column = profile(pl.DataFrame({"x": values})).columns["x"]
    wanted = np.quantile(np.array(values, dtype=float), rank, method="inverted_cdf")
    assert column.quantile(rank) == wanted
    assert column.cdf(wanted) == pytest.approx(np.mean(np.array(values) <= wanted))
    assert sum(bar.count for bar in column.histogram(7)) == pytest.approx(len(values))


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["normal", "sorted", "falling", "skewed", "steps", "waves"]),
    st.lists(st.integers(1, 60_000), min_size=1, max_size=6),
)
def test_large_columns_keep_their_ranks_within_the_stated_error_when_merged(seed, shape, sizes):
    generator = np.random.default_rng(seed)
    values = _values(generator, shape, sum(sizes))
    parts = np.split(values, np.cumsum(sizes)[:-1])
    profiles = [profile(pl.DataFrame({"x": part})) for part in parts]
    generator.shuffle(profiles)  # type: ignore[arg-type]
    while len(profiles) > 1:
        profiles.append(profiles.pop(0).merge(profiles.pop(0)))
    column = profiles[0].columns["x"]
    ordered = np.sort(values)
    for rank in (0.01, 0.25, 0.5, 0.75, 0.99):
        found = column.quantile(rank)
        low, high = np.searchsorted(ordered, found, "left"), np.searchsorted(ordered, found, "right")
        assert low / len(ordered) - RANK_ERROR <= rank <= high / len(ordered) + RANK_ERROR
    assert (column.min, column.max) == (ordered[0], ordered[-1])
    assert column.distinct == pytest.approx(len(np.unique(values)), rel=0.08)
    assert column.mean == pytest.approx(values.mean(), rel=1e-9, abs=1e-9)
    if len(values) > 1:
        assert column.std == pytest.approx(values.std(ddof=1), rel=1e-9)


def _values(generator: np.random.Generator, shape: str, rows: int) -> np.ndarray:
    values = generator.normal(size=rows)
    return {
        "normal": values,
        "sorted": np.sort(values),
        "falling": np.sort(values)[::-1],
        "skewed": np.exp(3 * values),
        "steps": np.round(values, 2),
        "waves": np.sin(np.arange(rows) * 0.01),
    }[shape]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 3000), min_size=1, max_size=4))
def test_counts_of_frequent_texts_are_wrong_by_no_more_than_is_said(seed, sizes):
    texts = [str(number) for number in np.random.default_rng(seed).zipf(1.3, sum(sizes)) % 100_000]
    made, start = None, 0
    for size in sizes:
        part = profile(pl.DataFrame({"x": texts[start : start + size]}))
        made, start = part if made is None else made.merge(part), start + size
    column = made.columns["x"]
    true = pl.Series(texts).value_counts().rows()
    for text, count in true:
        kept = column.frequencies.counts.get(text, 0)
        assert kept <= count <= kept + column.frequencies.missed
    assert len(column.frequencies.counts) <= 1000
    assert column.distinct == pytest.approx(len(true), rel=0.08)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(dataframes(max_size=30, max_cols=5, allow_null=True))
def test_columns_of_every_type_are_told_and_merged(frame):
    made = profile(frame, target=frame.columns[0] if frame.columns else None)
    assert Profile.from_json(made.to_json()).to_json() == made.to_json()
    assert made.html("Rows").startswith("<!doctype html>")
    json.dumps(made.summary(), allow_nan=False)
    merged = profile(frame.head(5)).merge(profile(frame.slice(5)))
    for name, column in made.columns.items():
        assert (column.count, column.distinct) == (merged.columns[name].count, merged.columns[name].distinct)
        for rank in (0.0, 0.3, 1.0):
            assert column.quantile(rank) == merged.columns[name].quantile(rank)
