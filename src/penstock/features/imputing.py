"""Imputation: the mean, the median, the most frequent value or a constant for what is missing."""

from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype
from sklearn.base import clone

from penstock.features.accumulator import Accumulator
from penstock.features.block import Block
from penstock.features.moments import ColumnMoments, present
from penstock.features.quantiles import ColumnQuantiles, as_floats, refuse_infinity
from penstock.features.tally import ColumnTally, Tally


class Imputing(Accumulator):
    """`SimpleImputer` with each of its named strategies, and its indicator of what was missing."""

    counts: ClassVar[bool] = True

    def __init__(self, transformer: Any) -> None:
        super().__init__(transformer)
        self.tally = Tally()
        self.sums: Any = 0.0
        self.present: Any = 0
        self.quantiles: list[ColumnQuantiles] = []
        self.moments: list[ColumnMoments] = []

    @classmethod
    def refuses(cls, transformer: Any) -> str:
        if callable(transformer.strategy):
            return "its strategy is a function of a whole column"
        return "" if pd.isna(transformer.missing_values) else "its `missing_values` is neither NaN nor None"

    def update_block(self, block: Block) -> bool:
        strategy, kinds = self.transformer.strategy, block.kinds()
        if kinds == {"text"} and strategy in {"most_frequent", "constant"}:
            return self.tally.update_block(block)
        if kinds != {"number"} or strategy == "most_frequent":
            return False
        first = not self.tally.columns
        for position, (name, column) in enumerate(block.columns()):
            if first:
                self.tally.columns.append(ColumnTally(name))
                self.quantiles += [ColumnQuantiles()] if strategy == "median" else []
            if position == len(self.moments):
                self.moments.append(ColumnMoments())
            before = self.moments[position].missing
            self.moments[position].update(column)
            self.tally.columns[position].update_numbers(column, self.moments[position].missing - before)
            if strategy == "median":
                self.quantiles[position].update(present(column))
        return True

    def update(self, X: Any, y: Any = None) -> None:
        strategy = self.transformer.strategy
        if not isinstance(X, pd.DataFrame) or all(is_numeric_dtype(kind) for kind in X.dtypes):
            refuse_infinity(np.asarray(X))
        self.tally.update(X, keep=strategy == "most_frequent")
        if strategy == "mean":
            values = as_floats(X)
            self.sums = self.sums + np.nansum(values, axis=0)
            self.present = self.present + np.count_nonzero(~np.isnan(values), axis=0)
        elif strategy == "median":
            values = as_floats(X)
            self.quantiles = self.quantiles or [ColumnQuantiles() for _ in values.T]
            for seen, column in zip(self.quantiles, values.T, strict=True):
                seen.update(column)

    def merge(self, other: Self) -> None:
        self.tally.merge(other.tally)
        self.sums = self.sums + other.sums
        self.present = self.present + other.present
        for mine, others in zip(self.moments, other.moments, strict=False):
            mine.merge(others)
        self.moments = self.moments or other.moments
        for ours, theirs in zip(self.quantiles, other.quantiles, strict=True):
            ours.merge(theirs)

    def finish(self) -> Any:
        """Fitted on two rows: the statistic of each column, then a missing value in those that had some."""
        statistics: list[Any]
        if self.transformer.strategy == "mean":
            sums, present = self.sums, self.present
            if self.moments:
                sums = sums + np.array([column.mean * column.count for column in self.moments])
                present = present + np.array([column.count for column in self.moments])
            statistics = list(sums / np.maximum(present, 1))
        elif self.transformer.strategy == "median":
            statistics = [float(seen.at([0.5])[0]) for seen in self.quantiles]
        else:
            statistics = [most_frequent(column) for column in self.tally.columns]
        chosen = {id(column): value for column, value in zip(self.tally.columns, statistics, strict=True)}

        def rows(column: ColumnTally) -> list[Any]:
            if not column.counts:
                return [column.missing_value] * 2
            value = chosen[id(column)]
            return [value, column.missing_value if column.missing else value]

        dtype = self._float_type() if self.transformer.strategy in {"mean", "median"} else None
        return clone(self.transformer).fit(self.tally.stand_in(rows, dtype))

    def _float_type(self) -> Any:
        """The type in which scikit-learn computes with these columns."""
        types = [c.dtype if isinstance(c.dtype, np.dtype) else np.dtype(object) for c in self.tally.columns]
        shared = np.result_type(*types)
        return shared if shared.kind == "f" else np.dtype(float)


def most_frequent(column: ColumnTally) -> Any:
    """The value that occurs most; of several the smallest, as in scikit-learn."""
    if not column.counts:
        return None
    most = max(column.counts.values())
    return min(value for value, count in column.counts.items() if count == most)
