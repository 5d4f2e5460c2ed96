"""A batch of rows as it was read: Arrow's columns, and a pandas frame only for those who ask for one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Kind = Literal["number", "text", ""]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What every part that is fitted has to know of the way it is fitted."""

    workers: int = 1
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """Which raw columns come as Arrow's numbers (64 bits, or integers) or texts."""


class Block:
    """Some columns of a batch. Selecting and handing on costs nothing."""

    def __init__(self, batch: "pa.RecordBatch", coded: Sequence[str] = ()) -> None:
        """`coded` are texts that were read as codes and a dictionary, though the table has them as texts."""
        self.batch = batch
        self._coded = set(coded)

    def __len__(self) -> int:
        return int(self.batch.num_rows)

    def select(self, names: Sequence[str]) -> "Block":
        """Some of the columns."""
        return Block(self.batch.select(list(names)), [name for name in names if name in self._coded])

    def columns(self) -> Iterator[tuple[str, "pa.Array"]]:
        """Each column with its name."""
        return zip(self.batch.schema.names, self.batch.columns, strict=True)

    def kinds(self) -> set[Kind]:
        """The kinds of its columns."""
        return {kind_of(column.type) for column in self.batch.columns}

    def frame(self) -> "pd.DataFrame":
        """The same as pandas has it."""
        import pyarrow as pa

        batch = self.batch
        if self._coded:
            columns = [array.dictionary_decode() if name in self._coded else array for name, array in self.columns()]
            batch = pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
        frame: pd.DataFrame = batch.to_pandas()
        return frame


def kind_of(dtype: "pa.DataType") -> Kind:
    """Whether a column is of numbers or texts that need no pandas."""
    import pyarrow as pa

    if pa.types.is_dictionary(dtype):
        return "text" if kind_of(dtype.value_type) == "text" else ""
    if pa.types.is_integer(dtype) or pa.types.is_float64(dtype):
        return "number"
    return "text" if pa.types.is_string(dtype) or pa.types.is_large_string(dtype) else ""


def as_frame(X: Any) -> Any:
    """A block as a frame; anything else as it is."""
    return X.frame() if isinstance(X, Block) else X
