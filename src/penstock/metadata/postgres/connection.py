"""Transactions on one connection of psycopg 3.

The statements of a transaction are sent as one *pipeline*: they leave together, and their results are waited for
once, at the commit. So a commit costs one round trip and one wait for the server's disk, however much is in it. A
statement whose rows are asked for costs a round trip more.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import psycopg
from psycopg.types.numeric import Int8Dumper

from penstock.metadata.dialect import Connection, Cursor
from penstock.metadata.errors import TextNotStorable


class PostgresConnection(Connection):
    """A connection of psycopg, as the store uses it."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self.raw = raw

    @classmethod
    def open(cls, conninfo: Mapping[str, Any]) -> "PostgresConnection":
        raw = psycopg.connect(**conninfo, autocommit=True, prepare_threshold=2)
        raw.prepared_max = 256
        raw.adapters.register_dumper(int, Int8Dumper)  # one prepared statement, whatever the number
        return cls(raw)

    def cursor(self) -> "PostgresCursor":
        return PostgresCursor(self.raw)

    def close(self) -> None:
        self.raw.close()


class PostgresCursor(Cursor):
    """The statements of one transaction, in one pipeline."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._pipeline = contextlib.ExitStack()
        self._last: psycopg.Cursor[Any] | None = None

    def begin(self, statement: str) -> None:
        self._pipeline.enter_context(self._connection.pipeline())
        self.execute(statement, {})

    def end(self, statement: str) -> None:
        """Send what is left and wait for all of it. Raises what the first statement that failed says."""
        self.execute(statement, {})
        self._pipeline.close()

    def abandon(self) -> None:
        """End the transaction without effect, whatever state it is in."""
        with contextlib.suppress(Exception):  # what went wrong before comes once more here
            self._pipeline.close()
        with contextlib.suppress(Exception):
            if not self._connection.closed and self._connection.info.transaction_status:  # not idle
                self._connection.execute("ROLLBACK")

    def execute(self, statement: str, parameters: Mapping[str, Any], /) -> object:
        self._last = self._connection.cursor(binary=True)
        with _telling_which(parameters):
            return self._last.execute(statement.encode(), parameters or None)

    def executemany(self, statement: str, rows: Iterable[Mapping[str, Any]], /) -> object:
        listed = list(rows)
        if len(listed) == 1:  # which is the rule, and shorter so
            return self.execute(statement, listed[0])
        self._last = self._connection.cursor()
        with _telling_which(*listed):
            self._last.executemany(statement.encode(), listed)
        return None

    def fetchall(self) -> list[Any]:
        return [] if self._last is None else self._last.fetchall()


@contextlib.contextmanager
def _telling_which(*rows: Mapping[str, Any]) -> Iterator[None]:
    """PostgreSQL takes no NUL in a text: say in which one it is."""
    try:
        yield
    except psycopg.DataError:
        for value in (value for row in rows for value in row.values()):
            if isinstance(value, str) and "\0" in value:
                place = value.index("\0")
                raise TextNotStorable(text=value[max(0, place - 40) : place + 40]) from None
        raise
