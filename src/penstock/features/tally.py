"""How often each value stands in each column, and tables made up from that.

A *stand-in* is a table of few rows from which scikit-learn's own `fit` learns what it would have learned from all
rows: of the same columns, the same types, holding each distinct value.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from penstock.features.block import Block
from penstock.features.moments import present

_ABSENT = object()
_SETTLED_AT = 1 << 18
"""So many texts of dictionaries are kept before they are added up."""


class ColumnTally:
    """The distinct values of one column with their counts, its missing values, and its type."""

    def __init__(self, name: Any) -> None:
        self.name = name
        self._counts: Counter[Any] = Counter()
        self._coded: list[tuple[Any, Any]] = []
        """Dictionaries of texts and how often each of them occurs, not yet in the counter."""
        self._waiting = 0
        self.missing = 0
        self.missing_value: Any = _ABSENT
        self.dtype: Any = None
        self._dtype_of: Any = None

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
                self._counts[value] += count
        elif not self._counts and absent < len(column):
            self._counts[column[~gone].iloc[0]] += 1

    @property
    def counts(self) -> "Counter[Any]":
        """How often each value was seen."""
        if self._coded:
            self._settle()
        return self._counts

    def update_numbers(self, column: Any, absent: int) -> None:
        """Take in a batch of Arrow's numbers of which some are absent: its type, how many, and one value."""
        found = np.dtype(float) if column.null_count else np.dtype(column.type.to_pandas_dtype())
        self.dtype = found if self.dtype is None else common_type(self.dtype, found)
        if absent:
            self.missing += absent
            self.missing_value = np.nan
        if not self._counts:
            self._counts.update(present(column)[:1].tolist())

    def update_texts(self, column: Any) -> None:
        """Take in a batch of Arrow's texts, or of codes and a dictionary of them."""
        if self.dtype is None or self._dtype_of is not column.type:
            self._dtype_of = column.type
            found = pandas_type(column.type)
            self.dtype = found if self.dtype is None else common_type(self.dtype, found)
        if column.null_count:
            self.missing += column.null_count
            if self.missing_value is _ABSENT:
                self.missing_value = missing_text(column.type)
            column = column.drop_null()
        if len(column):
            coded = column if hasattr(column, "indices") else column.dictionary_encode()
            found = np.bincount(coded.indices.to_numpy(), minlength=len(coded.dictionary))
            self._add(coded.dictionary, found)

    def add_counts(self, counts: Mapping[Any, int]) -> None:
        """Take in values that were counted elsewhere."""
        self._counts.update(counts)

    def _add(self, texts: Any, counts: Any) -> None:
        """Remember counts; those of the same dictionary as the last are added at once."""
        if self._coded and self._coded[-1][0].equals(texts):
            self._coded[-1][1][:] += counts
            return
        self._coded.append((texts, counts))
        self._waiting += len(texts)
        if self._waiting > _SETTLED_AT:
            self._settle()

    def _settle(self) -> None:
        import pyarrow as pa

        texts = pa.chunked_array([each.cast(pa.large_string()) for each, _ in self._coded])
        table = pa.table({"text": texts, "count": np.concatenate([counts for _, counts in self._coded])})
        self._coded, self._waiting = [], 0
        summed = table.filter(pa.compute.greater(table["count"], 0)).group_by("text").aggregate([("count", "sum")])
        for text, count in zip(summed["text"].to_pylist(), summed["count_sum"].to_pylist(), strict=True):
            self._counts[text] += count

    def merge(self, other: "ColumnTally") -> None:
        """Take in what another saw of the same column."""
        self.dtype = common_type(self.dtype, other.dtype)
        counts = self.counts
        counts.update(other.counts)
        self.missing += other.missing
        if self.missing_value is _ABSENT:
            self.missing_value = other.missing_value

    def distinct(self) -> list[Any]:
        """Each value once; where some are missing, a missing one last."""
        values = list(self.counts)
        return [*values, self.missing_value] if self.missing else values

    def count_of(self, value: Any) -> int:
        """How often `value` was seen, a missing one included."""
        found = self.counts.get(value)
        if found is not None:
            return found
        return self.missing if pd.isna(value) else 0


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

    def update_block(self, block: Block) -> bool:
        """Take in a batch of texts as Arrow has them; False if there is anything else in it."""
        if block.kinds() != {"text"}:
            return False
        for position, (name, column) in enumerate(block.columns()):
            if position == len(self.columns):
                self.columns.append(ColumnTally(name))
            self.columns[position].update_texts(column)
        return True

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


@cache
def pandas_type(dtype: Any) -> Any:
    """What pandas makes of Arrow's texts."""
    import pyarrow as pa

    return pa.array(["text"], getattr(dtype, "value_type", dtype)).to_pandas().dtype


@cache
def missing_text(dtype: Any) -> Any:
    """What pandas makes of a missing text of Arrow's."""
    import pyarrow as pa

    return pa.nulls(1, getattr(dtype, "value_type", dtype)).to_pandas().iloc[0]


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
