"""Polars: eager frames, and lazy ones, which pass through without ever being whole in memory."""

# ruff: noqa: ARG002 - the interface has the arguments

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.converters.parquet import COMPRESSION, facts, group_rows
from penstock.data.errors import ConversionError

if TYPE_CHECKING:
    import polars as pl


_NO_PARQUET = "the artifact is no Parquet file; take it as `Path` and read it as what it is"


class PolarsFrame(Converter["pl.DataFrame"]):
    """`polars.DataFrame`."""

    type_names = ("polars.dataframe.frame.DataFrame",)
    kind = "table"
    schema_title = "system.Dataset"
    imports = ("polars",)
    suffix = ".parquet"

    def save(self, value: "pl.DataFrame", target: Path) -> dict[str, Json]:
        """Write the frame as one Parquet file."""
        with _explained("polars.DataFrame", "stored", "cast the column to a type that Parquet has, or drop it"):
            value.write_parquet(target, compression=COMPRESSION, row_group_size=group_rows(value.width))
        return facts(value.height, [(name, str(dtype)) for name, dtype in value.schema.items()])

    def load(self, source: Path, annotation: type["pl.DataFrame"], metadata: dict[str, Json]) -> "pl.DataFrame":
        """Read the whole table."""
        with _explained("polars.DataFrame", "loaded", _NO_PARQUET):
            return _scan(source).collect()


class PolarsLazyFrame(Converter["pl.LazyFrame"]):
    """`polars.LazyFrame`: written and read as a stream."""

    type_names = ("polars.lazyframe.frame.LazyFrame",)
    kind = "table"
    schema_title = "system.Dataset"
    imports = ("polars",)
    suffix = ".parquet"

    def save(self, value: "pl.LazyFrame", target: Path) -> dict[str, Json]:
        """Run the query and write its rows as they come."""
        import polars as pl

        with _explained("polars.LazyFrame", "stored", "a lazy query runs when it is stored: look at its steps"):
            schema = value.collect_schema()
            value.sink_parquet(target, compression=COMPRESSION, row_group_size=group_rows(len(schema)))
            rows = _scan(target).select(pl.len()).collect().item()
        return facts(rows, [(name, str(dtype)) for name, dtype in schema.items()])

    def load(self, source: Path, annotation: type["pl.LazyFrame"], metadata: dict[str, Json]) -> "pl.LazyFrame":
        """A query over the file; nothing but its schema is read yet."""
        with _explained("polars.LazyFrame", "loaded", _NO_PARQUET):
            frame = _scan(source)
            frame.collect_schema()
            return frame


def _scan(source: Path) -> "pl.LazyFrame":
    import polars as pl

    # neither a `*` nor a `year=2026` in the path means anything
    return pl.scan_parquet(source, glob=False, hive_partitioning=False)


@contextmanager
def _explained(what: str, action: str, advice: str) -> Iterator[None]:
    import polars as pl

    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = " ".join(str(error).split("\n\n")[0].split()) or type(error).__name__
        raise ConversionError(what=what, action=action, reason=reason, advice=advice) from error


CONVERTERS: list[Converter[Any]] = [PolarsFrame(), PolarsLazyFrame()]
