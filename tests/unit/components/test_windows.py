"""What was known at a moment, what came after it, and what anybody could have guessed."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.components.baselines import naive_forecasts
from penstock.components.errors import CannotCut
from penstock.components.windows import ahead, cut, known

DAY = timedelta(days=1)
HOURS = pl.DataFrame(
    {"t": pl.datetime_range(datetime(2024, 1, 1), datetime(2024, 3, 31, 23), "1h", eager=True)}
).with_row_index("n")


def test_windows_end_with_the_table_and_judge_each_moment_once() -> None:
    windows = cut(HOURS["t"], horizon="7d", windows=3)
    judged = pl.concat([ahead(HOURS, "t", window) for window in windows])
    assert judged["n"].to_list() == list(range(len(HOURS) - 3 * 168, len(HOURS)))
    assert [window.number for window in windows] == [0, 1, 2]


@settings(max_examples=30, deadline=None)
@given(horizon=st.integers(1, 9), count=st.integers(1, 5), step=st.integers(1, 9), gap=st.integers(1, 4))
def test_nothing_that_is_learned_from_comes_after_what_is_judged(horizon: int, count: int, step: int, gap: int) -> None:
    rows = pl.DataFrame({"t": range(100)})
    for window in cut(rows["t"], horizon=str(horizon), windows=count, step=str(step), gap=str(gap)):
        past, future = known(rows, "t", window)["t"], ahead(rows, "t", window)["t"]
        assert past.to_list() == list(range(future.min() - gap))
        assert len(future) == horizon


def test_windows_with_a_width_slide() -> None:
    windows = cut(HOURS["t"], horizon="1d", windows=2, width="14d")
    assert [len(known(HOURS, "t", window)) for window in windows] == [14 * 24] * 2
    expanding = cut(HOURS["t"], horizon="1d", windows=2)
    assert [len(known(HOURS, "t", window)) for window in expanding] == [89 * 24, 90 * 24]


def test_months_follow_the_calendar_and_rows_may_be_in_any_order() -> None:
    days = pl.DataFrame({"t": pl.date_range(date(2023, 1, 1), date(2024, 3, 31), "1d", eager=True)})
    (window,) = cut(days["t"], horizon="1mo", windows=1)
    shuffled = days.sample(fraction=1, shuffle=True, seed=1)
    assert ahead(shuffled, "t", window)["t"].to_list() == days.filter(pl.col("t") >= date(2024, 3, 1))["t"].to_list()


def test_time_zones_and_daylight_saving_are_kept() -> None:
    local = HOURS.with_columns(pl.col("t").dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin"))
    (window,) = cut(local["t"], horizon="1d", windows=1)
    assert len(ahead(local, "t", window)) == 23, "the night of 31 March 2024 has an hour less"


@pytest.mark.parametrize(
    ("times", "options", "message"),
    [
        (HOURS["t"], {"horizon": "soon"}, "`horizon` is 'soon', which is no length of time"),
        (HOURS["t"], {"horizon": "-1d"}, "`horizon` is negative"),
        (HOURS["t"], {"horizon": "1d", "step": "0d"}, "`step` is '0d', which is nothing"),
        (HOURS["t"].dt.date(), {"horizon": "6h"}, "`horizon` is '6h', which is nothing in a column of type Date"),
        (HOURS["t"], {"horizon": "30d", "windows": 4}, "4 windows of 30d do not fit .+: 3 do"),
        (HOURS["t"], {"horizon": "1d", "windows": 0}, "0 windows were asked for"),
        (HOURS["t"].cast(pl.String), {"horizon": "1d"}, "column 't' is String, which is no time"),
        (HOURS["t"].head(0), {"horizon": "1d"}, "the table has no rows"),
        (pl.Series("t", [None, 1]), {"horizon": "1"}, "'t' is missing in 1 rows"),
        (pl.Series("t", range(9)), {"horizon": "1d"}, "the times are whole numbers, and `horizon` is '1d'"),
    ],
)
def test_what_cannot_be_cut_is_refused_with_the_reason(
    times: pl.Series, options: dict[str, object], message: str
) -> None:
    with pytest.raises(CannotCut, match=message):
        cut(times, **options)


def test_naive_forecasts_know_the_past_only() -> None:
    past = pl.DataFrame({"t": range(10), "y": [float(n) for n in range(10)]})
    future = pl.DataFrame({"t": range(10, 18)})
    found = naive_forecasts(past, future, time="t", target="y", season="4")
    assert found["last_value"].to_list() == [9.0] * 8
    assert found["seasonal"].to_list() == [6.0, 7.0, 8.0, 9.0] * 2, "two seasons back where one is not known yet"


def test_each_series_has_forecasts_of_its_own() -> None:
    past = pl.DataFrame({"t": [1, 1, 2, 2], "shop": ["a", "b", "a", "b"], "y": [1, 10, 2, None]})
    future = pl.DataFrame({"t": [3, 3, 3], "shop": ["b", "a", "new"]})
    found = naive_forecasts(past, future, time="t", target="y", series="shop", season="2")
    assert found["last_value"].to_list() == [10.0, 2.0, None]
    assert found["seasonal"].to_list() == [10.0, 1.0, None]


def test_without_a_past_there_is_no_naive_forecast() -> None:
    past = pl.DataFrame({"t": [0], "y": [None]}, schema={"t": pl.Int64, "y": pl.Float64})
    found = naive_forecasts(past, pl.DataFrame({"t": [1, 2]}), time="t", target="y", season="1")
    assert found.rows() == [(None, None)] * 2
