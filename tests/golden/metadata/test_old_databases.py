"""A database of each released schema version is upgraded, and nothing in it is lost. `record.py` made them."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from penstock.metadata import open_store
from penstock.metadata.preparing import HEAD, PRESENT
from support.postgres import new_schema

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from record import Contents, read  # noqa: E402

sys.path.remove(str(HERE))

VERSIONS = sorted(file.stem for file in HERE.glob("*.sql"))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_of_that_version_is_upgraded_and_holds_what_it_held(version: str, tmp_path: Path) -> None:
    path = tmp_path / "metadata.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript((HERE / f"{version}.sql").read_text("utf-8"))
    store = open_store(path)
    assert read(store) == msgspec.json.decode((HERE / f"{version}.json").read_bytes(), type=Contents)
    store.close()
    assert len(list(tmp_path.glob("*.backup"))) == (version != HEAD)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_same_on_postgresql(version: str) -> None:
    url = new_schema()
    _fill(url, version)
    store = open_store(url)
    assert read(store) == msgspec.json.decode((HERE / f"{version}.json").read_bytes(), type=Contents)
    store.close()


def _fill(url: str, version: str) -> None:
    """Make the database of that version on PostgreSQL, with the rows of the one that was recorded on SQLite."""
    config = Config()
    config.set_main_option("script_location", str(PRESENT.migrations))
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=sa.NullPool)
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    recorded = (HERE / f"{version}.sql").read_text("utf-8")
    with closing(sqlite3.connect(":memory:")) as source, psycopg.connect(url) as target:
        source.executescript(recorded)
        target.execute("SET session_replication_role = replica")  # in any order, whatever refers to what
        tables = [row[0] for row in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in sorted(set(tables) - {"alembic_version"}):
            rows = source.execute(f"SELECT * FROM {table}").fetchall()
            for row in rows:
                values = ", ".join(["%s"] * len(row))
                target.execute(f"INSERT INTO {table} VALUES ({values})".encode(), row)


def test_every_version_up_to_the_present_one_has_a_database() -> None:
    assert [f"{number:04}" for number in range(1, int(HEAD) + 1)] == VERSIONS
