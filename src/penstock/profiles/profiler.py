"""Profiling a table that comes in batches of any size."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from penstock.profiles.column import ColumnProfile
from penstock.profiles.errors import ColumnsChanged, NoSuchColumn
from penstock.profiles.links import Sample
from penstock.profiles.observing import observe
from penstock.profiles.reading import block_rows, frame_of, parts
from penstock.profiles.table import Profile

if TYPE_CHECKING:
    import polars as pl


def profile(dataset: Any, *, columns: Sequence[str] | None = None, target: str | None = None) -> Profile:
    """What the columns of a table look like, from one streaming pass.

    The same rows in the same order give the same profile, byte by byte.

    Args:
        dataset: A frame of Polars or pandas, a lazy query, an Arrow table or dataset, a DuckDB relation, a Parquet file
            or folder, rows as dicts, or an iterable of any of those.
        columns: Those to look at; all if None.
        target: The column that a model is to predict: how strongly each other column tells of it is noted.

    Raises:
        WrongType: It is no table.
        NoSuchColumn: `columns` or `target` names a column that is not there.
        ColumnTwice: Two columns have one name.
        ColumnsChanged: A part of the table does not fit the parts before.
    """
    wanted = None if columns is None else list(dict.fromkeys([*columns, *([target] if target else [])]))
    profiler = Profiler(target=target)
    for part in parts(dataset, wanted):
        profiler.update(part)
    return profiler.result()


class Profiler:
    """Profiles batches as they come.

    Their sizes do not matter to the result, down to its bytes: rows are taken in by blocks of one size.
    """

    def __init__(self, *, columns: Sequence[str] | None = None, target: str | None = None) -> None:
        self.target = target
        self._wanted = None if columns is None else list(columns)
        self._columns: list[ColumnProfile] | None = None
        self._sample = Sample(target)
        self._waiting: list[pl.DataFrame] = []
        self._rows = 0

    def update(self, batch: Any) -> None:
        """Take in rows: a frame of Polars or pandas, an Arrow table or record batch, or dicts."""
        import polars as pl

        frame = frame_of(batch)
        if self._wanted is not None:
            missing = [name for name in self._wanted if name not in frame.columns]
            if missing:
                raise NoSuchColumn(columns=missing, known=frame.columns)
            frame = frame[self._wanted]
        columns = self._fitting(frame.columns)
        if frame.columns != [column.name for column in columns]:
            frame = frame[[column.name for column in columns]]
        self._waiting.append(frame)
        self._rows += frame.height
        size = block_rows(len(columns))
        if self._rows < size:
            return
        whole = _stacked(self._waiting)
        for start in range(0, whole.height - size + 1, size):
            _observe(columns, self._sample, whole.slice(start, size))
        rest = whole.height % size
        self._waiting = [whole.tail(rest).rechunk()] if rest else [pl.DataFrame(schema=whole.schema)]
        self._rows = rest

    def result(self) -> Profile:
        """The profile of all rows so far; more may come afterwards."""
        columns = [column.copy() for column in self._columns or []]
        sample = self._sample.copy()
        if self._rows:
            _observe(columns, sample, _stacked(self._waiting))
        rows = columns[0].rows if columns else 0
        if self.target is not None and self.target not in {column.name for column in columns}:
            raise NoSuchColumn(columns=[self.target], known=[column.name for column in columns])
        return Profile(
            rows=rows,
            columns={column.name: column for column in columns},
            target=self.target,
            links=sample.links(columns),
        )

    def _fitting(self, names: list[str]) -> list[ColumnProfile]:
        if self._columns is None:
            self._columns = [ColumnProfile(name=name) for name in names]
        known = [column.name for column in self._columns]
        if set(known) != set(names):
            column = sorted(set(known) ^ set(names))[0]
            there = column in known
            raise ColumnsChanged(column=column, before="present" if there else "", after="" if there else "present")
        return self._columns


def _observe(columns: list[ColumnProfile], sample: Sample, block: "pl.DataFrame") -> None:
    sample.take(block, columns[0].rows if columns else 0)
    for column in columns:
        observe(column, block[column.name])


def _stacked(frames: "list[pl.DataFrame]") -> "pl.DataFrame":
    """One frame. Where a column is of one type here and another there, of the type that has room for both."""
    import polars as pl

    filled = [frame for frame in frames if frame.height] or frames[:1]
    if len(filled) == 1:
        return filled[0]
    first = filled[0].schema
    if all(frame.schema == first for frame in filled):
        return pl.concat(filled)
    for name in first:
        for frame in filled:
            _comparable(name, first[name], frame.schema[name])
    return pl.concat(filled, how="vertical_relaxed")


def _comparable(name: str, before: "pl.DataType", after: "pl.DataType") -> None:
    """Raise `ColumnsChanged` rather than let numbers become texts."""
    from penstock.data.schema import type_of
    from penstock.profiles.column import common_type

    common_type(name, type_of(before), type_of(after))
