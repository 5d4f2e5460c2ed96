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

    def update(self, column: "pa.Array") -> None:
        """Take in a batch; null and NaN are missing.

        Raises:
            ValueError: A value is infinite.
        """
        if not (self.count and self._update_fast(column)):
            values = present(column)
            self.missing += len(column) - len(values)
            if len(values):
                mean = values.mean()
                self.add(len(values), float(mean), _squares(values - mean))
                self._widen(values)

    def _update_fast(self, column: "pa.Array") -> bool:
        """Take in a batch in which the mean so far stands for what is missing; False if there is NaN or infinity.

        Deviations are from that mean: what their sum of squares loses by it is little beside the spread of the whole.
        """
        import pyarrow as pa

        floats = column if pa.types.is_float64(column.type) else column.cast(pa.float64(), safe=False)
        values = (floats.fill_null(self.mean) if floats.null_count else floats).to_numpy()
        count = len(column) - column.null_count
        away = values - self.mean
        total = float(away.sum())
        if not np.isfinite(total):
            return False
        self.missing += column.null_count
        if count:
            self.add(count, self.mean + total / count, max(0.0, _squares(away) - total * total / count))
            self._widen(values)
        return True

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
        self._widen([other.low, other.high])

    def fill(self, value: float) -> None:
        """Put `value` where values are missing."""
        if self.missing:
            self.add(self.missing, value, 0.0)
            self._widen([value])
            self.missing = 0

    def _widen(self, values: Any) -> None:
        self.low = float(np.fmin(self.low, np.min(values)))
        self.high = float(np.fmax(self.high, np.max(values)))


def _squares(away: Any) -> float:
    """The sum of squares; not `away @ away`, for which BLAS starts threads of its own. `away` is not needed again."""
    np.multiply(away, away, out=away)
    return float(away.sum())


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
