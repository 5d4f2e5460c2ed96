"""Projections and choices: principal components, splines, and features that were selected."""

from typing import Any

import numpy as np

from penstock.compiled.emitters.registry import checked_matrix, emits
from penstock.compiled.graph import Block, CannotCompile, Graph, Part, numbers


@emits("sklearn.PCA")
def principal_components(pca: Any, block: Block, graph: Graph) -> Block:
    matrix = graph.add("Sub", checked_matrix(pca, block, graph), graph.constant([pca.mean_]))
    scale = np.sqrt(pca.explained_variance_) if pca.whiten else np.ones(len(pca.components_))
    scale = np.maximum(scale, np.finfo(scale.dtype).eps)
    return _projected(matrix, pca.components_, scale, graph)


@emits("sklearn.TruncatedSVD")
def singular_vectors(svd: Any, block: Block, graph: Graph) -> Block:
    return _projected(checked_matrix(svd, block, graph), svd.components_, np.ones(len(svd.components_)), graph)


@emits("sklearn.SelectFromModel")
@emits("sklearn.SelectKBest")
@emits("sklearn.SelectPercentile")
@emits("sklearn.VarianceThreshold")
def selected(selector: Any, block: Block, graph: Graph) -> Block:
    anything = selector.__sklearn_tags__().input_tags.allow_nan  # then scikit-learn does not look for infinity either
    matrix = graph.matrix(block) if anything else checked_matrix(selector, block, graph)
    kept = [int(index) for index in np.flatnonzero(selector.get_support())]
    return graph.pick(numbers(matrix, block.width), kept) if kept else Block(())


@emits("sklearn.SplineTransformer")
def splines(transformer: Any, block: Block, graph: Graph) -> Block:
    if transformer.extrapolation not in {"constant", "error"}:
        raise CannotCompile(f"extrapolation={transformer.extrapolation!r}")
    if getattr(transformer, "sparse_output", False) or getattr(transformer, "handle_missing", "error") != "error":
        raise CannotCompile("only its dense output without missing values is known to the graph")
    graph.approximate.append("SplineTransformer")
    matrix = checked_matrix(transformer, block, graph)
    parts: list[Part] = []
    for column, spline in zip(graph.columns(numbers(matrix, block.width)), transformer.bsplines_, strict=True):
        parts += _spline(column.tensor, spline, transformer, graph).parts
    return Block(tuple(parts))


def _spline(value: str, spline: Any, transformer: Any, graph: Graph) -> Block:
    """Its polynomial between the knots where the value is, by Horner's scheme."""
    from scipy.interpolate import PPoly

    degree = spline.k
    knots = np.unique(spline.t[degree : len(spline.t) - degree])
    low, high = knots[0], knots[-1]
    if transformer.extrapolation == "error":
        graph.refuse(graph.add("Less", value, graph.constant([[low]])))
        graph.refuse(graph.add("Greater", value, graph.constant([[high]])))
    value = graph.add("Clip", value, graph.constant(low), graph.constant(high))
    count = spline.c.shape[1] - (0 if transformer.include_bias else 1)
    pieces = [PPoly.from_spline((spline.t, spline.c[:, index], degree)) for index in range(count)]
    inside = [int(np.searchsorted(pieces[0].x, knot, side="right")) - 1 for knot in knots[:-1]]
    reached = graph.cast(graph.add("GreaterOrEqual", value, graph.constant([knots[1:-1]])), "int64")
    interval = graph.add("ReduceSum", reached, graph.constant([1], np.int64), keepdims=0)
    starts = graph.add("Gather", graph.constant(knots[:-1]), interval)
    along = graph.add("Sub", value, graph.add("Unsqueeze", starts, graph.constant([1], np.int64)))
    result = ""
    for power in range(degree + 1):
        table = np.array([[piece.c[power, index] for piece in pieces] for index in inside])
        coefficient = graph.add("Gather", graph.constant(table), interval, axis=0)
        result = graph.add("Add", graph.add("Mul", result, along), coefficient) if result else coefficient
    return numbers(result, count)


def _projected(matrix: str, components: Any, scale: Any, graph: Graph) -> Block:
    """Times the components; their scale is in them, because ONNX Runtime makes a float32 of one that stands behind."""
    graph.approximate.append("a projection")  # the order of a sum decides its last bit
    scaled = components / scale[:, None]
    return numbers(graph.add("MatMul", matrix, graph.constant(scaled.T)), len(components))
