"""Metrics of several classes, for many resamples of the rows at once. A mean over classes counts each alike."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.binary import SMALLEST, BinarySample
from penstock.evaluation.resampling import Floats

MOST_RANKED = 50
"""Of more classes the probabilities are not kept, and there is no AUC."""
MOST_DRAWN = 10
"""Of more classes the AUC has no interval: each class is a ranking of its own."""


@dataclass(frozen=True, eq=False)
class MulticlassSample:
    """What happened, and what a model said, row by row, as places in a list of classes."""

    truth: NDArray[np.intp]
    predicted: NDArray[np.intp]
    classes: int
    """How many."""
    given: Floats | None = None
    """The probability that the model gave to what happened."""
    squares: Floats | None = None
    """The sum of the squares of all probabilities."""
    better: Floats | None = None
    """How many classes the model held to be more probable than what happened."""
    confidence: Floats | None = None
    """The probability of the predicted class."""
    probabilities: Floats | None = None
    """`[rows, classes]`; None if there are too many classes."""

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, rows: NDArray[np.intp]) -> "MulticlassSample":
        """The same of some rows."""
        names = ("truth", "predicted", "given", "squares", "better", "confidence", "probabilities")
        kept = {name: getattr(self, name) for name in names}
        return replace(self, **{name: value[rows] for name, value in kept.items() if value is not None})

    @cached_property
    def losses(self) -> dict[str, Floats]:
        """What each row adds to a metric that is a mean over rows."""
        found = {"accuracy": (self.truth == self.predicted).astype(np.float64)}
        if self.given is not None and self.squares is not None and self.better is not None:
            found["log_loss"] = -np.log(np.clip(self.given, SMALLEST, 1.0))
            found["brier"] = self.squares - 2 * self.given + 1
            if self.classes > 5:
                found["top_5_accuracy"] = (self.better < 5).astype(np.float64)
        return found

    def measure(self, counts: Floats, *, ranks: bool = True) -> dict[str, Floats]:
        """Each metric, where row `i` counts `counts[r, i]` times in resample `r`; without `ranks` those of labels."""
        terms = np.column_stack([np.ones(len(self)), *self.losses.values()])
        sums = counts @ terms
        total = sums[:, 0]
        found = {name: sums[:, 1 + place] / total for place, name in enumerate(self.losses)}
        support, predicted, hits = self._by_class(counts)
        seen = (support + predicted) > 0
        recall = hits / support
        precision = np.where(predicted > 0, hits / np.where(predicted > 0, predicted, 1), 0.0)
        f1 = np.where(seen, 2 * hits / (support + predicted), 0.0)
        spread = (total**2 - (predicted**2).sum(axis=1)) * (total**2 - (support**2).sum(axis=1))
        excess = hits.sum(axis=1) * total - (predicted * support).sum(axis=1)
        several = (support > 0).sum(axis=1) > 1
        found |= {
            "balanced_accuracy": np.where(several, _mean(recall, support > 0), np.nan),
            "f1": _mean(f1, seen),
            "precision": _mean(precision, seen),
            "recall": _mean(np.where(support > 0, recall, 0.0), seen),
            "mcc": np.where(several, np.where(spread > 0, excess / np.sqrt(np.abs(spread)), 0.0), np.nan),
        }
        if ranks and self.probabilities is not None and (self.classes <= MOST_DRAWN or len(counts) == 1):
            found["auc"] = self._auc(counts)
        return found

    def _by_class(self, counts: Floats) -> tuple[Floats, Floats, Floats]:
        """How often each class happened, was predicted, and was predicted rightly; of classes that occur at all."""
        occurring, codes = np.unique(np.concatenate([self.truth, self.predicted]), return_inverse=True)
        truth, predicted = codes[: len(self)], codes[len(self) :]
        right = np.flatnonzero(truth == predicted)
        size = len(occurring)
        tables = [np.empty((len(counts), size)) for _ in range(3)]
        for place, row in enumerate(counts):
            tables[0][place] = np.bincount(truth, row, size)
            tables[1][place] = np.bincount(predicted, row, size)
            tables[2][place] = np.bincount(truth[right], row[right], size)
        return tables[0], tables[1], tables[2]

    @cached_property
    def _against_rest(self) -> list[BinarySample]:
        assert self.probabilities is not None
        present = [code for code in range(self.classes) if 0 < (self.truth == code).sum() < len(self)]
        nobody = np.zeros(len(self), dtype=bool)
        return [BinarySample(self.truth == code, nobody, self.probabilities[:, code]) for code in present]

    def _auc(self, counts: Floats) -> Floats:
        """The mean of each class against the rest, over the classes that occur."""
        ranks = [sample.ranked(counts)["auc"] for sample in self._against_rest]
        if not ranks:
            return np.full(len(counts), np.nan)
        table = np.column_stack(ranks)
        return _mean(np.nan_to_num(table), np.isfinite(table))


def _mean(values: Floats, where: NDArray[np.bool_]) -> Floats:
    """The mean of each row over the places `where`."""
    mean: Floats = np.where(where, values, 0.0).sum(axis=1) / where.sum(axis=1)
    return mean
