"""DuckDB relations: queries, written as a stream and read lazily."""

# ruff: noqa: ARG002 - the interface has the arguments

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.converters.parquet import COMPRESSION, check_names, facts, group_rows
from penstock.data.errors import ConversionError

if TYPE_CHECKING:
    import duckdb

_WHAT = "duckdb.DuckDBPyRelation"


class DuckRelation(Converter["duckdb.DuckDBPyRelation"]):
    """`duckdb.DuckDBPyRelation`."""

    type_names = (
        "duckdb._relation.DuckDBPyRelation",
        "_duckdb.DuckDBPyRelation",
        "duckdb.DuckDBPyRelation",
        "duckdb.duckdb.DuckDBPyRelation",
    )
    kind = "table"
    schema_title = "system.Dataset"
    imports = ("duckdb",)
    suffix = ".parquet"

    def save(self, value: "duckdb.DuckDBPyRelation", target: Path) -> dict[str, Json]:
        """Run the query and write its rows as they come."""
        columns = list(zip(value.columns, (str(type) for type in value.types), strict=True))
        check_names(value.columns, _WHAT)
        with _explained("stored"):
            value.write_parquet(str(target), compression=COMPRESSION, row_group_size=group_rows(len(columns)))
            rows: int = _read(target).aggregate("count(*)").fetchall()[0][0]
        return facts(rows, columns)

    def load(
        self, source: Path, annotation: type["duckdb.DuckDBPyRelation"], metadata: dict[str, Json]
    ) -> "duckdb.DuckDBPyRelation":
        """A query over the file, on the default connection, so that `duckdb.sql` can join several inputs."""
        with _explained("loaded"):
            return _read(source)


def _read(source: Path) -> "duckdb.DuckDBPyRelation":
    import duckdb

    return duckdb.read_parquet(_literal(source), hive_partitioning=False)


def _literal(source: Path) -> str:
    """The path with its pattern characters in brackets, where they mean themselves."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in str(source))


@contextmanager
def _explained(action: str) -> Iterator[None]:
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise MemoryError(str(error)) from error
    except duckdb.Error as error:
        advice = "a relation runs when it is stored: look at its steps" if action == "stored" else ""
        reason = str(error).splitlines()[0]
        raise ConversionError(what=_WHAT, action=action, reason=reason, advice=advice) from error


CONVERTERS: list[Converter[Any]] = [DuckRelation()]
