"""CSV files as batches of texts: any size, compressed or not, in any encoding, with what is wrong in them.

Arrow's reader is used, since it streams, decodes, and tells the number of each row that has too many or too few fields.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from penstock.components.data_errors import CannotRead

BLOCK = 4 << 20
"""Bytes that are read at once."""

MISSING = ["", "NA", "N/A", "n/a", "null", "NULL", "NaN", "nan"]
"""Texts that stand for a missing value, unless others are given."""

_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_MOST_KEPT = 1000
_SEPARATORS = ",;\t|"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong in a file."""

    file: str
    row: int
    """From 1 on; the first line, with the names of the columns, is row 1."""
    reason: str
    text: str
    width: bool = False
    """Whether it is that there are too many or too few fields."""


@dataclass(kw_only=True)
class Problems:
    """What is wrong in files: the first thousand things, and how many there are."""

    count: int = 0
    kept: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Count it, and keep it if there is room."""
        self.count += 1
        if len(self.kept) < _MOST_KEPT:
            self.kept.append(problem)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a file is written."""

    separator: str
    encoding: str
    missing: list[str]
    quote: str = '"'


def dialect_of(path: Path, separator: str, encoding: str, missing: list[str] | None) -> Dialect:
    """What is not given is found at the beginning of the file: a byte order mark, the separator in the first line."""
    with _opened(path) as stream:
        head = stream.read(1 << 16)
    found = next((name for mark, name in _MARKS.items() if head.startswith(mark)), "utf-8")
    encoding = found if encoding == "auto" else encoding
    try:
        first = head.decode(encoding, "replace").lstrip("\ufeff").partition("\n")[0]
    except LookupError as error:
        advice = "take a name that Python knows: utf-8, utf-16, cp1252, latin-1, shift_jis, …"
        raise CannotRead(place=path.name, reason=f"no encoding is called '{encoding}'", advice=advice) from error
    bare = first.split('"')[::2]  # outside of quotes
    counts = {each: sum(part.count(each) for part in bare) for each in _SEPARATORS}
    if separator == "auto":
        separator = max(_SEPARATORS, key=lambda each: counts[each]) if any(counts.values()) else ","
    return Dialect(separator=separator, encoding=encoding, missing=MISSING if missing is None else missing)


def names_of(path: Path, dialect: Dialect) -> list[str]:
    """The columns' names, from the first line.

    Raises:
        CannotRead: The file is empty, or two columns have one name.
    """
    with _reader(path, dialect, Problems(), path.name) as reader:
        names: list[str] = reader.schema.names
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        reason = f"its first line has more than one column called {', '.join(map(repr, twice))}"
        raise CannotRead(place=path.name, reason=reason, advice="give each column a name of its own in the first line")
    return names


def texts_of(path: Path, dialect: Dialect, problems: Problems, place: str) -> Iterator[pl.DataFrame]:
    """The rows in batches, each value as text or missing; those with too many or too few fields go to `problems`."""
    with _reader(path, dialect, problems, place) as reader:
        for batch in reader:
            yield pl.DataFrame(batch)


@contextmanager
def _reader(path: Path, dialect: Dialect, problems: Problems, place: str) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.csv as pc

    def refuse(row: Any) -> str:
        found = row.actual_columns
        reason = f"{found} {'field' if found == 1 else 'fields'} instead of {row.expected_columns}"
        problems.add(Problem(file=place, row=row.number, reason=reason, text=row.text[:200], width=True))
        return "skip"

    read = pc.ReadOptions(use_threads=False, encoding=dialect.encoding, block_size=BLOCK)  # numbers need one thread
    form = {"delimiter": dialect.separator, "newlines_in_values": True}
    parse = pc.ParseOptions(**form, invalid_row_handler=refuse)
    quiet = pc.ParseOptions(**form, invalid_row_handler=lambda _row: "skip")
    try:
        read.block_size = 1 << 20
        with _opened(path) as stream:
            names: list[str] = pc.open_csv(stream, read_options=read, parse_options=quiet).schema.names
        read.block_size = BLOCK
        with _opened(path) as stream:
            convert = pc.ConvertOptions(
                column_types={name: pa.large_string() for name in names},
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=dialect.missing,
            )
            yield pc.open_csv(stream, read_options=read, parse_options=parse, convert_options=convert)
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise _explained(path, dialect, error, place) from error


def _explained(path: Path, dialect: Dialect, error: Exception, place: str) -> CannotRead:
    text = str(error)
    if "Empty CSV" in text:
        return CannotRead(place=place, reason="it is empty, without even a first line that names the columns")
    encoding = _wrong_encoding(path, dialect) if isinstance(error, UnicodeError) or "UTF8" in text else ""
    if encoding:
        advice = 'say what it is written in, e.g. `encoding="cp1252"` (Windows), "latin-1" or "utf-16"'
        return CannotRead(place=place, reason=encoding, advice=advice)
    return CannotRead(place=place, reason=text.partition("\n")[0])


def _wrong_encoding(path: Path, dialect: Dialect) -> str:
    """Which line is not in the encoding, and the byte in it."""
    with _opened(path) as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode(dialect.encoding)
            except UnicodeError as error:
                bad = line[getattr(error, "start", 0) :][:1]
                return f"line {number:,} is not in {dialect.encoding} (byte 0x{bad.hex()})"
    return ""


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The file's bytes, decompressed as its ending says."""
    import bz2
    import gzip
    import lzma

    kinds: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
    opener = kinds.get(path.suffix.lower())
    if opener is None:
        with path.open("rb") as stream:
            magic = stream.read(2)
        opener = gzip.open if magic == b"\x1f\x8b" else open
    try:
        with opener(path, "rb") as stream:
            yield stream
    except (EOFError, OSError, lzma.LZMAError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise CannotRead(place=path.name, reason=f"its compression is broken: {error}") from error
