"""Asking a model: rows in any form in, plain arrays out, errors in our words."""

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from penstock.core.errors import PenstockError
from penstock.data.naming import type_name
from penstock.models.errors import ModelFails, NotRows
from penstock.models.rows import fitted_to, frame_of
from penstock.models.signature import Column, Signature

if TYPE_CHECKING:
    from penstock.models.flavours import Asked

Answer = np.ndarray[Any, Any]


def taken(rows: Any, signature: Signature) -> Any:
    """Rows as the model takes them: a frame of its columns, or an array.

    Raises:
        NotRows: They are no rows.
        RowsUnfit: A column is missing or of another type.
    """
    if signature.array:
        return _array(rows, signature)
    frame = frame_of(rows) if not isinstance(rows, np.ndarray) else rows
    if not signature.inputs:
        return frame
    if isinstance(frame, np.ndarray):
        import pandas as pd

        names = [column.name for column in signature.inputs]
        if frame.ndim != 2 or frame.shape[1] != len(names):
            raise NotRows(got="numpy.ndarray", reason=f"of shape {frame.shape}, where {len(names)} columns are taken")
        frame = pd.DataFrame(frame, columns=names)
    elif not len(frame) and not len(frame.columns):
        import pandas as pd

        frame = pd.DataFrame({column.name: pd.Series(dtype=object) for column in signature.inputs})
    return fitted_to(frame, signature.inputs)


def answer(asked: "Asked", rows: Any, *, what: str, probabilities: bool = False) -> Answer:
    """What the original model says. Raises `ModelFails` for whatever it raises."""
    ask = asked.predict_proba if probabilities else asked.predict
    assert ask is not None
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*(valid feature names|has feature names).*")
            return np.asarray(ask(rows))
    except PenstockError:
        raise
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:  # the author's model, or the library's
        reason = f"{type(error).__name__}: {str(error).strip()[:500]}"
        raise ModelFails(what=what, reason=reason) from error


def outputs_of(predicted: Answer) -> tuple[Column, ...]:
    """MLflow's words for what `predict` gives."""
    types = {"b": "boolean", "U": "string", "T": "string", "O": "string", "M": "datetime", "S": "binary"}
    kind = predicted.dtype.kind
    if kind in "iu":
        name = "integer" if predicted.dtype.itemsize < 8 else "long"
    elif kind == "f":
        name = "float" if predicted.dtype.itemsize < 8 else "double"
    else:
        name = types.get(kind, "string")
    if predicted.ndim < 2:
        return (Column(name="prediction", type=name),)
    return tuple(Column(name=f"prediction_{i}", type=name) for i in range(predicted.shape[1]))


def plain(values: Answer | None) -> list[Any] | None:
    """An answer as JSON: null for NaN, `inf` as a text."""
    return None if values is None else [_plain(value) for value in values.tolist()]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return str(value)
    return value if isinstance(value, str | bool | int | float | None) else str(value)


def _array(rows: Any, signature: Signature) -> Answer:
    assert signature.array is not None
    try:
        made: Answer = np.asarray(rows.to_numpy() if hasattr(rows, "to_numpy") else rows)
        made = made.astype(signature.array.dtype, copy=False)
    except (ValueError, TypeError) as error:
        raise NotRows(
            got=type_name(type(rows)), reason=f"it is no array of {signature.array.dtype}: {error}"
        ) from error
    shape = signature.array.shape
    if made.ndim == len(shape) - 1:
        made = made.reshape(1, *made.shape)
    fits = made.ndim == len(shape) and all(wanted in (-1, got) for wanted, got in zip(shape, made.shape, strict=True))
    if not fits:
        raise NotRows(got=type_name(type(rows)), reason=f"of shape {made.shape}, where {shape} is taken")
    return made
