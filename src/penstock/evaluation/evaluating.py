"""`evaluate`: everything that can be said of a model from some rows with a target."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.baselines import baselines_of
from penstock.evaluation.binary import BinarySample
from penstock.evaluation.curves import calibration_of, confusion_of, curves_of
from penstock.evaluation.estimates import METRICS, Estimate, estimate
from penstock.evaluation.explaining import explain_model
from penstock.evaluation.fairness import fairness_of
from penstock.evaluation.forecasting import (
    AgainstNaive,
    Forecasts,
    described,
    horizons_of,
    naive_forecasts,
    time_blocks,
)
from penstock.evaluation.judged import Judged
from penstock.evaluation.judging import judge
from penstock.evaluation.multiclass import MulticlassSample
from penstock.evaluation.numbers import NumberSample
from penstock.evaluation.options import Columns, Options, checked_plan, columns
from penstock.evaluation.parts import Calibration, Horizon, Residuals
from penstock.evaluation.resampling import Floats, draw, few_groups, measure_once, with_intervals
from penstock.evaluation.result import Evaluation
from penstock.evaluation.slicing import slices_of
from penstock.evaluation.table import open_table
from penstock.evaluation.threads import one_thread
from penstock.evaluation.worst import worst_places, worst_rows
from penstock.features.source import Source

_MOST_CLASSES_LISTED = 1000
_FOR_SLICES = 400
_SHOWN_POINTS = 500
_RESIDUAL_BINS = 20


def evaluate(
    model: Any,
    data: Any,
    target: str,
    *,
    task: str | None = None,
    slices: Columns = (),
    sensitive: Columns = (),
    positive: Any = None,
    threshold: float | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
    explain: bool | str = True,
    weights: str | None = None,
    groups: str | None = None,
    quantile: float | None = None,
    time: str | None = None,
    horizon: str | None = None,
    season: int | None = None,
    series: str | None = None,
    history: Any = None,
    baselines: Mapping[str, str] | None = None,
) -> Evaluation:
    """Judge a model by rows that it has not learned from.

    Every number has a bootstrap interval of 95 %. The rows are read in batches; what is kept of each is what the
    options name, and the answer. A task is inferred from the model, then from the target: `binary`, `multiclass`,
    `regression`; and it is `forecasting` if a time, a horizon, a season or baselines are named.

    Args:
        model: Anything with `predict`, and with `predict_proba` where it can: an estimator, a `penstock.Model`, a
            compiled model, `Predicted(...)` for predictions that are columns of the data.
        data: A table in any form that `penstock.features.fit` takes, or a list of rows.
        target: The column of what happened. Rows where it is missing are left out, and counted.
        task: What kind of question it is, where it should not be inferred.
        slices: Columns by whose values to judge too; numbers by quarters. A list within the list crosses columns.
        sensitive: Columns of groups of people that should be treated alike.
        positive: Of two classes the one that is looked for. Needed unless they are 0 and 1, "no" and "yes" or the like.
        threshold: The probability from which on a row is called positive, instead of the model's own decision. See
            `choose_threshold`.
        bootstrap: How many resamples; 0 leaves out intervals, and with them whether a slice is worse.
        seed: Of all that is drawn.
        explain: Whether to say which columns the model goes by. `"shap"` lets shap do it, which takes seconds to load.
        weights: A column of how much each row counts.
        groups: A column of what belongs together, e.g. the customer: rows of one group are drawn together.
        quantile: The quantile that the model predicts; adds the pinball loss.
        time: The column of what time a forecast is for.
        horizon: The column of how many steps ahead it was made.
        season: How many steps a season has.
        series: The column of which series it is of.
        history: A table with the times and values before those of the data, for naive forecasts.
        baselines: Columns that hold naive forecasts, by what they are called.

    Returns:
        The evaluation, which is a value: it can be stored, read by a gate, drawn and printed.

    Raises:
        NothingToEvaluate: There is no row with a target.
        ColumnsMissing: A column is named that is not there.
        UnusablePredictions: The model's answers are not all predictions: missing, infinite, no probabilities.
        UnclearTask: It cannot be told what is asked, e.g. which class is the positive one.
        WrongOption: An option does not make sense.
    """
    options = Options(
        target=target,
        task=task,
        positive=positive,
        threshold=threshold,
        quantile=quantile,
        weights=weights,
        groups=groups,
        slices=columns(slices, "slices"),
        sensitive=columns(sensitive, "sensitive"),
        forecasts=Forecasts(
            time=time, horizon=horizon, season=season, series=series, history=history, baselines=baselines
        ),
        plan=checked_plan(bootstrap, seed),
        explain=explain,
    )
    source = open_table(data)
    options.check(source)
    judged = judge(model, source, options.question)
    with one_thread():
        return _evaluation(model, source, judged, options)


@dataclass(kw_only=True)
class _Measured:
    """The numbers of all rows together."""

    metrics: dict[str, Estimate]
    baselines: dict[str, dict[str, Estimate]]
    horizons: list[Horizon] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    groups: NDArray[np.intp] | None = None
    """What was drawn together."""


def _evaluation(model: Any, source: Source, judged: Judged, options: Options) -> Evaluation:
    sample = judged.sample
    measured = _measure(judged, options)
    calibration = _calibration(sample, judged.weights)
    if calibration is not None:
        measured.metrics["calibration_error"] = estimate(calibration.error)
    metrics = {name: measured.metrics[name] for name in METRICS if name in measured.metrics}
    few = replace(options.plan, repeats=min(options.plan.repeats, _FOR_SLICES), drawn=options.plan.drawn // 5)
    worst = worst_places(judged)
    explained = None
    if options.explain:
        method: Any = "sampling" if options.explain is True else options.explain
        explained = explain_model(model, source, judged, worst=worst, seed=options.plan.seed, method=method)
    two = isinstance(sample, BinarySample)
    return Evaluation(
        task=judged.task,
        target=options.target,
        rows=len(sample),
        skipped=judged.skipped,
        classes=list(judged.classes[:_MOST_CLASSES_LISTED]),
        positive=judged.positive,
        threshold=options.threshold,
        metrics=metrics,
        baselines=measured.baselines,
        slices=slices_of(judged, options.slices, few, metrics, measured.groups),
        fairness=fairness_of(judged, options.sensitive, options.plan, measured.groups),
        horizons=measured.horizons,
        calibration=calibration,
        curves=curves_of(sample, judged.weights) if isinstance(sample, BinarySample) else None,
        confusion=None if isinstance(sample, NumberSample) else confusion_of(sample, judged.classes, judged.positive),
        residuals=_residuals(sample, options.plan.seed) if isinstance(sample, NumberSample) else None,
        explanations=explained,
        worst=worst_rows(source, judged, worst),
        notes=[*judged.notes, *measured.notes, *_undefined(metrics, sample, two)],
        confidence=options.plan.confidence,
        resamples=options.plan.repeats_for(len(sample)),
        seed=options.plan.seed,
    )


def _measure(judged: Judged, options: Options) -> _Measured:
    """The metrics, and what they would be without a model."""
    sample, forecasts = judged.sample, options.forecasts
    groups = _groups(judged, options.groups)
    if judged.task != "forecasting" or not isinstance(sample, NumberSample):
        values = measure_once(sample.measure, len(sample), judged.weights)
        drawn = draw(sample.measure, len(sample), options.plan, weights=judged.weights, groups=groups)
        estimates = with_intervals(values, drawn, options.plan)
        return _Measured(metrics=estimates, baselines=baselines_of(judged), notes=few_groups(groups), groups=groups)
    blocks = time_blocks(judged, forecasts) if groups is None else groups
    naive = naive_forecasts(judged, options.target, forecasts)
    against = AgainstNaive(sample, naive)

    def measure(counts: Floats) -> dict[str, Floats]:
        return sample.measure(counts) | against.measure(counts)

    values = measure_once(measure, len(sample), judged.weights)
    drawn = draw(measure, len(sample), options.plan, weights=judged.weights, groups=blocks)
    estimates = with_intervals(values, drawn, options.plan)
    return _Measured(
        metrics=estimates,
        baselines={name: {"mae": estimates[f"mae of {name}"]} for name in naive},
        horizons=horizons_of(judged, naive, forecasts, options.plan, blocks),
        notes=[*described(naive, len(sample), blocks if groups is None else None), *few_groups(groups)],
        groups=blocks,
    )


def _groups(judged: Judged, column: str | None) -> NDArray[np.intp] | None:
    """The group of each row; a missing one is a group of its own."""
    if column is None:
        return None
    import pandas as pd

    return np.asarray(pd.factorize(judged.facts[column], use_na_sentinel=False)[0], dtype=np.intp)


def _calibration(sample: Any, weights: Floats | None) -> Calibration | None:
    """Of the positive class; of several classes, of the predicted one."""
    if isinstance(sample, BinarySample):
        usable = sample.score is not None and sample.is_probability
        return calibration_of(sample.truth, sample.score, weights) if usable and sample.score is not None else None
    if isinstance(sample, MulticlassSample) and sample.confidence is not None:
        return calibration_of(sample.truth == sample.predicted, sample.confidence, weights)
    return None


def _residuals(sample: NumberSample, seed: int) -> Residuals:
    generator = np.random.default_rng(seed)
    shown = np.sort(generator.choice(len(sample), min(len(sample), _SHOWN_POINTS), replace=False))
    order = np.argsort(sample.predicted, kind="stable")
    parts = [part for part in np.array_split(order, min(_RESIDUAL_BINS, max(1, len(sample) // 20))) if len(part)]
    quantiles = [
        [_digits(sample.predicted[part].mean()), *map(_digits, np.quantile(sample.error[part], [0.1, 0.5, 0.9]))]
        for part in parts
    ]
    return Residuals(
        truth=[_digits(value) for value in sample.truth[shown]],
        predicted=[_digits(value) for value in sample.predicted[shown]],
        quantiles=quantiles,
    )


def _undefined(metrics: Mapping[str, Estimate], sample: Any, two: bool) -> list[str]:
    """Why some numbers are not there."""
    notes = []
    truth = sample.truth
    if two and (truth.all() or not truth.any()):
        there = "all" if truth.all() else "none"
        notes.append(f"{there} of the rows are of the positive class: what compares two classes is undefined")
    if isinstance(sample, NumberSample) and "mape" in metrics and (truth == 0).any():
        notes.append(f"the percentage error leaves out {int((truth == 0).sum())} rows whose target is 0")
    if len(sample) < 30:
        notes.append(f"there are few rows ({len(sample)}): look at the intervals before the numbers")
    return notes


def _digits(number: float) -> float:
    return float(f"{float(number):.8g}")
