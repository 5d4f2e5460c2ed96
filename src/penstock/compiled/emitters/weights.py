"""Weights of counted terms, and rows of length one."""

from typing import Any

import numpy as np

from penstock.compiled.emitters.registry import checked_matrix, emits
from penstock.compiled.graph import Block, Graph, numbers


@emits("sklearn.TfidfTransformer")
def tfidf_of_counts(transformer: Any, block: Block, graph: Graph) -> Block:
    return weighted_terms(transformer, checked_matrix(transformer, block, graph), block.width, graph)


@emits("sklearn.Normalizer")
def normalize(normalizer: Any, block: Block, graph: Graph) -> Block:
    return numbers(normalized(checked_matrix(normalizer, block, graph), normalizer.norm, graph), block.width)


def weighted_terms(transformer: Any, counts: str, width: int, graph: Graph) -> Block:
    """Counts by how rare a term is."""
    if transformer.sublinear_tf:
        graph.approximate.append("sublinear_tf")
        there = graph.add("Greater", counts, graph.constant([[0.0]]))
        one = graph.constant([[1.0]])
        logs = graph.add("Add", graph.add("Log", graph.add("Where", there, counts, one)), one)
        counts = graph.add("Where", there, logs, counts)
    if transformer.use_idf:
        counts = graph.add("Mul", counts, graph.constant([transformer.idf_]))
    return numbers(normalized(counts, transformer.norm, graph), width)


def normalized(matrix: str, norm: str | None, graph: Graph) -> str:
    """Each row divided by its norm, `l1`, `l2` or `max`; one of zeros as it is."""
    if norm is None:
        return matrix
    graph.approximate.append(f"norm {norm}")  # the order of a sum decides its last bit
    across = graph.constant([1], np.int64)
    if norm == "l2":
        squares = graph.add("ReduceSum", graph.add("Mul", matrix, matrix), across, keepdims=1)
        length = graph.add("Sqrt", squares)
    else:
        sizes = graph.add("Abs", matrix)
        length = graph.add("ReduceSum" if norm == "l1" else "ReduceMax", sizes, across, keepdims=1)
    zero = graph.add("Equal", length, graph.constant([[0.0]]))
    return graph.add("Div", matrix, graph.add("Where", zero, graph.constant([[1.0]]), length))
