"""One process that serves one model on a socket: uvicorn around the application."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from penstock.serving.application import Application

_KEEP_ALIVE = 75
_GRACE = 30
"""Seconds that requests get to end when the server is told to."""
_WAITING = 2048


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on; they wait until somebody serves them.

    Args:
        host: An address.
        port: 0 takes any that is free.

    Raises:
        OSError: The port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_WAITING)
    except OSError:
        listening.close()
        raise
    return listening


def serve(application: Application, listening: socket.socket, ready: Callable[[], None] = lambda: None) -> None:
    """Answer requests until SIGINT or SIGTERM; those that have begun are answered then.

    Args:
        application: What answers.
        listening: Where they come in.
        ready: Called when the first can be answered.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            ready()

    config = uvicorn.Config(
        application,
        access_log=False,
        http="httptools",
        lifespan="off",
        log_level="warning",
        loop="uvloop",
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        timeout_keep_alive=_KEEP_ALIVE,
        ws="none",
    )
    with _nothing_follows():
        Server(config).run(sockets=[listening])


@contextmanager
def _nothing_follows() -> Iterator[None]:
    """uvicorn ends on these signals by itself, and then sends them again, to whoever stood here before."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
