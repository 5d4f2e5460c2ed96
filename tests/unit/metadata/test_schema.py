"""One schema, told four times: tables in `schema`, migrations, the DDL file, the name of its version."""

import sqlite3
from contextlib import closing

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from penstock.metadata.preparing import HEAD, PRESENT
from penstock.metadata.schema import metadata
from penstock.metadata.upgrading import newest_ddl, revisions


def test_the_ddl_file_is_what_the_migrations_make() -> None:
    """If this fails: `python -m penstock.metadata.upgrading --write`."""
    assert PRESENT.ddl.read_text("utf-8") == newest_ddl()


def test_the_tables_are_what_the_migrations_make() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(newest_ddl())
        engine = sa.create_engine("sqlite://", creator=lambda: database, poolclass=sa.StaticPool)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []


def test_the_present_version_is_the_last_migration() -> None:
    assert revisions()[-1] == HEAD


def test_versions_are_numbered_without_a_gap() -> None:
    assert revisions() == [f"{number:04}" for number in range(1, len(revisions()) + 1)]


def test_migrations_do_not_use_the_tables_of_today() -> None:
    for migration in (PRESENT.migrations / "versions").glob("*.py"):
        assert "penstock" not in migration.read_text("utf-8"), migration.name
