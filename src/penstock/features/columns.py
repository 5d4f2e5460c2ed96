"""The node of a `ColumnTransformer`: its parts side by side, each on its own columns.

What a fitted `ColumnTransformer` knows of itself (`transformers_`, `output_indices_`, names, whether its output is
sparse) is left to scikit-learn: it is fitted on the first rows with parts that are fitted already.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing

from penstock.features.block import Block, as_frame
from penstock.features.errors import UnknownColumns
from penstock.features.plan import Node, node_for


class Probe(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Stands for a part while scikit-learn works out which columns it gets."""

    def fit(self, X: Any, y: Any = None) -> "Probe":
        """Learn nothing."""
        return self

    def transform(self, X: Any) -> Any:
        """One column of no meaning."""
        return np.zeros((X.shape[0], 1))


class Prefitted(BaseEstimator):  # type: ignore[misc]
    """Stands for a part that is fitted already, and stays so through `clone` and `fit`."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __sklearn_clone__(self) -> "Prefitted":
        return self

    def __sklearn_tags__(self) -> Any:
        return self.inner.__sklearn_tags__()

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self, X: Any, y: Any = None) -> "Prefitted":
        """Nothing is left to do."""
        return self

    def transform(self, X: Any) -> Any:
        """What the fitted part does."""
        return self.inner.transform(X)

    def get_feature_names_out(self, names: Any = None) -> Any:
        """As the fitted part calls them."""
        return self.inner.get_feature_names_out(names)

    def set_output(self, *, transform: Any = None) -> "Prefitted":
        """As the fitted part does."""
        self.inner.set_output(transform=transform)
        return self


class Columns(Node):
    """A `ColumnTransformer` on its way to being fitted."""

    transformer: ColumnTransformer

    def start(self, X: Any, y: Any) -> None:
        self.head = (X, y)
        self.cells = 0
        self.filled = 0
        self.counting = False
        self.parts: dict[str, tuple[Node, Any]] = {}
        for name, part, columns in self._resolved(X):
            node = node_for(part, f"{self.path}.{name}".lstrip("."), self.setting)
            node.start(_safe_indexing(X, columns, axis=1), y)
            self.parts[name] = (node, columns)
        self._settle()

    def _resolved(self, X: Any) -> list[tuple[str, Any, Any]]:
        """Each part that has to be fitted, with its columns: by name, where they have names."""
        given = {name: part for name, part, _ in self.transformer.transformers}
        if isinstance(X, pd.DataFrame):
            self._check_names(list(X.columns))
        probes = ColumnTransformer(
            [
                (name, p if isinstance(p, str) else Probe(), columns)
                for name, p, columns in self.transformer.transformers
            ],
            remainder=self.transformer.remainder if isinstance(self.transformer.remainder, str) else Probe(),
        ).fit(X)
        found = []
        for name, part, columns in probes.transformers_:
            selected = _named(X, columns)
            if isinstance(part, Probe) and np.size(selected):
                found.append((name, given.get(name, self.transformer.remainder), selected))
        return found

    def _check_names(self, known: list[Any]) -> None:
        for name, part, columns in self.transformer.transformers:
            wanted = [columns] if isinstance(columns, str) else columns
            if isinstance(wanted, list) and part != "drop":
                missing = [str(each) for each in wanted if isinstance(each, str) and each not in known]
                if missing:
                    asked_by = f"'{name}' of the ColumnTransformer"
                    raise UnknownColumns(columns=missing, known=[str(each) for each in known], asked_by=asked_by)

    def update(self, X: Any, y: Any, number: int) -> None:
        for node, columns in self.parts.values():
            if not node.done:
                node.update(_picked(X, columns), y, number)
        if self.counting:
            self._count(self._outputs(as_frame(X)))

    def counted(self) -> set[str]:
        found: set[str] = set()
        others: set[str] = set()
        for node, columns in self.parts.values():
            if not node.done:
                counted = node.counted()
                found |= counted
                others |= {str(name) for name in np.atleast_1d(columns)} - counted
        return found - others if not self.counting and isinstance(self.head[0], pd.DataFrame) else set()

    def end_pass(self) -> None:
        for node, _ in self.parts.values():
            if not node.done:
                node.end_pass()
        if self.counting:
            self.fitted.sparse_output_ = self.filled / self.cells < self.transformer.sparse_threshold
            self.done = True
        else:
            self._settle()

    def needs(self, names: list[Any]) -> list[Any]:
        if self.counting or not isinstance(self.head[0], pd.DataFrame):
            return names
        wanted = {name for node, columns in self.parts.values() if not node.done for name in np.atleast_1d(columns)}
        return [name for name in names if name in wanted]

    def _settle(self) -> None:
        """If every part is fitted, the whole is; but for one more pass, if its output may or may not be sparse."""
        if not all(node.done for node, _ in self.parts.values()):
            return
        self.fitted = self._assembled()
        loose = [
            node
            for node, columns in self.parts.values()
            if sparse.issparse(node.fitted.transform(_safe_indexing(self.head[0], columns, axis=1)))
            and not _always_as_full(node.fitted)
        ]
        self.counting = bool(loose)
        self.done = not self.counting

    def _assembled(self) -> Any:
        given = self.transformer

        def fitted(name: str, part: Any) -> Any:
            return Prefitted(self.parts[name][0].fitted) if name in self.parts else part

        whole = clone(given)
        whole.set_params(
            transformers=[(name, fitted(name, part), columns) for name, part, columns in whole.transformers],
            remainder=fitted("remainder", whole.remainder),
            n_jobs=None,
        )
        whole.fit_transform(*self.head)
        whole.transformers_ = [
            (name, part.inner if isinstance(part, Prefitted) else part, columns)
            for name, part, columns in whole.transformers_
        ]
        fresh = clone(given)
        kept, _, remaining = whole._remainder
        whole._remainder = (kept, fresh.remainder, remaining)
        return whole.set_params(transformers=fresh.transformers, remainder=fresh.remainder, n_jobs=given.n_jobs)

    def _outputs(self, X: Any) -> list[Any]:
        parts = [(part, columns) for _, part, columns in self.fitted.transformers_ if not isinstance(part, str)]
        return [part.transform(_safe_indexing(X, columns, axis=1)) for part, columns in parts if np.size(columns)]

    def _count(self, outputs: list[Any]) -> None:
        """How full the output is; scikit-learn makes it dense if it is fuller than `sparse_threshold`."""
        self.filled += sum(block.nnz if sparse.issparse(block) else block.size for block in outputs)
        self.cells += sum(block.shape[0] * block.shape[1] for block in outputs)


def _picked(X: Any, columns: Any) -> Any:
    """Some columns of a batch."""
    if isinstance(X, Block):
        return X.select([columns]).frame()[columns] if isinstance(columns, str) else X.select(columns)
    return _safe_indexing(X, columns, axis=1)


def _named(X: Any, columns: Any) -> Any:
    """A choice of columns by their names, if `X` has names, so that fewer columns can be read."""
    if not isinstance(X, pd.DataFrame) or isinstance(columns, str):
        return columns
    if isinstance(columns, slice):
        labels = isinstance(columns.start or columns.stop, str)
        return list((X.loc[:0, columns] if labels else X.iloc[:0, columns]).columns)
    if np.ndim(columns) == 0:
        return X.columns[columns]
    chosen = np.asarray(columns)
    if chosen.dtype.kind in "bi":
        return list(X.columns[chosen])
    return list(columns)


def _always_as_full(part: Any) -> bool:
    """Whether each row of its sparse output has as many values, so that the first rows tell how full it is."""
    if isinstance(part, Pipeline):
        return _always_as_full(part.steps[-1][1])
    return type(part).__name__ == "OneHotEncoder" and part.drop is None
