"""A model's answer to a row as one number, without knowing what happened: a probability, a score, a prediction."""

from typing import TYPE_CHECKING, Any

import numpy as np

from penstock.evaluation.asking import Asked
from penstock.evaluation.errors import UnusablePredictions, WrongOption
from penstock.evaluation.labels import Classes
from penstock.evaluation.resampling import Floats

if TYPE_CHECKING:
    import pandas as pd


class OneNumber:
    """The probability of a class, where there are probabilities; else the number, or whether it is that class.

    Args:
        asked: The model.
        positive: The class; by default the last one.

    Raises:
        WrongOption: There is no such class.
    """

    def __init__(self, asked: Asked, positive: Any = None) -> None:
        self._asked = asked
        self._known = asked.classes
        self._classes = Classes(self._known or ())
        self._code = len(self._classes) - 1
        if positive is not None:
            self._code = self._classes.find(positive)

    @property
    def name(self) -> str:
        """What it is, e.g. `probability of 'yes'`."""
        if self._known is None:
            return "prediction"
        what = "probability" if callable(getattr(self._asked.model, "predict_proba", None)) else "prediction"
        return f"{what} of {self._classes.names[self._code]!r}"

    def __call__(self, rows: "pd.DataFrame") -> Floats:
        """The number for each row. Raises `UnusablePredictions` for what is no number."""
        if self._known is not None:
            found = self._asked.scores(rows)
            if found is not None and found[1]:
                matrix = found[0] if found[0].ndim == 2 else np.column_stack([1 - found[0], found[0]])
                return _finite(np.asarray(matrix[:, self._code]))
            return np.asarray(self._classes.codes(self._asked.labels(rows)) == self._code, dtype=np.float64)
        labels = self._asked.labels(rows)
        if labels.dtype.kind not in "fiub":
            reason = f"it answers {labels[0]!r}, and does not say which classes it knows"
            raise WrongOption(option="model", value=f"<{type(self._asked.model).__name__}>", reason=reason)
        return _finite(labels.astype(np.float64))

    def codes(self, rows: "pd.DataFrame") -> Floats:
        """The predicted class by number, where there are no probabilities that could move; else as above."""
        if self._known is None or ((found := self._asked.scores(rows)) is not None and found[1]):
            return self(rows)
        return self._classes.codes(self._asked.labels(rows)).astype(np.float64)


def _finite(answers: Floats) -> Floats:
    if not np.isfinite(answers).all():
        count = int((~np.isfinite(answers)).sum())
        raise UnusablePredictions(reason=f"the answer to {count} of {len(answers)} rows is not a number")
    return answers
