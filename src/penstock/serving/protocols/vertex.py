"""Vertex AI's `:predict`: `instances` in, `predictions` out."""

from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from penstock.serving.refusals import Problem, UnfitRows
from penstock.serving.rows import RowReader, kind_of, parse
from penstock.serving.running import Answer
from penstock.serving.served import Served


class _Predictions(Struct, frozen=True):
    predictions: list[Any]
    deployedModelId: str  # noqa: N815 - Vertex AI's word
    modelVersionId: str  # noqa: N815


class VertexProtocol:
    """`{"instances": [row, …]}`; `parameters` is taken and has no effect. Classifiers answer with their labels."""

    content_types: tuple[str, ...] = ("application/json",)

    def __init__(self) -> None:
        self._encode = msgspec.json.Encoder().encode

    def read(self, body: bytes, content_type: str, served: Served) -> list[Any]:  # noqa: ARG002 - there is only one
        """See `PredictionProtocol.read`."""
        try:
            return list(_decoder(served.reader).decode(body).instances)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return served.reader.convert(instances_of(parse(body)))

    def write(self, answer: Answer, served: Served, request: str) -> bytes:  # noqa: ARG002 - it goes into a header
        """See `PredictionProtocol.write`."""
        return self._encode(_Predictions(answer.predictions, served.name, served.version))


@lru_cache(maxsize=64)
def _decoder(reader: RowReader) -> Any:
    body = msgspec.defstruct("Instances", [("instances", list[reader.row])])  # type: ignore[name-defined]
    return msgspec.json.Decoder(body)


def instances_of(value: Any) -> list[Any]:
    """The list of rows in a parsed body. Raises `UnfitRows`."""
    if not isinstance(value, dict):
        raise UnfitRows(problems=[Problem(expected="an object with `instances`", got=kind_of(value))])
    found = value.get("instances")
    if not isinstance(found, list):
        got = kind_of(found) if "instances" in value else "nothing"
        raise UnfitRows(problems=[Problem(field="instances", expected="a list of rows", got=got)])
    return found
