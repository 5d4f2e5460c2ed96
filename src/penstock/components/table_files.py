"""Tables from files: CSV and Parquet, single ones and partitioned folders, as streams."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import polars as pl

from penstock.components.csv_files import Dialect, Problem, Problems, dialect_of, names_of, texts_of
from penstock.components.data_errors import AbsentColumns, BadRows, CannotRead
from penstock.components.text_types import Guess, TextType, given_type
from penstock.dsl import component

_CSV = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".csv.bz2", ".csv.xz")
_EXAMPLES = 10


class CsvTable(NamedTuple):
    """What a CSV file holds."""

    rows: pl.LazyFrame
    problems: pl.DataFrame
    """Rows that were left out: `file`, `row` (the first line is 1), `reason`, `text`. At most a thousand are listed."""


@component
def read_csv(
    source: Path,
    *,
    types: dict[str, str] | None = None,
    separator: str = "auto",
    decimal: str = ".",
    encoding: str = "auto",
    missing: list[str] | None = None,
    bad_rows: Literal["fail", "skip"] = "fail",
) -> CsvTable:
    """Read a CSV file, or a folder of them, as a stream: the rows are never whole in memory.

    Types are inferred from all values: integers, floats, `true` / `false`, and dates and times in ISO 8601 (moments
    with an offset become UTC). Digits with a leading zero and integers of more than 18 digits stay text. Fields may
    hold quotes, separators and line ends between double quotes. Files may be compressed (gzip, bzip2, xz). Of a
    folder, all CSV files below it are read in the order of their paths; parts of a path such as `year=2026` become
    columns.

    Args:
        source: The file or folder.
        types: For columns whose type is not to be inferred: `integer`, `float`, `boolean`, `date`, `datetime`,
            `zoned datetime` or `text`; of days and moments also with their form, as in `date %d.%m.%Y` or
            `datetime %d/%m/%Y %H:%M`. A value that does not fit makes a bad row.
        separator: What stands between fields; `auto` takes that of the first line: comma, semicolon, tab or bar.
        decimal: What stands before the fraction of a number.
        encoding: As Python calls it; `auto` is UTF-8, or what a byte order mark says.
        missing: Texts that stand for a missing value; an empty field, `NA`, `N/A`, `n/a`, `null`, `NULL`, `NaN` and
            `nan` if None.
        bad_rows: What to do with rows of too many or too few fields, or with values that do not fit `types`: `fail`,
            or leave them out and list them.

    Returns:
        The rows, and the problems.

    Raises:
        CannotRead: There is no file, it is empty, its columns' names are not unique, or its encoding is another.
        BadRows: Some rows are bad, and `bad_rows` is `fail`.
        AbsentColumns: `types` names columns that are not there.
    """
    given = {name: given_type(text, name, decimal) for name, text in (types or {}).items()}
    files = _files(source, _CSV, "CSV")
    names = _common_names(files, separator, encoding, missing)
    parts = _partitions(source, files, [*names])
    absent = [name for name in given if name not in names and name not in parts]
    if absent:
        raise AbsentColumns(columns=absent, known=[*names, *parts])
    reading = _Reading(
        source, files, names, parts, given, decimal, lambda file: dialect_of(file, separator, encoding, missing)
    )
    problems = reading.look()
    if problems.count and bad_rows == "fail":
        examples = [f"{_where(each)}: {each.reason}: {each.text!r}" for each in problems.kept[:_EXAMPLES]]
        raise BadRows(place=source.name, count=problems.count, examples=examples)
    return CsvTable(reading.query(), _listed(problems))


@component
def read_parquet(source: Path, *, columns: list[str] | None = None) -> pl.LazyFrame:
    """Read a Parquet file, or a folder of them, as a stream.

    Parts of a path below a folder such as `year=2026` become columns. Files may lack columns that the first has: these
    are missing there.

    Args:
        source: The file or folder.
        columns: Those to read; all if None.

    Raises:
        CannotRead: There is no Parquet file, or one is damaged.
        AbsentColumns: `columns` names some that are not there.
    """
    import polars.selectors as cs

    files = _files(source, (".parquet", ".pq"), "Parquet")
    folder = source.is_dir()
    try:
        query = pl.scan_parquet(
            files, glob=False, hive_partitioning=folder, missing_columns="insert" if folder else "raise"
        )
        known = query.collect_schema().names()
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = " ".join(str(error).split())[:300]
        raise CannotRead(place=source.name, reason=reason, advice="is it Parquet, and complete?") from error
    if columns is None:
        return query
    absent = [name for name in columns if name not in known]
    if absent:
        raise AbsentColumns(columns=absent, known=known)
    return query.select(cs.by_name(*columns, require_all=True))


class _Reading:
    """CSV files of one form, read once to know them and again whenever the rows are wanted."""

    def __init__(
        self,
        source: Path,
        files: list[Path],
        names: list[str],
        parts: dict[str, list[str | None]],
        types: dict[str, TextType],
        decimal: str,
        dialect: Callable[[Path], Dialect],
    ) -> None:
        self.source, self.files, self.names, self.parts = source, files, names, parts
        self.given, self.decimal, self.dialect = types, decimal, dialect
        self.types = dict(types)

    def look(self) -> Problems:
        """Read all of it: what the columns are, and what is wrong."""
        guesses = {name: Guess(self.decimal) for name in [*self.names, *self.parts] if name not in self.given}
        problems = Problems()
        for texts, _ in self._texts(problems):
            for name, guess in guesses.items():
                guess.update(texts[name])
        self.types |= {name: guess.type for name, guess in guesses.items()}
        return problems

    def query(self) -> pl.LazyFrame:
        """The rows as a stream; each run of it reads the files."""
        from polars.io.plugins import register_io_source

        schema = pl.Schema({name: self.types[name].dtype for name in [*self.names, *self.parts]})

        def rows(
            columns: list[str] | None, predicate: pl.Expr | None, limit: int | None, _size: int | None
        ) -> Iterator[pl.DataFrame]:
            left = limit
            for texts, kept in self._texts(Problems()):
                frame = texts.select(self._read(name) for name in schema)
                frame = frame.filter(kept) if kept is not None else frame
                if left is not None:
                    frame, left = frame.head(left), left - min(left, frame.height)
                frame = frame if columns is None else frame[columns]
                yield frame if predicate is None else frame.filter(predicate)
                if left == 0:
                    return

        return register_io_source(rows, schema=schema)

    def _texts(self, problems: Problems) -> Iterator[tuple[pl.DataFrame, pl.Series | None]]:
        """Batches of texts, the partition's among them, and which of their rows are good (None: all)."""
        for place, file in enumerate(self.files):
            name = str(file.relative_to(self.source)) if file != self.source else file.name
            number = 1
            for texts in texts_of(file, self.dialect(file), problems, name):
                whole = texts[self.names].with_columns(
                    pl.lit(values[place], dtype=pl.String).alias(part) for part, values in self.parts.items()
                )
                yield whole, self._good(whole, problems, name, number)
                number += whole.height

    def _good(self, texts: pl.DataFrame, problems: Problems, file: str, number: int) -> pl.Series | None:
        """Which rows have values that fit the given types."""
        good: pl.Series | None = None
        for name, type in self.given.items():
            bad = texts.select(pl.col(name).is_not_null() & self._read(name).is_null()).to_series()
            if bad.any():
                for row in bad.arg_true().to_list():
                    place = _place(number + row + 1, file, problems)
                    text = texts[name][row][:200]
                    problems.add(Problem(file=file, row=place, reason=f"'{name}' is no {_called(type)}", text=text))
                good = ~bad if good is None else good & ~bad
        return good

    def _read(self, name: str) -> pl.Expr:
        return self.types[name].read(pl.col(name)).alias(name)


def _files(source: Path, endings: tuple[str, ...], kind: str) -> list[Path]:
    if not source.exists():
        raise CannotRead(place=str(source), reason="there is no such file or folder", advice="look at the path")
    if source.is_file():
        return [source]
    found = [
        path
        for path in sorted(source.rglob("*"))
        if path.is_file() and path.name.lower().endswith(endings) and not path.name.startswith((".", "_"))
    ]
    if not found:
        shown = ", ".join(endings[:3])
        raise CannotRead(place=source.name, reason=f"the folder has no {kind} file ({shown}, …) in it")
    return found


def _common_names(files: list[Path], separator: str, encoding: str, missing: list[str] | None) -> list[str]:
    """The columns, which are the same in all files, in whatever order."""
    first: list[str] = []
    for file in files:
        names = names_of(file, dialect_of(file, separator, encoding, missing))
        if not first:
            first = names
        elif set(names) != set(first):
            odd = sorted(set(names) ^ set(first))[0]
            reason = f"column '{odd}' is not in both it and '{files[0].name}'"
            advice = "files of one folder need the same columns; read the others by themselves"
            raise CannotRead(place=file.name, reason=reason, advice=advice)
    return first


def _partitions(source: Path, files: list[Path], names: list[str]) -> dict[str, list[str | None]]:
    """Columns that are told by the path, `year=2026/`: for each, the text in each file's path."""
    from urllib.parse import unquote

    found: dict[str, list[str | None]] = {}
    for place, file in enumerate(files):
        folders = file.relative_to(source).parts[:-1] if file != source else ()
        for key, sign, value in (folder.partition("=") for folder in folders):
            if sign and key and key not in names:
                text = None if value == "__HIVE_DEFAULT_PARTITION__" else unquote(value)
                found.setdefault(key, [None] * len(files))[place] = text
    return found


def _called(type: TextType) -> str:
    return type.name if len(type.forms) != 1 else f"{type.name} {type.forms[0]}"


def _place(row: int, file: str, problems: Problems) -> int:
    """The number of a good row in its file, where those of another width were left out before it."""
    for left_out in problems.kept:
        if left_out.file == file and left_out.width and left_out.row <= row:
            row += 1
    return row


def _where(problem: Problem) -> str:
    return f"row {problem.row:,}" if "/" not in problem.file else f"{problem.file}, row {problem.row:,}"


def _listed(problems: Problems) -> pl.DataFrame:
    schema: dict[str, Any] = {"file": pl.String, "row": pl.Int64, "reason": pl.String, "text": pl.String}
    rows = [(each.file, each.row, each.reason, each.text) for each in problems.kept]
    return pl.DataFrame(rows, schema=schema, orient="row")
