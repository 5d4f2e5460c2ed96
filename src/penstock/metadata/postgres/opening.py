"""Makes a database of a PostgreSQL server ready: its tables are created or upgraded, or it is said why not.

The usual case, a database of the present version, costs one query. Otherwise an advisory lock lets one process
after the other look; the first does the work, in one transaction, and the others find it done.
"""

from typing import Any

import psycopg

from penstock.metadata.place_errors import StoreNotADatabase
from penstock.metadata.postgres.connection import PostgresConnection
from penstock.metadata.postgres.dialect import PostgresDialect
from penstock.metadata.preparing import POSTGRES, Schema
from penstock.metadata.session import Connections
from penstock.metadata.sql_store import SqlStore

_LOCK = 0x50656E73746F636B
"""The key of the advisory lock: `Penstock`."""


def open_postgres(dialect: PostgresDialect, *, schema: Schema = POSTGRES) -> SqlStore:
    """As `open_store`, for one dialect and for any version of the schema."""
    try:
        first = prepare(dialect, schema)
    except Exception as error:
        translated = dialect.translate(error)
        if translated is None:  # it says already what happened
            raise
        raise translated from error
    return SqlStore(Connections(dialect, first))


def prepare(dialect: PostgresDialect, schema: Schema) -> PostgresConnection:
    """Create or upgrade the tables if need be.

    Returns:
        A connection, so that the work of opening it is not lost.

    Raises:
        StoreNotADatabase: The database holds another program's tables; they were not touched.
        StoreTooNew: A newer Penstock wrote it.
        StoreUpgradeFailed: The upgrade failed; the database is as it was.
        psycopg.Error: For the dialect to translate.
    """
    connection = dialect.connect()
    try:
        if revision_of(connection.raw) != schema.head:
            _make_ready(connection.raw, dialect, schema)
    except BaseException:
        connection.close()
        raise
    return connection


def revision_of(connection: Any) -> str | None:
    """The schema version of the database, or None if none of our tables is there."""
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return None if row is None else str(row[0])


def _make_ready(connection: Any, dialect: PostgresDialect, schema: Schema) -> None:
    connection.execute("SELECT set_config('lock_timeout', '0', false)")  # an upgrade of somebody else may take long
    connection.execute("SELECT set_config('statement_timeout', '0', false)")
    connection.execute(f"SELECT pg_advisory_lock({_LOCK})")
    try:
        found = revision_of(connection)
        if found is None:
            _create(connection, dialect, schema)
        elif found != schema.head:
            from penstock.metadata.upgrading import upgrade_postgres

            upgrade_postgres(dialect, found, schema)
    finally:
        connection.execute(f"SELECT pg_advisory_unlock({_LOCK})")
        connection.execute("RESET lock_timeout")
        connection.execute("RESET statement_timeout")


def _create(connection: Any, dialect: PostgresDialect, schema: Schema) -> None:
    """Make the newest schema in one transaction."""
    encoding = connection.execute("SHOW server_encoding").fetchone()[0]
    if encoding != "UTF8":
        reason = f"its encoding is {encoding}, not UTF8"
        raise StoreNotADatabase(place=dialect.place, reason=reason)
    try:
        with connection.transaction():
            connection.execute(schema.ddl.read_bytes())
    except psycopg.errors.DuplicateTable as error:
        reason = f"it holds tables of another program ({error.diag.message_primary})"
        raise StoreNotADatabase(place=dialect.place, reason=reason) from error
