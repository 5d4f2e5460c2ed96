"""The way a transformer is fitted in passes: one node for each of its parts.

A part that stands on raw columns takes part in the first pass; a part behind another fitted one has to wait until that
one is finished, and takes part in the next. So a `Pipeline` needs as many passes as it has steps that learn something,
a `ColumnTransformer` as many as the slowest of its parts, and all parts that can share a pass share it.

A node goes `start` (with the first rows) → any number of `update`s and an `end_pass`, until it is `done`.
"""

import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer

from penstock.features.accumulator import Accumulator, accumulator_for, is_stateless
from penstock.features.blame import blamed
from penstock.features.block import Block, Setting, as_frame
from penstock.features.errors import CannotFit, MemoryFallback


class Node(ABC):
    """One part of the whole, on its way to being fitted."""

    def __init__(self, transformer: Any, path: str, setting: Setting) -> None:
        self.transformer = transformer
        self.path = path
        self.setting = setting
        self.names: list[str] = []
        self.done = False
        self.fitted: Any = None

    @property
    def title(self) -> str:
        """As a person would name it."""
        kind = type(self.transformer).__name__
        return f"{self.path} ({kind})" if self.path else kind

    @abstractmethod
    def start(self, X: Any, y: Any) -> None:
        """Look at the first rows. What learns nothing from more is done now."""

    @abstractmethod
    def update(self, X: Any, y: Any, number: int) -> None:
        """Take in batch `number` of this pass: a block, or what a step before it gives.

        Two threads never do so with numbers that are equal modulo the workers.
        """

    @abstractmethod
    def end_pass(self) -> None:
        """All rows have been seen."""

    def needs(self, names: list[Any]) -> list[Any]:
        """Which of the raw columns the next pass has to read."""
        return names

    def counted(self) -> set[str]:
        """Which raw columns are only counted in the next pass, so that they may come as codes and a dictionary."""
        return set()


def node_for(transformer: Any, path: str, setting: Setting) -> Node:
    """The node that fits `transformer`.

    Raises:
        CannotFit: It is no transformer.
    """
    if isinstance(transformer, Pipeline):
        return Chain(transformer, path, setting)
    if isinstance(transformer, FeatureUnion):
        return Union(transformer, path, setting)
    if isinstance(transformer, ColumnTransformer):
        from penstock.features.columns import Columns

        return Columns(transformer, path, setting)
    leaf = Leaf(transformer, path, setting)
    if not (hasattr(transformer, "fit") and hasattr(transformer, "transform")):
        reason = "it is no transformer; fit the steps before it, and train the estimator with `batches`"
        raise CannotFit(transformer=leaf.title, columns=[], reason=reason)
    return leaf


class Leaf(Node):
    """A single transformer, fitted by an accumulator for each worker or, if there is none for it, in memory."""

    def start(self, X: Any, y: Any) -> None:
        self.names = [str(name) for name in X.columns] if hasattr(X, "columns") else []
        if hasattr(X, "name") and not self.names:
            self.names = [str(X.name)]
        self.kept: dict[int, tuple[Any, Any]] = {}
        self.accumulators: list[Accumulator | None] = []
        if is_stateless(self.transformer):
            with blamed(self, X):
                self.fitted = clone(self.transformer).fit(X, y)
            self.done = True
            return
        self.kind, reason = accumulator_for(self.transformer)
        if self.kind is not None and sparse.issparse(X) and not self.kind.sparse:
            self.kind, reason = None, "it stands on a sparse matrix"
        if self.kind is None:
            place = f" of {', '.join(self.names)}" if self.names else ""
            warnings.warn(
                f"{self.title} is fitted in memory on all rows{place}: {reason}", MemoryFallback, stacklevel=2
            )
        else:
            self.accumulators = [None] * self.setting.workers

    def update(self, X: Any, y: Any, number: int) -> None:
        if self.kind is None:
            self.kept[number] = (as_frame(X), y)
            return
        with blamed(self, X):
            slot = number % self.setting.workers
            accumulator = self.accumulators[slot]
            if accumulator is None:
                accumulator = self.accumulators[slot] = self.kind(self.transformer)
            if not (isinstance(X, Block) and accumulator.update_block(X)):
                accumulator.update(as_frame(X), y)

    def counted(self) -> set[str]:
        return set(self.names) if not self.done and self.kind is not None and self.kind.counts else set()

    def end_pass(self) -> None:
        with blamed(self, None):
            if self.kind is None:
                parts = [self.kept.pop(number) for number in sorted(self.kept)]
                X = _stacked([X for X, _ in parts])
                y = None if parts[0][1] is None else _stacked([y for _, y in parts])
                self.fitted = clone(self.transformer).fit(X, y)
            else:
                first, *rest = [each for each in self.accumulators if each is not None]
                for other in rest:
                    first.merge(other)
                self.fitted = first.finish()
        self.accumulators = []
        self.done = True


@dataclass(kw_only=True)
class Passed:
    """A step that is fitted, and that the rows have to pass on their way to the next one."""

    title: str
    names: list[str]
    fitted: Any

    def transform(self, X: Any) -> Any:
        """What it makes of these rows."""
        with blamed(self, X):
            return self.fitted.transform(as_frame(X))


class Chain(Node):
    """A `Pipeline`: one step after the other, each on what those before it make of the rows."""

    def start(self, X: Any, y: Any) -> None:
        self.head = (X, y)
        self.steps: list[tuple[str, Any]] = []
        self.passed: list[Passed] = []
        self._advance()

    def _advance(self) -> None:
        """Go to the next step that has to see the rows."""
        while len(self.steps) < len(self.transformer.steps):
            name, step = self.transformer.steps[len(self.steps)]
            if isinstance(step, str) or step is None:
                self.steps.append((name, step))
                continue
            self.node = self._next(step, f"{self.path}.{name}".lstrip("."))
            self.node.start(*self.head)
            if not self.node.done:
                return
            self._take()
        self.fitted = clone(self.transformer)
        self.fitted.steps = self.steps
        self.done = True

    def _next(self, step: Any, path: str) -> Node:
        """The node of the next step; of the one behind it, too, if one pass can do both."""
        from penstock.features.fusing import Fused, can_fuse

        place = len(self.steps) + 1
        if not self.passed and place < len(self.transformer.steps):
            following = self.transformer.steps[place][1]
            if can_fuse(step, following, self.head[0], self.setting):
                return Fused(step, following, path, self.setting)
        return node_for(step, path, self.setting)

    def _take(self) -> None:
        """Put what was fitted, one step or two, among the steps that are done."""
        done = self.node.fitted if isinstance(self.node.fitted, tuple) else (self.node.fitted,)
        for fitted in done:
            self.steps.append((self.transformer.steps[len(self.steps)][0], fitted))
            passed = Passed(title=f"{self.node.path} ({type(fitted).__name__})", names=self.node.names, fitted=fitted)
            self.passed.append(passed)
            if len(self.steps) < len(self.transformer.steps):
                self.head = (passed.transform(self.head[0]), self.head[1])

    def update(self, X: Any, y: Any, number: int) -> None:
        for passed in self.passed:
            X = passed.transform(X)
        self.node.update(X, y, number)

    def end_pass(self) -> None:
        self.node.end_pass()
        if self.node.done:
            self._take()
            self._advance()

    def needs(self, names: list[Any]) -> list[Any]:
        return names if self.passed else self.node.needs(names)

    def counted(self) -> set[str]:
        return set() if self.passed or self.done else self.node.counted()


class Union(Node):
    """A `FeatureUnion`: several transformers side by side on the same columns."""

    def start(self, X: Any, y: Any) -> None:
        parts = [
            (name, FunctionTransformer(feature_names_out="one-to-one") if part == "passthrough" else part)
            for name, part in self.transformer.transformer_list
        ]
        self.nodes = {
            name: node_for(part, f"{self.path}.{name}".lstrip("."), self.setting)
            for name, part in parts
            if not isinstance(part, str)
        }
        for node in self.nodes.values():
            node.start(X, y)
        self._settle()

    def update(self, X: Any, y: Any, number: int) -> None:
        for node in self.nodes.values():
            if not node.done:
                node.update(X, y, number)

    def end_pass(self) -> None:
        for node in self.nodes.values():
            if not node.done:
                node.end_pass()
        self._settle()

    def counted(self) -> set[str]:
        waiting = [node.counted() for node in self.nodes.values() if not node.done]
        return set.intersection(*waiting) if waiting else set()

    def _settle(self) -> None:
        self.done = all(node.done for node in self.nodes.values())
        if self.done:
            self.fitted = clone(self.transformer)
            self.fitted.transformer_list = [
                (name, self.nodes[name].fitted if name in self.nodes else part)
                for name, part in self.transformer.transformer_list
            ]


def _stacked(parts: list[Any]) -> Any:
    import numpy as np
    import pandas as pd

    if sparse.issparse(parts[0]):
        return sparse.vstack(parts).tocsr()
    if isinstance(parts[0], pd.DataFrame | pd.Series):
        return pd.concat(parts, ignore_index=True)
    return np.concatenate(parts)
