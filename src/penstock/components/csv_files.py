"""CSV files as batches of texts: any size, compressed or not, in any encoding, with what is wrong in them.

The bytes are cut into blocks of whole rows here, and Arrow parses each of them, since it tells the number of each row
that has too many or too few fields. Its own streaming reader is not used: it reads ahead in threads, which abort the
process if it ends while they call back into Python.
"""

from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from penstock.components.data_errors import CannotRead

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK = 4 << 20
"""Bytes that are read at once."""

_LONGEST = 64 << 20
"""Longer rows are none: a quote opened that does not close."""

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
    names = next(_tables(path, dialect, Problems(), path.name)).schema.names
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        reason = f"its first line has more than one column called {', '.join(map(repr, twice))}"
        raise CannotRead(place=path.name, reason=reason, advice="give each column a name of its own in the first line")
    return list(names)


def texts_of(path: Path, dialect: Dialect, problems: Problems, place: str) -> Iterator[pl.DataFrame]:
    """The rows in batches, each value as text or missing; those with too many or too few fields go to `problems`."""
    for table in _tables(path, dialect, problems, place):
        yield pl.DataFrame(table)


def _tables(path: Path, dialect: Dialect, problems: Problems, place: str) -> "Iterator[pa.Table]":
    """Block by block; the first has the names of the columns."""
    names: list[str] | None = None
    row = 0
    for block in _rows(path, dialect, place):
        before = problems.count
        table = _parsed(block, names, dialect, problems, place, row)
        row += table.num_rows + problems.count - before + (names is None)
        names = table.schema.names
        yield table
    if names is None:
        raise CannotRead(place=place, reason="it is empty, without even a first line that names the columns")


def _parsed(
    block: bytes, names: list[str] | None, dialect: Dialect, problems: Problems, place: str, before: int
) -> "pa.Table":
    import pyarrow as pa
    import pyarrow.csv as pc

    def refuse(row: Any) -> str:
        found = row.actual_columns
        reason = f"{found} {'field' if found == 1 else 'fields'} instead of {row.expected_columns}"
        problems.add(Problem(file=place, row=before + row.number, reason=reason, text=row.text[:200], width=True))
        return "skip"

    size = len(block) + 1
    parse = pc.ParseOptions(delimiter=dialect.separator, newlines_in_values=True, invalid_row_handler=refuse)
    try:
        if names is None:
            quiet = pc.ParseOptions(
                delimiter=dialect.separator, newlines_in_values=True, invalid_row_handler=lambda _row: "skip"
            )
            first = pc.ReadOptions(use_threads=False, block_size=size)
            known = pc.read_csv(pa.BufferReader(block), read_options=first, parse_options=quiet).schema.names
        else:
            known = names
        read = pc.ReadOptions(use_threads=False, block_size=size, column_names=names)
        convert = pc.ConvertOptions(
            column_types=dict.fromkeys(known, pa.large_string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=dialect.missing,
        )
        return pc.read_csv(pa.BufferReader(block), read_options=read, parse_options=parse, convert_options=convert)
    except pa.ArrowInvalid as error:
        raise CannotRead(place=place, reason=str(error).partition("\n")[0]) from error


def _rows(path: Path, dialect: Dialect, place: str) -> Iterator[bytes]:
    """The file in UTF-8, in blocks of whole rows, none of them blank."""
    held = b""
    for part in _decoded(path, dialect, place):
        held += part
        end = _last_end(held)
        if end and held[:end].strip():
            yield held[:end]
            held = held[end:]
    if held.strip(b"\r\n \xef\xbb\xbf"):
        yield held


def _last_end(held: bytes) -> int:
    """Where the last whole row ends: at a line end that is not between quotes. 0 if there is none yet."""
    letters = np.frombuffer(held, dtype=np.uint8)
    ends = np.flatnonzero(letters == ord("\n"))
    if not len(ends):
        ends = np.flatnonzero(letters[:-1] == ord("\r"))  # the last may be the first half of one
    quotes = np.flatnonzero(letters == ord('"'))
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    if not len(outside) and len(held) > _LONGEST:
        outside = ends  # a quote that means nothing
    return int(outside[-1]) + 1 if len(outside) else 0


def _decoded(path: Path, dialect: Dialect, place: str) -> Iterator[bytes]:
    """The file in UTF-8, as it comes. A wrong encoding is told with the line and the byte."""
    decoder = getincrementaldecoder(dialect.encoding)()
    lines = 1
    with _opened(path) as stream:
        while True:
            part = stream.read(BLOCK)
            try:
                text = decoder.decode(part, final=not part)
            except UnicodeError as error:
                raise _undecodable(error, lines, dialect, place) from error
            if text:
                lines += text.count("\n")
                yield text.encode("utf-8", "surrogatepass")
            if not part:
                return


def _undecodable(error: UnicodeError, lines: int, dialect: Dialect, place: str) -> CannotRead:
    advice = 'say what it is written in, e.g. `encoding="cp1252"` (Windows), "latin-1" or "utf-16"'
    reason = f"it is not in {dialect.encoding}: {error}"
    if isinstance(error, UnicodeDecodeError):
        line = lines + error.object[: error.start].count(b"\n")
        reason = f"line {line:,} is not in {dialect.encoding} (byte 0x{error.object[error.start]:02x})"
    return CannotRead(place=place, reason=reason, advice=advice)


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
