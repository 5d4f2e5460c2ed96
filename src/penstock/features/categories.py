"""One-hot and ordinal encoding: the distinct values of each column and how often they occur."""

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import clone

from penstock.features.accumulator import Accumulator
from penstock.features.block import Block
from penstock.features.tally import Tally


class Encoding(Accumulator):
    """`OneHotEncoder` and `OrdinalEncoder`, rare categories included. Memory grows with the distinct values only."""

    counts: ClassVar[bool] = True

    def __init__(self, transformer: Any) -> None:
        super().__init__(transformer)
        self.tally = Tally()
        self.rows = 0

    def update_block(self, block: Block) -> bool:
        taken = self.tally.update_block(block)
        self.rows += len(block) if taken else 0
        return taken

    def update(self, X: Any, y: Any = None) -> None:
        self.tally.update(X)
        self.rows += len(X)

    def merge(self, other: Self) -> None:
        self.tally.merge(other.tally)
        self.rows += other.rows

    def finish(self) -> Any:
        """Fitted on each distinct value once; only the grouping of rare categories is told the true counts."""
        encoder = clone(self.transformer)
        group = encoder._fit_infrequent_category_mapping

        def group_by_true_counts(_rows: int, _counts: Any, missing: Any) -> None:
            counts = [
                np.array([column.count_of(value) for value in categories])
                for column, categories in zip(self.tally.columns, encoder.categories_, strict=True)
            ]
            group(self.rows, counts, missing)

        encoder._fit_infrequent_category_mapping = group_by_true_counts
        try:
            return encoder.fit(self.tally.stand_in())
        finally:
            del encoder._fit_infrequent_category_mapping
