"""A model as one function of raw rows: the answer that is explained, and the loss that is counted."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.asking import Asked
from penstock.evaluation.binary import SMALLEST, BinarySample
from penstock.evaluation.judged import Judged
from penstock.evaluation.labels import Classes
from penstock.evaluation.numbers import NumberSample
from penstock.evaluation.resampling import Floats

if TYPE_CHECKING:
    import pandas as pd


class Answering:
    """One number for each row: a probability, a score or a prediction; of several classes, the probability of one."""

    def __init__(self, model: Any, judged: Judged) -> None:
        self._asked = Asked(model)
        self._judged = judged
        self._classes = Classes(judged.classes)
        sample = judged.sample
        self._numbers = isinstance(sample, NumberSample)
        if isinstance(sample, BinarySample):
            self._probable = sample.score is not None and sample.is_probability
        else:
            self._probable = getattr(sample, "given", None) is not None
        self._reference = 0
        if judged.positive is not None:
            self._reference = self._classes.code(judged.positive)
        elif not isinstance(sample, NumberSample):
            self._reference = int(np.bincount(np.asarray(sample.truth, dtype=np.intp)).argmax())

    @property
    def loss_name(self) -> str:
        """What `losses` counts."""
        if self._numbers:
            return "absolute error"
        return "log loss" if self._probable else "share of wrong answers"

    @property
    def answer_name(self) -> str:
        """What `answers` gives."""
        if self._numbers:
            return "prediction"
        what = "probability" if self._probable else "prediction"
        return f"{what} of {self._classes.names[self._reference]!r}"

    def answers(self, rows: "pd.DataFrame") -> Floats:
        """The answer for each row."""
        if self._numbers:
            return np.asarray(self._asked.labels(rows), dtype=np.float64)
        if self._probable:
            return np.asarray(self._matrix(rows)[:, self._reference])
        return np.asarray(self._classes.codes(self._asked.labels(rows)) == self._reference, dtype=np.float64)

    def losses(self, rows: "pd.DataFrame", places: NDArray[np.intp]) -> Floats:
        """The loss of each row, where row `i` is the judged one at `places[i]`."""
        sample = self._judged.sample
        if isinstance(sample, NumberSample):
            said = np.asarray(self._asked.labels(rows), dtype=np.float64)
            return np.asarray(np.abs(said - sample.truth[places]))
        truth = np.asarray(sample.truth[places], dtype=np.intp)
        if isinstance(sample, BinarySample):
            truth = np.where(truth == 1, self._reference, 1 - self._reference)
        if self._probable:
            matrix = self._matrix(rows)
            known = truth < matrix.shape[1]
            given = np.where(known, matrix[np.arange(len(rows)), np.where(known, truth, 0)], 0.0)
            return np.asarray(-np.log(np.clip(given, SMALLEST, 1.0)))
        wrong: Floats = (self._classes.codes(self._asked.labels(rows)) != truth).astype(np.float64)
        return wrong

    def _matrix(self, rows: "pd.DataFrame") -> Floats:
        found = self._asked.scores(rows)
        if found is None or not found[1]:  # a booster, whose predictions are probabilities
            second = np.asarray(self._asked.labels(rows), dtype=np.float64)
            return np.column_stack([1 - second, second])
        matrix = found[0]
        return np.column_stack([1 - matrix, matrix]) if matrix.ndim == 1 else matrix
