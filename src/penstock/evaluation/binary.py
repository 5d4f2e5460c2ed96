"""Metrics of two classes, for many resamples of the rows at once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.resampling import Floats

SMALLEST = float(np.finfo(np.float64).eps)
"""Probabilities are kept this far from 0 and 1 where their logarithm is taken, as scikit-learn does."""


@dataclass(frozen=True, eq=False)
class BinarySample:
    """What happened, and what a model said, row by row."""

    truth: NDArray[np.bool_]
    """Whether it is the positive class."""
    predicted: NDArray[np.bool_]
    score: Floats | None = None
    """Grows with how probable the positive class is."""
    is_probability: bool = True

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, rows: NDArray[np.intp]) -> "BinarySample":
        """The same of some rows."""
        score = None if self.score is None else self.score[rows]
        return BinarySample(self.truth[rows], self.predicted[rows], score, self.is_probability)

    @cached_property
    def losses(self) -> dict[str, Floats]:
        """What each row adds to a metric that is a mean over rows."""
        found = {"accuracy": (self.truth == self.predicted).astype(np.float64)}
        if self.score is not None and self.is_probability:
            p = np.clip(self.score, SMALLEST, 1 - SMALLEST)
            found["log_loss"] = -np.log(np.where(self.truth, p, 1 - p))
            found["brier"] = (self.score - self.truth) ** 2
        return found

    @cached_property
    def _terms(self) -> Floats:
        columns = [np.ones(len(self)), self.truth, self.predicted, self.truth & self.predicted, *self.losses.values()]
        return np.column_stack(columns).astype(np.float64)

    @cached_property
    def _order(self) -> tuple[NDArray[np.intp], NDArray[np.intp] | None, NDArray[np.bool_]]:
        """Rows by score, where each group of equal scores ends (None if there is no tie), and the truth in order."""
        assert self.score is not None
        order = np.argsort(self.score, kind="stable")
        ordered = self.score[order]
        ends = np.flatnonzero(np.concatenate([ordered[1:] != ordered[:-1], [True]]))
        return order, None if len(ends) == len(order) else ends, self.truth[order]

    def measure(self, counts: Floats, *, ranks: bool = True) -> dict[str, Floats]:
        """Each metric, where row `i` counts `counts[r, i]` times in resample `r`; without `ranks` those of labels."""
        sums = counts @ self._terms
        total, positive, predicted, hits = sums[:, :4].T
        negative, rejected = total - positive, total - positive - predicted + hits
        recall = hits / positive
        specificity = rejected / negative
        product = predicted * (total - predicted) * positive * negative
        found = {name: sums[:, 4 + place] / total for place, name in enumerate(self.losses)}
        found |= {
            "balanced_accuracy": (recall + specificity) / 2,
            "f1": np.where(positive > 0, 2 * hits / (predicted + positive), np.nan),
            "precision": np.where(predicted > 0, hits / np.where(predicted > 0, predicted, 1), 0.0),
            "recall": recall,
            "specificity": specificity,
            "mcc": np.where(product > 0, (hits * total - predicted * positive) / np.sqrt(np.abs(product)), 0.0),
        }
        found["precision"] = np.where(positive > 0, found["precision"], np.nan)
        found["mcc"] = np.where((positive > 0) & (negative > 0), found["mcc"], np.nan)
        return found | (self.ranked(counts) if ranks and self.score is not None else {})

    def ranked(self, counts: Floats) -> dict[str, Floats]:
        """AUC and average precision: by groups of equal scores, from the lowest up."""
        order, ends, truth = self._order
        here = counts[:, order]
        positive = np.cumsum(here * truth, axis=1)
        negative = np.cumsum(here, axis=1) - positive
        if ends is not None:
            positive, negative = positive[:, ends], negative[:, ends]
        positives, negatives = positive[:, -1:], negative[:, -1:]
        each = np.diff(positive, axis=1, prepend=0)
        below = negative - np.diff(negative, axis=1, prepend=0)
        found = positives - positive + each
        precision = found / np.maximum(found + negatives - below, SMALLEST)
        return {
            "auc": (each * (below + negative)).sum(axis=1) / (2 * positives * negatives)[:, 0],
            "average_precision": (each * precision).sum(axis=1) / positives[:, 0],
        }
