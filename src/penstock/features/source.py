"""Any table as batches of rows, as often as they are asked for: as they are read, or as pandas frames.

What holds more than memory (a Parquet file or folder, an Arrow dataset, a lazy query, a DuckDB relation) is read in
batches. An iterator can be read once only; if it is needed again, its batches are kept in a temporary file meanwhile.
"""

import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from penstock.data.errors import WrongType
from penstock.features.block import Block, as_frame
from penstock.features.errors import UnknownColumns

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    Rows: TypeAlias = pd.DataFrame | pa.RecordBatch

CELLS = 1 << 20
"""About so many values are in one batch, so that a wide table needs no more memory than a narrow one."""


class Source:
    """A table that can be read again and again, some columns of it, in batches."""

    def __init__(
        self,
        names: list[str],
        read: Callable[[list[str], int], Iterator["Rows"]],
        title: str,
        read_coded: Callable[[list[str], int, list[str]], Iterator["Rows"]] | None = None,
    ) -> None:
        """`read` gives batches of about so many rows, `read_coded` some of the texts as codes and a dictionary."""
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UnknownColumns(columns=twice, known=names, asked_by=title, twice=True)
        self.names = names
        self.title = title
        self._read = read
        self._read_coded = read_coded

    def frames(self, columns: Sequence[str], rows: int | None = None) -> Iterator["pd.DataFrame"]:
        """The rows from the first to the last, in frames of at most `rows` rows, none of them empty."""
        for block in self.blocks(columns, rows):
            yield as_frame(block)

    def blocks(
        self, columns: Sequence[str], rows: int | None = None, coded: Iterable[str] = ()
    ) -> Iterator["Block | pd.DataFrame"]:
        """The same rows, as frames only if the table is one of pandas.

        Args:
            columns: Which columns.
            rows: At most so many in a batch.
            coded: Texts that may come as codes and a dictionary, which is faster to read and to count.
        """
        wanted = list(columns)
        codes = [name for name in wanted if name in set(coded)] if self._read_coded is not None else []
        size = rows or max(1024, min(1 << 16, CELLS // max(1, len(wanted))))
        read = self._read_coded(wanted, size, codes) if codes and self._read_coded else self._read(wanted, size)
        for batch in read:
            for start in range(0, len(batch), size):
                yield _part(batch, wanted, start, size, codes)

    def require(self, columns: Iterable[str], asked_by: str) -> None:
        """Raise `UnknownColumns` for those that are not there."""
        missing = [name for name in columns if name not in self.names]
        if missing:
            raise UnknownColumns(columns=[str(name) for name in missing], known=self.names, asked_by=asked_by)


def open_source(dataset: Any) -> Source:
    """The table behind `dataset`, in any of the forms that `penstock.features.fit` takes.

    Raises:
        WrongType: It is no table.
        UnknownColumns: Two of its columns have one name.
    """
    if isinstance(dataset, Source):
        return dataset
    if isinstance(dataset, str | Path):
        return _of_path(Path(dataset))
    names = {f"{base.__module__.partition('.')[0]}.{base.__qualname__}" for base in type(dataset).__mro__}
    for name, opener in _OPENERS.items():
        if name in names:
            return opener(dataset)
    if isinstance(dataset, Iterable) and not isinstance(dataset, bytes | dict):
        return _of_batches(dataset)
    raise WrongType(declared="a table, or batches of one", got=type(dataset).__name__)


def _of_path(path: Path) -> Source:
    import pyarrow.dataset as ds

    if not path.exists():
        raise FileNotFoundError(f"no file or folder '{path}'")
    dataset = ds.dataset(path, format="parquet")

    def read(columns: list[str], rows: int, coded: list[str] | None = None) -> Iterator["Rows"]:
        return _of_files(dataset, columns, rows, coded)

    return Source(list(dataset.schema.names), read, f"'{path}'", read)


def _of_files(dataset: Any, columns: list[str], rows: int, coded: list[str] | None) -> Iterator["pa.RecordBatch"]:
    """File by file, batch by batch: a dataset's own scan reads ahead of a slow consumer, up to a gigabyte."""
    import pyarrow.parquet as pq

    for fragment in dataset.get_fragments():
        if fragment.physical_schema.equals(dataset.schema):
            options = {"filesystem": fragment.filesystem, "pre_buffer": False, "read_dictionary": coded}
            with pq.ParquetFile(fragment.path, **options) as file:
                yield from file.iter_batches(rows, columns=columns)
        else:
            yield from fragment.to_batches(schema=dataset.schema, columns=columns, batch_size=rows)


def _of_dataset(dataset: Any, title: str = "an Arrow dataset") -> Source:
    import pyarrow.dataset as ds

    options = {"batch_readahead": 2, "fragment_readahead": 1, "cache_metadata": False}
    if isinstance(getattr(dataset, "format", None), ds.ParquetFileFormat):
        options["fragment_scan_options"] = ds.ParquetFragmentScanOptions(
            pre_buffer=False
        )  # it would keep all that was read

    def read(columns: list[str], rows: int) -> Iterator["Rows"]:
        return iter(dataset.to_batches(columns=columns, batch_size=rows, **options))

    return Source(list(dataset.schema.names), read, title)


def _of_table(table: "pa.Table") -> Source:
    def read(columns: list[str], rows: int) -> Iterator["Rows"]:
        return iter(table.select(columns).to_batches(max_chunksize=rows))

    return Source(list(table.schema.names), read, "the Arrow table")


def _of_pandas(frame: "pd.DataFrame") -> Source:
    names = [str(name) for name in frame.columns]
    frame = frame.set_axis(names, axis=1)

    def read(columns: list[str], _rows: int) -> Iterator["Rows"]:
        if len(frame):
            yield frame[columns]

    return Source(names, read, "the data frame")


def _of_polars(frame: Any) -> Source:
    def read(columns: list[str], rows: int) -> Iterator["Rows"]:
        for part in frame.select(columns).iter_slices(rows):
            yield from part.to_arrow().to_batches()

    return Source(list(frame.columns), read, "the data frame")


def _of_lazy(query: Any) -> Source:
    def read(columns: list[str], rows: int) -> Iterator["Rows"]:
        for part in query.select(columns).collect_batches(chunk_size=rows, maintain_order=True):
            yield from part.to_arrow().to_batches()

    return Source(list(query.collect_schema().names()), read, "the query")


def _of_duckdb(relation: Any) -> Source:
    def read(columns: list[str], rows: int) -> Iterator["Rows"]:
        chosen = relation.select(*columns)
        reader = chosen.to_arrow_reader(rows) if hasattr(chosen, "to_arrow_reader") else chosen.fetch_arrow_reader(rows)
        return iter(reader)

    return Source(list(relation.columns), read, "the relation")


def _of_batches(batches: Iterable[Any]) -> Source:
    """Record batches, tables or data frames, one after another; what is no list is spooled to disk while it is read."""
    if not isinstance(batches, list | tuple):
        return _spooled(iter(batches))
    if not batches:
        return Source([], lambda _columns, _rows: iter(()), "an empty list of batches")
    first = _arrow(batches[0])

    def read(columns: list[str], rows: int) -> Iterator["Rows"]:
        for batch in batches:
            yield from _arrow(batch).select(columns).to_batches(max_chunksize=rows)

    return Source(list(first.schema.names), read, "the batches")


def _spooled(batches: Iterator[Any]) -> Source:
    import pyarrow as pa

    folder = tempfile.TemporaryDirectory(prefix="penstock-batches-")
    path = Path(folder.name) / "rows.arrow"
    names: list[str] = []
    first = next(batches, None)
    if first is not None:
        table = _arrow(first)
        names = list(table.schema.names)
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
            for batch in batches:
                writer.write_table(_arrow(batch).cast(table.schema))

    def read(columns: list[str], rows: int) -> Iterator["Rows"]:
        if path.exists():
            with pa.OSFile(str(path), "rb") as stored, pa.ipc.open_stream(stored) as reader:
                for batch in reader:
                    yield from pa.Table.from_batches([batch.select(columns)]).to_batches(rows)

    source = Source(names, read, "the iterator")
    weakref.finalize(source, folder.cleanup)
    return source


def _arrow(batch: Any) -> "pa.Table":
    import pyarrow as pa

    if isinstance(batch, pa.Table):
        return batch
    if isinstance(batch, pa.RecordBatch):
        return pa.Table.from_batches([batch])
    if hasattr(batch, "to_arrow"):
        return batch.to_arrow()
    if type(batch).__module__.partition(".")[0] == "pandas":
        return pa.Table.from_pandas(batch, preserve_index=False)
    raise WrongType(declared="a record batch, a table or a data frame", got=type(batch).__name__, where="a batch")


def _part(batch: Any, names: list[str], start: int, size: int, coded: list[str]) -> "Block | pd.DataFrame":
    """Some rows of a batch, with the columns in their order."""
    if hasattr(batch, "iloc"):
        frame: pd.DataFrame = batch.iloc[start : start + size][names] if len(batch) > size else batch[names]
        return frame
    part = batch.slice(start, size)
    return Block(part if part.schema.names == names else part.select(names), coded)


_OPENERS: dict[str, Callable[[Any], Source]] = {
    "pandas.DataFrame": _of_pandas,
    "polars.LazyFrame": _of_lazy,
    "polars.DataFrame": _of_polars,
    "pyarrow.Table": _of_table,
    "pyarrow.RecordBatch": lambda batch: _of_table(_arrow(batch)),
    "pyarrow.Dataset": _of_dataset,
    "duckdb.DuckDBPyRelation": _of_duckdb,
    "_duckdb.DuckDBPyRelation": _of_duckdb,
}
