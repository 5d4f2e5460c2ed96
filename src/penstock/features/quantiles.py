"""Quantiles: exact while a column has few distinct values, then a sketch of fixed size; and what is built on them.

The sketch is KLL (Karnin, Lang and Liberty, 2016) with k = 800: the value that it gives for rank r has, with 99 %
confidence, a true rank within `RANK_ERROR` of r. The smallest and largest value are exact. The sketch draws random
bits, so that two fits on the same rows may differ within that error.
"""

from collections import Counter
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import clone

from penstock.features.accumulator import Accumulator

SKETCH_SIZE = 800
RANK_ERROR = 0.0035
DISTINCT = 20_000
"""With more distinct values than this, a column is sketched."""


def as_floats(X: Any) -> Any:
    """A block as float64, NaN for what is missing; as in scikit-learn, infinity is refused."""
    if isinstance(X, pd.DataFrame):
        values = X.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        values = np.asarray(X, dtype=np.float64)
    refuse_infinity(values)
    return values


def refuse_infinity(values: Any) -> None:
    """As scikit-learn does, and in its words."""
    if values.dtype.kind == "f" and np.isinf(values).any():
        raise ValueError(f"Input X contains infinity or a value too large for {values.dtype!r}.")


class ColumnQuantiles:
    """The distribution of one numeric column."""

    def __init__(self) -> None:
        self.counts: Counter[float] = Counter()
        self.sketch: Any = None
        self.missing = 0
        self.present = 0

    def update(self, values: Any) -> None:
        """Take in a batch; NaN is counted as missing."""
        kept = values[~np.isnan(values)]
        self.missing += len(values) - len(kept)
        self.present += len(kept)
        if self.sketch is None:
            found = pd.Series(kept).value_counts(sort=False)
            self.counts.update(dict(zip(found.index.tolist(), found.tolist(), strict=True)))
            if len(self.counts) > DISTINCT:
                self._to_sketch()
        else:
            self.sketch.update(np.ascontiguousarray(kept))

    def merge(self, other: "ColumnQuantiles") -> None:
        """Take in what another saw of the same column."""
        self.missing += other.missing
        self.present += other.present
        if other.sketch is None and self.sketch is None:
            self.counts.update(other.counts)
        else:
            self._to_sketch()
            other._to_sketch()
            self.sketch.merge(other.sketch)

    def at(self, ranks: Any, method: str = "linear") -> Any:
        """The quantiles at `ranks` (0 to 1); NaN if every value is missing.

        Args:
            ranks: Where.
            method: How to choose between two neighbours, as in `numpy.quantile`: `linear`, `inverted_cdf` or
                `averaged_inverted_cdf`. It does not matter to a sketch.
        """
        wanted = np.asarray(ranks, dtype=float)
        if not self.present:
            return np.full(len(wanted), np.nan)
        if self.sketch is not None:
            found = np.array(self.sketch.get_quantiles(wanted), dtype=float)
            found[wanted <= 0] = self.sketch.get_min_value()
            found[wanted >= 1] = self.sketch.get_max_value()
            return found
        values = np.array(sorted(self.counts))
        ends = np.cumsum([self.counts[value] for value in values.tolist()])

        def ordered(index: Any) -> Any:
            """The values at these places of the sorted column."""
            return values[np.searchsorted(ends, np.clip(index, 0, self.present - 1), side="right")]

        if method == "linear":
            place = wanted * (self.present - 1)
            low, high, part = ordered(np.floor(place)), ordered(np.floor(place) + 1), place - np.floor(place)
            gap = high - low
            return np.where(part < 0.5, low + gap * part, high - gap * (1 - part))
        place = wanted * self.present
        if method == "inverted_cdf":
            return ordered(np.ceil(place) - 1)
        low, high = ordered(np.ceil(place) - 1), ordered(np.floor(place))
        return high - (high - low) * 0.5

    def _to_sketch(self) -> None:
        if self.sketch is None:
            import datasketches

            self.sketch = datasketches.kll_doubles_sketch(SKETCH_SIZE)
            for start in range(0, len(self.counts), 10_000):
                part = list(self.counts.items())[start : start + 10_000]
                self.sketch.update(np.repeat([v for v, _ in part], [n for _, n in part]).astype(np.float64))
            self.counts.clear()


class _Quantiles(Accumulator):
    """Keeps the distribution of each column."""

    missing_allowed = True

    def __init__(self, transformer: Any) -> None:
        super().__init__(transformer)
        self.columns: list[ColumnQuantiles] = []
        self.head: Any = None
        self.rows = 0

    def update(self, X: Any, y: Any = None) -> None:
        values = as_floats(X)
        if not self.missing_allowed and np.isnan(values).any():
            raise ValueError("Input X contains NaN.")
        self.rows += len(values)
        if self.head is None:
            self.head = X[:1]
            self.columns = [ColumnQuantiles() for _ in values.T]
        for seen, column in zip(self.columns, values.T, strict=True):
            seen.update(column)

    def merge(self, other: Self) -> None:
        self.rows += other.rows
        for ours, theirs in zip(self.columns, other.columns, strict=True):
            ours.merge(theirs)

    def stand_in(self, ranks: Any, method: str = "linear") -> Any:
        """A block of the same columns whose rows are the quantiles at `ranks`."""
        rows = np.column_stack([column.at(ranks, method) for column in self.columns])
        return pd.DataFrame(rows, columns=self.head.columns) if isinstance(self.head, pd.DataFrame) else rows


class RobustScaling(_Quantiles):
    """`RobustScaler`: the median, and the distance of two quantiles."""

    def finish(self) -> Any:
        """Fitted on two rows, the two quantiles, whose whole range is the range that is wanted."""
        from scipy import stats

        low, high = self.transformer.quantile_range
        if not 0 <= low <= high <= 100:
            raise ValueError(f"Invalid quantile range: {self.transformer.quantile_range}")
        scaler = clone(self.transformer).set_params(quantile_range=(0.0, 100.0), unit_variance=False)
        scaler.fit(self.stand_in([low / 100, high / 100]))
        if scaler.center_ is not None:
            scaler.center_ = np.array([column.at([0.5])[0] for column in self.columns])
        if self.transformer.unit_variance and scaler.scale_ is not None:
            scaler.scale_ = scaler.scale_ / (stats.norm.ppf(high / 100.0) - stats.norm.ppf(low / 100.0))
        unit = self.transformer.unit_variance
        return scaler.set_params(quantile_range=self.transformer.quantile_range, unit_variance=unit)


class QuantileMapping(_Quantiles):
    """`QuantileTransformer`, from all rows: scikit-learn's own takes a sample of `subsample` rows."""

    def finish(self) -> Any:
        wanted = max(1, min(self.transformer.n_quantiles, self.rows))
        made = clone(self.transformer).set_params(n_quantiles=wanted, subsample=None)
        references = np.linspace(0, 1, wanted, endpoint=True)
        rows = self.stand_in(references * 100 / 100)  # the very ranks of `nanpercentile`
        made.fit(rows)
        made.quantiles_ = np.asarray(rows, dtype=float)
        return made.set_params(n_quantiles=self.transformer.n_quantiles, subsample=self.transformer.subsample)


class Binning(_Quantiles):
    """`KBinsDiscretizer` with bins of equal width or equal counts, from all rows rather than a sample of them."""

    missing_allowed = False

    @classmethod
    def refuses(cls, transformer: Any) -> str:
        if transformer.strategy == "kmeans":
            return "bins by k-means need every value"
        if transformer.strategy == "quantile" and np.ndim(transformer.n_bins):
            return "bins of equal counts with another number of bins for each column"
        if cls._method(transformer) not in {"linear", "inverted_cdf", "averaged_inverted_cdf"}:
            return f"quantile_method={cls._method(transformer)!r}"
        return ""

    @staticmethod
    def _method(transformer: Any) -> str:
        method = getattr(transformer, "quantile_method", "linear")
        return "linear" if method == "warn" else str(method)

    def finish(self) -> Any:
        """Fitted on the edges of the bins alone."""
        asked = self.transformer.get_params(deep=False)
        made = clone(self.transformer).set_params(subsample=None)
        ranks: Any = [0.0, 1.0]
        if made.strategy == "quantile":
            ranks = np.linspace(0, 100, made.n_bins + 1) / 100
            if "quantile_method" in asked:
                made.set_params(quantile_method="inverted_cdf")  # takes each row as an edge, without rounding
        made.fit(self.stand_in(ranks, self._method(self.transformer)))
        return made.set_params(**asked)
