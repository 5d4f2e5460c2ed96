"""PyArrow."""

from typing import Any

from penstock.data.converter import Converter


class ArrowTable(Converter[Any]):
    type_names = ("pyarrow.lib.Table",)
    kind = "table"
    schema_title = "system.Dataset"
    suffix = ".parquet"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


class ArrowDataset(Converter[Any]):
    type_names = ("pyarrow._dataset.Dataset",)
    kind = "table"
    schema_title = "system.Dataset"
    suffix = ".parquet"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


CONVERTERS = [ArrowTable(), ArrowDataset()]
