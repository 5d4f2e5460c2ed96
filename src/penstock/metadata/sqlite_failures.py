"""What the errors of SQLite mean and, for what surrounds its file, those of the operating system."""

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

from penstock.core.errors import PenstockError
from penstock.metadata.errors import (
    BrokenReference,
    RecordTooLarge,
    StoreBusy,
    StoreClosed,
    StoreDamaged,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)

_KINDS: dict[int, type[PenstockError]] = {
    sqlite3.SQLITE_READONLY: StoreReadOnly,
    sqlite3.SQLITE_PERM: StoreReadOnly,
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_CORRUPT: StoreDamaged,
    sqlite3.SQLITE_TOOBIG: RecordTooLarge,
    sqlite3.SQLITE_CONSTRAINT: BrokenReference,
}


def meaning(error: sqlite3.Error | OSError, file: Path, waited: float) -> PenstockError:
    """What went wrong, in our words.

    Args:
        error: What was raised.
        file: The database.
        waited: For how long its lock was waited for, in seconds.
    """
    facts: dict[str, Any] = {"place": str(file), "reason": str(error)}
    if isinstance(error, OSError):
        return _from_system(error, facts)
    if isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
        return StoreClosed(**facts)
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(**facts, waited=waited)
    if code == sqlite3.SQLITE_CANTOPEN:
        return _cannot_open(file, facts)
    if code == sqlite3.SQLITE_NOTADB:
        return _no_database(facts)
    kind: type[PenstockError] = _KINDS.get(code, StoreUnavailable)
    return kind(**facts)


def _cannot_open(file: Path, facts: dict[str, Any]) -> PenstockError:
    """SQLite does not say why; the file system does."""
    if file.is_dir():
        return _no_database(facts | {"reason": "it is a folder"})
    if file.parent.is_dir() and not os.access(file.parent, os.W_OK, effective_ids=True):
        return StoreReadOnly(**facts | {"reason": "its folder is read-only"})
    return StoreUnavailable(**facts)


def _from_system(error: OSError, facts: dict[str, Any]) -> PenstockError:
    facts["reason"] = error.strerror or str(error)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StoreReadOnly(**facts)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull(**facts)
    if error.errno in (errno.ENOTDIR, errno.EEXIST, errno.EISDIR):
        return _no_database(facts)
    return StoreUnavailable(**facts)


def _no_database(facts: dict[str, Any]) -> PenstockError:
    from penstock.metadata.place_errors import StoreNotADatabase

    return StoreNotADatabase(**facts)
