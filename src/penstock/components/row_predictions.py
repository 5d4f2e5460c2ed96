"""Predictions for batches of Arrow, as columns of Arrow: by the compiled graph directly, where the model has one."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.compiled.columns import MISSING, feed, raw_columns
from penstock.components.errors import RowsRefused
from penstock.models import Model

PREDICTION, PROBABILITY, VERSION, REFUSED = "prediction", "probability", "model_version", "refused"
_MOST_CLASSES = 50


class RowPredictor:
    """Predicts batch after batch with one model."""

    def __init__(self, model: Model, *, skip_refused: bool = False) -> None:
        """Prepare.

        Args:
            model: A model package.
            skip_refused: Leave the prediction of a row empty that the model refuses, instead of ending with an error.
        """
        self._model = model
        self._compiled = model.compiled
        self._skip = skip_refused
        self.refused = 0
        """Rows so far that the model refused."""

    @property
    def inputs(self) -> list[str]:
        """The columns that the model takes; none where that is not known."""
        return [column.name for column in self._model.signature.inputs]

    def columns(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        """What is predicted for a batch: `prediction`, and the probability of each class."""
        if self._compiled is not None:
            return self._by_graph(batch)
        table = pa.Table.from_batches([batch])
        table = table.select(self.inputs) if self.inputs else table
        found = {PREDICTION: pa.array(_plain(self._model.predict(table)))}
        if self._model.task in ("binary", "multiclass"):
            found |= self._probabilities(self._model.predict_proba(table), self._model.classes)
        return found

    def _by_graph(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        compiled = self._compiled
        assert compiled is not None
        answer = compiled.run({column.name: _tensor(batch, column) for column in compiled.columns})
        found = {PREDICTION: pa.array(self._labels(_plain(answer["predictions"])))}
        if answer.get("probabilities") is not None:
            found |= self._probabilities(answer["probabilities"], answer["classes"])
        refused = np.asarray(answer["refused"], dtype=bool).reshape(-1)
        if refused.any():
            self._refuse(refused)
            mask = pa.array(refused)
            found = {name: pc.if_else(mask, pa.scalar(None, values.type), values) for name, values in found.items()}
        return found

    def _labels(self, predictions: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Of the type that the original gives: a graph knows whole numbers and texts."""
        classes = self._model.classes
        if classes is None:
            return predictions.astype(np.float64) if predictions.dtype.kind == "f" else predictions
        return predictions if predictions.dtype.kind == "O" else predictions.astype(classes.dtype)

    def _probabilities(self, values: np.ndarray[Any, Any], classes: Any) -> dict[str, pa.Array]:
        if values.shape[1] == 2:
            return {PROBABILITY: pa.array(np.ascontiguousarray(values[:, 1]))}
        if values.shape[1] > _MOST_CLASSES:
            return {PROBABILITY: pa.array(values.max(axis=1))}
        labels = range(values.shape[1]) if classes is None else classes
        names = [f"{PROBABILITY}_{label}" for label in labels]
        return {name: pa.array(np.ascontiguousarray(values[:, at])) for at, name in enumerate(names)}

    def _refuse(self, refused: np.ndarray[Any, Any]) -> None:
        count = int(refused.sum())
        if not self._skip:
            raise RowsRefused(rows=count, of=len(refused), first=int(np.flatnonzero(refused)[0]))
        self.refused += count


def _tensor(batch: pa.RecordBatch, column: Any) -> np.ndarray[Any, Any]:
    """A column as a graph takes it. Numbers and texts go straight from Arrow; anything else by way of NumPy."""
    values = batch.column(column.name)
    if column.kind == "double" and _is_number(values.type):
        floats = values.cast(pa.float64(), safe=False)
        array = floats.to_numpy(zero_copy_only=False)
    elif column.kind == "string" and _is_text(values.type):
        filled = pc.fill_null(values.cast(pa.string()), MISSING) if values.null_count else values
        array = filled.to_numpy(zero_copy_only=False)
    else:
        table = pa.Table.from_arrays([values], names=[column.name])
        return np.asarray(feed(raw_columns(table), [column])[column.name])
    return np.asarray(array.reshape(-1, 1))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


def _is_text(kind: pa.DataType) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(value) or pa.types.is_large_string(value) or pa.types.is_string_view(value))


def _plain(values: Any) -> Any:
    array = np.asarray(values)
    return array.reshape(-1) if array.ndim == 2 and array.shape[1] == 1 else array
