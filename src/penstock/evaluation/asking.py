"""Asking any model: which columns it takes, what kind of answer it gives, and whether the answers are any."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.errors import UnusablePredictions, WrongOption
from penstock.evaluation.resampling import Floats

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 5
_SLACK = 1e-6
"""A probability in float32 may be as far outside of 0 to 1."""


class Asked:
    """A model, seen through what all of them have in common: `predict`, and what some have besides."""

    def __init__(self, model: Any) -> None:
        if not callable(getattr(model, "predict", None)):
            advice = "pass a fitted estimator, a `Model`, or `Predicted(...)` for predictions that the data hold"
            raise WrongOption(
                option="model", value=f"<{type(model).__name__}>", reason="it has no `predict`", advice=advice
            )
        self.model = model

    @property
    def classes(self) -> list[Any] | None:
        """The classes that it knows, in the order of its probabilities; None if it knows none, or does not say."""
        for name in ("classes", "classes_"):
            found = getattr(self.model, name, None)
            if found is not None and not callable(found) and len(found):
                return list(found)
        return None

    @property
    def task(self) -> str | None:
        """`classification` or `regression`; None if it does not say."""
        said = getattr(self.model, "task", None)
        if said in ("binary", "multiclass"):
            return "classification"
        if said == "regression":
            return "regression"
        if self.classes is not None:
            return "classification"
        kind = getattr(self.model, "_estimator_type", None)
        if kind is None and hasattr(self.model, "__sklearn_tags__"):
            try:
                kind = self.model.__sklearn_tags__().estimator_type
            except (AttributeError, NotImplementedError):
                kind = None
        return {"classifier": "classification", "regressor": "regression"}.get(str(kind))

    def inputs(self, known: Sequence[str], without: Sequence[str]) -> list[str]:
        """The columns that it takes: those that it names, else all but those that are no inputs."""
        names = self._named()
        return [name for name in known if name not in without] if names is None else names

    def _named(self) -> list[str] | None:
        for found in (getattr(self.model, name, None) for name in ("input_columns", "feature_names_in_")):
            if found is not None:
                return [str(name) for name in found]
        inputs = getattr(getattr(self.model, "signature", None), "inputs", None)
        if inputs:
            return [str(getattr(column, "name", column)) for column in inputs]
        names = getattr(self.model, "feature_name", None)  # a booster of LightGBM
        return [str(name) for name in names()] if callable(names) else None

    def labels(self, rows: "pd.DataFrame") -> NDArray[Any]:
        """What it predicts, one answer a row."""
        answer = np.asarray(self.model.predict(rows))
        if answer.ndim == 2 and answer.shape[1] == 1:
            answer = answer[:, 0]
        if answer.shape != (len(rows),):
            reason = f"{len(rows)} rows got an answer of shape {answer.shape}"
            raise UnusablePredictions(reason=reason)
        return answer

    def scores(self, rows: "pd.DataFrame") -> tuple[Floats, bool] | None:
        """`[rows, classes]` and whether these are probabilities; None if it gives none."""
        for name in ("predict_proba", "decision_function"):
            function = getattr(self.model, name, None)
            if callable(function):
                try:
                    answer = function(rows)
                except (AttributeError, NotImplementedError):
                    continue
                if answer is not None:
                    return np.asarray(answer, dtype=np.float64), name == "predict_proba"
        return None


class Collected:
    """Answers batch by batch, with the positions of those that are none."""

    def __init__(self, positions: NDArray[np.intp]) -> None:
        self._positions = positions
        self.done = 0

    def check(self, wrong: NDArray[np.bool_], reason: str) -> None:
        """Raises `UnusablePredictions` if any row of the batch is `wrong`."""
        if wrong.any():
            at = self._positions[self.done : self.done + len(wrong)][wrong]
            rows = [int(row) for row in at[:_SHOWN]]
            raise UnusablePredictions(reason=reason, rows=rows, count=len(at), total=len(self._positions))

    def checked_probabilities(self, scores: Floats, classes: int) -> Floats:
        """Probabilities within 0 to 1 that add up to 1, one column a class."""
        if scores.ndim == 1 and classes == 2:
            scores = np.column_stack([1 - scores, scores])
        if scores.ndim != 2 or scores.shape[1] != classes:
            reason = f"probabilities of shape {scores.shape} do not fit {classes} classes"
            raise UnusablePredictions(reason=reason)
        self.check(np.asarray(np.isnan(scores).any(axis=1)), "a probability is not a number")
        self.check(
            np.asarray(((scores < -_SLACK) | (scores > 1 + _SLACK)).any(axis=1)), "a probability is outside of 0 to 1"
        )
        total = scores.sum(axis=1)
        self.check(np.abs(total - 1) > 0.01, "the probabilities do not add up to 1")
        checked: Floats = np.clip(scores, 0, 1) / total[:, np.newaxis]
        return checked

    def checked_numbers(self, answer: NDArray[Any]) -> Floats:
        """Finite numbers."""
        try:
            numbers = answer.astype(np.float64)
        except (TypeError, ValueError):
            raise UnusablePredictions(reason=f"{answer[0]!r} is not a number") from None
        self.check(~np.isfinite(numbers), "the prediction is not a finite number")
        return numbers

    def advance(self, rows: int) -> None:
        """Go on behind a batch."""
        self.done += rows


def batch_size(classes: int) -> int | None:
    """How many rows to ask about at once: fewer where there are many classes."""
    return None if classes <= 50 else max(256, (1 << 22) // classes)


def parts(frame: "pd.DataFrame", size: int) -> Iterator["pd.DataFrame"]:
    """A frame in pieces of at most `size` rows."""
    for start in range(0, len(frame), size):
        yield frame.iloc[start : start + size].reset_index(drop=True)
