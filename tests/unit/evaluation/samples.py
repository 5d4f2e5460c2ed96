"""Small tables and models that the tests of this folder judge."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

ROWS = 240


def people() -> pd.DataFrame:
    """Two inputs, a target that follows one of them, and groups."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=ROWS)
    return pd.DataFrame(
        {
            "x": x,
            "noise": generator.normal(size=ROWS),
            "group": np.where(np.arange(ROWS) % 3 == 0, "a", "b"),
            "y": (x + generator.normal(size=ROWS) > 0).astype(int),
        }
    )


class Probable:
    """A classifier that goes by `x`."""

    def __init__(self, classes: Sequence[Any] = (0, 1), *, columns: Sequence[str] = ("x", "noise")) -> None:
        self.classes_ = list(classes)
        self.feature_names_in_ = list(columns)

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        second = 1 / (1 + np.exp(-rows["x"].to_numpy()))
        return np.column_stack([1 - second, second])

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        return np.asarray(self.classes_, dtype=object)[(rows["x"] > 0).to_numpy().astype(int)]


class Answers:
    """A model that answers by a function of the rows, and says nothing of itself."""

    def __init__(self, predict: Callable[[pd.DataFrame], Any]) -> None:
        self.predict = predict
