"""The interface of a protocol: one way to ask for predictions."""

from typing import Any, Protocol

from penstock.serving.running import Answer
from penstock.serving.served import Served


class PredictionProtocol(Protocol):
    """How one kind of client asks and is answered."""

    @property
    def content_types(self) -> tuple[str, ...]:
        """Of the bodies that it takes; what says nothing of itself is taken for the first."""
        ...

    def read(self, body: bytes, content_type: str, served: Served) -> list[Any]:
        """The rows of a body.

        Raises:
            Refused: It is not what this protocol, or the model, takes.
        """
        ...

    def write(self, answer: Answer, served: Served, request: str) -> bytes:
        """The answer as a body of JSON.

        Args:
            answer: Of the model, for all rows of the request.
            served: Who answered.
            request: The request's id.
        """
        ...
