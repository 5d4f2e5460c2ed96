"""What a profile tells of tables, good and odd ones, in each form that tables have."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from penstock.data.errors import WrongType
from penstock.profiles import ColumnsChanged, ColumnTwice, NoSuchColumn, NotAProfile, Profile, Profiler, profile

TRIPS = pl.DataFrame(
    {
        "fare": [5.0, 7.5, None, 12.25],
        "company": ["Blue", "Blue", None, "Зелёный 🚕"],
        "shared": [True, False, False, None],
        "day": [date(2026, 1, 1), date(2026, 1, 2), None, date(2026, 1, 2)],
        "riders": [1, 2, 2, 4],
    }
)


def test_a_profile_tells_each_column_by_its_kind():
    seen = profile(TRIPS)
    fare, company, shared, day = (seen.columns[name] for name in ("fare", "company", "shared", "day"))
    assert seen.rows == 4
    assert (fare.kind, fare.count, fare.missing, fare.min, fare.max, fare.distinct) == ("number", 3, 1, 5.0, 12.25, 3)
    assert fare.mean == pytest.approx(8.25)
    assert fare.std == pytest.approx(3.6827, rel=1e-4)
    assert (fare.quantile(0.5), fare.cdf(7.5), fare.cdf(4), fare.cdf(99)) == (7.5, pytest.approx(2 / 3), 0.0, 1.0)
    assert [(each.value, each.count) for each in company.top()] == [("Blue", 2), ("Зелёный 🚕", 1)]
    assert (company.kind, company.lengths.low, company.lengths.high) == ("text", 4, 9)
    assert (shared.kind, shared.mean, shared.top(1)[0].value) == ("boolean", pytest.approx(1 / 3), False)
    assert (day.kind, day.min, day.quantile(0.9), day.cdf(date(2026, 1, 1))) == (
        "time",
        date(2026, 1, 1),
        date(2026, 1, 2),
        pytest.approx(1 / 3),
    )
    assert seen.columns["riders"].max == 4
    assert isinstance(seen.columns["riders"].quantile(0.5), int)


@pytest.mark.parametrize(
    "form",
    [
        lambda frame, folder: frame,
        lambda frame, folder: frame.lazy(),
        lambda frame, folder: frame.to_pandas(),
        lambda frame, folder: frame.to_arrow(),
        lambda frame, folder: frame.to_arrow().to_batches(),
        lambda frame, folder: iter([frame.head(1), frame.tail(3)]),
        lambda frame, folder: [frame.head(3).to_pandas(), frame.tail(1).to_arrow()],
        lambda frame, folder: frame.to_dicts(),
        lambda frame, folder: frame.to_dict(as_series=False),
        lambda frame, folder: duckdb.from_arrow(frame.to_arrow()),
        lambda frame, folder: _written(frame, folder / "rows.parquet"),
        lambda frame, folder: str(_written(frame, folder / "rows.parquet")),
        lambda frame, folder: _written(frame, folder / "rows.parquet").parent,
        lambda frame, folder: ds.dataset(_written(frame, folder / "rows.parquet")),
    ],
)
def test_a_table_has_the_same_profile_in_every_form(form, tmp_path):
    frame = TRIPS.with_columns(pl.col("day").cast(pl.Datetime("us")))  # pandas has no dates
    assert profile(form(frame, tmp_path)).to_json() == profile(frame).to_json()


def _written(frame, path):
    frame.write_parquet(path)
    return path


def test_types_of_all_sorts_are_told():
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    seen = profile(
        pl.DataFrame(
            {
                "price": pl.Series([Decimal("1.10"), Decimal("2.20")], dtype=pl.Decimal(10, 2)),
                "took": [timedelta(seconds=90), timedelta(minutes=2)],
                "at": [time(6), time(18)],
                "seen": pl.Series([moment, moment + timedelta(days=1)]).dt.convert_time_zone("Europe/Paris"),
                "color": pl.Series(["red", "blue"], dtype=pl.Categorical),
                "size": pl.Series(["S", "L"], dtype=pl.Enum(["S", "L"])),
                "tags": [["a"], []],
                "place": [{"x": 1}, {"x": 2}],
                "raw": [b"\x00", b"\x01"],
                "nothing": [None, None],
            }
        )
    )
    assert {name: column.kind for name, column in seen.columns.items()} == {
        "price": "number",
        "took": "number",
        "at": "number",
        "seen": "time",
        "color": "text",
        "size": "text",
        "tags": "other",
        "place": "other",
        "raw": "other",
        "nothing": "other",
    }
    assert (seen.columns["took"].min, seen.columns["at"].max) == (90.0, 64800.0)
    assert (seen.columns["seen"].min, seen.columns["seen"].zone) == (moment, "Europe/Paris")
    assert seen.columns["seen"].cdf(moment) == 0.5
    assert (seen.columns["nothing"].missing, seen.columns["nothing"].distinct) == (2, 0)
    assert seen.columns["tags"].count == 2
    assert Profile.from_json(seen.to_json()) == seen


def test_infinite_and_missing_numbers_are_counted_apart():
    column = profile(pl.DataFrame({"x": [1.0, 3.0, float("nan"), float("inf"), float("-inf"), None]})).columns["x"]
    assert (column.count, column.missing, column.nan, column.infinite) == (4, 1, 1, 2)
    assert (column.min, column.max, column.mean, column.quantile(1.0)) == (1.0, 3.0, 2.0, 3.0)


def test_huge_numbers_stay_what_they_are():
    wide = [2**62 + step for step in range(1500)]
    seen = profile(pl.DataFrame({"id": wide, "x": [1e308, -1e308] * 750}))
    assert (seen.columns["id"].min, seen.columns["id"].max) == (wide[0], wide[-1])
    assert seen.columns["id"].distinct == pytest.approx(1500, rel=0.08)
    assert seen.columns["x"].mean == pytest.approx(0.0, abs=1e300)
    assert seen.columns["x"].std == float("inf")
    assert sum(bar.count for bar in seen.columns["x"].histogram(4)) == 1500
    assert Profile.from_json(seen.to_json()) == seen


@pytest.mark.parametrize("table", [pl.DataFrame(), pl.DataFrame(schema={"a": pl.Int64, "b": pl.String}), [], {}])
def test_a_table_without_rows_has_a_profile(table):
    seen = profile(table)
    assert seen.rows == 0
    assert all(column.count == 0 and column.top() == [] and column.min is None for column in seen.columns.values())
    assert Profile.from_json(seen.to_json()) == seen


def test_ten_thousand_categories_are_counted_in_bounded_space():
    texts = [f"category {number % 10_000}" for number in range(60_000)] + ["often"] * 5_000
    column = profile(pl.DataFrame({"x": texts})).columns["x"]
    assert column.distinct == pytest.approx(10_001, rel=0.06)
    assert not column.exact
    assert column.top(1)[0].value == "often"
    assert len(column.frequencies.counts) <= 1000


def test_a_thousand_columns_and_odd_names_pass():
    names = ["", " ", "*", "^c.*$", "a\nb", "名前", '"quoted"', "<b>", *(f"c{number}" for number in range(992))]
    seen = profile(pl.DataFrame({name: [1.0, 2.0] for name in names}))
    assert list(seen.columns) == names
    assert list(profile(pl.LazyFrame({name: [1.0] for name in names}), columns=["*", "^c.*$"]).columns) == [
        "*",
        "^c.*$",
    ]
    assert Profile.from_json(seen.to_json()) == seen


def test_objects_of_mixed_types_are_read_as_texts():
    column = profile(pd.DataFrame({"x": pd.Series([1, "two", 3.5, None], dtype=object)})).columns["x"]
    assert (column.kind, column.count, column.missing) == ("text", 3, 1)
    assert {each.value for each in column.top()} == {"1", "two", "3.5"}


def test_columns_of_one_name_are_refused():
    with pytest.raises(ColumnTwice, match="more than one column called 'a'"):
        profile(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(ColumnTwice, match="'a'"):
        profile(pa.table([[1], [2]], names=["a", "a"]))


def test_columns_that_are_not_there_are_named():
    with pytest.raises(NoSuchColumn, match="no column called 'fair'") as caught:
        profile(TRIPS, columns=["fair"])
    assert caught.value.hint() == "did you mean 'fare'?"
    with pytest.raises(NoSuchColumn, match="'tip'"):
        profile(TRIPS.lazy(), target="tip")


def test_chosen_columns_and_the_target_are_profiled():
    assert list(profile(TRIPS, columns=["fare"], target="shared").columns) == ["fare", "shared"]


def test_what_is_no_table_is_refused():
    for other in (7, object(), [1, 2]):
        with pytest.raises(WrongType, match="table"):
            profile(other)
    with pytest.raises(FileNotFoundError, match="no file or folder"):
        profile("absent.parquet")


def test_batches_may_widen_a_type_and_not_change_it():
    widened = profile([pl.DataFrame({"x": [1, 2]}), pl.DataFrame({"x": [None]}), pl.DataFrame({"x": [0.5]})])
    assert (widened.columns["x"].type, widened.columns["x"].max, widened.columns["x"].missing) == ("float", 2.0, 1)
    with pytest.raises(ColumnsChanged, match="'x' is of type integer in one part and text in another"):
        profile([pl.DataFrame({"x": [1]}), pl.DataFrame({"x": ["a"]})])
    with pytest.raises(ColumnsChanged, match="'y' is in one part, and not in the other"):
        profile([pl.DataFrame({"x": [1]}), pl.DataFrame({"x": [1], "y": [1]})])


def test_profiles_of_other_columns_are_not_merged():
    with pytest.raises(ColumnsChanged, match="'b'"):
        profile({"a": [1]}).merge(profile({"a": [1], "b": [2]}))
    with pytest.raises(ColumnsChanged, match="boolean in one part and text in another"):
        profile({"a": [True]}).merge(profile({"a": ["x"]}))


def test_a_result_may_be_looked_at_before_all_rows_came():
    profiler = Profiler()
    profiler.update(TRIPS.head(2))
    assert profiler.result().rows == 2
    profiler.update(TRIPS.tail(2))
    assert profiler.result().to_json() == profile(TRIPS).to_json()


def test_merging_leaves_both_as_they_were():
    generator = np.random.default_rng(3)
    first, second = (profile(pl.DataFrame({"x": generator.normal(size=5000)})) for _ in range(2))
    before = first.to_json(), second.to_json()
    merged = first.merge(second)
    assert (first.to_json(), second.to_json()) == before
    assert merged.rows == 10_000
    assert merged.columns["x"].distinct == pytest.approx(10_000, rel=0.06)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is no JSON"),
        ("[]", 'no "format"'),
        ('{"format": "penstock.profile", "version": 9}', "its version is 9, and 1 is known here"),
        ('{"format": "penstock.profile", "version": 1}', "a part of it is missing or wrong"),
    ],
)
def test_what_is_no_profile_is_refused(text, reason):
    with pytest.raises(NotAProfile, match=reason):
        Profile.from_json(text)


def test_a_cut_sketch_is_refused():
    text = profile(pl.DataFrame({"x": np.arange(3000.0)})).to_json()
    where = text.index('"distinct":"') + len('"distinct":"')
    with pytest.raises(NotAProfile, match="registers"):
        Profile.from_json(text[:where] + text[where + 400 :])


def test_links_tell_twins_and_what_goes_with_the_target():
    generator = np.random.default_rng(5)
    x = generator.normal(size=9000)
    kind = np.where(x > 0, "high", "low")
    frame = pl.DataFrame(
        {
            "x": x,
            "cubed": x**3,
            "twin": x,
            "noise": generator.normal(size=9000),
            "kind": kind,
            "echo": np.where(x > 0, "up", "down"),
            "coin": generator.choice(["a", "b", "c"], 9000),
            "label": x > 0,
        }
    )
    links = profile(frame, target="label").links
    assert links.twins == [["x", "twin"]]
    assert links.correlations["cubed", "x"].strength == 1.0
    assert abs(links.correlations["noise", "x"].strength) < 0.1
    assert links.target["kind"].strength == pytest.approx(1.0, abs=0.01)
    assert links.target["x"].strength > 0.8
    assert links.target["coin"].strength < 0.1
    texts = profile(frame, target="kind").links.target
    assert texts["echo"].strength == pytest.approx(1.0, abs=0.01)
    assert texts["coin"].strength < 0.1
    assert "kind" not in texts
    halves = profile(frame.head(4000), target="label").merge(profile(frame.tail(5000), target="label")).links
    assert halves.twins == [["x", "twin"]]
    assert halves.correlations["cubed", "x"].strength == 1.0
    assert halves.rows == links.rows or halves.rows > 2000
