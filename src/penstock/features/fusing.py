"""Imputation and the step behind it in one pass: what the next step would see is known without looking again.

Where values are missing the imputer puts one value. So a scaler sees the values that are there and that one, as often
as some are missing; and an encoder counts it among the categories.
"""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.impute import SimpleImputer

from penstock.features.accumulator import accumulator_for
from penstock.features.blame import blamed
from penstock.features.block import Block, Setting, as_frame, kind_of
from penstock.features.categories import Encoding
from penstock.features.imputing import Imputing
from penstock.features.plan import Node
from penstock.features.scaling import MaxAbsScaling, MinMaxScaling, StandardScaling
from penstock.features.tally import ColumnTally, Tally, missing_text

_SCALINGS = (StandardScaling, MinMaxScaling, MaxAbsScaling)


def can_fuse(imputer: Any, following: Any, X: Any, setting: Setting) -> bool:
    """Whether an imputer of raw columns and the step behind it can be fitted in one pass."""
    if type(imputer) is not SimpleImputer or imputer.add_indicator or not isinstance(X, pd.DataFrame):
        return False
    if isinstance(following, str) or following is None or accumulator_for(imputer)[0] is not Imputing:
        return False
    kinds = {setting.kinds.get(str(name), "") for name in X.columns}
    kind = accumulator_for(following)[0]
    if kinds == {"number"}:
        return kind in _SCALINGS and imputer.strategy != "most_frequent"
    if kinds != {"text"} or kind is not Encoding or imputer.strategy not in {"most_frequent", "constant"}:
        return False
    return (imputer.missing_values is None) == (missing_text(pa.string()) is None)  # else nothing is missing to it


class Fused(Node):
    """A `SimpleImputer` and the step behind it."""

    def __init__(self, imputer: Any, following: Any, path: str, setting: Setting) -> None:
        super().__init__(imputer, path, setting)
        self.following = following

    def start(self, X: Any, y: Any) -> None:
        self.head = X
        self.names = [str(name) for name in X.columns]
        self.accumulators: list[Imputing | None] = [None] * self.setting.workers
        self.rows = [0] * self.setting.workers

    def update(self, X: Any, y: Any, number: int) -> None:
        with blamed(self, X):
            slot = number % self.setting.workers
            accumulator = self.accumulators[slot]
            if accumulator is None:
                accumulator = self.accumulators[slot] = Imputing(self.transformer)
            self.rows[slot] += len(X)
            if not accumulator.update_block(self._as_block(X)):
                accumulator.update_block(self._of_one_kind(X))

    def end_pass(self) -> None:
        with blamed(self, None):
            seen, *rest = [each for each in self.accumulators if each is not None]
            for other in rest:
                seen.merge(other)
            imputer = seen.finish()
            empty = [not imputer.keep_empty_features and pd.isna(value) for value in imputer.statistics_]
            kept = [at for at, gone in enumerate(empty) if not gone]
            self.fitted = (imputer, self._followed(seen, imputer, kept).finish())
        self.accumulators = []
        self.done = True

    def counted(self) -> set[str]:
        return set() if self.done else set(self.names)

    def _followed(self, seen: Imputing, imputer: Any, kept: list[int]) -> Any:
        """The accumulator of the step behind, as if it had seen all rows with nothing missing."""
        head = imputer.transform(self.head)
        kind, _ = accumulator_for(self.following)
        assert kind is not None
        following: Any = kind(self.following)
        if isinstance(following, Encoding):
            following.tally = _filled(seen.tally, head, imputer.statistics_, kept)
            following.rows = sum(self.rows)
        else:
            for moments, value in zip(seen.moments, imputer.statistics_, strict=True):
                moments.fill(float(value))
            following.columns, following.head = [seen.moments[at] for at in kept], head
        return following

    def _as_block(self, X: Any) -> Block:
        return X if isinstance(X, Block) else Block(pa.RecordBatch.from_pandas(X, preserve_index=False))

    def _of_one_kind(self, X: Any) -> Block:
        """A batch in which a column has another type than in the first one: wholly missing, most often."""
        kind = self.setting.kinds[self.names[0]]
        batch = pa.RecordBatch.from_pandas(as_frame(X), preserve_index=False)
        wanted = pa.float64() if kind == "number" else pa.string()
        columns = [column if kind_of(column.type) == kind else column.cast(wanted) for column in batch.columns]
        return Block(pa.RecordBatch.from_arrays(columns, names=self.names))


def _filled(seen: Tally, head: Any, values: Any, kept: list[int]) -> Tally:
    """The same counts with the imputed value for what is missing, in the shape that the imputer gives."""
    made = Tally()
    made.is_frame = isinstance(head, pd.DataFrame)
    for place, at in enumerate(kept):
        column = ColumnTally(head.columns[place] if made.is_frame else place)
        column.dtype = head.dtypes.iloc[place] if made.is_frame else np.dtype(object)
        column.add_counts(seen.columns[at].counts)
        if seen.columns[at].missing:
            column.add_counts({values[at]: seen.columns[at].missing})
        made.columns.append(column)
    return made
