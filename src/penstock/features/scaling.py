"""Scalers by mean and variance, by range, by largest magnitude: scikit-learn's own numerics, merged exactly."""

from abc import abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.base import clone

from penstock.features.accumulator import Accumulator


class _Scaling(Accumulator):
    """Keeps a scaler that is fitted on the rows so far.

    Each batch is fitted for itself and merged. Not by `partial_fit`: a batch in which a column is missing altogether
    would make its statistics missing for good.
    """

    sparse: ClassVar[bool] = True

    def __init__(self, transformer: Any) -> None:
        super().__init__(transformer)
        self.fitted: Any = None

    def update(self, X: Any, y: Any = None) -> None:
        with np.errstate(invalid="ignore", divide="ignore"):  # a column may be missing in all of the batch
            batch = clone(self.transformer).fit(X)
        if self.fitted is None:
            self.fitted = batch
        else:
            self._take(batch)

    def merge(self, other: Self) -> None:
        self._take(other.fitted)

    def finish(self) -> Any:
        return self.fitted

    @abstractmethod
    def _take(self, other: Any) -> None:
        """Take in a scaler that is fitted on other rows."""


class MinMaxScaling(_Scaling):
    """Smallest and largest value."""

    sparse: ClassVar[bool] = False

    def _take(self, other: Any) -> None:
        low = np.fmin(self.fitted.data_min_, other.data_min_)
        high = np.fmax(self.fitted.data_max_, other.data_max_)
        self.fitted = _refitted(self.fitted, [low, high], other.n_samples_seen_)


class MaxAbsScaling(_Scaling):
    """Largest magnitude."""

    def _take(self, other: Any) -> None:
        self.fitted = _refitted(self.fitted, [np.fmax(self.fitted.max_abs_, other.max_abs_)], other.n_samples_seen_)


class StandardScaling(_Scaling):
    """Mean and variance; two halves are merged by the formula of Chan, Golub and LeVeque (1979).

    As in scikit-learn, the variance's rounding decides whether a column is constant, and a constant one is not scaled.
    """

    def _take(self, other: Any) -> None:
        from sklearn.preprocessing._data import _handle_zeros_in_scale, _is_constant_feature

        ours, theirs = self.fitted, other
        a, b = np.asarray(ours.n_samples_seen_, float), np.asarray(theirs.n_samples_seen_, float)
        seen = a + b
        counted = ours.n_samples_seen_ + theirs.n_samples_seen_
        if ours.mean_ is not None and ours.var_ is None:
            ours.mean_ = _weighted(ours.mean_, a, theirs.mean_, b)
        if ours.var_ is not None:
            with np.errstate(invalid="ignore", divide="ignore"):
                shift = theirs.mean_ - ours.mean_
                squares = ours.var_ * a + theirs.var_ * b + np.where((a > 0) & (b > 0), shift**2 * a * b / seen, 0.0)
                variance = np.where(a == 0, theirs.var_, np.where(b == 0, ours.var_, squares / seen))
            ours.mean_ = _weighted(ours.mean_, a, theirs.mean_, b)
            ours.var_ = variance
            constant = _is_constant_feature(ours.var_, ours.mean_, seen)
            ours.scale_ = _handle_zeros_in_scale(np.sqrt(ours.var_), copy=False, constant_mask=constant)
        ours.n_samples_seen_ = counted[0] if np.ndim(counted) and np.ptp(counted) == 0 else counted


def _weighted(mean: Any, count: Any, other: Any, others: Any) -> Any:
    with np.errstate(invalid="ignore", divide="ignore"):
        merged = mean + (other - mean) * (others / (count + others))
    return np.where(count == 0, other, np.where(others == 0, mean, merged))


def _refitted(fitted: Any, rows: list[Any], others: int) -> Any:
    """Fitted on these rows alone, as if on all that it and others have seen."""
    names = getattr(fitted, "feature_names_in_", None)
    stand_in = pd.DataFrame(np.vstack(rows), columns=names) if names is not None else np.vstack(rows)
    refitted = clone(fitted).fit(stand_in)
    refitted.n_samples_seen_ = fitted.n_samples_seen_ + others
    return refitted
