"""Predictions that were made before, as columns of the data: judged like a model that is asked now."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from penstock.evaluation.errors import WrongOption

if TYPE_CHECKING:
    import pandas as pd


class Predicted:
    """A model whose answers are columns of the data: those of batch inference, of folds, of somebody else's system.

    ```python
    evaluate(Predicted("prediction", probability={"yes": "p"}), scored, "answer", positive="yes")
    ```

    Args:
        prediction: The column of labels or numbers; may be left out where there are probabilities.
        probability: The column of the probability of each class, by class. For two classes one is enough, if the
            other class is named by `classes`, or is 0 or 1, "no" or "yes" and the like.
        classes: The classes, where `probability` does not name them all.
    """

    def __init__(
        self,
        prediction: str | None = None,
        *,
        probability: str | Mapping[Any, str] | None = None,
        classes: list[Any] | None = None,
    ) -> None:
        named = {1: probability} if isinstance(probability, str) else dict(probability or {})
        if prediction is None and not named:
            raise WrongOption(option="prediction", value="None", reason="no column of predictions is named")
        self._prediction = prediction
        self._probability = named
        self.classes = _all_classes(list(named), classes) if named else classes
        self.input_columns = list(dict.fromkeys([*([prediction] if prediction else []), *named.values()]))

    def predict(self, rows: "pd.DataFrame") -> Any:
        """The labels or numbers that the rows hold."""
        if self._prediction is not None:
            return rows[self._prediction].to_numpy()
        assert self.classes is not None
        likeliest = np.argmax(np.nan_to_num(self._matrix(rows), nan=-1), axis=1)
        return np.asarray(self.classes, dtype=object)[likeliest]

    def predict_proba(self, rows: "pd.DataFrame") -> Any:
        """The probabilities that the rows hold; None if there are none."""
        return self._matrix(rows) if self._probability else None

    def _matrix(self, rows: "pd.DataFrame") -> Any:
        assert self.classes is not None
        known = {name: rows[column].to_numpy(dtype=np.float64) for name, column in self._probability.items()}
        if len(known) == len(self.classes):
            return np.column_stack([known[name] for name in self.classes])
        [(given, values)] = known.items()
        return np.column_stack([values if name == given else 1 - values for name in self.classes])


def _all_classes(named: list[Any], classes: list[Any] | None) -> list[Any]:
    """Every class that the probabilities speak of."""
    if classes is None:
        if len(named) > 1:
            return named
        other = {1: 0, "yes": "no", "1": "0", "true": "false", "positive": "negative"}.get(named[0])
        classes = [other, named[0]] if other is not None else None
    if classes is None or not set(named) <= set(classes) or (len(named) != len(classes) and len(classes) != 2):
        advice = "name the column of each class, or for two classes pass `classes=[...]`"
        raise WrongOption(
            option="probability", value=repr(named), reason="the classes are not all known by it", advice=advice
        )
    return classes
