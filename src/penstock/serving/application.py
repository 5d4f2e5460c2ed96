"""The ASGI application of one model: routes, bodies, limits, answers. Raw, because each layer costs on the hot path."""

import asyncio
import itertools
import logging
import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from penstock.core.errors import PenstockError
from penstock.serving.figures import Figures
from penstock.serving.openapi import describe
from penstock.serving.protocols.mlflow import MlflowProtocol
from penstock.serving.protocols.native import NativeProtocol
from penstock.serving.protocols.open_inference import OpenInferenceProtocol, metadata_of
from penstock.serving.protocols.protocol import PredictionProtocol
from penstock.serving.protocols.vertex import VertexProtocol
from penstock.serving.refusals import (
    NotFound,
    Refused,
    RowsRefused,
    TooLarge,
    WrongContent,
    WrongMethod,
    facts_of,
)
from penstock.serving.running import Answer
from penstock.serving.served import Served

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Handler: TypeAlias = Callable[[Scope, Receive, Send, str], Awaitable[None]]

_JSON = (b"content-type", b"application/json")
_ID = b"x-request-id"
_GOOD_ID = re.compile(rb"[A-Za-z0-9._:/-]{1,128}")

logger = logging.getLogger(__name__)


class Limits(Struct, frozen=True, kw_only=True):
    """What one request may ask for."""

    body: int = 16 << 20
    """Bytes."""
    rows: int = 10_000


class Gone(Exception):
    """The client went away in the middle of its request."""


class Application:
    """Answers requests for one model, of which one version is served at a time.

    Args:
        served: The version that answers first.
        limits: Of one request.
        figures: Where requests are counted.
    """

    def __init__(self, served: Served, *, limits: Limits | None = None, figures: Figures | None = None) -> None:
        self.served = served
        """Who answers. Another one may be put here at any time: requests that have begun end with the former."""
        self.limits = limits or Limits()
        self.figures = figures or Figures()
        self.open = 0
        """Requests that are being handled."""
        self._ids = itertools.count()
        self._boot = os.urandom(6).hex()
        self._encode = msgspec.json.Encoder().encode
        self._routes = self._route_table(served.name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return await _lifespan(receive, send) if scope["type"] == "lifespan" else None
        self.open += 1
        request = self._request_id(scope)
        try:
            handler = self._routes.get((scope["method"], scope["path"]))
            if handler is None:
                raise self._no_route(scope)
            await handler(scope, receive, send, request)
        except Refused as error:
            await self._refuse(send, request, error)
        except (Gone, asyncio.CancelledError):
            raise
        except Exception as error:
            logger.exception("request %s to %s failed", request, scope["path"])
            await self._fail(send, request, error)
        finally:
            self.open -= 1

    # --- routes -------------------------------------------------------------------------------------------

    def _route_table(self, name: str) -> dict[tuple[str, str], Handler]:
        invocations = self._prediction("mlflow", MlflowProtocol())
        vertex = self._prediction("vertex", VertexProtocol())
        table: dict[tuple[str, str], Handler] = {
            ("POST", "/predict"): self._prediction("penstock", NativeProtocol()),
            ("POST", "/predict/row"): self._prediction("penstock", NativeProtocol(single=True)),
            ("POST", "/invocations"): invocations,
            ("POST", f"/v1/models/{name}:predict"): vertex,
            ("POST", f"/v1/endpoints/{name}:predict"): vertex,
            ("POST", f"/v2/models/{name}/infer"): self._prediction("v2", OpenInferenceProtocol()),
            ("GET", f"/v2/models/{name}"): self._json(lambda: metadata_of(self.served)),
            ("GET", f"/v2/models/{name}/ready"): self._json(lambda: {"name": name, "ready": True}),
            ("GET", "/v2"): self._json(lambda: {"name": "penstock", "version": "2", "extensions": []}),
            ("GET", "/v2/health/live"): self._json(lambda: {"live": True}),
            ("GET", "/v2/health/ready"): self._json(lambda: {"ready": True}),
            ("GET", "/health/live"): self._json(lambda: {"live": True}),
            ("GET", "/health/ready"): self._json(lambda: {"ready": True}),
            ("GET", "/ping"): self._json(dict),
            ("GET", "/openapi.json"): self._json(lambda: describe(self.served)),
            ("GET", "/metrics"): self._metrics,
        }
        return table

    def _no_route(self, scope: Scope) -> Refused:
        allowed = tuple(sorted(method for method, path in self._routes if path == scope["path"]))
        if allowed:
            return WrongMethod(method=scope["method"], allowed=allowed)
        return NotFound(path=scope["path"][:200])

    def _json(self, give: Callable[[], Any]) -> Handler:
        async def answer(scope: Scope, receive: Receive, send: Send, request: str) -> None:  # noqa: ARG001 - an ASGI handler
            await _send(send, 200, self._encode(give()), request)

        return answer

    async def _metrics(self, scope: Scope, receive: Receive, send: Send, request: str) -> None:  # noqa: ARG002
        self.figures.open.set(self.open - 1)  # without this one
        kind = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")
        await _send(send, 200, self.figures.text(), request, kind)

    # --- predictions --------------------------------------------------------------------------------------

    def _prediction(self, protocol_name: str, protocol: PredictionProtocol) -> Handler:
        async def predict(scope: Scope, receive: Receive, send: Send, request: str) -> None:
            body = await self._body(receive)
            began = perf_counter()
            served = self.served
            rows = protocol.read(body, _content_type(scope, protocol), served)
            if len(rows) > self.limits.rows:
                raise TooLarge(what="number of rows", limit=self.limits.rows)
            answer = await served.ask(rows) if rows else Answer(predictions=[])
            if answer.refused:
                reason = "it cannot take what is in it"
                raise RowsRefused(rows=list(answer.refused), reason=reason)
            body = protocol.write(answer, served, request)
            self.figures.answered(served.name, served.version, protocol_name, len(rows), perf_counter() - began)
            await _send(send, 200, body, request)

        return predict

    async def _body(self, receive: Receive) -> bytes:
        limit = self.limits.body
        message = await receive()
        body: bytes = message.get("body", b"")
        if message.get("more_body"):
            parts = [body]
            size = len(body)
            while message.get("more_body"):
                if size > limit:
                    raise TooLarge(what="body in bytes", limit=limit)
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                parts.append(message.get("body", b""))
                size += len(parts[-1])
            body = b"".join(parts)
        if len(body) > limit:
            raise TooLarge(what="body in bytes", limit=limit)
        return body

    # --- errors -------------------------------------------------------------------------------------------

    async def _refuse(self, send: Send, request: str, error: Refused) -> None:
        self.figures.refused(self.served.name, self.served.version, "", error.status)
        headers = [(b"allow", ", ".join(error.allowed).encode())] if isinstance(error, WrongMethod) else []
        body = self._encode({"error": {**facts_of(error), "request_id": request}})
        await _send(send, error.status, body, request, *headers)

    async def _fail(self, send: Send, request: str, error: Exception) -> None:
        self.figures.refused(self.served.name, self.served.version, "", 500)
        told = facts_of(error) if isinstance(error, PenstockError) else {"message": "the model failed"}
        await _send(send, 500, self._encode({"error": {**told, "request_id": request}}), request)

    def _request_id(self, scope: Scope) -> str:
        """The client's, if it gave one that can go into a log; otherwise a new one."""
        for name, value in scope["headers"]:
            if name == _ID and _GOOD_ID.fullmatch(value):
                return str(value, "ascii")
        return f"{self._boot}-{next(self._ids):08x}"


def _content_type(scope: Scope, protocol: PredictionProtocol) -> str:
    for name, value in scope["headers"]:
        if name == b"content-type":
            kind = str(value.partition(b";")[0].strip().lower(), "latin-1")
            if kind in protocol.content_types:
                return kind
            if kind in ("", "application/x-www-form-urlencoded"):  # what curl says if it is told nothing
                break
            raise WrongContent(got=kind[:100], allowed=protocol.content_types)
    return protocol.content_types[0]


async def _send(send: Send, status: int, body: bytes, request: str, *headers: tuple[bytes, bytes]) -> None:
    given = headers if headers and headers[0][0] == b"content-type" else (_JSON, *headers)
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*given, length, (_ID, request.encode())]})
    await send({"type": "http.response.body", "body": body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
