"""CSV and Parquet files, good and bad, as tables."""

import gzip
from datetime import UTC, date, datetime

import polars as pl
import pytest

from penstock.components import read_csv, read_parquet
from penstock.components.data_errors import AbsentColumns, BadChoice, BadRows, CannotRead


@pytest.fixture
def file(tmp_path):
    def write(data, name="rows.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def rows(table):
    return table.rows.collect().rows()


def test_types_are_inferred_from_all_values(file):
    table = read_csv(
        file(
            "n,x,flag,day,at,zoned,text\n"
            "1,1,true,2026-01-31,2026-01-31 10:00,2026-01-31T10:00:00Z,a\n"
            " 2 ,2.5e3,FALSE,,2026-02-01T00:00:01.5,2026-01-31 10:00:00+02:00,\n"
            "-3,NA,True,2025-12-01,2026-02-01,,n/a\n"
        )
    )
    assert dict(table.rows.collect_schema()) == {
        "n": pl.Int64,
        "x": pl.Float64,
        "flag": pl.Boolean,
        "day": pl.Date,
        "at": pl.Datetime("us"),
        "zoned": pl.Datetime("us", "UTC"),
        "text": pl.String,
    }
    first, second, third = rows(table)
    assert first[:4] == (1, 1.0, True, date(2026, 1, 31))
    assert second[4:6] == (datetime(2026, 2, 1, 0, 0, 1, 500_000), datetime(2026, 1, 31, 8, tzinfo=UTC))
    assert third == (-3, None, True, date(2025, 12, 1), datetime(2026, 2, 1), None, None)
    assert table.problems.height == 0


@pytest.mark.parametrize(
    "values",
    [
        ["01234", "2"],
        ["1", "99999999999999999999"],
        ["1", "two"],
        ["2026-13-45", "2026-01-01"],
        ["true", "1"],
        ["1", "2026-01-01"],
        ["", ""],
    ],
)
def test_texts_stay_texts_where_a_type_would_lose_something_or_does_not_fit_all(file, values):
    table = read_csv(file("x,y\n" + "".join(f"{value},0\n" for value in values)))
    assert [row[0] for row in rows(table)] == [value or None for value in values]
    assert table.rows.collect_schema()["x"] == pl.String


def test_a_value_far_down_decides_the_type_too(file):
    table = read_csv(file("x\n" + "7\n" * 500_000 + "7.5\n"))
    assert table.rows.collect_schema()["x"] == pl.Float64
    assert table.rows.select(pl.col("x").sum()).collect().item() == 3_500_007.5


def test_quotes_separators_and_line_ends_may_be_in_fields(file):
    table = read_csv(file('a,"b ""c"""\n"x,\ny","say ""hi"""\r\n"",2\n'))
    assert table.rows.collect().to_dict(as_series=False) == {"a": ["x,\ny", None], 'b "c"': ['say "hi"', "2"]}


@pytest.mark.parametrize(
    ("data", "options"),
    [
        ("a;b\n1,5;é\n", {"decimal": ","}),
        ("a\tb\n1.5\té\n", {}),
        ("a|b\n1.5|é\n", {}),
        ("\ufeffa,b\n1.5,é\n", {}),
        ("a,b\n1.5,é\n".encode("utf-16"), {}),
        ("a,b\n1.5,é\n".encode("cp1252"), {"encoding": "cp1252"}),
        (gzip.compress("a,b\n1.5,é\n".encode(), mtime=0), {}),
        ("a,b\r\n1.5,é\r\n", {}),
        ("a,b\n1.5,é", {}),
        ('"a","b"\n"1.5","é"\n', {}),
        ("a#b\n1.5#é\n", {"separator": "#"}),
    ],
)
def test_dialects_and_encodings_are_read(file, data, options):
    assert rows(read_csv(file(data), **options)) == [(1.5, "é")]


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz"])
def test_compressed_files_are_read(file, ending):
    import bz2
    import lzma

    pack = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[ending]
    assert rows(read_csv(file(pack(b"a\n1\n"), f"rows.csv.{ending}"))) == [(1,)]


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (b"", {}, "it is empty, without even a first line"),
        ("a,b,a\n1,2,3\n", {}, "more than one column called 'a'"),
        ("a\n1\né\n".encode("cp1252"), {}, r"line 3 is not in utf-8 \(byte 0xe9\)"),
        ("naïve\n1\n".encode("cp1252"), {}, "line 1 is not in utf-8"),
        (b"a\n1\n", {"encoding": "klingon"}, "no encoding is called 'klingon'"),
        (gzip.compress(b"a\n1\n" * 999, mtime=0)[:-9], {}, "its compression is broken"),
    ],
)
def test_what_cannot_be_read_says_why(file, data, options, message):
    with pytest.raises(CannotRead, match=message):
        read_csv(file(data), **options)


def test_no_file_and_no_csv_in_a_folder_are_told(tmp_path):
    with pytest.raises(CannotRead, match="there is no such file or folder"):
        read_csv(tmp_path / "absent.csv")
    with pytest.raises(CannotRead, match="no CSV file"):
        read_csv(tmp_path)


def test_a_file_of_only_a_header_is_a_table_without_rows(file):
    table = read_csv(file("a,b\n")).rows.collect()
    assert (table.columns, table.height) == (["a", "b"], 0)


def test_bad_rows_are_named_with_their_numbers(file):
    path = file("a,b\n1,2\n3\n4,5,6\nx,7\n8,9\n")
    with pytest.raises(
        BadRows, match=r"has 3 bad rows\n  row 3: 1 field instead of 2: '3'\n  row 4: 3 fields"
    ) as caught:
        read_csv(path, types={"a": "integer"})
    assert "row 5: 'a' is no integer: 'x'" in caught.value.examples
    table = read_csv(path, types={"a": "integer"}, bad_rows="skip")
    assert rows(table) == [(1, 2), (8, 9)]
    assert table.problems["row"].to_list() == [3, 4, 5]
    assert table.problems["file"].to_list() == ["rows.csv"] * 3


def test_of_very_many_bad_rows_a_thousand_are_kept_and_all_are_counted(file):
    path = file("a,b\n" + "1\n" * 3000 + "1,2\n")
    with pytest.raises(BadRows, match="has 3,000 bad rows"):
        read_csv(path)
    table = read_csv(path, bad_rows="skip")
    assert rows(table) == [(1, 2)]
    assert table.problems.height == 1000


def test_types_may_be_given_with_their_form(file):
    path = file("day,at\n31.01.2026,31/01/2026 23:59\n,\n")
    table = read_csv(path, types={"day": "date %d.%m.%Y", "at": "datetime %d/%m/%Y %H:%M"})
    assert rows(table) == [(date(2026, 1, 31), datetime(2026, 1, 31, 23, 59)), (None, None)]
    with pytest.raises(BadRows, match=r"'day' is no date %Y/%m/%d: '31.01.2026'"):
        read_csv(path, types={"day": "date %Y/%m/%d"})


@pytest.mark.parametrize(("types", "error"), [({"c": "text"}, AbsentColumns), ({"a": "int"}, BadChoice)])
def test_types_of_absent_columns_and_unknown_types_are_refused(file, types, error):
    with pytest.raises(error, match=r"'c'|'int'"):
        read_csv(file("a,b\n1,2\n"), types=types)


def test_a_folder_is_one_table_with_the_parts_of_its_paths(file, tmp_path):
    file("a,b\n1,x\n", "t/year=2025/part.csv")
    file("b,a\ny,2\n", "t/year=2026/part.csv")
    file("no table", "t/year=2026/_SUCCESS.csv")
    table = read_csv(tmp_path / "t").rows
    assert table.collect().rows() == [(1, "x", 2025), (2, "y", 2026)]
    assert table.filter(pl.col("year") == 2026).select("a").head(1).collect().item() == 2
    file("a,c\n1,x\n", "t/year=2027/part.csv")
    with pytest.raises(CannotRead, match="column 'b' is not in both"):
        read_csv(tmp_path / "t")


def test_a_thousand_columns_are_read(file):
    names = [f"c{number}" for number in range(1000)]
    table = read_csv(file(",".join(names) + "\n" + ",".join("1" * 1000) + "\n")).rows.collect()
    assert table.shape == (1, 1000)
    assert set(table.dtypes) == {pl.Int64}


def test_parquet_is_read_in_whole_or_in_part(tmp_path):
    for year in (2025, 2026):
        folder = tmp_path / "t" / f"year={year}"
        folder.mkdir(parents=True)
        pl.DataFrame({"a": [year], "*": ["x"]}).write_parquet(folder / "part.parquet")
    assert read_parquet(tmp_path / "t").collect().rows() == [(2025, "x", 2025), (2026, "x", 2026)]
    one = tmp_path / "t" / "year=2025" / "part.parquet"
    assert read_parquet(one).collect().columns == ["a", "*"]
    assert read_parquet(one, columns=["*"]).collect().columns == ["*"]
    with pytest.raises(AbsentColumns, match="'b'"):
        read_parquet(one, columns=["b"])


def test_damaged_parquet_is_told(tmp_path):
    (tmp_path / "rows.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(CannotRead, match=r"'rows.parquet' cannot be read as a table"):
        read_parquet(tmp_path / "rows.parquet")
