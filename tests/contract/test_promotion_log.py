"""The log of promotions only grows, whoever asks the database itself."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from penstock.metadata import MetadataStore, open_store
from penstock.testing.store_cases.samples import a_promotion, registered
from support.postgres import new_schema

CHANGES = ["UPDATE promotions SET made_by = 'nobody'", "DELETE FROM promotions"]


def _promoted(place: str) -> MetadataStore:
    store = open_store(place)
    registered(store)
    store.registry.move_alias(a_promotion())
    return store


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_refuses_to_change_a_line(change: str, tmp_path: Path) -> None:
    store = _promoted(str(tmp_path / "metadata.db"))
    refusal = pytest.raises(sqlite3.IntegrityError, match="the log of promotions only grows")
    with closing(sqlite3.connect(tmp_path / "metadata.db")) as database, refusal:
        database.execute(change)
    assert [line.by for line in store.registry.promotions("taxi")] == ["ada"]
    store.close()


def test_a_server_refuses_to_change_a_line() -> None:
    url = new_schema()
    store = _promoted(url)
    with psycopg.connect(url, autocommit=True) as connection:
        for change in (*CHANGES, "TRUNCATE promotions"):
            with pytest.raises(psycopg.errors.RaiseException, match="the log of promotions only grows"):
                connection.execute(change.encode())
    assert [line.by for line in store.registry.promotions("taxi")] == ["ada"]
    store.close()
