"""One function for each transformer, which writes what it does, once fitted, as ONNX nodes.

An emitter takes the fitted transformer, the block of features that reaches it and the graph, and returns the block that
leaves it. It computes in float64, int64 and text, in the same order as scikit-learn, so that results are equal to the
last bit where the operations are; what it does not cover raises `CannotCompile` with the reason.
"""

from penstock.compiled.emitters import (
    binning,
    composing,
    crosses,
    dates,
    encoding,
    functions,
    hashing,
    imputing,
    projecting,
    scaling,
    texts,
    weights,
)
from penstock.compiled.emitters.registry import EMITTERS, Emitter, emit

__all__ = [
    "EMITTERS",
    "Emitter",
    "binning",
    "composing",
    "crosses",
    "dates",
    "emit",
    "encoding",
    "functions",
    "hashing",
    "imputing",
    "projecting",
    "scaling",
    "texts",
    "weights",
]
