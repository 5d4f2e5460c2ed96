"""Which columns a model goes by: on the whole, by shuffling each; and for single rows, by Shapley values.

Both ask the model as it is, about raw rows, so they say the same of any model: what each raw column does, whatever
preprocessing makes of it. Only a bounded sample of rows is asked about.
"""

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.answering import Answering
from penstock.evaluation.errors import WrongOption
from penstock.evaluation.estimates import estimate
from penstock.evaluation.judged import Judged
from penstock.evaluation.parts import Explained, Explanations, Importance
from penstock.evaluation.resampling import Floats
from penstock.evaluation.shapley import explained_row, shap_values, shapley_values
from penstock.evaluation.table import rows_at
from penstock.features.source import Source

if TYPE_CHECKING:
    import pandas as pd

Method = Literal["sampling", "shap"]

_MOST_SHUFFLED, _FEWEST_SHUFFLED = 2000, 200
_SHUFFLED_IN_ALL = 200_000
_SHUFFLES = 3
_BACKGROUND = 20
_MOST_EXPLAINED, _FEWEST_EXPLAINED = 50, 5
_EXPLAINED_IN_ALL = 25_000
_KEPT = 5


def explain_model(
    model: Any, source: Source, judged: Judged, *, worst: NDArray[np.intp], seed: int, method: Method = "sampling"
) -> Explanations | None:
    """Importance of each column, and what brought the model to its answer for some rows.

    Args:
        model: What was judged.
        source: The raw rows.
        judged: Its answers.
        worst: Places of the rows that it is most wrong about; the first of them are explained too.
        seed: Of the sample and the shuffling.
        method: `sampling` has no need of anything; `shap` lets that library do the same.

    Returns:
        None if the model takes no columns.
    """
    if method not in ("sampling", "shap"):
        raise WrongOption(option="explain", value=repr(method), reason="it is True, False, 'sampling' or 'shap'")
    if not judged.inputs:
        return None
    generator = np.random.default_rng(seed)
    answering = Answering(model, judged)
    size = int(np.clip(_SHUFFLED_IN_ALL // (_SHUFFLES * len(judged.inputs)), _FEWEST_SHUFFLED, _MOST_SHUFFLED))
    places = _sample(generator, len(judged.positions), size)
    rows = rows_at(source, judged.inputs, judged.positions[places])
    increases = _shuffled(answering, rows, places, generator)
    contributions, samples = _explained(answering, source, judged, rows, worst, generator, method)
    importance = [
        Importance(name, increases[name], float(f"{contributions[place]:.6g}"))
        for place, name in enumerate(judged.inputs)
    ]
    importance.sort(key=lambda one: -(one.increase.value or 0.0))
    return Explanations(
        loss=answering.loss_name,
        of=answering.answer_name,
        method="Shapley values of raw columns" + (" by shap" if method == "shap" else ""),
        rows=len(rows),
        importance=importance,
        samples=samples,
    )


def _sample(generator: np.random.Generator, rows: int, size: int) -> NDArray[np.intp]:
    return np.sort(generator.choice(rows, min(rows, size), replace=False)).astype(np.intp)


def _shuffled(
    answering: Answering, rows: "pd.DataFrame", places: NDArray[np.intp], generator: np.random.Generator
) -> dict[str, Any]:
    """How much the loss of a row grows when a column is shuffled, with the interval of its mean over rows."""
    before = answering.losses(rows, places)
    found = {}
    for name in rows.columns:
        grown = np.zeros(len(rows))
        for _ in range(_SHUFFLES):
            order = generator.permutation(len(rows))
            changed = rows.assign(**{name: rows[name].take(order).reset_index(drop=True)})
            grown += answering.losses(changed, places) - before
        grown /= _SHUFFLES
        reach = 1.96 * float(grown.std(ddof=1)) / np.sqrt(len(grown)) if len(grown) > 1 else np.nan
        found[str(name)] = estimate(float(grown.mean()), float(grown.mean()) - reach, float(grown.mean()) + reach)
    return found


def _explained(
    answering: Answering,
    source: Source,
    judged: Judged,
    rows: "pd.DataFrame",
    worst: NDArray[np.intp],
    generator: np.random.Generator,
    method: Method,
) -> tuple[Floats, list[Explained]]:
    """The mean size of each column's contributions, and the explanations of rows from all over and of the worst."""
    each = 2 * _BACKGROUND * (len(judged.inputs) + 1)
    size = int(np.clip(_EXPLAINED_IN_ALL // each, _FEWEST_EXPLAINED, _MOST_EXPLAINED))
    chosen = _sample(generator, len(judged.positions), size)
    bad = worst[:_KEPT]
    asked = rows_at(source, judged.inputs, judged.positions[np.concatenate([chosen, bad])])
    background = rows.iloc[_sample(generator, len(rows), _BACKGROUND)].reset_index(drop=True)
    explain = shap_values if method == "shap" else shapley_values
    base, table = explain(answering.answers, asked, background, generator)
    answers = base + table.sum(axis=1)
    by_answer = np.argsort(answers[: len(chosen)], kind="stable")
    spread = by_answer[np.unique(np.linspace(0, len(chosen) - 1, _KEPT).astype(int))]
    kept = [*spread.tolist(), *range(len(chosen), len(chosen) + len(bad))]
    positions = judged.positions[np.concatenate([chosen, bad])]
    samples = [explained_row(asked, place, int(positions[place]), base, table[place]) for place in kept]
    return np.abs(table[: len(chosen)]).mean(axis=0), samples
