"""The endpoint's socket: bound at once, on the loopback interface only; all else comes with the first connection.

This module imports nothing of the server, nor does its thread, which only waits: a run in which no task connects pays
for a socket and a thread that sleeps (0.1 ms together).
"""

import secrets
import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from penstock.endpoint.routing import Router
    from penstock.endpoint.server import Server

_BACKLOG = 128


class Listener:
    """Listens until it is closed, and serves whoever connects."""

    def __init__(self, router: "Callable[[], Router]", *, port: int = 0, token: str = "") -> None:
        """Listen.

        Args:
            router: Gives what answers requests; called once, with the first connection, in the listener's thread.
            port: Of 127.0.0.1; any free one by default.
            token: What requests must show; a new one by default.

        Raises:
            OSError: The port is taken.
        """
        self._router = router
        self._socket = socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
        self._wake, self._waker = socket.socketpair()
        self._server: Server | None = None
        self.token = token or secrets.token_urlsafe(24)
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._listen, name="penstock endpoint", daemon=True)
        self._thread.start()

    @property
    def serving(self) -> bool:
        """Whether anybody has connected yet."""
        return self._server is not None

    def close(self) -> None:
        """Take no more connections, let requests that are being answered finish, and end the rest."""
        with suppress(OSError):
            self._waker.send(b".")
        self._thread.join()
        self._socket.close()
        if self._server is not None:
            self._server.close()
        self._wake.close()
        self._waker.close()

    def _listen(self) -> None:
        while True:
            ready, _, _ = select.select([self._socket, self._wake], [], [])
            if self._wake in ready:
                return
            try:
                connection, _ = self._socket.accept()
            except OSError:  # it is gone already, or there are no descriptors left for it
                continue
            self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        if self._server is None:
            from penstock.endpoint.server import Server

            self._server = Server(self._router(), self.token)
        self._server.serve(connection)
