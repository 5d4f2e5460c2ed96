"""Polars."""

from typing import Any

from penstock.data.converter import Converter


class PolarsFrame(Converter[Any]):
    type_names = ("polars.dataframe.frame.DataFrame",)
    kind = "table"
    schema_title = "system.Dataset"
    suffix = ".parquet"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


class PolarsLazyFrame(Converter[Any]):
    type_names = ("polars.lazyframe.frame.LazyFrame",)
    kind = "table"
    schema_title = "system.Dataset"
    suffix = ".parquet"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


CONVERTERS = [PolarsFrame(), PolarsLazyFrame()]
