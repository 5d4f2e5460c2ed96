"""Opens the store at a place: the one entry of the package."""

import sqlite3
from os import PathLike, fspath
from pathlib import Path

from penstock.core.clock import Clock, SystemClock
from penstock.metadata.errors import UnknownStoreUrl
from penstock.metadata.preparing import PRESENT, Schema, prepare
from penstock.metadata.session import Connections
from penstock.metadata.sql_store import SqlStore
from penstock.metadata.sqlite import Durability, SqliteDialect
from penstock.metadata.store import MetadataStore

_SQLITE = "sqlite:///"


def open_store(
    place: str | PathLike[str], *, durability: Durability = "full", timeout: float = 30.0, clock: Clock | None = None
) -> MetadataStore:
    """Open the metadata store at `place`, and create or upgrade it first if need be.

    Args:
        place: The path of an SQLite file, or `sqlite:///` and such a path. Missing folders are made.
        durability: What a commit waits for. `full`: until the disk has it, so that it survives a power cut.
            `normal`: until the operating system has it, so that it survives `kill -9` only; a tenth of the time.
        timeout: Seconds to wait for another process that writes.
        clock: Names the backup that is made before an upgrade.

    Returns:
        The store. Close it at the end.

    Raises:
        UnknownStoreUrl: No store speaks that kind of URL.
        StoreNotADatabase: Something else lies there; it was not touched.
        StoreTooNew: A newer Penstock wrote it.
        StoreUpgradeFailed: It is older, and upgrading it failed; it is as it was.
        StoreUnavailable: It cannot be opened: read-only, full, locked for too long, damaged.
    """
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


def _path(place: str) -> Path:
    if place.startswith(_SQLITE):
        return Path(place[len(_SQLITE) :])
    scheme, separator, _ = place.partition("://")
    if separator and scheme.replace("+", "").isalnum():
        raise UnknownStoreUrl(url=place)
    return Path(place)
