"""The dialect of PostgreSQL. It imports the driver, which is an extra, when it connects."""

import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from penstock.core.errors import PenstockError
from penstock.core.urls import without_secrets
from penstock.metadata.dialect import Cursor
from penstock.metadata.place_errors import DriverMissing, UnknownStoreUrl

if TYPE_CHECKING:
    import psycopg

    from penstock.metadata.postgres.connection import PostgresConnection, PostgresCursor

_NAMED = re.compile(r"(?<![:\w]):([a-z_]\w*)")

_HOLDER_MAY_SLEEP = 30
"""Seconds after which the server ends the transaction of a process that was frozen within it, and frees its locks."""


@dataclass(frozen=True)
class PostgresDialect:
    """How to talk to one database of a PostgreSQL server."""

    url: str = field(repr=False)
    """As libpq takes it. What it does not say comes from libpq's own variables and files, e.g. `~/.pgpass`."""
    timeout: float = 30.0
    patience: float = 60.0
    connect_timeout: int = 10
    """Seconds to wait for the server to take a connection."""
    limit: int | None = 8
    """A server has a hundred connections, for everybody: transactions beyond this number wait for each other here."""
    one_writer: bool = False
    exclusion: str | None = "LOCK TABLE leases, specs, holds IN EXCLUSIVE MODE"  # writers touch one of them

    @property
    def place(self) -> str:
        return without_secrets(self.url)

    def check(self) -> None:
        """Raise `DriverMissing` or `UnknownStoreUrl` if this can be no use; nothing is connected."""
        assert self.conninfo

    @cached_property
    def conninfo(self) -> dict[str, Any]:
        """The parameters of a connection: those of the URL, and ours where it says nothing.

        Raises:
            UnknownStoreUrl: libpq cannot read the URL. What it says of it may show the password, so it is not told.
        """
        driver = _driver(self.place)
        if "@" in self.url.partition("?")[0].partition("://")[2].partition("/")[2]:  # of a password with a slash
            raise UnknownStoreUrl(url=self.place, reason="there is an `@` after the first `/`")
        try:
            given = dict(driver.conninfo.conninfo_to_dict(self.url))
        except driver.Error:
            raise UnknownStoreUrl(url=self.place, reason="a part of it is not understood") from None
        milliseconds = int(self.timeout * 1000)
        limits = {
            "lock_timeout": milliseconds,
            "statement_timeout": 2 * milliseconds,
            "idle_in_transaction_session_timeout": _HOLDER_MAY_SLEEP * 1000,
        }
        options = " ".join(f"-c {name}={value}" for name, value in limits.items())
        ours = {
            "application_name": "penstock",
            "connect_timeout": self.connect_timeout,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "tcp_user_timeout": milliseconds,  # a server whose network is gone says nothing
            "client_encoding": "utf8",
        }
        return ours | given | {"options": f"{options} {given.get('options') or ''}".strip()}

    def connect(self) -> "PostgresConnection":
        conninfo = self.conninfo
        from penstock.metadata.postgres.connection import PostgresConnection

        return PostgresConnection.open(conninfo)

    def connect_plain(self) -> "psycopg.Connection[Any]":
        """A connection that begins transactions by itself, without limits of time: for an upgrade."""
        limits = {"lock_timeout": "0", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
        connection: psycopg.Connection[Any] = _driver(self.place).connect(**self.conninfo)
        for name, value in limits.items():
            connection.execute(f"SELECT set_config('{name}', '{value}', false)")
        connection.commit()
        return connection

    def compile(self, statement: str) -> str:
        return _compiled(statement)

    def locking(self, statement: str) -> str:
        return f"{statement} FOR UPDATE"

    def demanding(self, statement: str) -> str | None:
        # By zero is divided if there is none. The lock is taken in any case, since it lies in the inner query.
        return f"SELECT 1 / count(*) FROM ({self.locking(statement)}) AS found"

    def unmet(self, error: BaseException) -> bool:
        return getattr(error, "sqlstate", None) == "22012"

    def begin(self, cursor: Cursor, *, write: bool) -> None:
        _ours(cursor).begin(_BEGIN_WRITING if write else _BEGIN_READING)

    def commit(self, cursor: Cursor) -> None:
        _ours(cursor).end("COMMIT")

    def rollback(self, cursor: Cursor) -> None:
        _ours(cursor).abandon()

    def translate(self, error: BaseException) -> PenstockError | None:
        if isinstance(error, PenstockError):
            return None
        from penstock.metadata.postgres.failures import meaning

        return meaning(error, self.place, self.timeout)


_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"  # all statements see one moment
_BEGIN_WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED"  # what decides is locked, and read when it is


def _ours(cursor: Cursor) -> "PostgresCursor":
    return cursor  # type: ignore[return-value]  # there are no others here


@cache
def _compiled(statement: str) -> str:
    return _NAMED.sub(r"%(\1)s", statement.replace("%", "%%"))


def _driver(place: str) -> Any:
    """The module `psycopg`, which is an extra."""
    try:
        import psycopg
    except ImportError as error:
        raise DriverMissing(place=place, reason=str(error)) from error
    return psycopg
