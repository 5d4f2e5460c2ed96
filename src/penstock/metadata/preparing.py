"""Makes the database behind a path ready: creates it, upgrades it, or says why it cannot be used.

The usual case, a database of the present version, costs one query. A new one is made from the DDL in
`schema.sqlite.sql`; only an older one needs Alembic. Several processes may do any of this at once: whoever
gets the write lock does the work, in one transaction, and the others find it done.
"""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from penstock.core.clock import Clock
from penstock.metadata.errors import StoreNotADatabase, StoreTooNew, StoreUpgradeFailed
from penstock.metadata.sqlite import APPLICATION_ID, SqliteDialect

HEAD = "0001"
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
"""What this Penstock works with."""


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
        ready = _revision(connection) == schema.head
        if not ready:
            _check_owner(connection, dialect)
        _use_wal(connection, clock, dialect.timeout)
        if not ready:
            _change(connection, dialect, clock, schema)
    except BaseException:
        connection.close()
        raise
    return connection


def _revision(connection: sqlite3.Connection) -> str | None:
    """The schema version of the database, or None if it is empty."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return None
    (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(revision)


def _check_owner(connection: sqlite3.Connection, dialect: SqliteDialect) -> None:
    """Refuse a database of another program before anything is changed in it."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    if tables and mark != APPLICATION_ID:
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


def _change(connection: sqlite3.Connection, dialect: SqliteDialect, clock: Clock, schema: Schema) -> None:
    """Create or upgrade, holding the write lock, unless another process has done so meanwhile."""
    connection.execute("PRAGMA foreign_keys = off")
    cursor = connection.cursor()
    dialect.begin(cursor, write=True)
    try:
        found = _revision(connection)
        if found is None:
            _create(cursor, schema)
        elif found != schema.head:
            _upgrade(connection, dialect, clock, schema, found)
        if connection.in_transaction:  # an upgrade has committed already
            dialect.commit(cursor)
    except BaseException:
        dialect.rollback(cursor)
        raise
    connection.execute("PRAGMA foreign_keys = on")


def _create(cursor: sqlite3.Cursor, schema: Schema) -> None:
    for statement in schema.ddl.read_text("utf-8").split(";\n"):
        cursor.execute(statement)
    cursor.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _upgrade(connection: sqlite3.Connection, dialect: SqliteDialect, clock: Clock, schema: Schema, found: str) -> None:
    from penstock.metadata.upgrading import migrate, revisions

    if found not in revisions(schema.migrations):
        raise StoreTooNew(place=dialect.place, revision=found, head=schema.head)
    backup = _back_up(dialect, clock, found)
    try:
        migrate(connection, schema.migrations)
    except Exception as error:
        backup.unlink()  # nothing was changed, so it is of no use
        reason = str(error) or type(error).__name__
        raise StoreUpgradeFailed(place=dialect.place, reason=reason, revision=found, head=schema.head) from error


def _back_up(dialect: SqliteDialect, clock: Clock, revision: str) -> Path:
    """Copy the database beside itself. The write lock is held; the copy is complete once it has its name."""
    path = dialect.path
    target = path.with_name(f"{path.name}.{revision}-{clock.now():%Y%m%dT%H%M%S}.backup")
    part = target.with_name(f"{target.name}.part")
    try:
        with closing(dialect.connect()) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target
