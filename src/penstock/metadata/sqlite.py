"""The dialect of SQLite: one file, many readers beside one writer (WAL)."""

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from penstock.core.errors import PenstockError
from penstock.metadata.dialect import Cursor
from penstock.metadata.sqlite_failures import meaning

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
            from penstock.metadata.place_errors import SqliteTooOld

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
        return meaning(error, self.path, self.timeout)
