"""How often each value stands in each column, and tables made up from that.

A *stand-in* is a table of few rows from which scikit-learn's own `fit` learns what it would have learned from all
rows: of the same columns, the same types, holding each distinct value.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

_ABSENT = object()


class ColumnTally:
    """The distinct values of one column with their counts, its missing values, and its type."""

    def __init__(self, name: Any) -> None:
        self.name = name
        self.counts: Counter[Any] = Counter()
        self.missing = 0
        self.missing_value: Any = _ABSENT
        self.dtype: Any = None

    def update(self, column: "pd.Series[Any]", keep: bool = True) -> None:
        """Take in a batch; with `keep` false one present value is enough."""
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = _plain(column)
        self.dtype = column.dtype if self.dtype is None else common_type(self.dtype, column.dtype)
        gone = column.isna()
        absent = int(gone.sum())
        if absent:
            self.missing += absent
            self.missing_value = column[gone].iloc[0] if self.missing_value is _ABSENT else self.missing_value
        if keep:
            found = column.value_counts(sort=False, dropna=True)
            for value, count in zip(found.index.tolist(), found.tolist(), strict=True):
                self.counts[value] += count
        elif not self.counts and absent < len(column):
            self.counts[column[~gone].iloc[0]] += 1

    def merge(self, other: "ColumnTally") -> None:
        """Take in what another saw of the same column."""
        self.dtype = common_type(self.dtype, other.dtype)
        self.counts.update(other.counts)
        self.missing += other.missing
        if self.missing_value is _ABSENT:
            self.missing_value = other.missing_value

    def distinct(self) -> list[Any]:
        """Each value once; where some are missing, a missing one last."""
        values = list(self.counts)
        return [*values, self.missing_value] if self.missing else values

    def count_of(self, value: Any) -> int:
        """How often `value` was seen, a missing one included."""
        return self.missing if pd.isna(value) else self.counts.get(value, 0)


class Tally:
    """The tallies of a block of columns, as it came: a data frame or a matrix."""

    def __init__(self) -> None:
        self.columns: list[ColumnTally] = []
        self.is_frame = True

    def update(self, X: Any, keep: bool = True) -> None:
        """Take in a batch."""
        self.is_frame = isinstance(X, pd.DataFrame)
        parts: Any = X.items() if self.is_frame else enumerate(pd.Series(column) for column in np.asarray(X).T)
        for position, (name, column) in enumerate(parts):
            if position == len(self.columns):
                self.columns.append(ColumnTally(name))
            self.columns[position].update(column, keep)

    def merge(self, other: "Tally") -> None:
        """Take in what another saw of the same columns."""
        for ours, theirs in zip(self.columns, other.columns, strict=True):
            ours.merge(theirs)

    def stand_in(self, values: Callable[[ColumnTally], Sequence[Any]] = ColumnTally.distinct, dtype: Any = None) -> Any:
        """A block of the same columns that holds `values` of each; shorter columns repeat their last value."""
        columns = [list(values(column)) for column in self.columns]
        rows = max(map(len, columns), default=0)
        made = {}
        for tally, chosen in zip(self.columns, columns, strict=True):
            made[tally.name] = pd.Series(chosen + chosen[-1:] * (rows - len(chosen)), dtype=dtype or tally.dtype)
        if self.is_frame:
            return pd.DataFrame(made)
        return np.column_stack([series.to_numpy() for series in made.values()])


def common_type(first: Any, second: Any) -> Any:
    """The type that pandas gives to a column of which one part has type `first` and another `second`."""
    if first == second:
        return first
    if isinstance(first, np.dtype) and isinstance(second, np.dtype) and first.kind in "iuf" and second.kind in "iuf":
        return np.result_type(first, second)
    return np.dtype(object)


def _plain(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """A categorical column as the values that it stands for: what scikit-learn makes of it."""
    kind = column.cat.categories.dtype
    return pd.Series(np.asarray(column)) if isinstance(kind, np.dtype) and kind.kind in "biufc" else column.astype(kind)
