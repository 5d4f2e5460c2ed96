"""What the transformers of this package share: columns in, by name, and names out."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin


class ColumnTransforming(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Takes any columns, and learns nothing of them but their names and number.

    So its fit on the first rows is its fit on all of them.
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Keep the names of the columns, and look at the parameters."""
        self._check_parameters()
        names, columns = columns_of(X)
        self.n_features_in_ = len(columns)
        if names is not None:
            self.feature_names_in_ = np.array(names, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.no_validation = True
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags

    def _check_parameters(self) -> None:
        """Raise `ValueError` for parameters that cannot be."""

    def _columns(self, X: Any) -> tuple[list[str], list[Any]]:
        """The names and columns of `X`, which must be those it was fitted on."""
        names, columns = columns_of(X)
        if hasattr(self, "n_features_in_") and len(columns) != self.n_features_in_:
            raise ValueError(f"X has {len(columns)} columns, but {self.n_features_in_} were there in `fit`")
        fitted = getattr(self, "feature_names_in_", None)
        if fitted is not None and names is not None and list(fitted) != names:
            raise ValueError(f"the columns are {names}, but were {list(fitted)} in `fit`")
        return self._names(names, len(columns)), columns

    def _names(self, given: Any = None, count: int = 0) -> list[str]:
        """How the columns are called: as they were in `fit`, as they are now, or `x0`, `x1`, …"""
        known = getattr(self, "feature_names_in_", given)
        if known is not None:
            return [str(name) for name in known]
        return [f"x{index}" for index in range(getattr(self, "n_features_in_", count))]


def columns_of(X: Any) -> tuple[list[str] | None, list[Any]]:
    """The columns of a data frame or matrix as pandas' series, and their names, if they have any."""
    if hasattr(X, "to_pandas") and not isinstance(X, pd.DataFrame):
        X = X.to_pandas()
    if isinstance(X, pd.DataFrame):
        return [str(name) for name in X.columns], [X.iloc[:, index] for index in range(X.shape[1])]
    matrix = np.asarray(X)
    if matrix.ndim != 2:
        raise ValueError(f"it takes columns, a table of two dimensions, and got {matrix.ndim}")
    return None, [pd.Series(matrix[:, index]) for index in range(matrix.shape[1])]
