"""The seam between the statements, which are portable, and one kind of database."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from penstock.core.errors import PenstockError


class Cursor(Protocol):
    """What we use of a DB-API cursor."""

    def execute(self, statement: str, parameters: Mapping[str, Any], /) -> object: ...

    def executemany(self, statement: str, rows: Iterable[Mapping[str, Any]], /) -> object: ...

    def fetchall(self) -> list[Any]: ...


class Connection(Protocol):
    """What we use of a DB-API connection, whose transactions begin and end only when a dialect says so."""

    def cursor(self) -> Cursor: ...

    def close(self) -> None: ...


class Dialect(Protocol):
    """One kind of database: how to connect, how transactions begin and end, what its errors mean.

    Implementations hold settings only; threads share them.
    """

    @property
    def place(self) -> str:
        """The database's path or URL, without secrets: for messages."""
        ...

    @property
    def timeout(self) -> float:
        """How many seconds to wait for somebody else's lock."""
        ...

    @property
    def patience(self) -> float:
        """For how many seconds a call is tried again if the store is away for a moment. Nothing to wait for: 0."""
        ...

    @property
    def limit(self) -> int | None:
        """At most this many transactions of one process at once; None where it does not matter."""
        ...

    @property
    def one_writer(self) -> bool:
        """Whether only one transaction can write at a time, so that there is no use in beginning another."""
        ...

    @property
    def exclusion(self) -> str | None:
        """A statement after which nobody else writes until the transaction ends; None where that is so anyway."""
        ...

    def connect(self) -> Connection:
        """A new connection to a database that exists and is prepared. Any thread may use it, one at a time."""
        ...

    def compile(self, statement: str) -> str:
        """The statement with its `:name` parameters in the driver's own style."""
        ...

    def locking(self, statement: str) -> str:
        """A SELECT that also locks what it finds until the transaction ends."""
        ...

    def demanding(self, statement: str) -> str | None:
        """As `locking`, and the transaction fails (see `unmet`) if nothing is found, so that nobody has to look.

        None if nothing is saved by that.
        """
        ...

    def unmet(self, error: BaseException) -> bool:
        """Whether the driver's error says that a demanding statement found nothing."""
        ...

    def begin(self, cursor: Cursor, *, write: bool) -> None:
        """Begin a transaction: of reads, all of one moment; or of writes."""
        ...

    def commit(self, cursor: Cursor) -> None:
        """End the transaction; what it wrote is durable afterwards."""
        ...

    def rollback(self, cursor: Cursor) -> None:
        """End the transaction without effect. Never raises, even if none is open."""
        ...

    def translate(self, error: BaseException) -> PenstockError | None:
        """What an error that the driver raised means; None if it is not the driver's."""
        ...
