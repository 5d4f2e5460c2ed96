"""Integers of a graph, written as Python writes them: `//` and `%` round down, whatever the sign."""

from dataclasses import dataclass
from typing import Union

import numpy as np

from penstock.compiled.graph import Graph

Operand = Union["Integers", int]


@dataclass(frozen=True)
class Integers:
    """An int64 tensor under construction; every operation adds its nodes to the graph."""

    tensor: str
    graph: Graph

    def __add__(self, other: Operand) -> "Integers":
        return self._with("Add", other)

    def __sub__(self, other: Operand) -> "Integers":
        return self._with("Sub", other)

    def __mul__(self, other: Operand) -> "Integers":
        return self._with("Mul", other)

    def __mod__(self, other: int) -> "Integers":
        return self._with("Mod", other)

    def __floordiv__(self, other: int) -> "Integers":
        return (self - self % other)._with("Div", other)

    def at_least(self, value: int) -> "Integers":
        """1 where it is not less than `value`, else 0."""
        return Integers(self.graph.cast(self.graph.at_least(self.tensor, value), "int64"), self.graph)

    def differs(self, other: "Integers") -> str:
        """Where the two are not equal, as truth values."""
        return self.graph.add("Not", self.graph.add("Equal", self.tensor, other.tensor))

    def _with(self, operation: str, other: Operand) -> "Integers":
        right = other.tensor if isinstance(other, Integers) else self.graph.constant([[other]], np.int64)
        return Integers(self.graph.add(operation, self.tensor, right), self.graph)
