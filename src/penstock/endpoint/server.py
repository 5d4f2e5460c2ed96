"""HTTP over the connections that the listener accepts: one thread each, since there are as many as tasks, not users.

The parsing of requests is that of Python's `http.server`. A connection is kept open between requests, and ends when
nothing has come for a while.
"""

import hmac
import shutil
import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

from penstock.endpoint.credentials import Caller, caller_named, shown
from penstock.endpoint.errors import BadRequest, BodyCut, NoSuchRoute, NotAuthorized
from penstock.endpoint.messages import PART, Body, Incoming, Request, Response
from penstock.endpoint.refusals import refusal
from penstock.endpoint.routing import Router

IDLE = 60.0
"""Seconds without a byte, after which a connection is ended: between requests, or in the middle of a body."""
_LINGER = 256 << 20
"""Bytes of a refused body that are read all the same, so that the client comes to read the answer."""
_FAREWELL = 5.0
"""Seconds that requests get to be answered when the endpoint closes."""


class Server:
    """Serves connections, each in a thread of its own."""

    def __init__(self, router: Router, token: str) -> None:
        self.router = router
        self._token = token.encode()
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        self.closing = False

    def serve(self, connection: socket.socket) -> None:
        """Serve a connection to its end. Returns at once."""
        thread = threading.Thread(target=self._converse, args=(connection,), name="penstock request", daemon=True)
        with self._lock:
            self._open[connection] = thread
        try:
            thread.start()
        except RuntimeError:  # no room for a thread: the client may try again
            self._forget(connection)

    def close(self) -> None:
        """End all connections: those without a request at once, the others when they are answered."""
        self.closing = True
        with self._lock:
            left = dict(self._open)
        for connection in left:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        until = time.monotonic() + _FAREWELL
        for connection, thread in left.items():
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def caller(self, authorization: str) -> Caller | None:
        """Who asks, if they may: the token, and behind a dot the task that it was given to.

        Raises:
            NotAuthorized: The token is another one, or there is none.
        """
        token, task = shown(authorization)
        if not hmac.compare_digest(token.encode(errors="surrogateescape"), self._token):
            raise NotAuthorized
        return caller_named(task)

    def _converse(self, connection: socket.socket) -> None:
        try:
            Conversation(connection, connection.getpeername(), self)
        except (OSError, ValueError):  # the client went away
            pass
        finally:
            self._forget(connection)

    def _forget(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.pop(connection, None)
        connection.close()


class Conversation(BaseHTTPRequestHandler):
    """The requests of one connection, one after the other."""

    protocol_version = "HTTP/1.1"
    server_version = "penstock"
    sys_version = ""
    timeout = IDLE
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    server: Server  # type: ignore[assignment]

    def __init__(self, connection: socket.socket, peer: object, server: Server) -> None:
        self._body = Body(_Nothing(), 0)
        super().__init__(connection, peer, server)  # type: ignore[arg-type]

    def handle(self) -> None:
        """Answer until the client or the server closes."""
        self.close_connection = True
        self.handle_one_request()
        while not self.close_connection and not self.server.closing:
            self.handle_one_request()

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def handle_expect_100(self) -> bool:
        """A client that asks first whether it may send a body: not without the token."""
        try:
            self.server.caller(self.headers.get("Authorization", ""))
        except NotAuthorized as error:
            self.close_connection = True
            self._send(refusal(error))
            return False
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """What `http.server` itself finds wrong with a request."""
        self.close_connection = True
        wrong = BadRequest(what="request", reason=message or "it is not HTTP")
        if code == 501:
            self._send(refusal(NoSuchRoute(method=self.command, path=self.path)))
        elif not hasattr(self, "headers"):  # not even the head could be read
            self.request_version = "HTTP/1.1"
            self._send(refusal(wrong))
        else:
            self._send(refusal(wrong))

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""

    def _answer(self) -> None:
        try:
            response = self._respond()
        except (BodyCut, TimeoutError, ConnectionError):
            self.close_connection = True  # nobody is there to read an answer
            return
        if self.server.closing:
            self.close_connection = True
        if not self._body.finished:
            self.close_connection = True
            self._send(response)
            self._linger()
        else:
            self._send(response)

    def _respond(self) -> Response:
        path, _, query = self.path.partition("?")
        try:
            self._body = Body(self.rfile, 0)
            self._body = self._body_of_request()
            caller = self.server.caller(self.headers.get("Authorization", ""))
            request = Request(
                method=self.command,
                path=path,
                query=_parsed(query),
                caller=caller,
                body=self._body,
            )
            response = self.server.router(request)
        except BodyCut:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the client hears of it
            return refusal(error)
        if self._body.finished:
            return response
        for _ in self._body.parts():  # a body that nobody asked for
            pass
        return response

    def _body_of_request(self) -> Body:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return Body(self.rfile, None)
        text = self.headers.get("Content-Length", "0").strip()
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            self.close_connection = True
            raise BadRequest(what="Content-Length", reason=f"{text[:50]!r} is not a number of bytes")
        return Body(self.rfile, int(text))

    def _send(self, response: Response) -> None:
        if response.file is None:
            self._head(response, len(response.body))
            self.wfile.write(response.body)
        else:
            with response.file.open("rb") as file:
                self._head(response, response.file.stat().st_size)
                shutil.copyfileobj(file, self.wfile, PART)
        self.wfile.flush()

    def _head(self, response: Response, length: int) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(length))
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in response.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def _linger(self) -> None:
        """Read on for a while: a client that is still sending would see a broken connection, not the answer."""
        with suppress(OSError, BodyCut, BadRequest):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(_FAREWELL)
            read = 0
            for part in self._body.parts():
                read += len(part)
                if read > _LINGER:
                    return


class _Nothing(Incoming):
    def read(self, size: int, /) -> bytes:  # noqa: ARG002
        return b""

    def readline(self, size: int, /) -> bytes:  # noqa: ARG002
        return b""


def _parsed(query: str) -> dict[str, list[str]]:
    try:
        return parse_qs(query, keep_blank_values=True, strict_parsing=False, errors="strict", max_num_fields=10_000)
    except ValueError as error:
        raise BadRequest(what="query", reason=str(error)) from None
