"""Schemas: inferred from good data, enforced on later data, every anomaly explained."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import duckdb
import polars as pl
import pyarrow.dataset as ds
import pytest

from penstock.data import ColumnSchema, TableSchema, infer_schema, validate
from penstock.data.errors import WrongType

START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
GOOD = pl.DataFrame(
    {
        "id": range(100),
        "fare": [1.5 * i for i in range(100)],
        "company": ["a", "b", "c", None] * 25,
        "start": [START + dt.timedelta(hours=i) for i in range(100)],
        "day": [dt.date(2024, 1, 1)] * 100,
        "flag": [True, False] * 50,
        "tags": [["x"]] * 100,
        "empty": pl.Series([None] * 100, dtype=pl.Float64),
    }
)
SCHEMA = infer_schema(GOOD)


def test_a_schema_says_types_ranges_categories_and_what_may_be_missing() -> None:
    assert SCHEMA.rows == 100
    assert SCHEMA.columns == [
        ColumnSchema(name="id", type="integer", minimum=0, maximum=109),
        ColumnSchema(name="fare", type="float", minimum=0.0, maximum=163.35),
        ColumnSchema(name="company", type="text", nullable=True, categories=["a", "b", "c"]),
        ColumnSchema(name="start", type="datetime", minimum="2023-12-31T14:06:00+00:00"),
        ColumnSchema(name="day", type="date", minimum="2024-01-01"),
        ColumnSchema(name="flag", type="boolean"),
        ColumnSchema(name="tags", type="list[text]"),
        ColumnSchema(name="empty", type="unknown", nullable=True),
    ]


def test_a_schema_is_json() -> None:
    assert TableSchema.from_json(SCHEMA.to_json()) == SCHEMA


@pytest.mark.parametrize(
    "convert",
    [
        lambda: GOOD,
        lambda: GOOD.lazy(),
        lambda: GOOD.to_pandas(),
        lambda: GOOD.to_arrow(),
        lambda: ds.dataset(GOOD.to_arrow()),
        lambda: duckdb.from_arrow(GOOD.to_arrow()),
    ],
    ids=["polars", "polars-lazy", "pandas", "arrow", "arrow-dataset", "duckdb"],
)
def test_the_data_that_it_came_from_fits_in_every_library(convert: Callable[[], Any]) -> None:
    assert validate(convert(), SCHEMA) == []
    assert [column.name for column in infer_schema(convert()).columns] == GOOD.columns


def test_a_parquet_file_is_a_table_too(tmp_path: Any) -> None:
    GOOD.write_parquet(tmp_path / "t.parquet")
    assert validate(tmp_path / "t.parquet", SCHEMA) == []


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (
            GOOD.drop("flag"),
            ["column 'flag': column missing; expected a column of type boolean, found none"],
        ),
        (
            GOOD.with_columns(new=1),
            ["column 'new': column unexpected; expected no such column, found one of type integer"],
        ),
        (
            GOOD.with_columns(fare=pl.lit("x")),
            ["column 'fare': wrong type; expected float, found text in 100 of 100 rows, such as 'x'"],
        ),
        (
            GOOD.with_columns(id=pl.col("id") + 0.5).head(1),
            ["column 'id': wrong type; expected integer, found float with a fraction in 1 of 1 rows, such as 0.5"],
        ),
        (
            GOOD.with_columns(fare=pl.when(pl.col("id") < 3).then(float("nan")).otherwise("fare")),
            ["column 'fare': values missing; expected a value in every row, found 3 of 100 rows"],
        ),
        (
            GOOD.with_columns(flag=pl.lit(None, pl.Boolean)),
            ["column 'flag': values missing; expected a value in every row, found 100 of 100 rows"],
        ),
        (
            GOOD.with_columns(fare=pl.when(pl.col("id") < 7).then(-pl.col("id") - 1.0).otherwise("fare")),
            [
                "column 'fare': too small; expected at least 0.0, found 7 of 100 rows, such as -1.0, -2.0, -3.0, -4.0, -5.0"  # noqa: E501
            ],
        ),
        (
            GOOD.with_columns(fare=pl.when(pl.col("id") == 7).then(float("inf")).otherwise("fare")),
            ["column 'fare': too large; expected at most 163.35, found 1 of 100 rows, such as inf"],
        ),
        (
            GOOD.with_columns(company=pl.lit("zz")),
            ["column 'company': unknown category; expected one of 'a', 'b', 'c', found 100 of 100 rows, such as 'zz'"],
        ),
        (
            GOOD.with_columns(day=dt.date(1970, 1, 1)),
            ["column 'day': too small; expected at least 2024-01-01, found 100 of 100 rows, such as '1970-01-01'"],
        ),
        (
            GOOD.with_columns(day=dt.datetime(2024, 1, 2, 12)).head(1),
            [
                "column 'day': wrong type; expected date, found datetime with a time of day in 1 of 1 rows, such as '2024-01-02 12:00:00'"  # noqa: E501
            ],
        ),
        (GOOD.clear(), ["the table: no rows; expected at least one row, found none"]),
    ],
    ids=[
        "column missing",
        "column unexpected",
        "wrong type",
        "fraction",
        "nan",
        "null",
        "too small",
        "too large",
        "category",
        "early date",
        "time for date",
        "no rows",
    ],
)
def test_each_anomaly_is_explained(bad: pl.DataFrame, expected: list[str]) -> None:
    assert [str(anomaly) for anomaly in validate(bad, SCHEMA)] == expected


def test_an_anomaly_carries_its_facts() -> None:
    (anomaly,) = validate(GOOD.with_columns(company=pl.lit("zz")), SCHEMA)
    assert (anomaly.column, anomaly.kind, anomaly.rows, anomaly.examples) == (
        "company",
        "unknown category",
        100,
        ["zz"],
    )


@pytest.mark.parametrize(
    "same",
    [
        GOOD.select(reversed(GOOD.columns)),
        GOOD.with_columns(pl.col("id").cast(pl.UInt8)),
        GOOD.with_columns(pl.col("id").cast(pl.Float64)),
        GOOD.with_columns(fare=pl.lit(1)),
        GOOD.with_columns(pl.col("company").cast(pl.Categorical)),
        GOOD.with_columns(pl.col("start").dt.convert_time_zone("Asia/Tokyo")),
        GOOD.with_columns(pl.col("start").dt.replace_time_zone(None)),
        GOOD.with_columns(pl.col("start").dt.cast_time_unit("ns")),
        GOOD.with_columns(start=pl.col("start") + dt.timedelta(days=4000)),
        GOOD.with_columns(empty=pl.lit("anything")),
    ],
    ids=[
        "order",
        "width",
        "whole floats",
        "integers for floats",
        "categories",
        "zone",
        "no zone",
        "ns",
        "later",
        "any",
    ],
)
def test_what_does_not_matter_is_no_anomaly(same: pl.DataFrame) -> None:
    assert validate(same, SCHEMA) == []


def test_texts_that_are_many_or_do_not_repeat_are_no_categories() -> None:
    many = pl.DataFrame({"many": [f"{i % 60}" for i in range(600)], "unique": [f"u{i}" for i in range(600)]})
    assert [column.categories for column in infer_schema(many).columns] == [None, None]
    assert infer_schema(many, max_categories=60).columns[0].categories is not None
    few = pl.DataFrame({"once": ["a", "b", "c"]})
    assert infer_schema(few).columns[0].categories is None


def test_the_margin_is_a_choice() -> None:
    table = pl.DataFrame({"n": [-10, 10], "x": [-1.0, 1.0]})
    assert [(c.minimum, c.maximum) for c in infer_schema(table, margin=0.0).columns] == [(-10, 10), (-1.0, 1.0)]
    assert [(c.minimum, c.maximum) for c in infer_schema(table, margin=0.5).columns] == [(-20, 20), (-2.0, 2.0)]


def test_tables_without_rows_or_columns_have_a_schema() -> None:
    assert infer_schema(pl.DataFrame()) == TableSchema()
    assert validate(pl.DataFrame(), TableSchema()) == []
    empty = infer_schema(pl.DataFrame(schema={"a": pl.Int64}))
    assert empty == TableSchema(columns=[ColumnSchema(name="a", type="unknown")])
    assert validate(pl.DataFrame({"a": ["x"]}), empty) == []


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(WrongType, match="declared as `a table`, but a `dict` came"):
        infer_schema({"a": [1]})


def test_dates_that_would_begin_before_the_calendar_have_no_lower_bound() -> None:
    old = pl.DataFrame({"day": [dt.date(1333, 1, 1), dt.date(2000, 1, 1)]})
    schema = infer_schema(old, margin=2.0)
    assert schema.columns[0].minimum is None
    assert validate(old, schema) == []
