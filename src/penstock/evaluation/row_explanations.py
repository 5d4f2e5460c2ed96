"""What brought a model to its answer, for each row of a table: for people who must say why."""

from typing import Any

import numpy as np

from penstock.evaluation.asking import Asked
from penstock.evaluation.errors import NothingToEvaluate, WrongOption
from penstock.evaluation.one_number import OneNumber
from penstock.evaluation.parts import Explained
from penstock.evaluation.shapley import explained_row, shap_values, shapley_values
from penstock.evaluation.table import open_table, read_columns, require

_BACKGROUND = 20


def explain_rows(
    model: Any,
    data: Any,
    *,
    background: Any = None,
    positive: Any = None,
    limit: int = 1000,
    method: str = "sampling",
    seed: int = 0,
) -> list[Explained]:
    """Shapley values of the raw columns, for each row.

    They say by how much each column moved the answer away from the mean answer to the background, and add up to the
    answer. They say what the model does, not what the world does.

    Args:
        model: Anything with `predict`; a probability is explained where it gives one.
        data: The rows to explain.
        background: Rows that stand for the usual, of which 20 are drawn; by default of the data itself.
        positive: The class whose probability is explained; by default the last one.
        limit: More rows than that are refused: each asks the model some hundred times.
        method: `sampling`, or `shap` to let shap do it.
        seed: Of what is drawn.

    Raises:
        NothingToEvaluate: There are no rows.
        WrongOption: There are too many, or the class does not exist.
    """
    if method not in ("sampling", "shap"):
        raise WrongOption(option="method", value=repr(method), reason="it is 'sampling' or 'shap'")
    asked = Asked(model)
    source = open_table(data)
    inputs = asked.inputs(source.names, [])
    require(source, inputs, "the model")
    rows = read_columns(source, inputs)
    if not len(rows):
        raise NothingToEvaluate(dataset=source.title, target="", rows=0)
    if len(rows) > limit:
        advice = "pass the rows that somebody asks about, or a sample; or raise the limit"
        raise WrongOption(option="data", value=f"<{len(rows)} rows>", reason=f"the limit is {limit}", advice=advice)
    generator = np.random.default_rng(seed)
    usual = rows
    if background is not None:
        other = open_table(background)
        require(other, inputs, "the model")
        usual = read_columns(other, inputs)
    chosen = np.sort(generator.choice(len(usual), min(len(usual), _BACKGROUND), replace=False))
    explain = shap_values if method == "shap" else shapley_values
    answers = OneNumber(asked, positive)
    base, table = explain(answers, rows, usual.iloc[chosen].reset_index(drop=True), generator)
    return [explained_row(rows, place, place, base, table[place]) for place in range(len(rows))]
