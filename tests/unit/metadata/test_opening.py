"""Opening a store: on nothing, on something, on what cannot be one."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from penstock.core.ids import RunId
from penstock.metadata import open_store
from penstock.metadata.errors import StoreBusy, StoreDamaged, StoreFull, StoreReadOnly, StoreUnavailable
from penstock.metadata.place_errors import SqliteTooOld, StoreNotADatabase, StoreTooNew, UnknownStoreUrl
from penstock.metadata.preparing import HEAD
from penstock.metadata.records import Changes
from penstock.testing.store_cases.samples import SPEC, a_run, an_execution, started

NOBODY = 65534


def _execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a store with one run lies, closed."""
    path = tmp_path / "metadata.db"
    store = open_store(path)
    store.create_run(a_run(), SPEC)
    store.close()
    return path


@pytest.fixture
def plain_user() -> Iterator[Path]:
    """A folder of an ordinary user's, whom file permissions bind; the test is that user."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        yield folder
        os.seteuid(0)
    else:
        yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


# --- where ----------------------------------------------------------------------------------------------------


def test_missing_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "metadata.db"
    open_store(path).close()
    assert path.exists()


def test_a_store_can_be_named_by_url(path: Path) -> None:
    store = open_store(f"sqlite:///{path}")
    assert store.run(RunId("r1")) == a_run()
    store.close()


@pytest.mark.parametrize("name", ["with space.db", 'it\'s "quoted".db', "100%25 #1?x=y&mode=ro.db", "😀.db", "file:x"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    store = open_store(tmp_path / name)
    store.create_run(a_run(), SPEC)
    store.close()
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_relative_path_is_kept_when_the_process_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("metadata.db")
    lease = started(store)
    monkeypatch.chdir("/")
    with store._connections.reading(), store._connections.reading():  # type: ignore[attr-defined]
        store.commit(lease, Changes(executions=[an_execution()]))
    store.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["metadata.db"]


@pytest.mark.parametrize(
    "url", ["mongodb://host/db", "postgresql:db", "sqlite:db", "mysql+pymysql://x", "http://x/metadata.db"]
)
def test_an_unknown_kind_of_url_is_refused(url: str) -> None:
    with pytest.raises(UnknownStoreUrl, match="no metadata store for"):
        open_store(url)


# --- how fast -------------------------------------------------------------------------------------------------


def test_creating_and_reopening_a_store_imports_no_sqlalchemy(tmp_path: Path) -> None:
    code = (
        "import sys; from penstock.metadata import open_store\n"
        "for _ in range(2): open_store(sys.argv[1]).close()\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'sqlalchemy', 'alembic', 'mako', 'logging'}))"
    )
    output = subprocess.check_output([sys.executable, "-c", code, tmp_path / "metadata.db"], text=True)
    assert output.strip() == "[]"


@pytest.mark.parametrize(("durability", "setting"), [("full", 2), ("normal", 1)])
def test_durability_is_what_sqlite_is_told(tmp_path: Path, durability: str, setting: int) -> None:
    store = open_store(tmp_path / "metadata.db", durability=durability)  # type: ignore[arg-type]
    with store._connections.reading() as session:  # type: ignore[attr-defined]
        assert session.rows("PRAGMA synchronous") == [(setting,)]
        assert session.rows("PRAGMA journal_mode") == [("wal",)]
        assert session.rows("PRAGMA foreign_keys") == [(1,)]
    store.close()


# --- what lies there is something else ------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"hello, I am a text\n" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "metadata.db"
    path.write_bytes(content)
    with pytest.raises(StoreNotADatabase, match="is not a Penstock metadata store"):
        open_store(path)
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    path = tmp_path / "metadata.db"
    path.touch()
    store = open_store(path)
    assert store.runs() == []
    store.close()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreNotADatabase, match="it is a folder"):
        open_store(tmp_path)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    with pytest.raises(StoreNotADatabase, match="File exists"):
        open_store(tmp_path / "home" / "metadata.db")
    with pytest.raises(StoreNotADatabase, match="Not a directory"):
        open_store(tmp_path / "home" / "deeper" / "metadata.db")


@pytest.mark.parametrize("table", ["customers (id)", "alembic_version (version_num)"])
def test_a_database_of_another_program_is_refused_and_kept(tmp_path: Path, table: str) -> None:
    path = tmp_path / "metadata.db"
    _execute(path, f"CREATE TABLE {table}", f"INSERT INTO {table.split()[0]} VALUES ('0001x')")
    before = path.read_bytes()
    with pytest.raises(StoreNotADatabase, match="SQLite database of another program"):
        open_store(path)
    assert path.read_bytes() == before


def test_a_store_of_a_newer_penstock_is_refused_and_kept(path: Path) -> None:
    _execute(path, "UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(StoreTooNew, match=f"schema version 0999, this one knows up to {HEAD}") as caught:
        open_store(path)
    assert "upgrade Penstock" in str(caught.value)
    _execute(path, f"UPDATE alembic_version SET version_num = '{HEAD}'")
    store = open_store(path)
    assert store.run(RunId("r1")) == a_run()
    store.close()


def test_an_old_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.31.1")
    with pytest.raises(SqliteTooOld, match=r"SQLite 3\.31\.1; the metadata store needs 3\.35\.0"):
        open_store(tmp_path / "metadata.db")


# --- the ground gives way -------------------------------------------------------------------------------------


def test_a_damaged_store_is_told_apart(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xaa" * (path.stat().st_size - 4096))
    with pytest.raises(StoreDamaged, match="is damaged"):
        open_store(path).runs()


def test_a_store_that_says_no_version_is_damaged(path: Path) -> None:
    open_store(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM alembic_version")
    with pytest.raises(StoreDamaged, match="does not say which version"):
        open_store(path)


def test_a_locked_store_is_waited_for_and_then_given_up(path: Path) -> None:
    store = open_store(path, timeout=0.02)
    lease = store.acquire(RunId("r1"), *_who())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match=r"was locked by another process for more than 0\.02 s"):
            store.commit(lease, Changes(executions=[an_execution()]))
        assert store.executions(RunId("r1")) == []  # readers do not mind
        other.execute("ROLLBACK")
    store.commit(lease, Changes(executions=[an_execution()]))
    assert store.executions(RunId("r1")) == [an_execution()]
    store.close()


def test_a_new_store_that_stays_locked_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "metadata.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusy, match="was locked"):
            open_store(path, timeout=0.02)


def test_a_full_disk_is_told_and_nothing_is_lost(path: Path) -> None:
    store = open_store(path)
    lease = store.acquire(RunId("r1"), *_who())
    store.commit(lease, Changes(executions=[an_execution("before")]))
    (connection,) = store._connections._idle  # type: ignore[attr-defined]
    connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StoreFull, match="no room left") as caught:
        store.commit(lease, Changes(executions=[an_execution(f"task-{n}", task="x" * 5000) for n in range(50)]))
    assert "penstock runs resume" in str(caught.value)
    assert [execution.path for execution in store.executions(RunId("r1"))] == ["before"]
    store.commit(lease, Changes(executions=[an_execution("after")]))
    store.close()


def test_a_disk_too_small_for_a_new_store_is_told(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from penstock.metadata import open_store\n"
        "from penstock.metadata.errors import StoreUnavailable\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
        "try: open_store(sys.argv[1])\n"
        "except StoreUnavailable as error: print(error.code)"
    )
    path = tmp_path / "metadata.db"
    output = subprocess.check_output([sys.executable, "-c", code, path], text=True)
    assert output.strip() in ("STO010", "STO012")
    store = open_store(path)
    assert store.runs() == []
    store.close()


def test_a_read_only_folder_is_told(plain_user: Path) -> None:
    plain_user.chmod(0o500)
    with pytest.raises(StoreReadOnly, match="cannot be written") as caught:
        open_store(plain_user / "metadata.db")
    assert "--home" in str(caught.value)
    with pytest.raises(StoreReadOnly, match="Permission denied"):
        open_store(plain_user / "home" / "metadata.db")


def test_a_store_in_a_read_only_folder_is_told(plain_user: Path) -> None:
    open_store(plain_user / "metadata.db").close()
    plain_user.chmod(0o500)
    with pytest.raises(StoreReadOnly, match="cannot be written"):
        open_store(plain_user / "metadata.db").runs()


def test_a_read_only_file_can_be_read_but_not_written(plain_user: Path) -> None:
    path = plain_user / "metadata.db"
    store = open_store(path)
    store.create_run(a_run(), SPEC)
    store.close()
    path.chmod(0o400)
    store = open_store(path)
    assert store.run(RunId("r1")) == a_run()
    with pytest.raises(StoreReadOnly, match="readonly database"):
        store.create_run(a_run("r2"), SPEC)
    store.close()


def test_a_store_that_was_deleted_is_not_made_anew_behind_our_back(path: Path) -> None:
    store = open_store(path)
    with store._connections.reading():  # type: ignore[attr-defined]
        path.unlink()
        with pytest.raises(StoreUnavailable, match="unable to open database file"):
            store.runs()
    assert not path.exists()
    store.close()


def _who() -> tuple:  # type: ignore[type-arg]
    from penstock.testing.store_cases.samples import ENGINE, MINUTE, NOW

    return ENGINE, NOW, MINUTE
