"""Tables: written by any library, read by any other, from the same Parquet file."""

import datetime as dt
import hashlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from penstock.data import converter_for
from penstock.data.errors import ConversionError

LIBRARIES: dict[str, Any] = {
    "polars": pl.DataFrame,
    "polars-lazy": pl.LazyFrame,
    "pandas": pd.DataFrame,
    "arrow": pa.Table,
    "arrow-dataset": ds.Dataset,
    "arrow-reader": pa.RecordBatchReader,
    "duckdb": duckdb.DuckDBPyRelation,
}

ROWS = pl.DataFrame(
    {
        "n": [1, 2, 3],
        "x": [1.5, None, -0.0],
        "text": ["it's", None, "ü 😀"],
        "flag": [True, False, None],
        "when": pl.Series(
            [dt.datetime(2024, 3, 31, 0, 30), None, dt.datetime(1969, 7, 20, 20, 17)]
        ).dt.replace_time_zone("UTC"),
        "list": [[1, 2], [], None],
    }
)


def as_library(frame: pl.DataFrame, library: str) -> Any:
    match library:
        case "polars":
            return frame
        case "polars-lazy":
            return frame.lazy()
        case "pandas":
            return frame.to_pandas(use_pyarrow_extension_array=True)
        case "arrow":
            return frame.to_arrow()
        case "arrow-dataset":
            return ds.dataset(frame.to_arrow())
        case "arrow-reader":
            return frame.to_arrow().to_reader()
        case "duckdb":
            return duckdb.from_arrow(frame.to_arrow())
    raise ValueError(library)


def as_polars(table: Any) -> pl.DataFrame:
    match table:
        case pl.DataFrame():
            return table
        case pl.LazyFrame():
            return table.collect()
        case pd.DataFrame():
            return pl.from_pandas(table)
        case pa.Table():
            return pl.DataFrame(table)
        case ds.Dataset():
            return pl.DataFrame(table.to_table())
        case pa.RecordBatchReader():
            return pl.DataFrame(table.read_all())
        case _:
            return table.pl()


def save(table: Any, target: Path) -> dict[str, Any]:
    converter = converter_for(type(table))
    assert converter is not None
    return converter.save(table, target)


def load(source: Path, annotation: Any) -> Any:
    converter = converter_for(annotation)
    assert converter is not None
    return converter.load(source, annotation, {})


@pytest.mark.parametrize("reader", LIBRARIES)
@pytest.mark.parametrize("writer", LIBRARIES)
def test_what_one_library_writes_every_other_reads(writer: str, reader: str, tmp_path: Path) -> None:
    save(as_library(ROWS, writer), tmp_path / "t.parquet")
    found = load(tmp_path / "t.parquet", LIBRARIES[reader])
    assert isinstance(found, LIBRARIES[reader])
    found = as_polars(found).with_columns(pl.col("when").dt.convert_time_zone("UTC"))
    if reader == "pandas":  # whose own types have no missing integer, flag or list
        found = found.cast({"n": pl.Int64}).with_columns(flag=pl.Series(found["flag"].to_list(), dtype=pl.Boolean))
    assert_frame_equal(found, ROWS, check_dtypes=False)


@pytest.mark.parametrize("library", LIBRARIES)
def test_facts_say_how_large_the_table_is_and_of_what(library: str, tmp_path: Path) -> None:
    facts = save(as_library(ROWS.select("n", "x", "text"), library), tmp_path / "t.parquet")
    assert facts == {
        "format": "parquet",
        "rows": 3,
        "columns": 3,
        "schema": {"n": "int64", "x": "float64", "text": "string"},
    }


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_same_table_gives_the_same_bytes(library: str, tmp_path: Path) -> None:
    big = pl.DataFrame({"n": range(50_000), "t": ["a", "b"] * 25_000, "x": [i / 7 for i in range(50_000)]})
    digests = set()
    for name in ("1.parquet", "2.parquet"):
        save(as_library(big, library), tmp_path / name)
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize("library", LIBRARIES)
def test_large_tables_have_row_groups_to_skip_by(library: str, tmp_path: Path) -> None:
    big = pl.DataFrame({"n": range(300_000)})
    assert save(as_library(big, library), tmp_path / "t.parquet")["rows"] == 300_000
    with pq.ParquetFile(tmp_path / "t.parquet") as file:
        groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    assert len(groups) >= 3
    assert max(group.num_rows for group in groups) <= 131_072 + 2048
    assert {group.column(0).compression for group in groups} <= {"LZ4", "LZ4_RAW"}
    assert groups[-1].column(0).statistics.min > 0


@pytest.mark.parametrize("library", LIBRARIES)
def test_odd_characters_in_the_path_mean_nothing(library: str, tmp_path: Path) -> None:
    folder = tmp_path / "year=2026" / "it's [a] *star* ?"
    folder.mkdir(parents=True)
    save(as_library(ROWS.select("n"), library), folder / "t.parquet")
    found = as_polars(load(folder / "t.parquet", LIBRARIES[library]))
    assert_frame_equal(found, ROWS.select("n"))


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_table_without_rows_keeps_its_columns(library: str, tmp_path: Path) -> None:
    empty = pl.DataFrame(schema={"n": pl.Int64, "t": pl.String})
    assert save(as_library(empty, library), tmp_path / "t.parquet")["rows"] == 0
    assert as_polars(load(tmp_path / "t.parquet", LIBRARIES[library])).columns == ["n", "t"]


@pytest.mark.parametrize("library", ["polars", "polars-lazy", "pandas", "arrow", "arrow-dataset"])
def test_a_table_without_columns_is_a_table(library: str, tmp_path: Path) -> None:
    save(as_library(pl.DataFrame(), library), tmp_path / "t.parquet")
    assert as_polars(load(tmp_path / "t.parquet", LIBRARIES[library])).shape == (0, 0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: pd.DataFrame([[1, 2]], columns=["a", "a"]),
        lambda: pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]),
        lambda: ds.dataset(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])),
        lambda: duckdb.sql("select 1 as a, 2 as a"),
    ],
    ids=["pandas", "arrow", "arrow-dataset", "duckdb"],
)
def test_two_columns_of_one_name_are_refused(make: Callable[[], Any], tmp_path: Path) -> None:
    table = make()
    with pytest.raises(ConversionError, match=r"more than one column is called 'a' \[DAT003\]\n  hint: rename or drop"):
        save(table, tmp_path / "t.parquet")


@pytest.mark.parametrize("library", LIBRARIES)
def test_what_is_no_parquet_is_refused(library: str, tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("a,b\n1,2\n")
    with pytest.raises(ConversionError, match="cannot be loaded"):
        as_polars(load(tmp_path / "t.parquet", LIBRARIES[library]))


def test_polars_types_that_parquet_has_come_back(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "category": pl.Series(["a", None], dtype=pl.Categorical),
            "enum": pl.Series(["a", None], dtype=pl.Enum(["a", "b"])),
            "decimal": [Decimal("1.10"), None],
            "duration": [dt.timedelta(seconds=1), None],
            "time": [dt.time(1, 2, 3), None],
            "zoned": pl.Series([dt.datetime(2024, 3, 31, 1, 30), None]).dt.replace_time_zone("Europe/Berlin"),
            "bytes": [b"\0\xff", None],
            "struct": [{"x": 1, "y": "a"}, None],
            "array": pl.Series([[1, 2], None], dtype=pl.Array(pl.Int32, 2)),
            "nested": [[{"q": [1]}], None],
            "nothing": pl.Series([None, None], dtype=pl.Null),
            "nan": [float("nan"), None],
        }
    )
    save(frame, tmp_path / "t.parquet")
    assert_frame_equal(load(tmp_path / "t.parquet", pl.DataFrame), frame)


def test_polars_objects_are_refused(tmp_path: Path) -> None:
    frame = pl.DataFrame({"o": pl.Series([object()], dtype=pl.Object)})
    with pytest.raises(ConversionError, match=r"`polars.DataFrame` cannot be stored: .*Object"):
        save(frame, tmp_path / "t.parquet")


def test_a_lazy_query_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(
        ConversionError, match=r'unable to find column "b".*\n  hint: a lazy query runs when it is stored'
    ):
        save(pl.LazyFrame({"a": [1]}).select("b"), tmp_path / "t.parquet")


@pytest.mark.parametrize(
    "index",
    [
        pd.Index(["x", "y"], name="key"),
        pd.Index([5, 3]),
        pd.RangeIndex(1, 3),
        pd.RangeIndex(2, name="named"),
        pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["i", "j"]),
        pd.DatetimeIndex(["2024-03-31", "2024-04-01"], tz="Europe/Berlin", name="day"),
    ],
    ids=["text", "numbers", "shifted", "named range", "levels", "zoned"],
)
def test_a_pandas_index_that_says_something_comes_back(index: pd.Index, tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2]}, index=index)
    save(frame, tmp_path / "t.parquet")
    found = load(tmp_path / "t.parquet", pd.DataFrame)
    pd.testing.assert_frame_equal(found, frame, check_freq=False, check_index_type=False)
    assert pl.read_parquet(tmp_path / "t.parquet").width > 1


def test_the_plain_pandas_index_is_not_stored(tmp_path: Path) -> None:
    facts = save(pd.DataFrame({"a": [1, 2]}), tmp_path / "t.parquet")
    assert facts["schema"] == {"a": "int64"}
    assert pl.read_parquet(tmp_path / "t.parquet").columns == ["a"]


def test_pandas_types_come_back(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "category": pd.Categorical(["x", None]),
            "nullable": pd.array([1, None], dtype="Int64"),
            "text": ["a", None],
            "nan": [1.0, float("nan")],
            "zoned": pd.to_datetime(["2024-03-31", "2024-04-01"]).tz_localize("Europe/Berlin"),
        }
    )
    save(frame, tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(load(tmp_path / "t.parquet", pd.DataFrame), frame)


def test_pandas_columns_may_be_called_by_whole_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame({1: [1], 2: [3]})
    save(frame, tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(load(tmp_path / "t.parquet", pd.DataFrame), frame)
    assert load(tmp_path / "t.parquet", pl.DataFrame).columns == ["1", "2"]


@pytest.mark.parametrize(
    "frame", [pd.DataFrame({("a", "b"): [1]}), pd.DataFrame({"a": [1], 2: [3]})], ids=["levels", "mixed"]
)
def test_pandas_columns_with_levels_or_mixed_labels_are_refused(frame: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="its columns are not called by plain text"):
        save(frame, tmp_path / "t.parquet")


def test_a_pandas_column_of_mixed_types_is_refused_and_named(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"column mixed with type object.*\n  hint: cast the column"):
        save(pd.DataFrame({"mixed": [1, "a", None]}, dtype=object), tmp_path / "t.parquet")


def test_loaded_duckdb_relations_can_be_joined(tmp_path: Path) -> None:
    save(duckdb.sql("select 1 as k, 'a' as v"), tmp_path / "a.parquet")
    save(duckdb.sql("select 1 as k, 'b' as w"), tmp_path / "b.parquet")
    one, two = (load(tmp_path / name, duckdb.DuckDBPyRelation) for name in ("a.parquet", "b.parquet"))
    assert one.join(two, "k").project("v, w").fetchall() == [("a", "b")]


def test_a_dataset_of_many_files_becomes_one(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    for part in range(3):
        pl.DataFrame({"n": range(part * 10, part * 10 + 10)}).write_parquet(tmp_path / "parts" / f"{part}.parquet")
    assert save(ds.dataset(tmp_path / "parts"), tmp_path / "t.parquet")["rows"] == 30
    assert load(tmp_path / "t.parquet", pl.DataFrame)["n"].to_list() == list(range(30))


def test_wide_tables_do_not_list_every_column(tmp_path: Path) -> None:
    facts = save(pl.DataFrame({f"c{i}": [0] for i in range(2000)}), tmp_path / "t.parquet")
    assert (facts["columns"], len(facts["schema"])) == (2000, 500)
