"""A compiled model: the bytes of its graph, what it takes, and running it. Loading one executes nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from penstock.compiled.columns import Columns, RawColumn, feed, raw_columns
from penstock.compiled.errors import NoOnnx, RefusedRows, UnreadableGraph

OUTPUTS = ("predictions", "probabilities", "scores", "classes", "refused")
METADATA = "penstock"
_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """What a compiled model answers for a table of rows."""

    predictions: np.ndarray[Any, Any]
    """Labels or numbers, one a row."""
    probabilities: np.ndarray[Any, Any] | None = None
    """`[rows, classes]`, where the estimator has them."""
    scores: np.ndarray[Any, Any] | None = None
    """The decision function, where it has no probabilities."""
    classes: np.ndarray[Any, Any] | None = None
    refused: np.ndarray[Any, np.dtype[np.bool_]]
    """Rows that the original pipeline raises an error for; what is predicted for them means nothing."""


@dataclass(frozen=True, eq=False)
class CompiledModel:
    """One ONNX graph from raw rows to predictions.

    The graph takes each raw column by its name, as a tensor of shape `[rows, 1]`, and any ONNX runtime can run it, if
    `about["operators"]` is empty; else ONNX Runtime can. A missing number is NaN; a missing text is U+FDD0; a date is
    int64, microseconds since 1970, and the smallest int64 where it is missing. Its outputs are `predictions`, then
    `probabilities` or `scores` and `classes` where there are any, and `refused`.
    """

    graph: bytes
    """The serialized ONNX model."""

    def save(self, path: Path | str) -> Path:
        """Write the graph to a file, which is all there is to it."""
        target = Path(path)
        target.write_bytes(self.graph)
        return target

    @classmethod
    def load(cls, path: Path | str) -> "CompiledModel":
        """Read what `save` wrote. Nothing of it is executed: a graph is data.

        Raises:
            UnreadableGraph: The file is no graph, or one that was not made here.
        """
        try:
            model = cls(Path(path).read_bytes())
        except OSError as error:
            raise UnreadableGraph(place=str(path), reason=error.strerror or str(error)) from error
        model._check(str(path))
        return model

    @cached_property
    def columns(self) -> tuple[RawColumn, ...]:
        """What it takes."""
        return tuple(RawColumn(**column) for column in self.about["columns"])

    @cached_property
    def about(self) -> dict[str, Any]:
        """What is on record in the graph: its columns, what made it, and the figures of its parity."""
        stored = self._session.get_modelmeta().custom_metadata_map
        return dict(json.loads(stored[METADATA]))

    @cached_property
    def _session(self) -> Any:
        runtime = _package("onnxruntime")
        options = runtime.SessionOptions()
        options.log_severity_level = 3
        return runtime.InferenceSession(self.graph, options, providers=["CPUExecutionProvider"])

    def predict(self, rows: Any, *, refuse: bool = True) -> Predictions:
        """Predictions for raw rows: a table, a mapping of columns, or a list of mappings; none at all is fine.

        Args:
            rows: With at least the columns of `columns`, in any order.
            refuse: Raise an error, as the original does, if any row holds what it refuses.

        Raises:
            UnfitRows: A column is missing, or of another type.
            RefusedRows: Rows hold what the original pipeline refuses.
        """
        columns = raw_columns(rows)
        if not columns and isinstance(rows, (list, tuple)):
            columns = {column.name: np.empty(0, dtype=object) for column in self.columns}
        answer = self.run(feed(columns, self.columns))
        refused = answer["refused"]
        if refuse and refused.any():
            at = np.flatnonzero(refused)
            raise RefusedRows(rows=tuple(int(row) for row in at[:_SHOWN]), count=len(at))
        return Predictions(**answer)

    def run(self, inputs: Mapping[str, np.ndarray[Any, Any]]) -> Columns:
        """The graph itself, on tensors of the types and shapes that it names."""
        session = self._session
        names = [output.name for output in session.get_outputs()]
        return dict(zip(names, session.run(names, dict(inputs)), strict=True))

    def _check(self, place: str) -> None:
        try:
            recorded = self.about
        except NoOnnx:
            raise
        except Exception as error:  # the runtime has no class for it
            text = str(error).partition("\n")[0]
            raise UnreadableGraph(place=place, reason=text or type(error).__name__) from error
        if "columns" not in recorded:
            raise UnreadableGraph(place=place, reason="it does not name its columns")


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise NoOnnx(package=name) from error


def require_packages() -> None:
    """Raises `NoOnnx` if a package that compiling needs is not installed."""
    for name in ("onnx", "onnxruntime", "skl2onnx"):
        _package(name)
