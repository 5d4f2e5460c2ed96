"""Functions of numbers: products of features, powers, and the functions of NumPy that ONNX has too."""

from itertools import combinations, combinations_with_replacement
from typing import Any

import numpy as np

from penstock.compiled.cast import is_float32_cast
from penstock.compiled.emitters.registry import checked_matrix, emits
from penstock.compiled.emitters.tracing import followed
from penstock.compiled.graph import Block, Graph, Part, numbers

_SAME = {"exp": "Exp", "log": "Log", "sin": "Sin", "cos": "Cos", "sqrt": "Sqrt", "absolute": "Abs", "floor": "Floor"}
FUNCTIONS = (*_SAME, "log1p", "square")
"""Of NumPy, which a graph has too."""
_EXACT = {"sqrt", "absolute", "floor"}


@emits("sklearn.FunctionTransformer")
def function(transformer: Any, block: Block, graph: Graph) -> Block:
    called, arguments = transformer.func, transformer.kw_args or {}
    if called is None:
        return block
    if is_float32_cast(called, arguments):
        tensor = graph.matrix(block, to="float")
        return Block((Part(tensor=tensor, type="float", width=block.width),))
    name = getattr(called, "__name__", repr(called))
    if transformer.validate:
        block = numbers(checked_matrix(transformer, block, graph), block.width)
    if arguments or getattr(np, name, None) is not called or name not in FUNCTIONS:
        columns = [graph.matrix(Block((part,))) for part in graph.columns(block)]
        names = [part.raw.name for part in block.parts if part.raw is not None]
        return Block(followed(called, arguments, columns, names if len(names) == block.width else [], graph))
    return numbers(_apply(name, graph.matrix(block), graph), block.width)


@emits("sklearn.PolynomialFeatures")
def polynomial(features: Any, block: Block, graph: Graph) -> Block:
    matrix = checked_matrix(features, block, graph)
    width = block.width
    parts, level = [], matrix
    choose = combinations if features.interaction_only else combinations_with_replacement
    if features.include_bias and features._min_degree >= 0:
        one = graph.add("Gather", matrix, graph.constant([0], np.int64), axis=1)
        one = graph.add("Mul", graph.cast(graph.add("IsNaN", one), "double"), graph.constant([[0.0]]))
        parts.append(Part(tensor=graph.add("Add", one, graph.constant([[1.0]])), type="double"))
    places: dict[tuple[int, ...], int] = {(index,): index for index in range(width)}
    for degree in range(1, features._max_degree + 1):
        if degree > 1:
            # In scikit-learn's order, which decides the last bit: the first factor times the product of the others.
            combos = list(choose(range(width), degree))
            if not combos:
                break
            first = graph.constant([combo[0] for combo in combos], np.int64)
            rest = graph.constant([places[combo[1:]] for combo in combos], np.int64)
            level = graph.add(
                "Mul", graph.add("Gather", matrix, first, axis=1), graph.add("Gather", level, rest, axis=1)
            )
            places = {combo: index for index, combo in enumerate(combos)}
        if degree >= features._min_degree:
            parts.append(Part(tensor=level, type="double", width=len(places)))
    return Block(tuple(parts))


@emits("sklearn.PowerTransformer")
def power(transformer: Any, block: Block, graph: Graph) -> Block:
    matrix = checked_matrix(transformer, block, graph)
    graph.approximate.append("PowerTransformer")
    single = graph.columns(numbers(matrix, block.width))
    curve = _yeo_johnson if transformer.method == "yeo-johnson" else _box_cox
    done = [curve(column.tensor, float(lam), graph) for column, lam in zip(single, transformer.lambdas_, strict=True)]
    joined = done[0] if len(done) == 1 else graph.add("Concat", *done, axis=1)
    if transformer.standardize:
        joined = graph.add("Sub", joined, graph.constant([transformer._scaler.mean_]))
        joined = graph.add("Div", joined, graph.constant([transformer._scaler.scale_]))
    return numbers(joined, block.width)


def _yeo_johnson(value: str, lam: float, graph: Graph) -> str:
    one, zero = graph.constant([[1.0]]), graph.constant([[0.0]])
    up = graph.add("Add", graph.add("Max", value, zero), one)
    down = graph.add("Sub", one, graph.add("Min", value, zero))
    positive = graph.add("Log", up) if abs(lam) < np.spacing(1.0) else _power(up, lam, graph)
    negative = graph.add("Log", down) if abs(lam - 2) <= np.spacing(1.0) else _power(down, 2 - lam, graph)
    curved = graph.add("Where", graph.add("Less", value, zero), graph.add("Neg", negative), positive)
    return graph.add("Where", graph.add("IsNaN", value), value, curved)


def _box_cox(value: str, lam: float, graph: Graph) -> str:
    graph.refuse(graph.add("LessOrEqual", value, graph.constant([[0.0]])))
    return graph.add("Log", value) if lam == 0 else _power(value, lam, graph)


def _power(base: str, exponent: float, graph: Graph) -> str:
    """`(base ** exponent - 1) / exponent`."""
    raised = graph.add("Pow", base, graph.constant([[exponent]]))
    return graph.add("Div", graph.add("Sub", raised, graph.constant([[1.0]])), graph.constant([[exponent]]))


def _apply(name: str, matrix: str, graph: Graph) -> str:
    if name == "square":
        return graph.add("Mul", matrix, matrix)
    if name not in _EXACT:
        graph.approximate.append(f"numpy.{name}")
    if name == "log1p":
        return graph.add("Log", graph.add("Add", matrix, graph.constant([[1.0]])))
    return graph.add(_SAME[name], matrix)
