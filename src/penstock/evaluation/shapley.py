"""Shapley values of raw columns, of any function of rows."""

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from penstock.evaluation.errors import PackageMissing
from penstock.evaluation.parts import Explained
from penstock.evaluation.resampling import Floats
from penstock.evaluation.values import plain_row

if TYPE_CHECKING:
    import pandas as pd

_AT_ONCE = 16_384
"""The model is asked about so many rows at a time, or about those of one explanation if these are more."""


def shapley_values(
    answers: Callable[["pd.DataFrame"], Floats],
    rows: "pd.DataFrame",
    background: "pd.DataFrame",
    generator: np.random.Generator,
) -> tuple[float, Floats]:
    """What each column contributes to the answer for each row, against the background's mean answer.

    For each row of the background, columns are changed to those of the row one by one, in a random order and in its
    reverse; what the answer changes by is the column's. The mean is unbiased, exact for sums of columns, and the
    contributions always add up to the answer.

    Returns:
        The background's mean answer, and `[rows, columns]`.
    """
    import pandas as pd

    width, count = rows.shape[1], len(background)
    both = pd.concat([background, rows], ignore_index=True)
    base = float(np.mean(answers(background)))
    table = np.empty((len(rows), width))
    steps = np.arange(width + 1)[np.newaxis, :, np.newaxis]
    start = np.tile(np.repeat(np.arange(count), width + 1), 2)
    at_once = max(1, _AT_ONCE // len(start))
    for first in range(0, len(rows), at_once):
        here = range(first, min(len(rows), first + at_once))
        ranks, taken = [], []
        for row in here:
            order = np.array([generator.permutation(width) for _ in range(count)])
            ranks.append(np.argsort(np.concatenate([order, order[:, ::-1]]), axis=1))
            changed = (ranks[-1][:, np.newaxis, :] < steps).reshape(-1, width)
            taken.append(np.where(changed, count + row, start[:, np.newaxis]))
        places = np.concatenate(taken)
        made = {name: both[name].take(places[:, column]).array for column, name in enumerate(rows.columns)}
        gained = np.diff(answers(pd.DataFrame(made)).reshape(len(here), 2 * count, width + 1), axis=2)
        table[first : first + len(here)] = np.take_along_axis(gained, np.stack(ranks), axis=2).mean(axis=1)
    return base, table


def shap_values(
    answers: Callable[["pd.DataFrame"], Floats],
    rows: "pd.DataFrame",
    background: "pd.DataFrame",
    generator: np.random.Generator,
) -> tuple[float, Floats]:
    """The same by shap's `PermutationExplainer`, which sees each value as its number in a list."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PendingDeprecationWarning)  # shap's, of Matplotlib
            import shap  # several seconds
    except ImportError as error:
        raise PackageMissing(package="shap", needed_for="`explain='shap'`") from error
    import pandas as pd

    both = pd.concat([background, rows], ignore_index=True)
    coded = np.tile(np.arange(len(both))[:, np.newaxis], (1, both.shape[1])).astype(np.float64)

    def decoded(codes: Sequence[Sequence[float]]) -> Floats:
        places = np.asarray(codes).astype(np.intp)
        made = {name: both[name].take(places[:, column]).array for column, name in enumerate(both.columns)}
        return answers(pd.DataFrame(made))

    masker = shap.maskers.Independent(coded[: len(background)], max_samples=len(background))
    explainer = shap.explainers.Permutation(decoded, masker, seed=int(generator.integers(1 << 31)))
    found = explainer(coded[len(background) :], max_evals=10 * (2 * both.shape[1] + 1), silent=True)
    return float(np.mean(found.base_values)), np.asarray(found.values, dtype=np.float64)


def explained_row(asked: "pd.DataFrame", place: int, position: int, base: float, contributions: Floats) -> Explained:
    """One row's contributions, the largest first."""
    order = np.argsort(-np.abs(contributions), kind="stable")
    return Explained(
        row=position,
        answer=float(f"{base + contributions.sum():.6g}"),
        base=float(f"{base:.6g}"),
        contributions={str(asked.columns[column]): float(f"{contributions[column]:.6g}") for column in order},
        values=plain_row(asked.iloc[place]),
    )
