"""Any table as frames of Polars, one after another, so that what is larger than memory is never whole in it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.data.errors import WrongType
from penstock.data.frames import as_lazy
from penstock.data.naming import type_name
from penstock.profiles.errors import ColumnTwice, NoSuchColumn

if TYPE_CHECKING:
    import polars as pl

CELLS = 1 << 22
MOST_ROWS = 1 << 16


def block_rows(columns: int) -> int:
    """How many rows of a table with so many columns are taken in at once."""
    return max(1024, min(MOST_ROWS, CELLS // max(1, columns)))


def parts(dataset: Any, columns: list[str] | None = None) -> "Iterator[pl.DataFrame]":
    """The table in frames; at least one, which tells the columns even if there is no row.

    Args:
        dataset: A frame of Polars or pandas, a lazy query, an Arrow table or dataset, a DuckDB relation, a Parquet file
            or folder, rows as dicts, or an iterable of any of those.
        columns: Those to read; all if None.

    Raises:
        WrongType: It is no table.
        ColumnTwice: Two columns have one name.
        NoSuchColumn: The table has none of a name in `columns`.
    """
    import polars as pl

    if isinstance(dataset, pl.LazyFrame | str | Path) or _is_arrow_dataset_or_relation(dataset):
        yield from _streamed(_scan(dataset), columns)
    elif isinstance(dataset, Iterable) and not isinstance(dataset, dict) and not hasattr(dataset, "columns"):
        if isinstance(dataset, list) and (not dataset or isinstance(dataset[0], dict)):
            yield _chosen(frame_of(dataset), columns)
        else:
            for batch in dataset:
                yield _chosen(frame_of(batch), columns)
    else:
        yield _chosen(frame_of(dataset), columns)


def frame_of(batch: Any) -> "pl.DataFrame":
    """A batch that is in memory as a frame of Polars: a frame, an Arrow table or record batch, or rows as dicts."""
    import polars as pl

    if isinstance(batch, pl.DataFrame):
        return batch
    names = {f"{base.__module__.partition('.')[0]}.{base.__qualname__}" for base in type(batch).__mro__}
    if "pandas.DataFrame" in names:
        return _of_pandas(batch)
    if "pyarrow.Table" in names or "pyarrow.RecordBatch" in names:
        _refuse_twins(list(batch.schema.names))
        return pl.DataFrame(batch)
    if isinstance(batch, dict) or (isinstance(batch, list) and all(isinstance(row, dict) for row in batch)):
        return pl.DataFrame(batch, strict=False, infer_schema_length=None)
    raise WrongType(declared="a table, or batches of one", got=type_name(type(batch)))


def _is_arrow_dataset_or_relation(dataset: Any) -> bool:
    names = {f"{base.__module__.partition('.')[0]}.{base.__qualname__}" for base in type(dataset).__mro__}
    return not names.isdisjoint({"pyarrow.Dataset", "duckdb.DuckDBPyRelation", "_duckdb.DuckDBPyRelation"})


def _scan(dataset: Any) -> "pl.LazyFrame":
    import polars as pl

    if isinstance(dataset, str | Path):
        path = Path(dataset)
        if not path.exists():
            raise FileNotFoundError(f"no file or folder '{path}'")
        if path.is_dir():
            return pl.scan_parquet(path, hive_partitioning=False)
    return as_lazy(dataset)


def _streamed(query: "pl.LazyFrame", columns: list[str] | None) -> "Iterator[pl.DataFrame]":
    import polars.selectors as cs

    schema = query.collect_schema()
    _require(columns, schema.names())
    if columns is not None:
        query = query.select(cs.by_name(*columns))  # a plain name may be taken for a pattern
    yield query.collect_schema().to_frame()
    rows = block_rows(len(columns or schema))
    yield from query.collect_batches(chunk_size=rows, maintain_order=True)


def _chosen(frame: "pl.DataFrame", columns: list[str] | None) -> "pl.DataFrame":
    _require(columns, frame.columns)
    return frame if columns is None else frame[columns]


def _require(columns: list[str] | None, known: list[str]) -> None:
    missing = [name for name in columns or () if name not in known]
    if missing:
        raise NoSuchColumn(columns=missing, known=known)


def _refuse_twins(names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise ColumnTwice(columns=twice)


def _of_pandas(frame: Any) -> "pl.DataFrame":
    """Column by column, since one of mixed objects, which Arrow does not take, is read as texts. NaN means missing."""
    import polars as pl

    names = [str(name) for name in frame.columns]
    _refuse_twins(names)
    return pl.DataFrame([_series(name, frame.iloc[:, place]) for place, name in enumerate(names)])


def _series(name: str, column: Any) -> "pl.Series":
    import polars as pl

    try:
        series: pl.Series = pl.from_pandas(column, nan_to_null=True)
        return series.alias(name)
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError):
        gone = column.isna()
        texts = [None if absent else str(value) for value, absent in zip(column.tolist(), gone.tolist(), strict=True)]
        return pl.Series(name, texts, dtype=pl.String)
