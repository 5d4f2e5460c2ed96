"""DeLong's variance of the difference of two AUCs on the same rows.

E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson, Biometrics 44 (1988) 837; computed by midranks as X. Sun and W. Xu,
IEEE Signal Processing Letters 21 (2014) 1389.
"""

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.resampling import Floats


def auc_difference(truth: NDArray[np.bool_], one: Floats, other: Floats) -> tuple[float, float]:
    """The AUC of `other` less that of `one`, and the standard error of that; NaN with fewer than two of a class."""
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if min(positives, negatives) < 2:
        return float("nan"), float("nan")
    first, second = _placements(truth, one), _placements(truth, other)
    of_positives, of_negatives = second[0] - first[0], second[1] - first[1]
    variance = of_positives.var(ddof=1) / positives + of_negatives.var(ddof=1) / negatives
    return float(of_positives.mean()), float(np.sqrt(variance))


def _placements(truth: NDArray[np.bool_], score: Floats) -> tuple[Floats, Floats]:
    """For each positive row the share of negatives below it, for each negative one the share of positives above."""
    positives, negatives = score[truth], score[~truth]
    together = _midranks(np.concatenate([positives, negatives]))
    below = (together[: len(positives)] - _midranks(positives)) / len(negatives)
    above = 1 - (together[len(positives) :] - _midranks(negatives)) / len(positives)
    return below, above


def _midranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: Floats = (ends - (counts - 1) / 2)[places]
    return ranks
