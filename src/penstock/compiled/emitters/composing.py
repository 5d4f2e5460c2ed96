"""Transformers made of transformers: pipelines, unions, and column transformers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from penstock.compiled.emitters.registry import emit, emits
from penstock.compiled.graph import Block, CannotCompile, Graph, Part, numbers


@emits("sklearn.Pipeline")
def pipeline(steps: Any, block: Block, graph: Graph) -> Block:
    for _, step in steps.steps:
        block = emit(step, block, graph)
    return block


@emits("sklearn.FeatureUnion")
def union(features: Any, block: Block, graph: Graph) -> Block:
    weights = features.transformer_weights or {}
    branches = [
        _weighted(emit(branch, block, graph), weights.get(name), graph)
        for name, branch in features.transformer_list
        if not _dropped(branch)
    ]
    return Block(tuple(part for branch in branches for part in branch.parts))


@emits("sklearn.ColumnTransformer")
def by_columns(transformer: Any, block: Block, graph: Graph) -> Block:
    names = list(getattr(transformer, "feature_names_in_", []))
    weights = transformer.transformer_weights or {}
    resolved = dict(zip((name for name, *_ in transformer.transformers), transformer._columns, strict=True))
    parts: list[Part] = []
    for name, branch, columns in transformer.transformers_:
        indices = _indices(resolved.get(name, columns), names, block.width)
        if _dropped(branch) or not indices:
            continue
        picked = emit(branch, graph.pick(block, indices), graph)
        parts.extend(_weighted(picked, weights.get(name), graph).parts)
    return Block(tuple(parts))


def _indices(columns: Any, names: Sequence[str], width: int) -> list[int]:
    """Which features are meant: by name, position, slice of either, or a mask."""
    if isinstance(columns, (str, int, np.integer)):
        columns = [columns]  # as a vectorizer of texts wants it
    if isinstance(columns, slice):
        start = names.index(columns.start) if isinstance(columns.start, str) else columns.start
        stop = names.index(columns.stop) + 1 if isinstance(columns.stop, str) else columns.stop  # names include the end
        return list(range(width))[start : stop : columns.step]
    chosen = list(columns)
    if chosen and all(isinstance(item, (bool, np.bool_)) for item in chosen):
        return [index for index, wanted in enumerate(chosen) if wanted]
    if chosen and isinstance(chosen[0], str):
        if not names:
            raise CannotCompile("`sklearn.ColumnTransformer`: it picks columns by name from a step that gives none")
        return [names.index(item) for item in chosen]
    return [int(item) % width for item in chosen]


def _weighted(block: Block, weight: float | None, graph: Graph) -> Block:
    if weight is None or not block.parts:
        return block
    return numbers(graph.add("Mul", graph.matrix(block), graph.constant([[float(weight)]])), block.width)


def _dropped(branch: Any) -> bool:
    return isinstance(branch, str) and branch == "drop"
