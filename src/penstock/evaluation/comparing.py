"""Is the challenger better? Two models on the same rows, by a one-sided test that is honest about chance."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from penstock.evaluation.binary import BinarySample
from penstock.evaluation.chance import chance_of, chance_of_wins
from penstock.evaluation.delong import auc_difference
from penstock.evaluation.errors import UnclearTask, WrongOption
from penstock.evaluation.estimates import METRICS, Metric, shown
from penstock.evaluation.judged import Judged, Question
from penstock.evaluation.judging import judge
from penstock.evaluation.multiclass import MOST_DRAWN
from penstock.evaluation.resampling import Floats, Resampling, draw, few_groups, measure_once
from penstock.evaluation.table import open_table, require
from penstock.evaluation.threads import one_thread

_FEW = 30
_RANKED = ("auc", "average_precision", "median_absolute_error")


class Comparison(Struct, frozen=True, kw_only=True):
    """A challenger against a champion on the same rows."""

    metric: str
    champion: float
    challenger: float
    difference: float
    """Challenger less champion, in the metric's own sense: below 0 is better where lower is better."""
    low: float
    high: float
    """The 95 % interval of the difference."""
    p_value: float
    """How probable so large a gain is at most, if the challenger is no better than the champion and the margin."""
    better: bool
    """Whether the challenger is better by more than the margin: `p_value` is below the significance."""
    significance: float
    margin: float
    rows: int
    disagreements: int
    """Rows to which the two give different answers: labels, or numbers."""
    method: str
    higher_is_better: bool
    notes: list[str] = []

    def __str__(self) -> str:
        more = f" by more than {self.margin:g}" if self.margin else ""
        verdict = f"better{more}" if self.better else f"not shown to be better{more}"
        return (
            f"the challenger is {verdict}: {METRICS[self.metric].title} {shown(self.challenger)} against"
            f" {shown(self.champion)}, difference {_signed(self.difference)} ({_signed(self.low)} to"
            f" {_signed(self.high)}), p = {self.p_value:.2g} by {self.method} on {self.rows} rows"
        )


def compare(
    champion: Any,
    challenger: Any,
    data: Any,
    target: str,
    metric: str,
    *,
    significance: float = 0.05,
    margin: float = 0.0,
    task: str | None = None,
    positive: Any = None,
    threshold: float | None = None,
    quantile: float | None = None,
    weights: str | None = None,
    groups: str | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
) -> Comparison:
    """Ask whether a challenger is better than the champion, on the same rows.

    The question is one-sided: is it better by more than `margin`? If it is not, the answer "better" comes with a
    probability of at most `significance`. The test is paired, so rows that are hard for both do not hide a difference:
    DeLong's for the AUC, McNemar's exact one for the accuracy (without margin, where it is slightly cautious), and the
    bootstrap of the difference for all others, and wherever rows have weights or groups.

    Args:
        champion: The model to beat.
        challenger: The model that wants to.
        data: Rows that neither has learned from, with the columns of both.
        target: The column of what happened.
        metric: One of `METRICS`, of the kind of question at hand.
        significance: How often a model that is no better may pass.
        margin: How much better it must be, in the units of the metric.
        task: See `evaluate`.
        positive: See `evaluate`.
        threshold: See `evaluate`; for both models.
        quantile: See `evaluate`.
        weights: See `evaluate`.
        groups: See `evaluate`. Rows of one group, e.g. one day, are drawn together.
        bootstrap: How many resamples.
        seed: Of the resamples.

    Raises:
        WrongOption: The metric is none of this task, or is undefined on these rows.
        UnclearTask: The two models answer different questions.
    """
    known = _checked(metric, significance, margin, bootstrap)
    source = open_table(data)
    kept = (groups,) if groups else ()
    require(source, kept, "`groups=`")
    require(source, [weights] if weights else [], "`weights=`")
    question = Question(
        target=target,
        task=task,
        positive=positive,
        threshold=threshold,
        quantile=quantile,
        weights=weights,
        kept=kept,
        others=kept,
    )
    pair = _Pair(judge(champion, source, question), judge(challenger, source, question), known)
    codes = None
    if groups:
        import pandas as pd

        column = pair.one.facts[groups]
        codes = np.asarray(pd.factorize(column, use_na_sentinel=False)[0], dtype=np.intp)
    with one_thread():
        gain = pair.gain(margin, Resampling(repeats=bootstrap, seed=seed), codes)
    return pair.comparison(gain, margin, significance, few_groups(codes))


def _checked(metric: str, significance: float, margin: float, bootstrap: int) -> Metric:
    if metric not in METRICS:
        advice = f"the metrics are: {', '.join(METRICS)}"
        raise WrongOption(option="metric", value=repr(metric), reason="there is no such metric", advice=advice)
    if not 0 < significance <= 0.5:
        raise WrongOption(option="significance", value=str(significance), reason="it is above 0 and at most 0.5")
    if not (math.isfinite(margin) and margin >= 0):
        raise WrongOption(option="margin", value=str(margin), reason="it is at least 0, and says how much better")
    if bootstrap < 100:
        raise WrongOption(option="bootstrap", value=str(bootstrap), reason="a test needs at least 100 resamples")
    return METRICS[metric]


@dataclass(frozen=True)
class _Gain:
    """How much better the challenger is, so that more is better."""

    size: float
    error: float
    p_value: float
    method: str


class _Pair:
    """The answers of both models to the same rows."""

    def __init__(self, one: Judged, other: Judged, metric: Metric) -> None:
        self.one, self.other, self.metric = one, other, metric
        if type(one.sample) is not type(other.sample):
            reason = f"the champion's answers are {one.task}, and the challenger's are {other.task}"
            raise UnclearTask(reason=reason, advice="compare models that answer the same question")
        first = measure_once(one.sample.measure, len(one.sample), one.weights)
        second = measure_once(other.sample.measure, len(other.sample), other.weights)
        several = max(len(one.classes), len(other.classes))
        if metric.name == "auc" and several > MOST_DRAWN:
            reason = f"with {several} classes it has no interval"
            raise WrongOption(option="metric", value="'auc'", reason=reason, advice="take 'log_loss'")
        if metric.name not in first or metric.name not in second:
            both = [name for name in first if name in second]
            lacks = metric.name in first or metric.name in second
            reason = "one of the two models gives no probabilities" if lacks else f"it is no metric of {one.task}"
            advice = f"there are: {', '.join(both)}"
            raise WrongOption(option="metric", value=repr(metric.name), reason=reason, advice=advice)
        self.values = first[metric.name], second[metric.name]
        if not all(map(math.isfinite, self.values)):
            reason = "it is undefined on these rows, e.g. since all are of one class"
            raise WrongOption(option="metric", value=repr(metric.name), reason=reason)
        self.sign = 1.0 if metric.higher_is_better else -1.0

    def gain(self, margin: float, plan: Resampling, groups: NDArray[np.intp] | None) -> _Gain:
        """The gain, and how probable it is by chance."""
        size = self.sign * (self.values[1] - self.values[0])
        one, other = self.one.sample, self.other.sample
        plain = self.one.weights is None and groups is None
        if self.metric.name == "auc" and plain and isinstance(one, BinarySample) and isinstance(other, BinarySample):
            assert one.score is not None
            assert other.score is not None
            _, error = auc_difference(one.truth, one.score, other.score)
            if math.isfinite(error):
                return _Gain(size, error, chance_of(size - margin, error), "DeLong's test")
        if self.metric.name == "accuracy" and plain:
            return self._accuracy(size, margin)
        return self._resampled(size, margin, plan, groups)

    def _accuracy(self, size: float, margin: float) -> _Gain:
        """By the rows that one gets right and the other wrong, which alone tell the two apart."""
        gained = self.other.sample.losses["accuracy"] - self.one.sample.losses["accuracy"]
        rows = len(gained)
        error = float(gained.std(ddof=1)) / math.sqrt(rows) if rows > 1 else math.inf
        if margin:
            return _Gain(size, error, chance_of(size - margin, error), "paired test of the difference")
        wins, losses = int((gained > 0).sum()), int((gained < 0).sum())
        return _Gain(size, error, chance_of_wins(wins, wins + losses), "McNemar's exact test")

    def _resampled(self, size: float, margin: float, plan: Resampling, groups: NDArray[np.intp] | None) -> _Gain:
        name, one, other = self.metric.name, self.one.sample, self.other.sample

        ranks = name in _RANKED
        first, second = one.losses.get(name), other.losses.get(name)

        def measure(counts: Floats) -> dict[str, Floats]:
            if first is not None and second is not None:
                return {"gain": self.sign * (counts @ (second - first)) / counts.sum(axis=1)}
            gained = other.measure(counts, ranks=ranks)[name] - one.measure(counts, ranks=ranks)[name]
            return {"gain": self.sign * gained}

        drawn = draw(measure, len(one), plan, weights=self.one.weights, groups=groups).get("gain", np.empty(0))
        drawn = drawn[np.isfinite(drawn)]
        error = float(drawn.std(ddof=1)) if len(drawn) > 1 else math.inf
        return _Gain(size, error, chance_of(size - margin, error), f"{len(drawn)} bootstrap resamples")

    def comparison(self, gain: _Gain, margin: float, significance: float, notes: list[str]) -> Comparison:
        """The answer in words that a person asked in."""
        difference = self.sign * gain.size
        reach = 1.96 * gain.error if math.isfinite(gain.error) else 2 * abs(difference)
        same = _disagreements(self.one, self.other)
        return Comparison(
            metric=self.metric.name,
            champion=_digits(self.values[0]),
            challenger=_digits(self.values[1]),
            difference=_digits(difference),
            low=_digits(difference - reach),
            high=_digits(difference + reach),
            p_value=float(f"{gain.p_value:.4g}"),
            better=gain.p_value < significance,
            significance=significance,
            margin=margin,
            rows=len(self.one.sample),
            disagreements=same,
            method=gain.method,
            higher_is_better=self.metric.higher_is_better,
            notes=[*self._notes(gain, same), *notes],
        )

    def _notes(self, gain: _Gain, disagreements: int) -> list[str]:
        notes = list(dict.fromkeys([*self.one.notes, *self.other.notes]))
        if gain.error == 0:
            notes.append("the two do equally well on each row: there is nothing to tell them apart by")
        elif gain.method.startswith("McNemar") and disagreements < _FEW:
            notes.append(f"the two disagree on {disagreements} rows only: few to tell them apart by")
        if len(self.one.sample) < _FEW:
            notes.append(f"there are few rows ({len(self.one.sample)}) for a comparison")
        return notes


def _disagreements(one: Judged, other: Judged) -> int:
    """Rows with different answers."""
    first, second = one.sample.predicted, other.sample.predicted
    if one.classes != other.classes and one.task == "multiclass":
        names, others = np.array(one.classes, dtype=object), np.array(other.classes, dtype=object)
        first, second = names[first], others[second]
    return int((first != second).sum())


def _digits(number: float) -> float:
    return float(f"{float(number):.10g}")


def _signed(number: float) -> str:
    return f"+{shown(number)}" if number > 0 else shown(number).replace("-", "−")
