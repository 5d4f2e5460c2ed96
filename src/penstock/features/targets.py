"""Target encoding: how the target behaves within each category."""

from collections import Counter
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import clone

from penstock.features.accumulator import Accumulator
from penstock.features.tally import Tally

MISSING = object()
"""Stands for a missing category, of which there may be many unequal ones."""


class Moments:
    """Number, mean and sum of squared deviations; merged by the formula of Chan, Golub and LeVeque (1979)."""

    __slots__ = ("count", "mean", "squares")

    def __init__(self, count: float = 0, mean: float = 0.0, squares: float = 0.0) -> None:
        self.count, self.mean, self.squares = count, mean, squares

    def add(self, count: float, mean: float, squares: float) -> None:
        """Take in what was seen elsewhere."""
        seen = self.count + count
        if not seen:
            return
        shift = mean - self.mean
        self.squares += squares + shift * shift * self.count * count / seen
        self.mean += shift * count / seen
        self.count = seen

    @property
    def variance(self) -> float:
        """Of the population."""
        return self.squares / self.count if self.count else 0.0


class TargetEncoding(Accumulator):
    """`TargetEncoder.fit`: encodings learned from all rows.

    In scikit-learn `fit_transform` encodes the training rows by cross-fitting, each row without its own part of the
    data. That needs all rows and is no part of the fitted state, so what is fitted here is what `fit` gives.
    """

    def __init__(self, transformer: Any) -> None:
        super().__init__(transformer)
        self.tally = Tally()
        self.pairs: list[Counter[tuple[Any, Any]]] = []
        self.moments: list[dict[Any, Moments]] = []
        self.classes: Counter[Any] = Counter()
        self.discrete = transformer.target_type != "continuous"
        self.numeric = True

    def update(self, X: Any, y: Any = None) -> None:
        if y is None:
            raise ValueError("it needs the target: pass `target=`, the name of its column")
        target = pd.Series(np.asarray(y))
        if target.isna().any():
            raise ValueError("Input y contains NaN.")
        self.tally.update(X)
        self.numeric = self.numeric and target.dtype.kind in "biuf"
        if self.numeric and self.transformer.target_type == "auto":
            self.discrete = self.discrete and bool((target == np.floor(target.astype(float))).all())
        if self.discrete:
            found = target.value_counts(sort=False)
            self.classes.update(dict(zip(found.index.tolist(), found.tolist(), strict=True)))
        frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X))
        for position, (_, column) in enumerate(frame.items()):
            if position == len(self.pairs):
                self.pairs.append(Counter())
                self.moments.append({})
            self._update_column(position, column.reset_index(drop=True), target)

    def _update_column(self, position: int, column: Any, target: Any) -> None:
        if self.discrete:
            sizes = target.groupby([column, target], dropna=False, sort=False, observed=True).size()
            for (category, value), count in sizes.items():
                self.pairs[position][_key(category), value] += count
        if self.numeric:
            groups = target.astype(float).groupby(column, dropna=False, sort=False, observed=True)
            counts, means, variances = groups.size(), groups.mean(), groups.var(ddof=0)
            for category, n, mean, variance in zip(
                counts.index.tolist(), counts.tolist(), means.tolist(), variances.tolist(), strict=True
            ):
                self.moments[position].setdefault(_key(category), Moments()).add(n, mean, variance * n)

    def merge(self, other: Self) -> None:
        self.tally.merge(other.tally)
        self.classes.update(other.classes)
        self.discrete = self.discrete and other.discrete
        self.numeric = self.numeric and other.numeric
        for ours, theirs in zip(self.pairs, other.pairs, strict=True):
            ours.update(theirs)
        for mine, others in zip(self.moments, other.moments, strict=True):
            for category, seen in others.items():
                mine.setdefault(category, Moments()).add(seen.count, seen.mean, seen.squares)

    def finish(self) -> Any:
        """Categories, classes and kind of target by scikit-learn, from each distinct value once; then the encodings."""
        encoder = clone(self.transformer)
        block = self.tally.stand_in()
        classes = sorted(self.classes) if self.discrete else [0.5, 1.25]
        rows = max(len(block), 2 * len(classes))
        take = np.minimum(np.arange(rows), len(block) - 1)
        block = block.iloc[take] if self.tally.is_frame else block[take]
        encoder.fit(block, np.resize(np.array(classes), rows))
        if encoder.target_type_ == "continuous":
            encoder.target_mean_, encoder.encodings_ = self._encodings(encoder, None)
        elif encoder.target_type_ == "binary":
            positive = encoder.classes_[1] if len(encoder.classes_) > 1 else MISSING
            encoder.target_mean_, encoder.encodings_ = self._encodings(encoder, positive)
        else:
            found = [self._encodings(encoder, value) for value in encoder.classes_]
            encoder.target_mean_ = np.array([mean for mean, _ in found])
            encoder.encodings_ = [each[feature] for feature in range(len(encoder.categories_)) for _, each in found]
        return encoder

    def _encodings(self, encoder: Any, positive: Any) -> tuple[float, list[Any]]:
        """The target's mean and the encodings of each feature; of the class `positive` against all others, if given."""
        mean, encoded = 0.0, []
        for position, categories in enumerate(encoder.categories_):
            groups = self.moments[position] if positive is None else self._of_class(position, positive)
            whole = Moments()
            for seen in groups.values():
                whole.add(seen.count, seen.mean, seen.squares)
            mean = whole.mean
            encoded.append(np.array([_encode(groups.get(_key(c)), whole, encoder.smooth) for c in categories]))
        return np.float64(mean), encoded

    def _of_class(self, position: int, positive: Any) -> dict[Any, Moments]:
        found: dict[Any, list[int]] = {}
        for (category, value), count in self.pairs[position].items():
            both = found.setdefault(category, [0, 0])
            both[0] += count
            both[1] += count if value == positive else 0
        return {key: Moments(n, hits / n, hits * (n - hits) / n) for key, (n, hits) in found.items()}


def _encode(seen: Moments | None, whole: Moments, smooth: Any) -> float:
    """The blend of a category's mean and the overall mean.

    With `smooth="auto"` the empirical Bayes estimate of Micci-Barreca (2001), as in scikit-learn.
    """
    if smooth != "auto":
        count, mean = (seen.count, seen.mean) if seen else (0, 0.0)
        return (count * mean + smooth * whole.mean) / (count + smooth) if count + smooth else whole.mean
    if seen is None:
        return whole.mean
    spread = whole.variance * seen.count
    if not spread + seen.variance:
        return whole.mean
    weight = spread / (spread + seen.variance)
    return weight * seen.mean + (1 - weight) * whole.mean


def _key(category: Any) -> Any:
    return MISSING if pd.isna(category) else category
