"""Imputers: a constant for what is missing, and columns that say what was."""

from typing import Any

import numpy as np

from penstock.compiled.emitters.registry import emits
from penstock.compiled.graph import Block, CannotCompile, Graph, Part


@emits("sklearn.SimpleImputer")
def simple(imputer: Any, block: Block, graph: Graph) -> Block:
    columns = graph.columns(block)
    if not block.textual and any(part.type == "string" for part in columns):
        raise CannotCompile("it takes texts and numbers together; give each an imputer of its own")
    if not block.textual:
        graph.refuse(graph.add("IsInf", graph.matrix(block)))
    indicated = _indicator(imputer.indicator_, columns, graph) if imputer.add_indicator else ()
    filled = []
    for column, statistic in zip(columns, imputer.statistics_, strict=True):
        if _is_nan(statistic) and not imputer.keep_empty_features:
            continue  # nothing was seen of it in training: scikit-learn drops it
        filled.append(_fill(imputer, column, statistic, graph))
    if not block.textual and not _is_nan(imputer.missing_values):
        for column in columns:
            graph.refuse(graph.add("IsNaN", graph.matrix(Block((column,)))))
    return Block((*filled, *indicated))


@emits("sklearn.MissingIndicator")
def indicate(indicator: Any, block: Block, graph: Graph) -> Block:
    if not block.textual:
        graph.refuse(graph.add("IsInf", graph.matrix(block)))
    return Block(_indicator(indicator, graph.columns(block), graph))


def _fill(imputer: Any, column: Part, statistic: Any, graph: Graph) -> Part:
    gone = _missing(imputer.missing_values, column, graph)
    if column.type == "string":
        if not isinstance(statistic, str):
            raise CannotCompile(f"it fills texts with {statistic!r}")
        if gone is None:
            return column
        filled = graph.add("Where", gone, graph.constant([[statistic]], object), column.tensor)
        return Part(tensor=filled, type="string", missing=column.missing)
    values = graph.matrix(Block((column,)))
    assert gone is not None
    value = 0.0 if _is_nan(statistic) else float(statistic)
    return Part(tensor=graph.add("Where", gone, graph.constant([[value]]), values), type="double")


def _missing(marker: Any, column: Part, graph: Graph) -> str | None:
    """Where the imputer's idea of missing holds; None: nowhere."""
    if column.type == "string":
        if isinstance(marker, str):
            return graph.add("Equal", column.tensor, graph.constant([[marker]], object))
        means = "none" if marker is None else "nan" if _is_nan(marker) else None
        if means is None:
            raise CannotCompile(f"missing texts are written as {marker!r}")
        return graph.is_missing(column) if means == column.missing else None
    values = graph.matrix(Block((column,)))
    if _is_nan(marker):
        return graph.add("IsNaN", values)
    if isinstance(marker, (int, float, np.number)):
        return graph.add("Equal", values, graph.constant([[float(marker)]]))
    raise CannotCompile(f"missing numbers are written as {marker!r}")


def _indicator(indicator: Any, columns: list[Part], graph: Graph) -> tuple[Part, ...]:
    found = []
    for index in indicator.features_:
        gone = _missing(indicator.missing_values, columns[index], graph)
        if gone is None:
            raise CannotCompile("its indicator looks for another kind of missing text than the sample has")
        found.append(Part(tensor=graph.cast(gone, "double"), type="double"))
    return tuple(found)


def _is_nan(value: Any) -> bool:
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))
