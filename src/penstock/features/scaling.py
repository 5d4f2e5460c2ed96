"""Scalers by mean and variance, by range, by largest magnitude: scikit-learn's own numerics, merged exactly."""

from abc import abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.base import clone

from penstock.features.accumulator import Accumulator
from penstock.features.block import Block
from penstock.features.moments import ColumnMoments


class _Scaling(Accumulator):
    """Keeps a scaler that is fitted on the rows so far.

    Each batch is fitted for itself and merged. Not by `partial_fit`: a batch in which a column is missing altogether
    would make its statistics missing for good.
    """

    sparse: ClassVar[bool] = True

    def __init__(self, transformer: Any) -> None:
        super().__init__(transformer)
        self.fitted: Any = None
        self.columns: list[ColumnMoments] = []
        self.head: Any = None

    def update_block(self, block: Block) -> bool:
        if block.kinds() != {"number"}:
            return False
        if self.head is None:
            self.head = block.select(block.batch.schema.names).frame()[:1]
            self.columns = [ColumnMoments() for _ in self.head.columns]
        for seen, (_, column) in zip(self.columns, block.columns(), strict=True):
            seen.update(column)
        return True

    def update(self, X: Any, y: Any = None) -> None:
        with np.errstate(invalid="ignore", divide="ignore"):  # a column may be missing in all of the batch
            self._join(clone(self.transformer).fit(X))

    def merge(self, other: Self) -> None:
        if other.fitted is not None:
            self._join(other.fitted)
        if self.head is None:
            self.head, self.columns = other.head, other.columns
        else:
            for ours, theirs in zip(self.columns, other.columns, strict=False):
                ours.merge(theirs)

    def finish(self) -> Any:
        if self.head is not None:
            self._join(self.from_moments(self.head))
        return self.fitted

    @abstractmethod
    def from_moments(self, head: Any) -> Any:
        """A scaler fitted on what `columns` know; `head` is a row or more with their names."""

    @abstractmethod
    def _take(self, other: Any) -> None:
        """Take in a scaler that is fitted on other rows."""

    def _join(self, fitted: Any) -> None:
        if self.fitted is None:
            self.fitted = fitted
        else:
            self._take(fitted)


class MinMaxScaling(_Scaling):
    """Smallest and largest value."""

    sparse: ClassVar[bool] = False

    def from_moments(self, head: Any) -> Any:
        rows = [[column.low for column in self.columns], [column.high for column in self.columns]]
        return _stand_in(self.transformer, head, rows, self.columns)

    def _take(self, other: Any) -> None:
        low = np.fmin(self.fitted.data_min_, other.data_min_)
        high = np.fmax(self.fitted.data_max_, other.data_max_)
        self.fitted = _refitted(self.fitted, [low, high], other.n_samples_seen_)


class MaxAbsScaling(_Scaling):
    """Largest magnitude."""

    def from_moments(self, head: Any) -> Any:
        rows = [[max(abs(column.low), abs(column.high)) for column in self.columns]]
        return _stand_in(self.transformer, head, rows, self.columns)

    def _take(self, other: Any) -> None:
        self.fitted = _refitted(self.fitted, [np.fmax(self.fitted.max_abs_, other.max_abs_)], other.n_samples_seen_)


class StandardScaling(_Scaling):
    """Mean and variance; two halves are merged by the formula of Chan, Golub and LeVeque (1979).

    As in scikit-learn, the variance's rounding decides whether a column is constant, and a constant one is not scaled.
    """

    def from_moments(self, head: Any) -> Any:
        with np.errstate(invalid="ignore", divide="ignore"):
            scaler = clone(self.transformer).fit(head)
            counts = np.array([column.count for column in self.columns], dtype=np.int64)
            if scaler.mean_ is not None:
                scaler.mean_ = np.array([c.mean if c.count else np.nan for c in self.columns])
            if scaler.var_ is not None:
                scaler.var_ = np.array([c.squares for c in self.columns]) / counts
                scaler.scale_ = _scale(scaler.var_, scaler.mean_, counts)
        counts = counts.astype(np.asarray(scaler.n_samples_seen_).dtype)  # scikit-learn has floats at times
        scaler.n_samples_seen_ = counts[0] if np.ptp(counts) == 0 else counts
        return scaler

    def _take(self, other: Any) -> None:
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
            ours.scale_ = _scale(variance, ours.mean_, seen)
        ours.n_samples_seen_ = counted[0] if np.ndim(counted) and np.ptp(counted) == 0 else counted


def _scale(variance: Any, mean: Any, seen: Any) -> Any:
    """The standard deviation; 1 for what is constant, up to rounding."""
    from sklearn.preprocessing._data import _handle_zeros_in_scale, _is_constant_feature

    constant = _is_constant_feature(variance, mean, seen)
    return _handle_zeros_in_scale(np.sqrt(variance), copy=False, constant_mask=constant)


def _stand_in(transformer: Any, head: Any, rows: Any, columns: list[ColumnMoments]) -> Any:
    """Fitted on these rows alone, as if on all that `columns` saw."""
    made: Any = np.array(rows, dtype=float)
    if isinstance(head, pd.DataFrame):
        made = pd.DataFrame(made, columns=head.columns)
    fitted = clone(transformer).fit(made)
    fitted.n_samples_seen_ = columns[0].count + columns[0].missing
    return fitted


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
