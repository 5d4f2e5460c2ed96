"""Explaining single answers of a model, and showing an evaluation, as tasks of a pipeline."""

import polars as pl

from penstock.data.values import HTML
from penstock.dsl import component
from penstock.evaluation.result import Evaluation
from penstock.models import Model


@component
def explain(
    model: Model,
    data: pl.DataFrame,
    background: pl.DataFrame | None = None,
    positive: str = "",
    limit: int = 1000,
    method: str = "sampling",
    seed: int = 0,
    trust: bool = False,
) -> pl.DataFrame:
    """What brought the model to its answer, for each row; see `penstock.evaluation.explain_rows`.

    Args:
        model: The model, preprocessing included.
        data: The rows to explain.
        background: Rows that stand for the usual; by default the data themselves.
        positive: The class whose probability is explained, by its text; by default the last one.
        limit: More rows than that are refused.
        method: `sampling` or `shap`.
        seed: Of what is drawn.
        trust: Whether the model's original may be loaded whatever it is, also classes of the author's own, which come
            with the package: that runs their code.

    Returns:
        A row for each, in their order: `row`, `answer`, `base`, and `from COLUMN`: how much each moved the answer.
    """
    from penstock.evaluation import explain_rows

    found = explain_rows(
        model.trusted() if trust else model,
        data,
        background=background,
        positive=positive or None,
        limit=limit,
        method=method,
        seed=seed,
    )
    names = {f"from {name}": name for name in data.columns if name in found[0].contributions}
    return pl.DataFrame(
        [
            {"row": one.row, "answer": one.answer, "base": one.base}
            | {column: one.contributions[name] for column, name in names.items()}
            for one in found
        ],
        schema={"row": pl.Int64, "answer": pl.Float64, "base": pl.Float64} | dict.fromkeys(names, pl.Float64),
    )


@component
def evaluation_page(evaluation: Evaluation, title: str = "") -> HTML:
    """An evaluation as one page with figures: an artifact that `penstock artifacts open` and Kubeflow's page show."""
    return HTML(evaluation.html(title))
