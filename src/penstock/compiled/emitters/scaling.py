"""Scalers: the same subtractions and divisions, in the same order."""

from typing import Any

import numpy as np

from penstock.compiled.emitters.registry import checked_matrix, emits
from penstock.compiled.graph import Block, Graph, numbers


@emits("sklearn.StandardScaler")
def standard(scaler: Any, block: Block, graph: Graph) -> Block:
    mean = scaler.mean_ if scaler.with_mean else None
    return _shift_then_divide(scaler, block, graph, mean, scaler.scale_ if scaler.with_std else None)


@emits("sklearn.RobustScaler")
def robust(scaler: Any, block: Block, graph: Graph) -> Block:
    center = scaler.center_ if scaler.with_centering else None
    return _shift_then_divide(scaler, block, graph, center, scaler.scale_ if scaler.with_scaling else None)


@emits("sklearn.MaxAbsScaler")
def max_abs(scaler: Any, block: Block, graph: Graph) -> Block:
    scaled = _shift_then_divide(scaler, block, graph, None, scaler.scale_)
    if getattr(scaler, "clip", False):
        return numbers(_clip(scaled.parts[0].tensor, -1.0, 1.0, graph), block.width)
    return scaled


@emits("sklearn.MinMaxScaler")
def min_max(scaler: Any, block: Block, graph: Graph) -> Block:
    matrix = checked_matrix(scaler, block, graph)
    matrix = graph.add("Mul", matrix, graph.constant([scaler.scale_]))
    matrix = graph.add("Add", matrix, graph.constant([scaler.min_]))
    if scaler.clip:
        matrix = _clip(matrix, scaler.feature_range[0], scaler.feature_range[1], graph)
    return numbers(matrix, block.width)


@emits("sklearn.Binarizer")
def binarize(binarizer: Any, block: Block, graph: Graph) -> Block:
    matrix = checked_matrix(binarizer, block, graph)
    above = graph.add("Greater", matrix, graph.constant([[binarizer.threshold]]))
    return numbers(graph.cast(above, "double"), block.width)


def _shift_then_divide(scaler: Any, block: Block, graph: Graph, shift: Any, scale: Any) -> Block:
    matrix = checked_matrix(scaler, block, graph)
    if shift is not None:
        matrix = graph.add("Sub", matrix, graph.constant([shift]))
    if scale is not None:
        matrix = graph.add("Div", matrix, graph.constant([scale]))
    return numbers(matrix, block.width)


def _clip(matrix: str, low: float, high: float, graph: Graph) -> str:
    """Like `numpy.clip`, which keeps NaN."""
    clipped = graph.add("Clip", matrix, graph.constant(np.float64(low)), graph.constant(np.float64(high)))
    return graph.add("Where", graph.add("IsNaN", matrix), matrix, clipped)
