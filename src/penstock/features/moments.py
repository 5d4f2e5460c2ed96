"""Number, mean, spread and range of a column, batch by batch; merged without loss."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


class ColumnMoments:
    """What the values of one column are like.

    Means and squared deviations are merged by the formula of Chan, Golub and LeVeque (1979).
    """

    __slots__ = ("count", "high", "low", "mean", "missing", "squares")

    def __init__(self) -> None:
        self.count = 0
        self.missing = 0
        self.mean = 0.0
        self.squares = 0.0
        self.low = np.nan
        self.high = np.nan

    def update(self, column: "pa.Array") -> Any:
        """Take in a batch, and return the values that are there, as float64; null and NaN are missing.

        Raises:
            ValueError: A value is infinite.
        """
        values = present(column)
        self.missing += len(column) - len(values)
        if not len(values):
            return values
        mean = float(values.mean())
        away = values - mean
        away *= away  # not `away @ away`, for which BLAS starts threads of its own
        self.add(len(values), mean, float(away.sum()))
        self._widen(float(values.min()), float(values.max()))
        return values

    def add(self, count: int, mean: float, squares: float) -> None:
        """Take in so many values with this mean and these squared deviations."""
        if not count:
            return
        seen = self.count + count
        shift = mean - self.mean
        self.squares += squares + shift * shift * self.count * count / seen
        self.mean = self.mean + shift * (count / seen) if self.count else mean
        self.count = seen

    def merge(self, other: "ColumnMoments") -> None:
        """Take in what another saw of the same column."""
        self.missing += other.missing
        self.add(other.count, other.mean, other.squares)
        self._widen(other.low, other.high)

    def fill(self, value: float) -> None:
        """Put `value` where values are missing."""
        if self.missing:
            self.add(self.missing, value, 0.0)
            self._widen(value, value)
            self.missing = 0

    def _widen(self, low: float, high: float) -> None:
        self.low, self.high = float(np.fmin(self.low, low)), float(np.fmax(self.high, high))


def present(column: "pa.Array") -> Any:
    """The values that are there, as float64. Raises `ValueError` for an infinite one, in scikit-learn's words."""
    kept = column.drop_null() if column.null_count else column
    values = kept.to_numpy(zero_copy_only=False)
    if values.dtype.kind != "f":
        return values.astype(np.float64)
    total = values.sum()
    if np.isnan(total):
        values = values[~np.isnan(values)]
        total = values.sum()
    if not np.isfinite(total) and np.isinf(values).any():
        raise ValueError(f"Input X contains infinity or a value too large for {values.dtype!r}.")
    return values
