"""pandas."""

from typing import Any

from penstock.data.converter import Converter


class PandasFrame(Converter[Any]):
    type_names = ("pandas.DataFrame", "pandas.core.frame.DataFrame")
    kind = "table"
    schema_title = "system.Dataset"
    suffix = ".parquet"

    def load(self, source: Any, annotation: Any, metadata: Any) -> Any:
        raise NotImplementedError


CONVERTERS = [PandasFrame()]
