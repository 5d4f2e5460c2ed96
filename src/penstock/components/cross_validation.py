"""Cross-validation as a pipeline: each fold is trained and judged in tasks of its own, side by side.

The training is the author's: whatever places a task that makes a model of a table. All of it, preprocessing included,
happens within a fold, so nothing of the rows that judge is learned from.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from penstock.components.folds import assign_folds, is_classes
from penstock.components.spread import spread_report, spreads
from penstock.data.values import Markdown, Metrics
from penstock.dsl import component, each
from penstock.dsl.trace import need_trace
from penstock.evaluation import evaluate
from penstock.features.errors import UnknownColumns
from penstock.models import Model


class CrossValidation(NamedTuple):
    """How good models of a table are, and how much that varies with the rows that they see."""

    metrics: Metrics
    """The mean of each metric over the folds, and its standard deviation as `…_std`."""
    folds: pl.DataFrame
    """A row for each fold: its size and its metrics."""
    predictions: pl.DataFrame
    """What was predicted for each row by a model that had not seen it: `row` (its place in the table), `fold`,
    `actual`, `predicted`, and for two classes `probability`."""
    report: Markdown


class Assignment(NamedTuple):
    """Which fold judges which row."""

    folds: pl.DataFrame
    numbers: list[int]


class Part(NamedTuple):
    """What one fold learns from, and what it is judged by."""

    train: pl.DataFrame
    test: pl.DataFrame


class Score(NamedTuple):
    """How one fold did."""

    metrics: dict[str, float]
    predictions: pl.DataFrame


def cross_validate(
    fit: Callable[[Any], Any],
    rows: Any,
    target: str,
    *,
    folds: int = 5,
    repeats: int = 1,
    stratify: bool | None = None,
    group: str = "",
    positive: str = "",
    seed: int = 0,
    parallelism: int = 0,
) -> CrossValidation:
    """Train on all folds but one, judge by that one, for each of them. To be called in a pipeline.

    ```python
    @pipeline
    def checked(trips: Path, learning_rate: float = 0.1) -> CrossValidation:
        rows = load(trips)
        return cross_validate(lambda part: train(part, "big_tip", learning_rate), rows, "big_tip", group="taxi")
    ```

    Args:
        fit: Places the training: is called once, with a stand-in for the rows of a fold, and gives the model's handle.
            A component with one argument can be passed as it is; a lambda fills in others; a nested pipeline may do
            more than one step.
        rows: The table, of any library.
        target: The column to predict.
        folds: How many parts the rows are divided into.
        repeats: How often that is done, each time shuffled anew: steadier figures for small tables.
        stratify: Have each fold hold the same shares of the target's values. By default where these are classes.
        group: A column: rows with the same value of it are never on both sides, such as those of one customer.
        positive: Of two classes the one that is looked for, where their names do not say it.
        seed: For shuffling.
        parallelism: At most so many folds at once; 0 is as many as there is room for.

    Raises:
        OutsidePipeline: It was called elsewhere.
    """
    need_trace("components.cross_validate")
    assigned = assign(rows, target, folds, repeats, stratify, group, seed)
    scores = []
    for number in each(assigned.numbers, parallelism=parallelism):
        part = take_fold(rows, assigned.folds, number)
        scores.append(score_fold(fit(part.train), part.test, target, number, positive))
    return summarise_folds(assigned.folds, [score.metrics for score in scores], [score.predictions for score in scores])


@component(name="assign-folds")
def assign(
    rows: pl.DataFrame,
    target: str,
    folds: int = 5,
    repeats: int = 1,
    stratify: bool | None = None,
    group: str = "",
    seed: int = 0,
) -> Assignment:
    """Say for each row which fold judges it, in each repeat."""
    if target not in rows.columns:
        raise UnknownColumns(columns=[target], known=rows.columns, asked_by="`target=`")
    stratify = is_classes(rows[target]) if stratify is None else stratify
    columns = {
        f"repeat_{repeat}": repeat * folds
        + assign_folds(rows, folds, target=target, stratify=stratify, group=group, seed=seed + repeat)
        for repeat in range(max(1, repeats))
    }
    return Assignment(pl.DataFrame(columns), list(range(folds * len(columns))))


@component(name="take-fold")
def take_fold(rows: pl.DataFrame, folds: pl.DataFrame, number: int) -> Part:
    """The rows that a fold learns from, and those that it is judged by, with the row's number in the whole."""
    judged = pl.Series(_judges(folds, number))
    return Part(rows.filter(~judged), rows.filter(judged))


@component(name="score-fold")
def score_fold(model: Model, test: pl.DataFrame, target: str, number: int, positive: str = "") -> Score:
    """Judge a model by the rows that it has not seen."""
    found = evaluate(model, test, target, positive=positive or None, bootstrap=0, explain=False)
    metrics = {name: float(estimate) for name, estimate in found.metrics.items()}
    held = {"fold": pl.repeat(number, len(test), dtype=pl.Int64, eager=True), "actual": test[target]}
    held["predicted"] = pl.Series(np.asarray(model.predict(test)))
    if model.task == "binary":
        at = [str(label) for label in found.classes].index(str(found.positive))
        held["probability"] = pl.Series(np.asarray(model.predict_proba(test))[:, at])
    return Score({name: value for name, value in metrics.items() if np.isfinite(value)}, pl.DataFrame(held))


@component(name="summarise-folds")
def summarise_folds(
    folds: pl.DataFrame, metrics: list[dict[str, float]], predictions: list[pl.DataFrame]
) -> CrossValidation:
    """Put together what the folds gave: means and their spread."""
    sizes = [len(part) for part in predictions]
    table = pl.from_dicts(
        [
            {"fold": number, "rows": rows, **found}
            for number, (rows, found) in enumerate(zip(sizes, metrics, strict=True))
        ],
        infer_schema_length=None,
    )
    found = spreads(metrics, share=sizes[0] / max(1, len(folds) - sizes[0]))
    summary = Metrics({name: one.mean for name, one in found.items()})
    summary.update({f"{name}_std": one.std for name, one in found.items()})
    placed = [
        part.with_columns(row=pl.Series(np.flatnonzero(_judges(folds, number)))).select("row", pl.exclude("row"))
        for number, part in enumerate(predictions)
    ]
    return CrossValidation(summary, table, pl.concat(placed), Markdown(spread_report(found, sizes)))


def _judges(folds: pl.DataFrame, number: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which rows a fold judges: each repeat has a column of its own, and numbers of its own."""
    count = int(folds[:, 0].max()) + 1  # type: ignore[arg-type]  # of the first repeat, which starts at 0
    return np.asarray(folds[:, number // count].to_numpy() == number)
