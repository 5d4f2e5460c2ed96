"""Parts cover a table exactly, and say which state of a file they are of."""

import os
from pathlib import Path

import polars as pl
import pytest

from penstock.components.errors import NoParquet
from penstock.components.partitions import parts_of_folder, parts_of_location


def write(file: Path, rows: int, group: int = 10) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame({"x": range(rows)}).write_parquet(file, row_group_size=group)


def test_a_file_is_cut_between_row_groups(tmp_path: Path) -> None:
    write(tmp_path / "t.parquet", 45)
    parts = parts_of_folder(tmp_path / "t.parquet", 20)
    assert [(part.first, part.last, part.rows, part.offset) for part in parts] == [
        (0, 1, 20, 0),
        (2, 3, 20, 20),
        (4, 4, 5, 40),
    ]
    assert [part.number for part in parts] == [0, 1, 2]


def test_a_folder_is_worked_through_in_the_order_of_its_files(tmp_path: Path) -> None:
    write(tmp_path / "day=2" / "b.parquet", 5)
    write(tmp_path / "day=1" / "ü 1.parquet", 25)
    write(tmp_path / "_left.parquet", 5)
    (tmp_path / "notes.txt").write_text("not rows")
    parts = parts_of_folder(tmp_path, 1000)
    assert [(part.number, part.file, part.rows) for part in parts] == [
        (0, "day=1/ü 1.parquet", 25),
        (1, "day=2/b.parquet", 5),
    ]


def test_a_table_without_rows_has_one_part_or_none(tmp_path: Path) -> None:
    write(tmp_path / "t.parquet", 0)
    assert sum(part.rows for part in parts_of_folder(tmp_path / "t.parquet", 10)) == 0


def test_files_that_stay_where_they_are_are_told_apart_by_size_and_date(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", 5)
    write(tmp_path / "b.parquet", 5)
    before = {part.file: part.state for part in parts_of_location(str(tmp_path), 10)}
    os.utime(tmp_path / "b.parquet", (1, 1))
    after = {part.file: part.state for part in parts_of_location(str(tmp_path / "*.parquet"), 10)}
    assert [name for name in before if before[name] != after[name]] == [f"file://{tmp_path}/b.parquet"]


@pytest.mark.parametrize("name", ["missing.parquet", "empty/", "*.nothing"])
def test_where_there_is_nothing_it_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoParquet, match=r"is no table in Parquet: .+ \[CMT023\]"):
        parts_of_location(str(tmp_path / name), 10)


def test_a_file_of_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("a,b\n1,2\n")
    with pytest.raises(NoParquet, match=r"'t\.parquet' is no table in Parquet: Parquet magic bytes not found"):
        parts_of_folder(tmp_path, 10)


def test_a_folder_without_tables_is_none(tmp_path: Path) -> None:
    with pytest.raises(NoParquet, match="no file in it is called"):
        parts_of_folder(tmp_path, 10)
