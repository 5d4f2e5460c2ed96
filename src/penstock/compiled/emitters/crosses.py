"""Crosses of categories: texts joined, and hashed where buckets are asked for."""

from itertools import combinations
from typing import Any

import numpy as np

from penstock.compiled.columns import MISSING
from penstock.compiled.emitters.hashing import hash_of
from penstock.compiled.emitters.labels import label_of
from penstock.compiled.emitters.registry import emits
from penstock.compiled.graph import Block, Graph, Part

_JOINT = "\x1f"


@emits("penstock.FeatureCross")
def feature_cross(crossing: Any, block: Block, graph: Graph) -> Block:
    labels = [label_of(column, graph) for column in graph.columns(block)]
    return Block(
        tuple(
            _cross([labels[i] for i in chosen], crossing.buckets, graph)
            for chosen in combinations(range(len(labels)), crossing.degree)
        )
    )


def _cross(labels: list[tuple[str, str]], buckets: int | None, graph: Graph) -> Part:
    texts, gone = labels[0]
    joint = graph.constant([[_JOINT]], object)
    for text, missing in labels[1:]:
        texts = graph.add("StringConcat", graph.add("StringConcat", texts, joint), text)
        gone = graph.add("Or", gone, missing)
    if buckets is None:
        marked = graph.add("Where", gone, graph.constant([[MISSING]], object), texts)
        return Part(tensor=marked, type="string")
    bucket = graph.add("Mod", graph.add("Abs", hash_of(texts, graph, 1)), graph.constant([[buckets]], np.int64))
    number = graph.add("Where", gone, graph.constant([[np.nan]]), graph.cast(bucket, "double"))
    return Part(tensor=number, type="double")
