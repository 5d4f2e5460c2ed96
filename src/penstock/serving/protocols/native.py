"""Penstock's own way: a raw row, or a list of rows, and what the model says of each."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from penstock.serving.refusals import Problem, UnfitRows
from penstock.serving.running import Answer
from penstock.serving.served import Served


class _Many(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a list of rows."""

    predictions: list[Any]
    classes: Sequence[Any] | None = None
    probabilities: list[list[float]] | None = None
    scores: list[Any] | None = None
    model: str
    version: str
    request_id: str


class _One(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to one row."""

    prediction: Any
    probabilities: dict[str, float] | None = None
    score: Any = None
    model: str
    version: str
    request_id: str


class NativeProtocol:
    """`POST /predict` takes a list of rows, `POST /predict/row` one."""

    content_types: tuple[str, ...] = ("application/json",)

    def __init__(self, *, single: bool = False) -> None:
        self._single = single
        self._encode = msgspec.json.Encoder().encode

    def read(self, body: bytes, content_type: str, served: Served) -> list[Any]:  # noqa: ARG002 - there is only one
        """See `PredictionProtocol.read`."""
        rows = served.reader.read_rows(body)
        if self._single and len(rows) != 1:
            raise UnfitRows(problems=[Problem(expected="one row", got=f"a list of {len(rows)}")])
        return rows

    def write(self, answer: Answer, served: Served, request: str) -> bytes:
        """See `PredictionProtocol.write`."""
        if not self._single:
            return self._encode(
                _Many(
                    predictions=answer.predictions,
                    classes=served.classes if answer.probabilities is not None else None,
                    probabilities=answer.probabilities,
                    scores=answer.scores,
                    model=served.name,
                    version=served.version,
                    request_id=request,
                )
            )
        probabilities = None
        if answer.probabilities is not None:
            probabilities = dict(zip(served.class_names, answer.probabilities[0], strict=True))
        return self._encode(
            _One(
                prediction=answer.predictions[0],
                probabilities=probabilities,
                score=answer.scores[0] if answer.scores is not None else None,
                model=served.name,
                version=served.version,
                request_id=request,
            )
        )
