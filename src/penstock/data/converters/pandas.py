"""pandas frames, by way of Arrow.

A frame's plain index (0, 1, 2, …) is not stored: other libraries would see a column that nobody made. Any
other index is stored as a column and comes back as the index.
"""

# ruff: noqa: ARG002 - the interface has the arguments

from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.converters.arrow import explained, read_table, write_table
from penstock.data.converters.parquet import check_names

if TYPE_CHECKING:
    import pandas as pd

_WHAT = "pandas.DataFrame"


class PandasFrame(Converter["pd.DataFrame"]):
    """`pandas.DataFrame`."""

    type_names = ("pandas.DataFrame", "pandas.core.frame.DataFrame")
    kind = "table"
    schema_title = "system.Dataset"
    imports = ("pandas", "pyarrow.parquet", "pyarrow.pandas_compat")
    suffix = ".parquet"

    def save(self, value: "pd.DataFrame", target: Path) -> dict[str, Json]:
        """Write the frame as one Parquet file, its index included unless it is the plain one."""
        import pyarrow as pa

        check_names([str(name) for name in value.columns], _WHAT)
        with explained(_WHAT, "stored"):
            table = pa.Table.from_pandas(value, preserve_index=not _plain_index(value))
        return write_table(table, target, _WHAT)

    def load(self, source: Path, annotation: type["pd.DataFrame"], metadata: dict[str, Json]) -> "pd.DataFrame":
        """Read the whole table."""
        table = read_table(source, _WHAT)
        with explained(_WHAT, "loaded"):
            frame: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
            return frame


def _plain_index(value: "pd.DataFrame") -> bool:
    import pandas as pd

    index = value.index
    return isinstance(index, pd.RangeIndex) and (index.start, index.step, index.name) == (0, 1, None)


CONVERTERS: list[Converter[Any]] = [PandasFrame()]
