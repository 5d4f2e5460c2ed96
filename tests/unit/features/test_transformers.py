"""Dates, crosses and hashes: as scikit-learn's own classes behave, in memory, in batches, and from a file."""

import datetime as dt
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.feature_extraction import FeatureHasher
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from skops import io

from penstock.features import CannotFit, CategoryHasher, CyclicDateParts, DateParts, FeatureCross, fit
from penstock.features.calendar import PARTS
from penstock.models.trusted import trusted_names
from support.fitted import assert_same

ROWS = pa.table(
    {
        "day": pa.array([dt.datetime(2024, 2, 29, 23, 59, 58), None, dt.datetime(1969, 7, 20)], pa.timestamp("us")),
        "text": ["2026-03-01T08:30+01:00", "2026-03-01", None],
        "city": ["Łódź", None, "Rome"],
        "size": [1, 2, None],
    }
)
CASES = [
    (DateParts(PARTS, timezone="Europe/Warsaw"), ["day", "text"]),
    (CyclicDateParts(), ["day"]),
    (FeatureCross(), ["city", "size"]),
    (FeatureCross(buckets=7), ["city", "size"]),
    (CategoryHasher(8), ["city", "size"]),
    (CategoryHasher(8, sparse_output=False, alternate_sign=False), ["city"]),
]


@pytest.mark.parametrize(("transformer", "columns"), CASES, ids=str)
def test_they_are_ordinary_transformers(transformer: Any, columns: list[str]) -> None:
    frame = ROWS.to_pandas()[columns]
    theirs = clone(transformer).fit(frame)
    ours = fit(transformer, ROWS, columns=columns, rows=1)
    assert_same(ours, theirs)
    made = ours.transform(frame)
    assert made.shape == (3, len(ours.get_feature_names_out()))
    assert_same(ours.transform(pl.DataFrame(ROWS.select(columns))), made)
    assert ours.transform(frame.head(0)).shape == (0, made.shape[1])
    if not hasattr(made, "toarray"):
        named = clone(transformer).set_output(transform="pandas").fit_transform(frame)
        assert list(named.columns) == list(ours.get_feature_names_out())
    stored = io.dumps(ours)
    names = io.get_untrusted_types(data=stored)
    assert trusted_names(names, {name: {"ObjectNode"} for name in names}) == sorted(names)
    assert_same(io.loads(stored, trusted=names).transform(frame), made)


@settings(deadline=None)
@given(st.lists(st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31)), min_size=1))
def test_parts_are_those_of_the_standard_library(moments: list[dt.datetime]) -> None:
    expected = [
        [m.year, (m.month + 2) // 3, m.month, m.day, m.weekday(), m.timetuple().tm_yday, m.hour, m.minute, m.second]
        for m in moments
    ]
    frames = [pd.DataFrame({"d": np.array(moments, "datetime64[us]")})]
    frames += [pd.DataFrame({"d": pd.Series([m.isoformat(sep) for m in moments], dtype=object)}) for sep in "T "]
    for frame in frames:
        assert DateParts(PARTS[:-1]).fit_transform(frame).tolist() == expected


@settings(deadline=None)
@given(st.lists(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1), timezones=st.timezones()), min_size=1))
def test_a_time_zone_moves_instants_and_nothing_else(moments: list[dt.datetime]) -> None:
    texts = pd.DataFrame({"d": pd.Series([m.isoformat() for m in moments], dtype=object)})
    short = [len(text) - text.rfind(text[-6] if text[-6] in "+-" else "+") == 6 for text in texts["d"]]
    texts, moments = texts[short], [m for m, kept in zip(moments, short, strict=True) if kept]
    if not moments:
        return
    warsaw = pd.Series(pd.to_datetime(moments, utc=True)).dt.tz_convert("Europe/Warsaw")
    made = DateParts(["day", "hour", "minute"], timezone="Europe/Warsaw").fit_transform(texts)
    assert made.tolist() == np.column_stack([warsaw.dt.day, warsaw.dt.hour, warsaw.dt.minute]).tolist()


def test_elapsed_time_is_in_days_since_a_beginning() -> None:
    frame = pd.DataFrame({"d": ["2026-03-02T12:00", "2026-02-28T00:00Z"]})
    assert DateParts(["elapsed"], since="2026-03-01").fit_transform(frame).tolist() == [[1.5], [-1.0]]


def test_parts_that_come_round_again_lie_on_a_circle() -> None:
    frame = pd.DataFrame({"d": ["2026-12-31T23:00", "2027-01-01T00:00", "2027-07-01T11:00"]})
    december, january, july = CyclicDateParts(["month", "hour"]).fit_transform(frame)
    assert np.linalg.norm(december - january) < 0.8 < 2 < np.linalg.norm(december - july)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-02-30", "2026-1-1", "2026-01-01T24:00", "2026-01-01T00:00+24:00", "0000-01-01", "²026-01-01"],
)
def test_a_date_that_does_not_parse_is_named_or_missing(text: str) -> None:
    frame = pd.DataFrame({"day": ["2026-01-01", text]})
    with pytest.raises(ValueError, match=r"column 'day' holds '.*', which is no date; `2026-03-01T08:30` is one"):
        DateParts().fit(frame).transform(frame)
    assert np.isnan(DateParts(unparsed="missing").fit_transform(frame)).tolist() == [[False] * 5, [True] * 5]


def test_what_is_no_date_is_refused_with_its_column_when_a_step_behind_it_is_fitted() -> None:
    with pytest.raises(CannotFit, match=r"column 'day' holds 3 \(int\), which is no date; dates are"):
        fit(make_pipeline(DateParts(), OneHotEncoder()), pd.DataFrame({"day": [3]}))


def test_a_cross_is_the_same_whether_a_whole_number_is_an_integer_or_not() -> None:
    whole = pd.DataFrame({"a": ["x", "y"], "b": [1, 2]})
    cross = FeatureCross().fit(whole)
    assert cross.transform(whole).tolist() == cross.transform(whole.astype({"b": float})).tolist()
    assert cross.transform(whole).tolist() == [["x\x1f1"], ["y\x1f2"]]
    with pytest.raises(ValueError, match=r"column 'b' holds 1.5 \(float\); a category is a text or a whole number"):
        cross.transform(whole.assign(b=1.5))


@settings(deadline=None)
@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), min_size=1), st.booleans())
def test_hashes_are_those_of_scikit_learn(texts: list[str | None], signed: bool) -> None:
    frame = pd.DataFrame({"city": pd.Series(texts, dtype=object)})
    theirs = FeatureHasher(11, alternate_sign=signed).transform(
        [{} if text is None else {"city": text} for text in texts]
    )
    assert_same(CategoryHasher(11, alternate_sign=signed).fit_transform(frame).toarray(), theirs.toarray())


@pytest.mark.parametrize(
    ("transformer", "reason"),
    [
        (DateParts("year"), "parts='year', but parts are a list of year, quarter"),
        (CyclicDateParts(["year"]), "but parts are a list of quarter"),
        (DateParts(timezone="Mars/Olympus"), "there is no time zone"),
        (DateParts(since="long ago"), "holds 'long ago', which is no date"),
        (DateParts(unparsed="drop"), "it is 'error' or 'missing'"),
        (FeatureCross(1), "of two columns or more, not degree=1"),
        (FeatureCross(buckets=0), "at least one bucket"),
        (CategoryHasher(0), "n_features=0 cannot be"),
    ],
    ids=str,
)
def test_parameters_that_cannot_be_are_refused(transformer: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        transformer.fit(pd.DataFrame({"a": ["2026-01-01"], "b": ["2026-01-01"]}))


def test_other_columns_than_in_fit_are_refused() -> None:
    frame = pd.DataFrame({"a": ["x"], "b": ["y"]})
    with pytest.raises(ValueError, match=r"the columns are \['b', 'a'\], but were \['a', 'b'\]"):
        FeatureCross().fit(frame).transform(frame[["b", "a"]])
    with pytest.raises(ValueError, match="X has 1 columns, but 2"):
        FeatureCross().fit(frame).transform(frame[["b"]])
    with pytest.raises(ValueError, match="a cross of degree 3 needs as many columns"):
        FeatureCross(3).fit(frame).transform(frame)


def test_importing_the_package_loads_no_scikit_learn() -> None:
    code = "import sys, penstock.features; print(sorted({'sklearn', 'pandas', 'pyarrow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
