"""What answers that need no model reach: the point from which a metric begins to mean something."""

import numpy as np

from penstock.evaluation.binary import BinarySample
from penstock.evaluation.estimates import Estimate, estimate
from penstock.evaluation.judged import Judged
from penstock.evaluation.multiclass import MOST_RANKED, MulticlassSample
from penstock.evaluation.numbers import NumberSample
from penstock.evaluation.resampling import measure_once

_LEFT_OUT = {"top_5_accuracy", "r2", "pinball", "auc", "smape", "mape"}


def baselines_of(judged: Judged) -> dict[str, dict[str, Estimate]]:
    """The best constant answer, which knows the judged rows: harder to beat than one that learned from others."""
    sample = judged.sample
    constant: BinarySample | MulticlassSample | NumberSample
    if isinstance(sample, BinarySample):
        share = float(np.average(sample.truth, weights=judged.weights))
        name = "always the share of the positive class"
        constant = BinarySample(
            sample.truth,
            np.full(len(sample), share >= 0.5),
            np.full(len(sample), share) if sample.is_probability and sample.score is not None else None,
        )
    elif isinstance(sample, MulticlassSample):
        name = "always the most frequent class"
        constant = _most_frequent(sample, judged)
    else:
        name = "always the median"
        constant = NumberSample(sample.truth, np.full(len(sample), np.median(sample.truth)))
    found = measure_once(constant.measure, len(sample), judged.weights)
    return {name: {key: estimate(value) for key, value in found.items() if key not in _LEFT_OUT}}


def _most_frequent(sample: MulticlassSample, judged: Judged) -> MulticlassSample:
    shares = np.bincount(sample.truth, weights=judged.weights, minlength=sample.classes).astype(np.float64)
    shares /= shares.sum()
    given = squares = better = None
    if sample.given is not None and sample.classes <= MOST_RANKED:
        given = shares[sample.truth]
        squares = np.full(len(sample), float((shares**2).sum()))
        better = np.zeros(len(sample))
    often = np.full(len(sample), int(np.argmax(shares)), dtype=np.intp)
    return MulticlassSample(sample.truth, often, sample.classes, given=given, squares=squares, better=better)
