"""Outliers, splits, schemas, profiles, data bases and exports, as ready components."""

import gzip
from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from penstock.components import (
    check_schema,
    clip_outliers,
    drop_outliers,
    export_file,
    export_sql,
    group_split,
    infer_schema,
    profile_table,
    random_split,
    read_sql,
    stratified_split,
    time_split,
)
from penstock.components.data_errors import (
    AbsentColumns,
    BadChoice,
    CannotExport,
    CannotSplit,
    DatabaseRefused,
    UnlikeSchema,
)
from penstock.components.databases import _connected

X = np.random.default_rng(4).normal(size=2000)
WILD = pl.LazyFrame({"x": [*X, 50.0, -60.0, float("inf"), float("nan"), None], "t": ["a"] * 2005})


def values(tamed):
    return tamed.rows.collect()["x"]


@pytest.mark.parametrize(("method", "limit"), [("iqr", 3.0), ("z", None), ("z", 5.0)])
def test_rows_with_outliers_are_left_out_and_counted(method, limit):
    tamed = drop_outliers(WILD, method=method, limit=limit)
    kept = values(tamed)
    assert kept.null_count() == 1
    assert kept.is_nan().sum() == 1
    assert kept.drop_nulls().drop_nans().abs().max() < 10
    assert len(kept) >= 1980
    bounds = tamed.bounds.row(0, named=True)
    assert (bounds["column"], bounds["below"] + bounds["above"]) == ("x", 2005 - len(kept))


def test_outliers_are_brought_back_to_the_bounds():
    tamed = clip_outliers(WILD, limit=3.0)
    low, high = tamed.bounds.select("low", "high").row(0)
    kept = values(tamed)
    assert len(kept) == 2005
    assert (kept.drop_nans().min(), kept.drop_nans().max()) == (low, high)
    whole = clip_outliers(pl.LazyFrame({"n": [1, 2, 3, 4, 900]}, schema={"n": pl.Int32}))
    assert whole.rows.collect()["n"].to_list() == [1, 2, 3, 4, 7]
    assert whole.rows.collect_schema()["n"] == pl.Int32
    small = pl.LazyFrame({"n": [-128, 0, 127]}, schema={"n": pl.Int8})  # whose bounds are more than 8 bits hold
    assert clip_outliers(small).rows.collect().equals(small.collect())


def test_an_isolation_forest_leaves_out_the_asked_share():
    frame = pl.LazyFrame({"x": [*X, 9.0, None], "y": [*(0.1 * X), -9.0, 0.0]})
    tamed = drop_outliers(frame, method="isolation_forest", limit=0.02)
    kept = tamed.rows.collect()
    assert 2002 - 60 <= kept.height <= 2002 - 20
    assert kept["x"].max() < 9.0
    assert tamed.bounds["below"].to_list() == [2002 - kept.height]
    again = drop_outliers(frame, method="isolation_forest", limit=0.02).rows.collect()
    assert again.equals(kept)


@pytest.mark.parametrize("frame", [pl.LazyFrame({"t": ["a"]}), pl.LazyFrame(schema={"x": pl.Float64})])
@pytest.mark.parametrize("method", ["iqr", "z", "isolation_forest"])
def test_tables_without_numbers_or_rows_stay_as_they_are(frame, method):
    assert drop_outliers(frame, method=method).rows.collect().equals(frame.collect())


def test_odd_asks_for_outliers_are_refused():
    with pytest.raises(AbsentColumns, match="'y'"):
        drop_outliers(WILD, columns=["y"])
    with pytest.raises(BadChoice, match="columns=t"):
        clip_outliers(WILD, columns=["t"])
    with pytest.raises(BadChoice, match=r"limit=-1"):
        drop_outliers(WILD, limit=-1)
    with pytest.raises(BadChoice, match=r"limit=0\.9"):
        drop_outliers(WILD, method="isolation_forest", limit=0.9)


ROWS = pl.LazyFrame({"place": range(10), "x": [None] * 5 + [1] * 5})


def test_odd_asks_for_splits_are_refused():
    for shares in ({"test": 1.0}, {"test": -0.1}, {"test": 0.6, "validation": 0.5}, {"test": float("nan")}):
        with pytest.raises(BadChoice, match="test="):
            random_split(ROWS, **shares)
    with pytest.raises(CannotSplit, match="1 rows are too few"):
        random_split(ROWS.head(1))
    with pytest.raises(CannotSplit, match="0 rows are too few"):
        random_split(ROWS.head(0))
    with pytest.raises(AbsentColumns, match="did you mean 'place'"):
        group_split(ROWS, "plaice")
    with pytest.raises(CannotSplit, match="10 different values in 10 rows"):
        stratified_split(ROWS, "place")
    with pytest.raises(CannotSplit, match="'x' is missing in 5 of 10 rows"):
        time_split(ROWS, "x")
    with pytest.raises(CannotSplit, match="leave no rows to learn from"):
        time_split(pl.LazyFrame({"x": [1] * 10}), "x")
    with pytest.raises(CannotSplit, match="'x' tells 1 groups apart"):
        group_split(pl.LazyFrame({"x": [1] * 10}), "x")
    with pytest.raises(BadChoice, match="gap=soon"):
        time_split(pl.LazyFrame({"x": [date(2026, 1, day) for day in range(1, 11)]}), "x", gap="soon")


def test_a_query_whose_order_is_not_sure_is_split_without_leaks():
    grouped = pl.LazyFrame({"place": list(range(500)) * 2, "x": 1}).group_by("place").agg(pl.col("x").sum())
    parts = [part.collect()["place"].to_list() for part in random_split(grouped)]
    assert sorted(place for part in parts for place in part) == list(range(500))


def test_rows_are_held_to_a_schema():
    good = pl.LazyFrame({"fare": [5.0, 12.5, 9.0] * 10, "paid": ["cash", "card", "card"] * 10})
    schema = infer_schema(good)
    assert "fits its schema" in check_schema(good, schema).anomalies
    bad = pl.LazyFrame({"fare": [5.0, -4.0] * 10, "paid": ["card", "cash"] * 10})
    with pytest.raises(UnlikeSchema, match=r"column 'fare': too small; expected at least 4.25, found 10 of 20 rows"):
        check_schema(bad, schema)
    assert "too small" in check_schema(bad, schema, tolerance=0.5).anomalies
    assert "too small" in check_schema(bad, schema, otherwise="report").anomalies
    with pytest.raises(UnlikeSchema, match="no rows"):
        check_schema(bad.head(0), schema)


def test_a_table_is_profiled():
    made = profile_table(WILD, target="t", title="Wild")
    assert made.profile.target == "t"
    assert made.profile.columns["x"].infinite == 1
    assert "<h1" in made.report


@pytest.fixture
def base(tmp_path):
    return f"sqlite:///{tmp_path / 'rows.db'}"


FARES = pl.LazyFrame(
    {
        "id": [1, 2, 3],
        "fare": [5.0, None, 7.5],
        "company": ["Blue", "名前", None],
        "paid": [True, False, None],
        "day": [date(2026, 1, 1), None, date(2026, 1, 2)],
        "at": [datetime(2026, 1, 1, 10), None, datetime(2026, 1, 2)],
    }
)


def test_rows_go_into_a_data_base_and_come_back(base):
    assert export_sql(FARES, "fares", base) == 3
    types = {"id": "integer", "fare": "float", "company": "text"}
    typed = read_sql("select * from fares order by id", base, types=types)
    assert typed.collect().equals(FARES.select(*types).collect())
    assert typed.filter(pl.col("id") > 1).select("company").head(1).collect().item() == "名前"
    found = read_sql("select id, fare from fares where id > 1 order by id", base).collect()
    assert found.rows() == [(2, None), (3, 7.5)]
    assert read_sql("select id from fares where id > 9", base).collect().height == 0


def test_a_data_base_s_table_is_appended_to_or_replaced(base):
    export_sql(FARES, "fares", base)
    with pytest.raises(CannotExport, match="a table of that name already"):
        export_sql(FARES, "fares", base)
    assert export_sql(FARES, "fares", base, existing="append") == 3
    assert read_sql("select count(*) as n from fares", base).collect().item() == 6
    export_sql(FARES.head(1), "fares", base, existing="replace")
    assert read_sql("select count(*) as n from fares", base).collect().item() == 1


def test_what_fails_midway_leaves_a_data_base_as_it_was(base):
    export_sql(FARES, "fares", base)

    def fail(frame):
        raise RuntimeError("the stream broke")

    broken = pl.concat([FARES, FARES.map_batches(fail, schema=FARES.collect_schema())])
    with pytest.raises(Exception, match="the stream broke"):
        export_sql(broken, "fares", base, existing="replace")
    with pytest.raises(Exception, match="the stream broke"):
        export_sql(broken, "others", base)
    assert read_sql("select count(*) as n from fares", base).collect().item() == 3
    with _connected(base) as link:
        assert sa.inspect(link).get_table_names() == ["fares"]


def test_what_a_data_base_refuses_is_told_without_passwords(base, monkeypatch):
    with pytest.raises(DatabaseRefused, match="no such table: trips"):
        read_sql("select * from trips", base)
    with pytest.raises(DatabaseRefused, match="more than one column called 'a'"):
        read_sql("select 1 as a, 2 as a", base)
    with pytest.raises(AbsentColumns, match="'b'"):
        read_sql("select 1 as a", base, types={"b": "integer"}).collect()
    with pytest.raises(DatabaseRefused, match="refused") as caught:
        read_sql("select 1", "nodialect://me:hunter2@host/db")
    assert "hunter2" not in str(caught.value)
    with pytest.raises(CannotExport, match="column 'l' is of type List"):
        export_sql(pl.LazyFrame({"l": [[1]]}), "lists", base)
    monkeypatch.setenv("DATABASE", base)
    assert read_sql("select 7 as n", "$DATABASE").collect().item() == 7
    monkeypatch.delenv("DATABASE")
    with pytest.raises(BadChoice, match=r"connection=\$DATABASE"):
        read_sql("select 7 as n", "$DATABASE")


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("rows.csv", pl.read_csv),
        ("rows.CSV.gz", lambda path: pl.read_csv(gzip.decompress(path.read_bytes()))),
        ("deep/er/rows.parquet", pl.read_parquet),
        ("rows.jsonl", pl.read_ndjson),
    ],
)
def test_tables_are_exported_to_files(tmp_path, name, read):
    target = tmp_path / name
    assert export_file(FARES, str(target)) == 3
    assert read(target).select("id", "fare").equals(FARES.select("id", "fare").collect())
    export_file(FARES.head(1), str(target))
    assert read(target).height == 1
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_table_is_exported_to_a_sheet(tmp_path):
    pytest.importorskip("xlsxwriter", reason="the extra `excel` is not installed")
    zoned = FARES.with_columns(zoned=pl.lit(datetime(2026, 1, 1, tzinfo=UTC)))
    assert export_file(zoned, str(tmp_path / "rows.xlsx")) == 3
    assert (tmp_path / "rows.xlsx").read_bytes()[:2] == b"PK"


def test_a_table_is_exported_to_a_url(tmp_path):
    assert export_file(FARES, f"file://{tmp_path}/rows.parquet") == 3
    assert pl.read_parquet(tmp_path / "rows.parquet").height == 3


def test_an_export_that_fails_leaves_what_was_there(tmp_path):
    target = tmp_path / "rows.csv"
    target.write_text("before")
    with pytest.raises(CannotExport, match="CSV"):
        export_file(pl.LazyFrame({"l": [[1]]}), str(target))
    assert target.read_text() == "before"
    with pytest.raises(BadChoice, match=r"to=rows\.doc"):
        export_file(FARES, "rows.doc")
    with pytest.raises(CannotExport, match="was not written to"):
        export_file(FARES, str(target / "rows.csv"))
