"""What runs when a model is asked: its graph where there is one and it can run here, its original otherwise."""

from typing import TYPE_CHECKING, Any

import numpy as np

from penstock.models.answers import Answer, answer, taken

if TYPE_CHECKING:
    from penstock.compiled import CompiledModel
    from penstock.models.model import Model


def predict(model: "Model", rows: Any) -> Answer:
    """See `Model.predict`."""
    fitted = taken(rows, model.signature)
    graph = graph_of(model)
    if graph is not None:
        found = graph.predict(fitted).predictions
        return found.astype(np.float64) if found.dtype.kind == "f" else _labels(found, model)
    if model.signature and not len(fitted):
        return _none(model)
    return answer(model.asked, fitted, what=model.package.class_)


def predict_proba(model: "Model", rows: Any) -> Answer:
    """See `Model.predict_proba`."""
    fitted = taken(rows, model.signature)
    graph = graph_of(model)
    if graph is not None:
        found = graph.predict(fitted).probabilities
        if found is not None:
            return found.astype(np.float64)
    if model.signature and not len(fitted):
        return np.empty((0, len(model.package.classes or [])))
    return answer(model.asked, fitted, what=model.package.class_, probabilities=True)


def graph_of(model: "Model") -> "CompiledModel | None":
    """The graph; None if there is none, or no runtime for it is installed here."""
    from importlib.util import find_spec

    if model.package.runtime != "graph" or find_spec("onnxruntime") is None:
        return None
    return model.compiled


def _labels(found: Answer, model: "Model") -> Answer:
    """Labels of the type that the original gives: a graph knows whole numbers and texts."""
    classes = model.classes
    return found.astype(classes.dtype) if classes is not None and found.dtype != classes.dtype else found


def _none(model: "Model") -> Answer:
    """No answers, of the type that the model gives."""
    types = {"boolean": "bool", "integer": "int32", "long": "int64", "float": "float32", "double": "float64"}
    outputs = model.signature.outputs
    dtype = types.get(outputs[0].type, "object") if outputs else "float64"
    return np.empty(0 if len(outputs) < 2 else (0, len(outputs)), dtype=dtype)
