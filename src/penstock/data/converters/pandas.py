"""pandas frames, by way of Arrow.

A frame's plain index (0, 1, 2, …) is not stored: other libraries would see a column that nobody made. Any
other index is stored as a column and comes back as the index.
"""

# ruff: noqa: ARG002 - the interface has the arguments

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.converters.arrow import explained, read_table, write_table
from penstock.data.converters.parquet import check_names
from penstock.data.errors import ConversionError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

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

        _check_columns(value)
        with explained(_WHAT, "stored"):
            # None keeps a plain index as a note, not as a column
            table = pa.Table.from_pandas(value, preserve_index=None if _plain_index(value) else True)
        return write_table(table, target, _WHAT)

    def load(self, source: Path, annotation: type["pd.DataFrame"], metadata: dict[str, Json]) -> "pd.DataFrame":
        """Read the whole table."""
        table = _without_nested_names(read_table(source, _WHAT))
        with explained(_WHAT, "loaded"):
            frame: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
            return frame


def _check_columns(value: "pd.DataFrame") -> None:
    """Refuse labels that would come back as something else. (Whole numbers come back, and are text elsewhere.)"""
    check_names([str(name) for name in value.columns], _WHAT)
    labels = {str if isinstance(name, str) else type(name) for name in value.columns}
    if value.columns.nlevels > 1 or len(labels) > 1 or not all(issubclass(label, str | int) for label in labels):
        raise ConversionError(
            what=_WHAT,
            action="stored",
            reason="its columns are not called by plain text",
            advice="rename them, e.g. `frame.columns = ['_'.join(map(str, name)) for name in frame.columns]`",
        )


def _plain_index(value: "pd.DataFrame") -> bool:
    import pandas as pd

    index = value.index
    return isinstance(index, pd.RangeIndex) and (index.start, index.step, index.name) == (0, 1, None)


def _without_nested_names(table: "pa.Table") -> "pa.Table":
    """Forget the pandas names of nested Arrow types (`list<item: int64>[pyarrow]`), which pandas itself cannot read.

    Such columns come back as Python lists and dicts.
    """
    note = json.loads((table.schema.metadata or {}).get(b"pandas", b"{}"))
    nested = [column for column in note.get("columns", []) if "<" in str(column.get("numpy_type"))]
    if not nested:
        return table
    for column in nested:
        column["numpy_type"] = "object"
    return table.replace_schema_metadata({**table.schema.metadata, b"pandas": json.dumps(note).encode()})


CONVERTERS: list[Converter[Any]] = [PandasFrame()]
