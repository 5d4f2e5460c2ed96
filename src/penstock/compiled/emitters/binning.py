"""Bins and quantiles: counting the edges below a value, and reading a line between two points."""

from typing import Any

import numpy as np

from penstock.compiled.emitters.encoding import one_hot
from penstock.compiled.emitters.registry import checked_matrix, emits
from penstock.compiled.graph import Block, CannotCompile, Graph, Part, numbers


@emits("sklearn.KBinsDiscretizer")
def bins(discretizer: Any, block: Block, graph: Graph) -> Block:
    matrix = checked_matrix(discretizer, block, graph)
    binned = []
    for column, edges in zip(graph.columns(numbers(matrix, block.width)), discretizer.bin_edges_, strict=True):
        inner = edges[1:-1]
        if len(inner) == 0:
            zero = graph.add("Mul", graph.cast(graph.add("IsNaN", column.tensor), "double"), graph.constant([[0.0]]))
            binned.append(Part(tensor=zero, type="double"))
            continue
        reached = graph.cast(graph.add("GreaterOrEqual", column.tensor, graph.constant([inner])), "double")
        number = graph.add("ReduceSum", reached, graph.constant([1], np.int64), keepdims=1)
        binned.append(Part(tensor=number, type="double"))
    if discretizer.encode == "ordinal":
        return Block(tuple(binned))
    return one_hot(discretizer._encoder, Block(tuple(binned)), graph)


@emits("sklearn.QuantileTransformer")
def quantiles(transformer: Any, block: Block, graph: Graph) -> Block:
    if transformer.output_distribution != "uniform":
        raise CannotCompile("its output is a normal distribution, whose inverse ONNX does not have")
    matrix = checked_matrix(transformer, block, graph)
    parts = []
    for index, column in enumerate(graph.columns(numbers(matrix, block.width))):
        points, values = transformer.quantiles_[:, index], transformer.references_
        rising = _between(column.tensor, points, values, graph)
        falling = _between(graph.add("Neg", column.tensor), -points[::-1], -values[::-1], graph)
        middle = graph.add("Mul", graph.add("Sub", rising, falling), graph.constant([[0.5]]))
        middle = _instead(column.tensor, points[-1], 1.0, middle, graph)
        middle = _instead(column.tensor, points[0], 0.0, middle, graph)
        missing = graph.add("IsNaN", column.tensor)
        parts.append(Part(tensor=graph.add("Where", missing, column.tensor, middle), type="double"))
    return Block(tuple(parts))


def _between(tensor: str, points: Any, values: Any, graph: Graph) -> str:
    """`numpy.interp`, operation by operation: `slope * (x - left) + value of left`, flat outside."""
    reached = graph.cast(graph.add("GreaterOrEqual", tensor, graph.constant([points])), "int64")
    count = graph.add("ReduceSum", reached, graph.constant([1], np.int64), keepdims=1)
    with np.errstate(all="ignore"):
        slopes = np.diff(values) / np.diff(points)
    last = len(points) - 1
    slope_of = np.concatenate([[0.0], slopes, [0.0]])  # by how many points are at or below the value
    left_of = np.concatenate([points[:1], points])
    value_of = np.concatenate([values[:1], values])
    slope = graph.add("Gather", graph.constant(slope_of[: last + 2]), count)
    left = graph.add("Gather", graph.constant(left_of), count)
    start = graph.add("Gather", graph.constant(value_of), count)
    return graph.add("Add", graph.add("Mul", slope, graph.add("Sub", tensor, left)), start)


def _instead(tensor: str, where: float, value: float, otherwise: str, graph: Graph) -> str:
    at = graph.add("Equal", tensor, graph.constant([[where]]))
    return graph.add("Where", at, graph.constant([[value]]), otherwise)
