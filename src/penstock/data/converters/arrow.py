"""PyArrow: tables in memory; datasets and readers, which are streamed batch by batch."""

# ruff: noqa: ARG002 - the interface has the arguments

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.converters.parquet import COMPRESSION, check_names, facts, group_rows
from penstock.data.errors import ConversionError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

_GROUP_BYTES = 128 * 1024 * 1024


class ArrowTable(Converter["pa.Table"]):
    """`pyarrow.Table`."""

    type_names = ("pyarrow.lib.Table",)
    kind = "table"
    schema_title = "system.Dataset"
    imports = ("pyarrow.parquet",)
    suffix = ".parquet"

    def save(self, value: "pa.Table", target: Path) -> dict[str, Json]:
        """Write the table as one Parquet file."""
        return write_table(value, target, "pyarrow.Table")

    def load(self, source: Path, annotation: type["pa.Table"], metadata: dict[str, Json]) -> "pa.Table":
        """Read the whole table."""
        return read_table(source, "pyarrow.Table")


class ArrowDataset(Converter["ds.Dataset"]):
    """`pyarrow.dataset.Dataset`: written and read as a stream of batches."""

    type_names = ("pyarrow._dataset.Dataset",)
    kind = "table"
    schema_title = "system.Dataset"
    imports = ("pyarrow.parquet", "pyarrow.dataset")
    suffix = ".parquet"

    def save(self, value: "ds.Dataset", target: Path) -> dict[str, Json]:
        """Write the dataset's batches as they come, whatever files it is made of."""
        return write_batches(_batches(value), value.schema, target, "pyarrow.dataset.Dataset")

    def load(self, source: Path, annotation: type["ds.Dataset"], metadata: dict[str, Json]) -> "ds.Dataset":
        """The file as a dataset; nothing but its schema is read yet."""
        import pyarrow.dataset as ds

        with explained("pyarrow.dataset.Dataset", "loaded"):
            return ds.dataset(source, format="parquet")


class ArrowReader(Converter["pa.RecordBatchReader"]):
    """`pyarrow.RecordBatchReader`: batches that are made while they are written, and read one by one."""

    type_names = ("pyarrow.lib.RecordBatchReader",)
    kind = "table"
    schema_title = "system.Dataset"
    imports = ("pyarrow.parquet",)
    suffix = ".parquet"

    def save(self, value: "pa.RecordBatchReader", target: Path) -> dict[str, Json]:
        """Write the batches as they come; afterwards the reader is at its end."""
        return write_batches(value, value.schema, target, "pyarrow.RecordBatchReader")

    def load(
        self, source: Path, annotation: type["pa.RecordBatchReader"], metadata: dict[str, Json]
    ) -> "pa.RecordBatchReader":
        """The file's rows from the first to the last, once; nothing but its schema is read yet."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        with explained("pyarrow.RecordBatchReader", "loaded"):
            file = pq.ParquetFile(source)
            return pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches())


def write_batches(batches: "Iterable[pa.RecordBatch]", schema: "pa.Schema", target: Path, what: str) -> dict[str, Json]:
    """Write batches of one schema as Parquet, holding no more of them than a row group."""
    import pyarrow.parquet as pq

    check_names(schema.names, what)
    rows, size = 0, group_rows(len(schema))
    with explained(what, "stored"), pq.ParquetWriter(target, schema, **_options(schema)) as writer:
        for table in _grouped(batches, size):
            writer.write_table(table, row_group_size=size)
            rows += table.num_rows
    return facts(rows, [(field.name, str(field.type)) for field in schema])


def write_table(table: "pa.Table", target: Path, what: str) -> dict[str, Json]:
    """Write `table` as Parquet; `what` is the type that the author knows it by."""
    import pyarrow.parquet as pq

    check_names(table.column_names, what)
    with explained(what, "stored"):
        pq.write_table(table, target, row_group_size=group_rows(table.num_columns), **_options(table.schema))
    return facts(table.num_rows, [(field.name, str(field.type)) for field in table.schema])


def read_table(source: Path, what: str) -> "pa.Table":
    """Read a Parquet file; a `year=2026` in its path means nothing."""
    import pyarrow.parquet as pq

    with explained(what, "loaded"):
        return pq.read_table(source, partitioning=None, memory_map=True)


@contextmanager
def explained(what: str, action: str) -> Iterator[None]:
    """Turn Arrow's errors into ones that say what to do."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno is not None):
            raise  # the machine's fault, not the data's
        advice = (
            "the artifact is no Parquet file; take it as `Path` and read it as what it is"
            if action == "loaded"
            else "cast the column to one type that Parquet has, or drop it"
        )
        reason = " ".join(str(part) for part in error.args) or type(error).__name__
        raise ConversionError(what=what, action=action, reason=reason, advice=advice) from error


def _options(schema: "pa.Schema") -> dict[str, Any]:
    """Dictionaries for text only: on numbers they make writing four times as slow for little."""
    import pyarrow as pa

    texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
    return {"compression": COMPRESSION, "use_dictionary": texts or False}


def _batches(dataset: "ds.Dataset") -> "Iterator[pa.RecordBatch]":
    """The dataset's rows, read no further ahead than needed: by default Arrow holds a gigabyte of them."""
    import pyarrow.dataset as ds

    ahead: dict[str, Any] = {"batch_readahead": 2, "fragment_readahead": 1}
    if getattr(getattr(dataset, "format", None), "default_extname", "") == "parquet":
        ahead |= {"fragment_scan_options": ds.ParquetFragmentScanOptions(pre_buffer=False), "use_threads": False}
    yield from dataset.to_batches(**ahead)


def _grouped(batches: "Iterable[pa.RecordBatch]", rows: int) -> "Iterator[pa.Table]":
    """Put batches together until they fill a row group, or are large."""
    import pyarrow as pa

    held: list[pa.RecordBatch] = []
    for batch in batches:
        if batch.num_rows:
            held.append(batch)
        if sum(item.num_rows for item in held) >= rows or sum(item.nbytes for item in held) >= _GROUP_BYTES:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


CONVERTERS: list[Converter[Any]] = [ArrowTable(), ArrowDataset(), ArrowReader()]
