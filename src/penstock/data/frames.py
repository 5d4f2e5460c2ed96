"""Any table as a Polars query, so that what works on tables is written once and streams."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.data.errors import WrongType
from penstock.data.naming import type_name

if TYPE_CHECKING:
    import polars as pl


def as_lazy(table: Any) -> "pl.LazyFrame":
    """A query over `table`: a frame of Polars or pandas, an Arrow table or dataset, a DuckDB relation, a Parquet file.

    Raises:
        WrongType: It is none of those.
    """
    import polars as pl

    if isinstance(table, pl.LazyFrame):
        return table
    if isinstance(table, pl.DataFrame):
        return table.lazy()
    if isinstance(table, str | Path):
        return pl.scan_parquet(table, glob=False, hive_partitioning=False)
    names = {f"{base.__module__.partition('.')[0]}.{base.__qualname__}" for base in type(table).__mro__}
    if "pandas.DataFrame" in names:
        whole: pl.DataFrame = pl.from_pandas(table)
        return whole.lazy()
    if "pyarrow.Table" in names:
        return pl.DataFrame(table).lazy()
    if "pyarrow.Dataset" in names:
        return pl.scan_pyarrow_dataset(table)
    if "duckdb.DuckDBPyRelation" in names or "_duckdb.DuckDBPyRelation" in names:
        frame: pl.LazyFrame = table.pl(lazy=True)
        return frame
    raise WrongType(declared="a table", got=type_name(type(table)))
