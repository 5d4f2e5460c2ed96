"""Runs the migrations with Alembic. Imports SQLAlchemy (half a second): only an older database comes here.

`python -m penstock.metadata.upgrading` prints the DDL of the newest schema, which is kept in `schema.sqlite.sql`.
"""

import sqlite3
import sys
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).with_name("migrations")


def revisions(migrations: Path = MIGRATIONS) -> list[str]:
    """The names of all schema versions, oldest first."""
    script = ScriptDirectory(str(migrations))
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


def migrate(connection: sqlite3.Connection, migrations: Path = MIGRATIONS) -> None:
    """Bring a database to the newest schema version and commit, or roll back and raise.

    The caller has begun the transaction. Foreign keys must be off: SQLite changes a table by copying it.
    """
    engine = sa.create_engine("sqlite://", creator=lambda: connection, poolclass=sa.StaticPool)
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    with engine.connect() as wrapped, wrapped.begin():
        config.attributes["connection"] = wrapped
        command.upgrade(config, "head")
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        if broken:
            raise sqlite3.IntegrityError(f"a row of {broken[0]} refers to one of {broken[2]} that is not there")


def newest_ddl(migrations: Path = MIGRATIONS) -> str:
    """What the migrations amount to, as the statements that make an empty database."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("BEGIN")
    migrate(connection, migrations)
    statements = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
    (head,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    connection.close()
    statements.append((f"INSERT INTO alembic_version (version_num) VALUES ('{head}')",))
    return "".join(f"{_tidy(sql)};\n" for (sql,) in statements)


def _tidy(sql: str) -> str:
    lines = (line.rstrip().expandtabs(4) for line in sql.splitlines())
    return "\n".join(line for line in lines if line)


if __name__ == "__main__":
    sys.stdout.write(newest_ddl())
