"""Crosses: what two or more categories are together."""

from itertools import combinations
from typing import Any

import numpy as np

from penstock.features.frames import ColumnTransforming
from penstock.features.labels import hashes, labels

JOINT = "\x1f"
"""Stands between the categories of a cross: the unit separator of ASCII, which no text has by chance."""


class FeatureCross(ColumnTransforming):
    """Each combination of `degree` of its columns as one category: the texts of both, joined.

    An encoder behind it makes numbers of them. With `buckets` each cross is a number at once: its hash, from 0 to
    `buckets` - 1, whatever was seen in training. Where one of the categories is missing, the cross is.

    Args:
        degree: How many columns make a cross.
        buckets: Give the number of a bucket in place of the texts.
    """

    def __init__(self, degree: int = 2, *, buckets: int | None = None) -> None:
        self.degree = degree
        self.buckets = buckets

    def transform(self, X: Any) -> Any:
        """A matrix of texts (NaN where missing), or of bucket numbers as float64, one column for each cross."""
        self._check_parameters()
        names, columns = self._columns(X)
        self._check_width(len(columns))
        parts = [labels(column, name) for column, name in zip(columns, names, strict=True)]
        crosses = [self._cross([parts[index] for index in chosen]) for chosen in self._combinations(len(columns))]
        return np.column_stack(crosses)

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """`a*b` for each cross."""
        names = self._names(input_features)
        joined = ["*".join(names[index] for index in chosen) for chosen in self._combinations(len(names))]
        return np.array(joined, dtype=object)

    def _combinations(self, width: int) -> list[tuple[int, ...]]:
        return list(combinations(range(width), self.degree))

    def _cross(self, parts: list[tuple[Any, Any]]) -> Any:
        """The cross of some columns; each combination of categories is joined, and hashed, once."""
        place, missing = np.zeros(len(parts[0][1]), dtype=np.int64), np.zeros(len(parts[0][1]), dtype=bool)
        for texts, codes in parts:
            place = place * max(1, len(texts)) + np.maximum(codes, 0)
            missing |= codes < 0
        place[missing] = -1
        _, first, inverse = np.unique(place, return_index=True, return_inverse=True)
        joined = np.empty(len(first), dtype=object)
        joined[:] = [
            np.nan if missing[row] else JOINT.join(texts[codes[row]] for texts, codes in parts) for row in first
        ]
        made = joined
        if self.buckets is not None:
            made = np.full(len(joined), np.nan)
            known = ~missing[first]
            made[known] = np.abs(hashes(joined[known])) % self.buckets
        return made[inverse]

    def _check_parameters(self) -> None:
        if self.degree < 2:
            raise ValueError(f"a cross is of two columns or more, not degree={self.degree}")
        if self.buckets is not None and self.buckets < 1:
            raise ValueError(f"there is at least one bucket, so buckets={self.buckets} cannot be")

    def _check_width(self, width: int) -> None:
        if width < self.degree:
            raise ValueError(f"a cross of degree {self.degree} needs as many columns, and there are {width}")
