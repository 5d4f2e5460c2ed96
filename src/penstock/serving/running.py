"""A model, asked for rows: as a graph in this process, or as the original object.

Rows are those of a `RowReader`. An answer has one label or number a row, and what else the model says of it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Protocol, TypeAlias

import numpy as np
from msgspec import Struct

from penstock.compiled.columns import MISSING, RawColumn
from penstock.compiled.model import CompiledModel
from penstock.models.signature import Column
from penstock.serving.refusals import SHOWN, Problem, UnfitRows

_EXACT = 2**53
_NOT_A_TIME = -(2**63)
Columns: TypeAlias = dict[str, np.ndarray[Any, Any]]


class Answer(Struct, frozen=True, kw_only=True):
    """What a model says of some rows."""

    predictions: list[Any]
    """Labels or numbers, one a row."""
    probabilities: list[list[float]] | None = None
    """`[rows, classes]`, in the order of the classes, where the model has them."""
    scores: list[Any] | None = None
    """The decision function, where it has no probabilities."""
    refused: Sequence[int] = ()
    """Rows that the model refuses; what is predicted for them means nothing."""

    def part(self, start: int, stop: int) -> "Answer":
        """The answer for some of the rows."""
        return Answer(
            predictions=self.predictions[start:stop],
            probabilities=None if self.probabilities is None else self.probabilities[start:stop],
            scores=None if self.scores is None else self.scores[start:stop],
            refused=[row - start for row in self.refused if start <= row < stop],
        )


class Runner(Protocol):
    """A model, ready to be asked. May be called from any thread, by one at a time."""

    classes: list[Any] | None
    """What the columns of the probabilities are."""

    def run(self, rows: Sequence[Any]) -> Answer:
        """Ask it.

        Raises:
            UnfitRows: A number does not fit its column.
        """
        ...


class GraphRunner:
    """Asks a compiled model, in this process.

    Args:
        model: The graph.
        columns: The signature's, whose order the fields of the rows have.
        classes: As the original has them: a graph knows whole numbers and texts only.
        threads: That one question may use.
    """

    def __init__(
        self,
        model: CompiledModel,
        columns: Sequence[Column],
        *,
        classes: list[Any] | None = None,
        threads: int = 1,
    ) -> None:
        self._session = _session(model.graph, threads)
        given = [output.name for output in self._session.get_outputs()]
        self._outputs = [name for name in ("predictions", "probabilities", "scores", "refused") if name in given]
        self._feeds = _feeds(model.columns, columns)
        known = self._session.run(["classes"], self._inputs([]))[0].tolist() if "classes" in given else None
        self.classes = classes if classes is not None else known
        self._labels: dict[Any, Any] | None = None
        if known is not None and classes is not None and list(map(type, known)) != list(map(type, classes)):
            self._labels = dict(zip(known, classes, strict=True))

    def run(self, rows: Sequence[Any]) -> Answer:
        """See `Runner.run`."""
        found = dict(zip(self._outputs, self._session.run(self._outputs, self._inputs(rows)), strict=True))
        refused = found["refused"]
        probabilities, scores = found.get("probabilities"), found.get("scores")
        labels = found["predictions"].tolist()
        return Answer(
            predictions=labels if self._labels is None else [self._labels[label] for label in labels],
            probabilities=None if probabilities is None else probabilities.tolist(),
            scores=None if scores is None else scores.tolist(),
            refused=np.flatnonzero(refused).tolist() if b"\1" in refused.tobytes() else (),
        )

    def _inputs(self, rows: Sequence[Any]) -> Columns:
        inputs: Columns = {}
        for feed in self._feeds:
            inputs.update(feed(rows))
        return inputs


def _session(graph: bytes, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


class _Feed:
    """Columns of one kind, which become arrays together: fewer calls of NumPy than one a column."""

    def __init__(self, columns: Sequence[tuple[int, Column]], block: Callable[[list[Any]], Any]) -> None:
        self._names = [column.name for _, column in columns]
        self._block = block
        get = attrgetter(*(f"c{at}" for at, _ in columns))
        self._get: Callable[[Any], Any] = get if len(columns) > 1 else lambda row: (get(row),)
        self._integers = [
            (place, at, column) for place, (at, column) in enumerate(columns) if column.type in ("integer", "long")
        ]

    def __call__(self, rows: Sequence[Any]) -> Columns:
        count, width = len(rows), len(self._names)
        values = list(zip(*map(self._get, rows), strict=True)) if count else [()] * width
        try:
            block = self._block(values)
        except OverflowError:
            raise UnfitRows(problems=self._too_large(rows, 2**63 - 1)) from None
        for place, _, _ in self._integers if block.dtype == np.float64 else ():
            rounded = np.nanmax(np.abs(block[place]), initial=0) >= _EXACT
            if rounded and (problems := self._too_large(rows, _EXACT)):
                raise UnfitRows(problems=problems)
        return dict(zip(self._names, block.reshape(width, count, 1), strict=True))

    def _too_large(self, rows: Sequence[Any], largest: int) -> list[Problem]:
        expected = f"an integer of at most {largest}"
        found = []
        for _, at, column in self._integers:
            for number, row in enumerate(rows):
                value = getattr(row, f"c{at}")
                if value is not None and abs(value) > largest:
                    found.append(Problem(row=number, field=column.name, expected=expected, got=str(value)))
        return found[:SHOWN]


def _feeds(wanted: Sequence[RawColumn], columns: Sequence[Column]) -> list[_Feed]:
    kinds = {column.name: column.kind for column in wanted}
    found: dict[str, list[tuple[int, Column]]] = {}
    for at, column in enumerate(columns):
        if column.name in kinds:
            kind = "time" if column.type == "datetime" else kinds[column.name]
            found.setdefault(kind, []).append((at, column))
    return [_Feed(group, _BLOCKS[kind]) for kind, group in found.items()]


def _texts(values: list[Any]) -> Any:
    return np.array([[MISSING if text is None else text for text in column] for column in values], object)


def _times(values: list[Any]) -> Any:
    return np.array([[_microseconds(time) for time in column] for column in values], np.int64)


def _microseconds(time: datetime | None) -> int:
    if time is None:
        return _NOT_A_TIME
    return int(np.datetime64(time.replace(tzinfo=None), "us").astype(np.int64))


_BLOCKS: dict[str, Callable[[list[Any]], Any]] = {
    "double": lambda values: np.array(values, np.float64),
    "int64": lambda values: np.array(values, np.int64),
    "string": _texts,
    "time": _times,
}
