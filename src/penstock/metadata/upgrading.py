"""Upgrades an older database with Alembic. Imports SQLAlchemy (half a second): only such a database comes here.

`python -m penstock.metadata.upgrading` prints the DDL of the newest schema, which is kept in `schema.sqlite.sql`; with
`postgresql` behind it, what is kept in `schema.postgresql.sql`; with `--write`, it writes both files.
"""

import io
import logging
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from penstock.core.clock import Clock
from penstock.metadata.place_errors import StoreNotADatabase, StoreTooNew, StoreUpgradeFailed
from penstock.metadata.postgres.dialect import PostgresDialect
from penstock.metadata.preparing import POSTGRES, PRESENT, Schema, revision_of
from penstock.metadata.sqlite import SqliteDialect

_log = logging.getLogger(__name__)


def upgrade(connection: sqlite3.Connection, dialect: SqliteDialect, clock: Clock, schema: Schema) -> None:
    """Bring a database to the newest schema version in one transaction, after copying a backup beside it.

    Nothing happens if another process has done so meanwhile.

    Raises:
        StoreTooNew: The database has a version that `schema` does not know.
        StoreUpgradeFailed: A migration failed; the database is as it was, and there is no backup.
    """
    connection.execute("PRAGMA foreign_keys = off")  # SQLite changes a table by copying it
    with _transaction(connection) as wrapped:
        found = str(revision_of(connection))
        if found == schema.head:
            return
        if found not in revisions(schema.migrations):
            raise StoreTooNew(place=dialect.place, revision=found, head=schema.head)
        backup = _back_up(dialect, clock, found)
        try:
            _migrate(wrapped, schema.migrations)
            _check_references(connection)
        except Exception as error:
            backup.unlink()  # nothing will be changed, so it is of no use
            reason = str(getattr(error, "orig", error)) or type(error).__name__
            raise StoreUpgradeFailed(place=dialect.place, reason=reason, revision=found, head=schema.head) from error
    connection.execute("PRAGMA foreign_keys = on")


def revisions(migrations: Path = PRESENT.migrations) -> list[str]:
    """The names of all schema versions, oldest first."""
    script = ScriptDirectory(str(migrations))
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


def newest_ddl(migrations: Path = PRESENT.migrations) -> str:
    """What the migrations amount to, as the statements that make an empty database."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        with _transaction(connection) as wrapped:
            _migrate(wrapped, migrations)
        statements = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL "
            "ORDER BY CASE type WHEN 'index' THEN name END NULLS FIRST, rowid"
        ).fetchall()
        statements.append((f"INSERT INTO alembic_version (version_num) VALUES ('{revision_of(connection)}')",))
    return "".join(f"{_tidy(sql)};\n" for (sql,) in statements)


def upgrade_postgres(dialect: PostgresDialect, found: str, schema: Schema) -> None:
    """Bring a database of a server from version `found` to the newest, in one transaction. The caller holds the lock.

    There is no file to copy first, so it is said where to go back to: nobody with an older Penstock can use it then.

    Raises:
        StoreNotADatabase: `found` is no version of ours.
        StoreTooNew, StoreUpgradeFailed: As `upgrade`.
    """
    place = dialect.place
    if not (found.isascii() and found.isdigit()):
        raise StoreNotADatabase(place=place, reason=f"its tables are of another program, which calls them {found!r}")
    if found not in revisions(schema.migrations):
        raise StoreTooNew(place=place, revision=found, head=schema.head)
    _log.warning(
        "upgrading the metadata store %r from version %s to %s; everybody who shares it needs this Penstock or a newer "
        "one from now on, and the only way back is a backup that `pg_dump` made before",
        place, found, schema.head,
    )  # fmt: skip
    engine = sa.create_engine("postgresql+psycopg://", creator=dialect.connect_plain, poolclass=sa.NullPool)
    try:
        with engine.connect() as wrapped, wrapped.begin():
            _migrate(wrapped, schema.migrations)
    except Exception as error:
        reason = str(getattr(error, "orig", error)) or type(error).__name__
        raise StoreUpgradeFailed(place=place, reason=reason, revision=found, head=schema.head) from error


def newest_postgres_ddl(migrations: Path = PRESENT.migrations) -> str:
    """All migrations, one after another, as the statements that they run on PostgreSQL. It needs no server."""
    output = io.StringIO()
    config = _config(migrations)
    config.output_buffer = output
    command.upgrade(config, "head", sql=True)
    statements = (part.strip() for part in re.sub(r"^--.*$", "", output.getvalue(), flags=re.MULTILINE).split(";\n"))
    kept = [_tidy(part) for part in statements if part and part not in ("BEGIN", "COMMIT")]
    return "".join(f"{part};\n" for part in kept)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sa.Connection]:
    """`connection` in SQLAlchemy's hands, within a transaction that holds the write lock from the beginning.

    Errors of the driver come as they are, not in SQLAlchemy's wrapping.
    """
    engine = sa.create_engine("sqlite://", creator=lambda: connection, poolclass=sa.StaticPool)
    sa.event.listen(engine, "begin", lambda wrapped: wrapped.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.connect() as wrapped, wrapped.begin():
            yield wrapped
    except sa.exc.DBAPIError as error:
        raise (error.orig or error) from error


def _migrate(wrapped: sa.Connection, migrations: Path) -> None:
    config = _config(migrations)
    config.attributes["connection"] = wrapped
    command.upgrade(config, "head")


def _config(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return config


def _check_references(connection: sqlite3.Connection) -> None:
    broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken:
        raise sqlite3.IntegrityError(f"a row of {broken[0]} refers to one of {broken[2]} that is not there")


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


def _tidy(sql: str) -> str:
    lines = (line.rstrip().expandtabs(4) for line in sql.splitlines())
    return "\n".join(line for line in lines if line)


def main(arguments: list[str]) -> None:
    if arguments == ["--write"]:
        PRESENT.ddl.write_text(newest_ddl(), "utf-8")
        POSTGRES.ddl.write_text(newest_postgres_ddl(), "utf-8")
    else:
        sys.stdout.write(newest_postgres_ddl() if arguments == ["postgresql"] else newest_ddl())


if __name__ == "__main__":
    main(sys.argv[1:])
