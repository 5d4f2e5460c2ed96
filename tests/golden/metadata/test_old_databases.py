"""A database of each released schema version is upgraded, and nothing in it is lost. `record.py` made them."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from penstock.metadata import open_store
from penstock.metadata.preparing import HEAD

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


def test_every_version_up_to_the_present_one_has_a_database() -> None:
    assert [f"{number:04}" for number in range(1, int(HEAD) + 1)] == VERSIONS
