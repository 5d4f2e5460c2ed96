"""The rows to judge by: some columns of all, and all columns of some, without holding the whole table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.errors import ColumnsMissing
from penstock.features.source import Source, open_source

if TYPE_CHECKING:
    import pandas as pd


def open_table(data: Any) -> Source:
    """The table in any of its forms; a list of rows, one row, or a mapping of columns too."""
    if isinstance(data, Mapping):
        data = [data] if not any(isinstance(value, list | tuple | np.ndarray) for value in data.values()) else data
    if isinstance(data, Mapping) or (isinstance(data, list) and all(isinstance(row, Mapping) for row in data)):
        import pandas as pd

        data = pd.DataFrame(data)
    return open_source(data)


def require(source: Source, columns: Iterable[str], asked_by: str) -> None:
    """Raises `ColumnsMissing` for those that are not there."""
    missing = [str(name) for name in columns if name not in source.names]
    if missing:
        raise ColumnsMissing(columns=missing, known=source.names, asked_by=asked_by)


def read_columns(source: Source, columns: Sequence[str]) -> "pd.DataFrame":
    """Some columns of every row."""
    import pandas as pd

    wanted = list(dict.fromkeys(columns))
    frames = list(source.frames(wanted))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=wanted)


def batches(
    source: Source, columns: Sequence[str], keep: NDArray[np.bool_], size: int | None = None
) -> Iterator["pd.DataFrame"]:
    """The rows that `keep` marks, in frames of at most `size`, none of them empty, each numbered from 0."""
    start = 0
    for frame in source.frames(columns or source.names[:1], size):
        here = keep[start : start + len(frame)]
        start += len(frame)
        if here.any():
            yield (frame if here.all() else frame[here]).reset_index(drop=True)


def rows_at(source: Source, columns: Sequence[str], positions: NDArray[np.intp]) -> "pd.DataFrame":
    """The rows at `positions`, in their order."""
    import pandas as pd

    start, parts = 0, []
    wanted = np.unique(positions)
    for frame in source.frames(list(columns)):
        inside = wanted[(wanted >= start) & (wanted < start + len(frame))] - start
        if len(inside):
            parts.append(frame.iloc[inside])
        start += len(frame)
        if len(wanted) and start > wanted[-1]:
            break
    if not parts:
        return pd.DataFrame(columns=list(columns))
    found = pd.concat(parts, ignore_index=True)
    chosen: pd.DataFrame = found.iloc[np.searchsorted(wanted, positions)]
    return chosen.reset_index(drop=True)
