"""Opens the store at a place: the one entry of the package."""

import sqlite3
from os import PathLike, fspath
from pathlib import Path

from penstock.core.clock import Clock, SystemClock
from penstock.core.urls import without_secrets
from penstock.metadata.preparing import PRESENT, Schema, prepare
from penstock.metadata.session import Connections
from penstock.metadata.sql_store import SqlStore
from penstock.metadata.sqlite import Durability, SqliteDialect
from penstock.metadata.store import MetadataStore

_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")


def open_store(
    place: str | PathLike[str],
    *,
    durability: Durability = "full",
    timeout: float = 30.0,
    patience: float = 60.0,
    clock: Clock | None = None,
) -> MetadataStore:
    """Open the metadata store at `place`, and create or upgrade it first if need be.

    Args:
        place: The path of an SQLite file, or `sqlite:///` and such a path; missing folders are made. Or the URL of
            a database of PostgreSQL, `postgresql://user:password@host:port/database`, which exists.
        durability: Of a file, what a commit waits for. `full`: until the disk has it, so that it survives a power cut.
            `normal`: until the operating system has it, so that it survives `kill -9` only; a tenth of the time.
            A server decides for itself (`synchronous_commit`).
        timeout: Seconds to wait for another process that writes.
        patience: Of a server: for how many seconds a call is made again while it is away or restarts.
        clock: Names the backup that is made before an upgrade.

    Returns:
        The store. Close it at the end.

    Raises:
        UnknownStoreUrl: No store speaks that kind of URL.
        StoreNotADatabase: Something else lies there; it was not touched.
        StoreTooNew: A newer Penstock wrote it.
        StoreUpgradeFailed: It is older, and upgrading it failed; it is as it was.
        StoreUnavailable: It cannot be opened: read-only, full, locked for too long, damaged, unreachable.
        DriverMissing, StoreRefused, DatabaseMissing: The server cannot be used like that.
    """
    if fspath(place).startswith(_POSTGRES):
        return _open_postgres(fspath(place), timeout, patience)
    dialect = SqliteDialect(_path(fspath(place)).absolute(), durability, timeout)
    return open_sqlite(dialect, clock=clock or SystemClock())


def open_sqlite(dialect: SqliteDialect, *, clock: Clock, schema: Schema = PRESENT) -> SqlStore:
    """As `open_store`, for one dialect and for any version of the schema."""
    try:
        first = prepare(dialect, clock, schema)
    except (OSError, sqlite3.Error) as error:
        translated = dialect.translate(error)
        if translated is None:  # it says already what happened
            raise
        raise translated from error
    return SqlStore(Connections(dialect, first))


def _open_postgres(url: str, timeout: float, patience: float) -> SqlStore:
    from penstock.metadata.postgres.dialect import PostgresDialect

    dialect = PostgresDialect(url, timeout, patience)
    dialect.check()
    from penstock.metadata.postgres.opening import open_postgres  # imports the driver, which is there as we know now

    return open_postgres(dialect)


def _path(place: str) -> Path:
    if place.startswith(_SQLITE):
        return Path(place[len(_SQLITE) :])
    scheme, separator, _ = place.partition("://")
    wrong = place.startswith(("postgresql:", "postgres:", "sqlite:"))
    if wrong or (separator and scheme.replace("+", "").isalnum()):
        from penstock.metadata.place_errors import UnknownStoreUrl

        raise UnknownStoreUrl(url=without_secrets(place))
    return Path(place)
