"""What a handler takes and gives: a request, its body as a stream, and a response."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec
from msgspec import Struct, field

from penstock.endpoint.credentials import Caller
from penstock.endpoint.errors import BadRequest, BodyCut, BodyTooLarge

JSON_LIMIT = 16 << 20
"""Bytes of a JSON body. A full batch of MLflow's (1000 metrics, 100 parameters of 6000 characters) is below 1 MiB."""
PART = 1 << 18


class Incoming(Protocol):
    """The rest of a connection that a body is read from."""

    def read(self, size: int, /) -> bytes: ...
    def readline(self, size: int, /) -> bytes: ...


class Body:
    """The body of a request, read once, in parts, however large it is."""

    def __init__(self, stream: Incoming, length: int | None) -> None:
        """Prepare.

        Args:
            stream: Where it comes from.
            length: Its bytes; None where they come in chunks that say how long they are.
        """
        self._stream = stream
        self._length = length
        self._parts = self._counted(length) if length is not None else self._chunked()
        self.finished = length == 0
        """Whether all of it was read."""

    def parts(self) -> Iterator[bytes]:
        """The bytes, as they come. Raises `BodyCut` where they end too early."""
        try:
            for part in self._parts:  # noqa: UP028 - `yield from` would end them with whoever stops in the middle
                yield part
        except OSError as error:
            raise BodyCut from error
        self.finished = True

    def read(self, limit: int) -> bytes:
        """All of it. Raises `BodyTooLarge` as soon as it is known to have more than `limit` bytes."""
        if self._length is not None and self._length > limit:
            raise BodyTooLarge(limit=limit)
        read = bytearray()
        for part in self.parts():
            read += part
            if len(read) > limit:
                raise BodyTooLarge(limit=limit)
        return bytes(read)

    def _counted(self, length: int) -> Iterator[bytes]:
        left = length
        while left:
            part = self._stream.read(min(left, PART))
            if not part:
                raise BodyCut(missing=left)
            left -= len(part)
            yield part

    def _chunked(self) -> Iterator[bytes]:
        while size := self._chunk_size():
            yield from self._counted(size)
            self._line()
        while self._line():  # trailers
            pass

    def _chunk_size(self) -> int:
        text = self._line().partition(b";")[0].strip()
        if not text or len(text) > 15 or text.strip(b"0123456789abcdefABCDEF"):
            raise BadRequest(what="body", reason="a chunk does not say how long it is")
        return int(text, 16)

    def _line(self) -> bytes:
        line = self._stream.readline(PART)
        if not line.endswith(b"\n"):
            raise BodyCut
        return line.strip()


class Request(Struct, frozen=True, kw_only=True):
    """One request, authorised already."""

    method: str
    path: str
    """As it was sent, without the query."""
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)
    """What the route's template names in the path, decoded."""
    caller: Caller | None = None
    body: Body

    def json(self, limit: int = JSON_LIMIT) -> dict[str, Any]:
        """The body as an object of JSON; empty where there is none.

        Raises:
            BadRequest: It is anything else.
            BodyTooLarge: It has more than `limit` bytes.
        """
        data = self.body.read(limit)
        if not data.strip():
            return {}
        try:
            value = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadRequest(what="body", reason=f"it is not JSON: {error}") from None
        if not isinstance(value, dict):
            raise BadRequest(what="body", reason=f"an object of JSON is expected, not {type(value).__name__}")
        return value


class Response(Struct, frozen=True, kw_only=True):
    """What goes back."""

    status: int = 200
    content_type: str = "application/json"
    body: bytes = b"{}"
    file: Path | None = None
    """A file whose bytes are the body, in place of `body`."""
    headers: Mapping[str, str] = field(default_factory=dict)


def reply(value: Any, status: int = 200) -> Response:
    """A response of JSON. Numbers that are not finite must be texts already."""
    return Response(status=status, body=msgspec.json.encode(value))
