"""Transactions over a handful of connections, and the statements inside one transaction.

A connection is borrowed for one transaction and given back: there are as many as there were transactions at
one time, they do not belong to threads, and `close` knows them all. Readers never wait for a writer. Where the
database has one writer at a time, those of one process wait for each other here, in turn: SQLite would let them poll.
"""

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from penstock.core.errors import PenstockError
from penstock.core.faults import fault_point
from penstock.metadata.dialect import Connection, Cursor, Dialect
from penstock.metadata.errors import StoreBusy, StoreClosed, StoreUnreachable, TextNotStorable
from penstock.metadata.rows import Row, Values, excerpt

_WIDTHS = (1, 8, 64, 512)
"""Lists are padded to one of these lengths, so that there are few different statements to prepare."""


class Session:
    """Statements inside one transaction."""

    def __init__(self, dialect: Dialect, cursor: Cursor) -> None:
        self._dialect = dialect
        self._cursor = cursor
        self.demanded: PenstockError | None = None
        """What to raise if a demand turns out to be unmet."""

    def execute(self, statement: str, values: Values) -> None:
        """Run one statement that gives no rows."""
        self._cursor.execute(self._dialect.compile(statement), values)

    def execute_many(self, statement: str, rows: Iterable[Values]) -> None:
        """Run one statement for each row of values."""
        self._cursor.executemany(self._dialect.compile(statement), rows)

    def rows(self, statement: str, **values: Any) -> list[Row]:
        """The rows that a statement gives."""
        self._cursor.execute(self._dialect.compile(statement), values)
        return self._cursor.fetchall()

    def row(self, statement: str, **values: Any) -> Row | None:
        """The one row that a statement gives, or None."""
        found = self.rows(statement, **values)
        return found[0] if found else None

    def locked_row(self, statement: str, **values: Any) -> Row | None:
        """As `row`, and nobody can change it before this transaction ends."""
        return self.row(self._dialect.locking(statement), **values)

    def demand(self, statement: str, otherwise: PenstockError, **values: Any) -> None:
        """Lock the row that a statement finds. If there is none, `otherwise` is raised: at once, or at the end of
        the transaction, of which nothing is stored then. A transaction demands one thing at most.
        """
        demanding = self._dialect.demanding(statement)
        if demanding is None:
            if self.locked_row(statement, **values) is None:
                raise otherwise
            return
        assert self.demanded is None
        self.demanded = otherwise
        self.execute(demanding, values)

    def exclude_writers(self) -> None:
        """Have nobody else write from here to the end of the transaction: for what looks at much before it decides."""
        if self._dialect.exclusion is not None:
            self.execute(self._dialect.exclusion, {})

    def rows_for_each(self, statement: str, keys: Sequence[Any], **values: Any) -> list[Row]:
        """The rows of a statement with `:each` (keys are scalars) or `:pairs` (keys are pairs) in it.

        More keys than fit one statement are asked for in parts, so the statement must not order or limit then.
        """
        found: list[Row] = []
        for text, named in _parts(statement, keys):
            found += self.rows(text, **named, **values)
        return found

    def execute_for_each(self, statement: str, keys: Sequence[Any]) -> None:
        """Run a statement with `:each` in it that gives no rows."""
        for text, named in _parts(statement, keys):
            self.execute(text, named)


class Connections:
    """The connections of one store in one process."""

    def __init__(self, dialect: Dialect, first: Connection | None = None) -> None:
        self._dialect = dialect
        self._idle: list[Connection] = [first] if first else []
        self._writing = threading.Lock()
        self._slots = _slots(dialect)
        self._closed = False
        self._pid = os.getpid()

    @property
    def patience(self) -> float:
        """See `Dialect.patience`."""
        return self._dialect.patience

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that sees the store as it is at one moment."""
        with self._transaction(write=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is stored as a whole at the end of the block, or not at all if that raises."""
        self._check_process()
        with self._turn(self._writing if self._dialect.one_writer else None), self._transaction(write=True) as session:
            yield session
            fault_point("metadata.inside_transaction")
        fault_point("metadata.after_transaction")

    def close(self) -> None:
        """Close what is idle now, and what comes back later."""
        self._check_process()
        self._closed = True
        self._close_idle()

    def _close_idle(self) -> None:
        with contextlib.suppress(IndexError):  # somebody else took the last one
            while True:
                self._idle.pop().close()

    @contextmanager
    def _turn(self, turns: "threading.Lock | threading.Semaphore | None") -> Iterator[None]:
        """Wait for one's turn among the threads of this process, where there is something to wait for."""
        if turns is None:
            yield
            return
        timeout = self._dialect.timeout
        if not turns.acquire(timeout=timeout):
            raise StoreBusy(place=self._dialect.place, reason="other threads use it", waited=timeout)
        try:
            yield
        finally:
            turns.release()

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Session]:
        self._check_process()
        session: Session | None = None
        try:
            with self._turn(self._slots), self._borrowed() as connection:
                cursor = connection.cursor()
                try:
                    self._dialect.begin(cursor, write=write)
                    session = Session(self._dialect, cursor)
                    yield session
                    self._dialect.commit(cursor)
                except BaseException:
                    self._dialect.rollback(cursor)
                    raise
        except Exception as error:
            if session is not None and session.demanded is not None and self._dialect.unmet(error):
                raise session.demanded from None
            translated = self._translated(error)
            if translated is None:
                raise
            raise translated from error

    @contextmanager
    def _borrowed(self) -> Iterator[Connection]:
        """A connection, which goes back unless it is to blame for what went wrong."""
        connection = self._borrow()
        try:
            yield connection
        except BaseException as error:
            meaning = None if self._dialect.unmet(error) else self._dialect.translate(error)
            self._give_back(connection, sound=meaning is None and isinstance(error, Exception))
            if isinstance(meaning, StoreUnreachable):  # what cut this one has cut the others
                self._close_idle()
            raise
        self._give_back(connection, sound=True)

    def _borrow(self) -> Connection:
        self._check_process()
        if self._closed:
            raise StoreClosed(place=self._dialect.place)
        try:
            return self._idle.pop()
        except IndexError:
            return self._dialect.connect()

    def _give_back(self, connection: Connection, *, sound: bool) -> None:
        if sound and not self._closed:
            self._idle.append(connection)
        else:
            connection.close()

    def _check_process(self) -> None:
        """After a fork, the child starts with none: using or closing the parent's connections would damage them."""
        if self._pid != os.getpid():
            _inherited.append(self._idle)
            self._idle = []
            self._writing = threading.Lock()
            self._slots = _slots(self._dialect)
            self._pid = os.getpid()

    def _translated(self, error: Exception) -> PenstockError | None:
        """What the driver's error means; None if it is not the driver's, but says already what happened."""
        if isinstance(error, UnicodeEncodeError):
            return TextNotStorable(text=excerpt(error))
        return self._dialect.translate(error)


def _slots(dialect: Dialect) -> threading.Semaphore | None:
    return None if dialect.limit is None else threading.BoundedSemaphore(dialect.limit)


_inherited: list[list[Connection]] = []
"""Connections of the process that this one was forked from: kept, so that nothing closes them."""


def _parts(statement: str, keys: Sequence[Any]) -> Iterator[tuple[str, Values]]:
    """The statement as often as needed, each time with some of `keys` written into it."""
    pairs = ":pairs" in statement
    for start in range(0, len(keys), _WIDTHS[-1]):
        part = list(keys[start : start + _WIDTHS[-1]])
        width = next(width for width in _WIDTHS if width >= len(part))
        part += [part[-1]] * (width - len(part))
        if pairs:
            named = {f"k{i}": key[0] for i, key in enumerate(part)} | {f"l{i}": key[1] for i, key in enumerate(part)}
        else:
            named = {f"k{i}": key for i, key in enumerate(part)}
        yield expanded(statement, width), named


@cache
def expanded(statement: str, width: int) -> str:
    """The statement with `:each` or `:pairs` written out as that many parameters."""
    each = ", ".join(f":k{i}" for i in range(width))
    pairs = ", ".join(f"(:k{i}, :l{i})" for i in range(width))
    return statement.replace(":each", each).replace(":pairs", pairs)
