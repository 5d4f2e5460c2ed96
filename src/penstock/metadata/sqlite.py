"""The dialect of SQLite: one file, many readers beside one writer (WAL)."""

import contextlib
import errno
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from penstock.core.errors import PenstockError
from penstock.metadata.dialect import Cursor
from penstock.metadata.errors import (
    BrokenReference,
    RecordTooLarge,
    SqliteTooOld,
    StoreBusy,
    StoreClosed,
    StoreDamaged,
    StoreFull,
    StoreNotADatabase,
    StoreReadOnly,
    StoreUnavailable,
)

Durability: TypeAlias = Literal["full", "normal"]
"""What a commit waits for: `full`, the disk, and survives a power cut; `normal`, the operating system only."""

OLDEST = (3, 35, 0)
"""The first SQLite with `RETURNING`."""

APPLICATION_ID = 0x50656E73
"""Marks the file as Penstock's in its header: `Pens`."""


@dataclass(frozen=True)
class SqliteDialect:
    """How to talk to the database in one file."""

    path: Path
    """Absolute."""
    durability: Durability = "full"
    timeout: float = 30.0
    patience: float = 0.0  # a file that cannot be read now cannot be read a moment later
    limit: int | None = None
    one_writer: bool = True
    exclusion: str | None = None

    @property
    def place(self) -> str:
        return str(self.path)

    def connect(self, *, create: bool = False) -> sqlite3.Connection:
        if sqlite3.sqlite_version_info < OLDEST:
            raise SqliteTooOld(found=sqlite3.sqlite_version, needed=".".join(map(str, OLDEST)))
        connection = sqlite3.connect(
            f"{self.path.as_uri()}?mode={'rwc' if create else 'rw'}",
            uri=True,
            timeout=self.timeout,
            isolation_level=None,  # transactions begin when we say so
            check_same_thread=False,  # a connection is one transaction's at a time, whatever its thread
            cached_statements=256,
        )
        connection.execute(f"PRAGMA synchronous = {self.durability}")
        connection.execute("PRAGMA foreign_keys = on")
        return connection

    def compile(self, statement: str) -> str:
        return statement  # `:name` is SQLite's own style

    def locking(self, statement: str) -> str:
        return statement  # whoever writes holds the whole database

    def demanding(self, statement: str) -> str | None:  # noqa: ARG002
        return None  # there is no way to go that would be saved

    def unmet(self, error: BaseException) -> bool:  # noqa: ARG002
        return False

    def begin(self, cursor: Cursor, *, write: bool) -> None:
        cursor.execute("BEGIN IMMEDIATE" if write else "BEGIN", {})

    def commit(self, cursor: Cursor) -> None:
        cursor.execute("COMMIT", {})

    def rollback(self, cursor: Cursor) -> None:
        # SQLite may have rolled back already, as it does when the disk is full.
        with contextlib.suppress(sqlite3.Error):
            cursor.execute("ROLLBACK", {})

    def translate(self, error: BaseException) -> PenstockError | None:
        """Errors of SQLite and, for what surrounds the file, of the operating system."""
        if isinstance(error, PenstockError) or not isinstance(error, sqlite3.Error | OSError):
            return None
        facts: dict[str, Any] = {"place": self.place, "reason": str(error)}
        if isinstance(error, OSError):
            return _from_system(error, facts)
        if isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
            return StoreClosed(**facts)
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StoreBusy(**facts, waited=self.timeout)
        if code == sqlite3.SQLITE_CANTOPEN:
            return self._cannot_open(facts)
        kind: type[PenstockError] = _KINDS.get(code, StoreUnavailable)
        return kind(**facts)

    def _cannot_open(self, facts: dict[str, Any]) -> PenstockError:
        """SQLite does not say why; the file system does."""
        if self.path.is_dir():
            return StoreNotADatabase(place=self.place, reason="it is a folder")
        if self.path.parent.is_dir() and not os.access(self.path.parent, os.W_OK, effective_ids=True):
            return StoreReadOnly(**facts | {"reason": "its folder is read-only"})
        return StoreUnavailable(**facts)


_KINDS: dict[int, type[PenstockError]] = {
    sqlite3.SQLITE_READONLY: StoreReadOnly,
    sqlite3.SQLITE_PERM: StoreReadOnly,
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_CORRUPT: StoreDamaged,
    sqlite3.SQLITE_NOTADB: StoreNotADatabase,
    sqlite3.SQLITE_TOOBIG: RecordTooLarge,
    sqlite3.SQLITE_CONSTRAINT: BrokenReference,
}


def _from_system(error: OSError, facts: dict[str, Any]) -> PenstockError:
    facts["reason"] = error.strerror or str(error)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StoreReadOnly(**facts)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull(**facts)
    if error.errno in (errno.ENOTDIR, errno.EEXIST, errno.EISDIR):
        return StoreNotADatabase(**facts)
    return StoreUnavailable(**facts)
