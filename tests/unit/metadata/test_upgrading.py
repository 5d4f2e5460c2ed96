"""Upgrading a database of an older schema version, with a made-up newer one to upgrade to."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from penstock.core.ids import RunId
from penstock.metadata import open_store
from penstock.metadata.errors import StoreBusy
from penstock.metadata.opening import open_sqlite
from penstock.metadata.place_errors import StoreTooNew, StoreUpgradeFailed
from penstock.metadata.preparing import HEAD, PRESENT, Schema
from penstock.metadata.sqlite import SqliteDialect
from penstock.metadata.upgrading import newest_ddl, revisions
from penstock.testing.clock import FakeClock
from penstock.testing.store_cases.samples import SPEC, a_run

NEXT = f"{int(HEAD) + 1:04}"

MIGRATION = f'''"""Adds a column, and changes one, for which SQLite has to copy the table."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{HEAD}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("owner", sa.Text, nullable=False, server_default="nobody"))
        runs.alter_column("source", existing_type=sa.Text, nullable=True)
    BREAK
'''


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a store of the present version lies, with one run."""
    path = tmp_path / "home" / "metadata.db"
    store = open_store(path)
    store.create_run(a_run(), SPEC)
    store.close()
    return path


def _newer(tmp_path: Path, last_line: str = "") -> Schema:
    """The schema version after the present one."""
    migrations = tmp_path / "100% new" / "migrations"
    shutil.copytree(PRESENT.migrations, migrations)
    (migrations / "versions" / f"{NEXT}_next.py").write_text(MIGRATION.replace("BREAK", last_line))
    schema = replace(PRESENT, head=NEXT, migrations=migrations)
    if not last_line:
        schema = replace(schema, ddl=tmp_path / "newer.sql")
        schema.ddl.write_text(newest_ddl(migrations))
    return schema


def _open(path: Path, schema: Schema, clock: FakeClock | None = None) -> None:
    store = open_sqlite(SqliteDialect(path), clock=clock or FakeClock(), schema=schema)
    assert store.run(RunId("r1")) == a_run()
    store.close()


def _query(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def test_an_older_store_is_upgraded_and_keeps_what_it_holds(tmp_path: Path, path: Path) -> None:
    _open(path, _newer(tmp_path))
    assert _query(path, "SELECT run_id, owner FROM runs") == [("r1", "nobody")]
    assert _query(path, "SELECT version_num FROM alembic_version") == [(NEXT,)]
    assert _query(path, "PRAGMA foreign_key_check") == []


def test_an_upgraded_store_has_the_schema_of_a_new_one(tmp_path: Path, path: Path) -> None:
    schema = _newer(tmp_path)
    _open(path, schema)
    with closing(sqlite3.connect(path)) as upgraded, closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(schema.ddl.read_text())
        assert _shape(upgraded) == _shape(fresh)


def _shape(database: sqlite3.Connection) -> dict[str, list[set[tuple[object, ...]]]]:
    """For each table: its columns, indexes and foreign keys, as SQLite understands them."""
    queries = [
        'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo(?)',
        "SELECT l.name, origin, seqno, i.name FROM pragma_index_list(?) AS l, pragma_index_info(l.name) AS i",
        'SELECT "table", "from", "to", on_delete FROM pragma_foreign_key_list(?)',
    ]
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {name: [set(database.execute(query, (name,))) for query in queries] for (name,) in tables}


def test_a_backup_is_made_before_an_upgrade(tmp_path: Path, path: Path) -> None:
    _open(path, _newer(tmp_path), FakeClock(datetime(2026, 11, 21, 17, 45, 1, tzinfo=UTC)))
    backup = path.with_name(f"metadata.db.{HEAD}-20261121T174501.backup")
    assert sorted(file.name for file in path.parent.iterdir()) == ["metadata.db", backup.name]
    _open(backup, PRESENT)


def test_a_store_of_the_present_version_is_not_backed_up(tmp_path: Path, path: Path) -> None:
    schema = _newer(tmp_path)
    for _ in range(3):
        _open(path, schema)
    assert len(list(path.parent.glob("*.backup"))) == 1


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(tmp_path: Path, path: Path) -> None:
    schema = _newer(tmp_path, 'op.execute("SELECT nonsense")')
    with pytest.raises(
        StoreUpgradeFailed, match=f"from version {HEAD} to {NEXT} failed: .*nonsense(.|\\n)*is unchanged"
    ):
        _open(path, schema)
    assert [file.name for file in path.parent.iterdir()] == ["metadata.db"]
    _open(path, PRESENT)


def test_an_upgrade_that_would_break_a_reference_fails(tmp_path: Path, path: Path) -> None:
    schema = _newer(tmp_path, 'op.execute("DELETE FROM specs")')
    with pytest.raises(StoreUpgradeFailed, match="a row of runs refers to one of specs that is not there"):
        _open(path, schema)
    _open(path, PRESENT)


def test_an_older_store_that_stays_locked_is_given_up(tmp_path: Path, path: Path) -> None:
    dialect = SqliteDialect(path, timeout=0.02)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="was locked by another process"):
            open_sqlite(dialect, clock=FakeClock(), schema=_newer(tmp_path))
    assert list(path.parent.glob("*.backup")) == []
    _open(path, PRESENT)


def test_after_an_upgrade_the_older_penstock_is_refused(tmp_path: Path, path: Path) -> None:
    _open(path, _newer(tmp_path))
    with pytest.raises(StoreTooNew, match=f"schema version {NEXT}, this one knows up to {HEAD}"):
        open_store(path)


def test_a_new_store_needs_no_migration(tmp_path: Path) -> None:
    schema = _newer(tmp_path)
    open_sqlite(SqliteDialect(tmp_path / "fresh.db"), clock=FakeClock(), schema=schema).close()
    assert _query(tmp_path / "fresh.db", "SELECT version_num FROM alembic_version") == [(NEXT,)]
    assert revisions(schema.migrations)[-2:] == [HEAD, NEXT]


def test_two_processes_may_upgrade_at_once(tmp_path: Path, path: Path) -> None:
    schema = _newer(tmp_path)
    code = (
        "import sys; from pathlib import Path\n"
        "from penstock.metadata.opening import open_sqlite; from penstock.metadata.preparing import Schema\n"
        "from penstock.metadata.sqlite import SqliteDialect; from penstock.testing.clock import FakeClock\n"
        "path, head, ddl, migrations = sys.argv[1:]; sys.stdin.readline()\n"
        "schema = Schema(head=head, ddl=Path(ddl), migrations=Path(migrations))\n"
        "print(open_sqlite(SqliteDialect(Path(path)), clock=FakeClock(), schema=schema).runs()[0].run_id)"
    )
    command = [sys.executable, "-c", code, path, schema.head, schema.ddl, schema.migrations]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[0].strip() for process in processes] == ["r1"] * 2
    assert len(list(path.parent.glob("*.backup"))) == 1
