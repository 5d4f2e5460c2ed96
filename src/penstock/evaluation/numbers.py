"""Metrics of predicted numbers, for many resamples of the rows at once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.resampling import Floats


@dataclass(frozen=True, eq=False)
class NumberSample:
    """What happened, and what a model said, row by row."""

    truth: Floats
    predicted: Floats
    quantile: float | None = None
    """The quantile that the model predicts, if it does not predict a mean or median."""

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, rows: NDArray[np.intp]) -> "NumberSample":
        """The same of some rows."""
        return NumberSample(self.truth[rows], self.predicted[rows], self.quantile)

    @cached_property
    def error(self) -> Floats:
        """Prediction minus truth."""
        error: Floats = self.predicted - self.truth
        return error

    @cached_property
    def losses(self) -> dict[str, Floats]:
        """What each row adds to a metric that is a mean over rows."""
        size = np.abs(self.error)
        both = np.abs(self.truth) + np.abs(self.predicted)
        found = {"mae": size, "smape": 2 * size / np.where(both > 0, both, 1.0)}
        if self.quantile is not None:
            found["pinball"] = np.where(self.error < 0, -self.quantile * self.error, (1 - self.quantile) * self.error)
        return found

    @cached_property
    def _terms(self) -> Floats:
        centred = self.truth - (self.truth.mean() if len(self) else 0.0)  # squares of large numbers would drown
        nonzero = self.truth != 0
        share = np.where(nonzero, np.abs(self.error) / np.where(nonzero, np.abs(self.truth), 1.0), 0.0)
        ones = np.ones(len(self))
        columns = (ones, self.error, self.error**2, centred, centred**2, nonzero, share, *self.losses.values())
        return np.column_stack(columns).astype(np.float64)

    @cached_property
    def _by_size(self) -> tuple[NDArray[np.intp], Floats]:
        sizes = np.abs(self.error)
        order = np.argsort(sizes, kind="stable")
        return order, sizes[order]

    def measure(self, counts: Floats, *, ranks: bool = True) -> dict[str, Floats]:
        """Each metric, where row `i` counts `counts[r, i]` times in resample `r`; without `ranks` no medians."""
        sums = counts @ self._terms
        total, bias, squares, level, levels, nonzero, share = sums[:, :7].T
        spread = levels - level**2 / total
        flat = spread <= 1e-12 * np.abs(levels)
        found = {name: sums[:, 7 + place] / total for place, name in enumerate(self.losses)}
        found |= {
            "rmse": np.sqrt(squares / total),
            "r2": np.where(flat, np.nan, 1 - squares / np.where(flat, 1.0, spread)),
            "mape": share / nonzero,
            "absolute_bias": np.abs(bias / total),
        }
        return found | ({"median_absolute_error": self._median(counts)} if ranks else {})

    def _median(self, counts: Floats) -> Floats:
        """The weighted median of the errors' sizes; between two, the middle, as of plain numbers."""
        order, sizes = self._by_size
        reached = np.cumsum(counts[:, order], axis=1)
        half = reached[:, -1:] / 2
        low = sizes[np.minimum((reached < half).sum(axis=1), len(self) - 1)]
        high = sizes[np.minimum((reached <= half).sum(axis=1), len(self) - 1)]
        middle: Floats = (low + high) / 2
        return middle
