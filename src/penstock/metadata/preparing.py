"""Makes the database behind a path ready: creates it, upgrades it, or says why it cannot be used.

The usual case, a database of the present version, costs one query. A new one is made from the DDL in
`schema.sqlite.sql`; only an older one needs Alembic. Several processes may do any of this at once: whoever
gets the write lock does the work, in one transaction, and the others find it done.
"""

import sqlite3
import time
from dataclasses import dataclass, replace
from pathlib import Path

from penstock.core.clock import Clock
from penstock.metadata.sqlite import APPLICATION_ID, SqliteDialect

HEAD = "0006"
"""The newest schema version: the last of `migrations/versions`."""


@dataclass(frozen=True)
class Schema:
    """A version of the schema, how to make it, and how to get there from older ones."""

    head: str
    ddl: Path
    migrations: Path


PRESENT = Schema(
    head=HEAD,
    ddl=Path(__file__).with_name("schema.sqlite.sql"),
    migrations=Path(__file__).with_name("migrations"),
)
"""What this Penstock works with, in a file."""

POSTGRES = replace(PRESENT, ddl=Path(__file__).with_name("schema.postgresql.sql"))
"""The same in a database of PostgreSQL."""


def prepare(dialect: SqliteDialect, clock: Clock, schema: Schema) -> sqlite3.Connection:
    """Create or upgrade the database if need be.

    Returns:
        A connection to it, so that the work of opening it is not lost.

    Raises:
        StoreNotADatabase: Something else lies there; it was not touched.
        StoreTooNew: A newer Penstock wrote it.
        StoreUpgradeFailed: The upgrade failed; the database is as it was.
        sqlite3.Error, OSError: For the dialect to translate.
    """
    dialect.path.parent.mkdir(parents=True, exist_ok=True)
    connection = dialect.connect(create=True)
    try:
        ready = revision_of(connection) == schema.head
        if not ready:
            _check_owner(connection, dialect)
        _use_wal(connection, clock, dialect.timeout)
        if not ready:
            _create(connection, dialect, schema)
            if revision_of(connection) != schema.head:
                from penstock.metadata.upgrading import upgrade

                upgrade(connection, dialect, clock, schema)
    except BaseException:
        connection.close()
        raise
    return connection


def revision_of(connection: sqlite3.Connection) -> str | None:
    """The schema version of the database, or None if it is empty."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:
        error = sqlite3.DatabaseError("it does not say which version of the schema it has")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error
    return str(row[0])


def _check_owner(connection: sqlite3.Connection, dialect: SqliteDialect) -> None:
    """Refuse a database of another program before anything is changed in it."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    if tables and mark != APPLICATION_ID:
        from penstock.metadata.place_errors import StoreNotADatabase

        raise StoreNotADatabase(place=dialect.place, reason="it is an SQLite database of another program")


def _use_wal(connection: sqlite3.Connection, clock: Clock, timeout: float) -> None:
    """Switch the file to write-ahead logging, for good. SQLite does not wait for locks here, so we do."""
    deadline = clock.monotonic() + timeout
    while True:
        try:
            connection.execute("PRAGMA journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or clock.monotonic() > deadline:
                raise
            time.sleep(0.002)


def _create(connection: sqlite3.Connection, dialect: SqliteDialect, schema: Schema) -> None:
    """Make the newest schema in one transaction, unless there is one already."""
    cursor = connection.cursor()
    dialect.begin(cursor, write=True)
    try:
        if revision_of(connection) is None:
            for statement in schema.ddl.read_text("utf-8").split(";\n"):
                cursor.execute(statement)
            cursor.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        dialect.commit(cursor)
    except BaseException:
        dialect.rollback(cursor)
        raise
