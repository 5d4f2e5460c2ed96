"""Curves over thresholds, the choice of one, calibration, and confusion of classes."""

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.binary import BinarySample
from penstock.evaluation.errors import WrongOption
from penstock.evaluation.estimates import estimate
from penstock.evaluation.labels import Label
from penstock.evaluation.multiclass import MulticlassSample
from penstock.evaluation.parts import Bin, Calibration, Confusion, Curves
from penstock.evaluation.resampling import Floats

_POINTS = 200
_FEWEST_CALLED = 10
"""Thresholds that call fewer rows positive are left out: one row or two make a precision of 0 or 1."""
_BINS = 10
_MOST_LABELS = 20

Aim = Literal["f1", "balanced_accuracy", "accuracy", "mcc", "cost"]


def curves_of(sample: BinarySample, weights: Floats | None = None) -> Curves | None:
    """What each threshold gives, at about 200 points of them; None where one class is missing or there is no score."""
    if sample.score is None or sample.truth.all() or not sample.truth.any():
        return None
    table = _Thresholds(sample.truth, sample.score, weights)
    rates = (table.false_positive_rate, table.recall, table.selected)
    grid = np.linspace(0, 1, _POINTS // 3)
    wanted = np.unique(np.concatenate([np.searchsorted(rate, grid) for rate in rates] + [[0, len(table.recall) - 1]]))
    kept = np.minimum(wanted, len(table.recall) - 1)
    enough = table.selected[kept] * len(sample) >= min(_FEWEST_CALLED, len(sample))
    kept = kept[enough]
    columns: dict[str, Floats] = {
        "thresholds": table.thresholds,
        "false_positive_rate": table.false_positive_rate,
        "recall": table.recall,
        "precision": table.precision,
        "f1": table.aim("f1"),
        "selected": table.selected,
    }
    return Curves(**{name: [_digits(value) for value in column[kept]] for name, column in columns.items()})


def choose_threshold(
    truth: Any,
    score: Any,
    *,
    by: Aim = "f1",
    min_precision: float = 0.0,
    min_recall: float = 0.0,
    costs: tuple[float, float] = (1.0, 1.0),
    weights: Any = None,
) -> float:
    """The threshold that does best on these rows: choose it on validation rows, judge it on others.

    Args:
        truth: Whether each row is of the positive class.
        score: How probable that is, by the model.
        by: What should be as large as can be; `cost` makes the cost of errors as small as can be.
        min_precision: Only thresholds with at least so much precision.
        min_recall: Only thresholds with at least so much recall.
        costs: Of a false positive, and of a false negative.
        weights: How much each row counts.

    Raises:
        WrongOption: No threshold reaches what is asked for, or there is only one class.
    """
    truth, score = np.asarray(truth, dtype=bool), np.asarray(score, dtype=np.float64)
    if truth.shape != score.shape or truth.ndim != 1:
        raise WrongOption(option="score", value=f"<shape {score.shape}>", reason=f"the truth has shape {truth.shape}")
    if np.isnan(score).any() or truth.all() or not truth.any():
        reason = "a score is not a number" if np.isnan(score).any() else "only one class is there"
        raise WrongOption(option="truth", value="…", reason=reason)
    table = _Thresholds(truth, score, None if weights is None else np.asarray(weights, dtype=np.float64))
    aims = table.cost(*costs) if by == "cost" else table.aim(by)
    allowed = (table.precision >= min_precision) & (table.recall >= min_recall)
    if not allowed.any():
        best = float(table.precision[table.recall >= min_recall].max(initial=0.0))
        reason = f"with at least {min_recall:g} recall, the precision is at most {best:.3f}"
        raise WrongOption(option="min_precision", value=f"{min_precision:g}", reason=reason)
    return float(table.thresholds[int(np.argmax(np.where(allowed, aims, -math.inf)))])


class _Thresholds:
    """Counts for each distinct score as the threshold: rows at or above it are called positive."""

    def __init__(self, truth: NDArray[np.bool_], score: Floats, weights: Floats | None) -> None:
        order = np.argsort(-score, kind="stable")
        ordered = score[order]
        here = np.ones(len(score)) if weights is None else weights[order]
        ends = np.flatnonzero(np.concatenate([ordered[1:] != ordered[:-1], [True]]))
        self.hits = np.cumsum(here * truth[order])[ends]
        self.false = np.cumsum(here * ~truth[order])[ends]
        self.positives, self.negatives = self.hits[-1], self.false[-1]
        self.thresholds = ordered[ends]
        self.recall = self.hits / self.positives
        self.false_positive_rate = self.false / self.negatives
        self.precision = self.hits / np.maximum(self.hits + self.false, 1e-300)
        self.selected = (self.hits + self.false) / (self.positives + self.negatives)

    def aim(self, name: str) -> Floats:
        """How good each threshold is."""
        total = self.positives + self.negatives
        called = self.hits + self.false
        found: Floats
        if name == "f1":
            found = 2 * self.hits / (called + self.positives)
        elif name == "balanced_accuracy":
            found = (self.recall + 1 - self.false_positive_rate) / 2
        elif name == "accuracy":
            found = (self.hits + self.negatives - self.false) / total
        elif name == "mcc":
            product = called * (total - called) * self.positives * self.negatives
            found = np.where(product > 0, self.hits * total - called * self.positives, 0.0)
            found = found / np.sqrt(np.where(product > 0, product, 1.0))
        else:
            advice = "it is one of 'f1', 'balanced_accuracy', 'accuracy', 'mcc', 'cost'"
            raise WrongOption(option="by", value=repr(name), reason="there is no such aim", advice=advice)
        return found

    def cost(self, false_positive: float, false_negative: float) -> Floats:
        """The cost of errors, negative, so that more is better."""
        cost: Floats = -(self.false * false_positive + (self.positives - self.hits) * false_negative)
        return cost


def calibration_of(happened: NDArray[np.bool_], probability: Floats, weights: Floats | None = None) -> Calibration:
    """Ten bins of equally many rows, of growing probability; fewer where probabilities repeat."""
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, _BINS + 1)[1:-1]))
    places = np.searchsorted(edges, probability, side="right")
    weights = np.ones(len(probability)) if weights is None else weights
    bins, error = [], 0.0
    for place in np.unique(places):
        here = places == place
        mass = float(weights[here].sum())
        if mass <= 0:
            continue
        predicted = float(np.average(probability[here], weights=weights[here]))
        observed = float(np.average(happened[here], weights=weights[here]))
        size = mass**2 / float((weights[here] ** 2).sum())
        bins.append(Bin(_digits(predicted), estimate(observed, *_wilson(observed, size)), int(here.sum())))
        error += mass * abs(predicted - observed)
    return Calibration(error=_digits(error / float(weights.sum())), bins=bins)


def _wilson(share: float, size: float, z: float = 1.96) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of `size` rows."""
    middle = (share + z**2 / (2 * size)) / (1 + z**2 / size)
    reach = z * math.sqrt(share * (1 - share) / size + z**2 / (4 * size**2)) / (1 + z**2 / size)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def confusion_of(sample: BinarySample | MulticlassSample, classes: list[Label], positive: Label | None) -> Confusion:
    """How often each class was taken for each; of more than 20 classes the most frequent, and all others as one."""
    if isinstance(sample, BinarySample):
        others = [name for name in classes if name != positive]
        names = [*(others or ["not " + str(positive)]), positive]
        truth, predicted = sample.truth.astype(np.intp), sample.predicted.astype(np.intp)
    else:
        names, truth, predicted = list(classes), sample.truth, sample.predicted
    labels = [str(name) for name in names]
    if len(names) > _MOST_LABELS:
        often = np.bincount(truth, minlength=len(names)) + np.bincount(predicted, minlength=len(names))
        kept = np.sort(np.argsort(-often, kind="stable")[: _MOST_LABELS - 1])
        lookup = np.full(len(names), len(kept))
        lookup[kept] = np.arange(len(kept))
        truth, predicted = lookup[truth], lookup[predicted]
        labels = [*(labels[code] for code in kept), f"{len(names) - len(kept)} others"]
    size = len(labels)
    counts = np.bincount(truth * size + predicted, minlength=size * size).reshape(size, size)
    return Confusion(labels, [[int(count) for count in row] for row in counts])


def _digits(number: float) -> float:
    return float(f"{float(number):.8g}")
