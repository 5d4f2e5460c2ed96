"""DuckDB."""

from typing import Any

from penstock.data.converter import Converter


class DuckRelation(Converter[Any]):
    type_names = ("duckdb._relation.DuckDBPyRelation", "duckdb.DuckDBPyRelation", "duckdb.duckdb.DuckDBPyRelation")
    kind = "table"
    schema_title = "system.Dataset"
    suffix = ".parquet"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


CONVERTERS = [DuckRelation()]
