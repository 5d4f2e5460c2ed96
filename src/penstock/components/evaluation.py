"""Judging a model as a task of a pipeline."""

import polars as pl

from penstock.dsl import component
from penstock.evaluation.result import Evaluation
from penstock.models import Model


@component
def evaluate(
    model: Model,
    data: pl.LazyFrame,
    target: str,
    task: str = "",
    slices: list[str] | None = None,
    sensitive: list[str] | None = None,
    positive: str = "",
    threshold: float | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
    explain: bool = True,
    weights: str = "",
    groups: str = "",
    quantile: float | None = None,
    time: str = "",
    horizon: str = "",
    season: int | None = None,
    series: str = "",
    history: pl.LazyFrame | None = None,
    baselines: dict[str, str] | None = None,
    trust: bool = False,
) -> Evaluation:
    """Judge a model by rows that it has not learned from; see `penstock.evaluation.evaluate`.

    ```python
    report = components.evaluate(model, test, target="big_tip", slices=["company"], sensitive=["payment_type"])
    ```

    Args:
        model: The model, preprocessing included.
        data: Raw rows with the target.
        target: The column of what happened.
        task: `binary`, `multiclass`, `regression` or `forecasting`, where it should not be inferred.
        slices: Columns by whose values to judge too; `"a × b"` crosses two.
        sensitive: Columns of groups of people that should be treated alike; crossed in the same way.
        positive: Of two classes the one that is looked for, by its text.
        threshold: The probability from which on a row is called positive.
        bootstrap: How many resamples the intervals are made of.
        seed: Of all that is drawn.
        explain: Whether to say which columns the model goes by.
        weights: The column of how much each row counts.
        groups: The column of what belongs together.
        quantile: The quantile that the model predicts.
        time: The column of what time a forecast is for.
        horizon: The column of how many steps ahead it was made.
        season: How many steps a season has.
        series: The column of which series it is of.
        history: Times and values before those of the data.
        baselines: Columns that hold naive forecasts, by what they are called.
        trust: Whether the model's original may be loaded whatever it is, also classes of the author's own, which come
            with the package: that runs their code.

    Returns:
        The evaluation, whose numbers Kubeflow's page shows too.
    """
    from penstock import evaluation

    return evaluation.evaluate(
        model.trusted() if trust else model,
        data,
        target,
        task=task or None,
        slices=_crossed(slices),
        sensitive=_crossed(sensitive),
        positive=positive or None,
        threshold=threshold,
        bootstrap=bootstrap,
        seed=seed,
        explain=explain,
        weights=weights or None,
        groups=groups or None,
        quantile=quantile,
        time=time or None,
        horizon=horizon or None,
        season=season,
        series=series or None,
        history=history,
        baselines=baselines,
    )


def _crossed(names: list[str] | None) -> list[list[str]]:
    return [[part.strip() for part in name.split(" × ")] for name in names or []]
