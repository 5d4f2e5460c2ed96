"""Taking the values of one column into its profile."""

from typing import TYPE_CHECKING, Any

import numpy as np

from penstock.data.schema import type_of
from penstock.profiles import hashing
from penstock.profiles.column import KINDS, ColumnProfile, common_type
from penstock.profiles.distribution import Distribution
from penstock.profiles.frequencies import Frequencies
from penstock.profiles.moments import Moments

if TYPE_CHECKING:
    import polars as pl

_NARROW = 1 << 16
_EXACT = 2**53
"""Larger integers are rounded in a float."""


def observe(column: ColumnProfile, values: "pl.Series") -> None:
    """Take `values` into `column`.

    Raises:
        ColumnsChanged: They are of a type that does not fit what was seen before.
    """
    missing = values.null_count()
    type = type_of(values.dtype) if missing < len(values) else "unknown"
    column.type = common_type(column.name, column.type, type)
    column.zone = column.zone or getattr(values.dtype, "time_zone", None) or ""
    column.rows += len(values)
    column.missing += missing
    present = values.drop_nulls() if missing else values
    kind = KINDS.get(type)
    if not len(present) or kind is None:
        return
    if kind == "text":
        _texts(column, present)
    elif type in ("integer", "float", "decimal"):
        _numbers(column, present, type)
    elif type == "boolean":
        true = int(present.sum())
        counts = np.array([len(present) - true, true])
        _count(column, np.array([0.0, 1.0])[counts > 0], counts[counts > 0])
    else:
        _distribute(column, _as_numbers(present, type))


def _texts(column: ColumnProfile, texts: "pl.Series") -> None:
    import polars as pl

    texts = texts.cast(pl.String)
    column.frequencies = column.frequencies or Frequencies()
    column.frequencies.update(texts)
    column.lengths = column.lengths or Distribution()
    lengths = texts.str.len_chars().cast(pl.Int64)
    narrow = _counted(lengths, int(lengths.min()), int(lengths.max()))  # type: ignore[arg-type]
    if narrow is not None:
        column.lengths.add(*narrow)
    else:
        column.lengths.update(lengths.cast(pl.Float64).to_numpy())


def _numbers(column: ColumnProfile, values: "pl.Series", type: str) -> None:
    import polars as pl

    hashes = None
    earlier = column.distribution is not None and column.distribution.n
    if type == "integer":
        low, high = int(values.min()), int(values.max())  # type: ignore[arg-type]
        if column.whole:
            column.whole = (min(low, column.whole[0]), max(high, column.whole[1]))
        elif not earlier:
            column.whole = (low, high)
        if max(-low, high) > _EXACT and values.dtype in (pl.Int64, pl.UInt64):
            hashes = hashing.of_integers(values.to_numpy())
        elif (narrow := _counted(values, low, high)) is not None:
            _count(column, *narrow)
            return
    numbers = values.cast(pl.Float64).to_numpy()
    if type != "integer":
        column.whole = None
        finite = np.isfinite(numbers)
        if not finite.all():
            column.nan += int(np.isnan(numbers).sum())
            column.below += int((numbers == -np.inf).sum())
            column.above += int((numbers == np.inf).sum())
            numbers = numbers[finite]
    if len(numbers):
        _distribute(column, numbers, hashes)


def _distribute(column: ColumnProfile, numbers: Any, hashes: hashing.Hashes | None = None) -> None:
    column.distribution = column.distribution or Distribution()
    column.distribution.update(numbers, hashes)
    column.moments = column.moments.merged(Moments.of(numbers))


def _count(column: ColumnProfile, numbers: Any, counts: Any) -> None:
    column.distribution = column.distribution or Distribution()
    column.distribution.add(numbers, counts)
    column.moments = column.moments.merged(Moments.of_counts(numbers, counts))


def _counted(integers: "pl.Series", low: int, high: int) -> tuple[Any, Any] | None:
    """The different values of a narrow range and how often each is there, which is faster than sorting."""
    import polars as pl

    if high - low >= _NARROW or max(-low, high) > _EXACT:
        return None
    counts = np.bincount(integers.cast(pl.Int64).to_numpy() - low)
    there = np.flatnonzero(counts)
    return (there + low).astype(np.float64), counts[there]


def _as_numbers(values: "pl.Series", type: str) -> Any:
    """Times in microseconds since 1970, durations and times of the day in seconds."""
    import polars as pl

    if type == "date":
        values = values.cast(pl.Datetime("us"))
    if type in ("date", "datetime"):
        return values.dt.cast_time_unit("us").cast(pl.Int64).cast(pl.Float64).to_numpy()
    if type == "duration":
        return values.dt.total_microseconds().cast(pl.Float64).to_numpy() / 1e6
    return values.cast(pl.Int64).cast(pl.Float64).to_numpy() / 1e9
