"""The stores on SQLite and on PostgreSQL keep the contract that `penstock.testing` ships."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from penstock.metadata import MetadataStore, open_store
from penstock.testing.store_contract import MetadataStoreContract
from support.postgres import new_schema


class TestSqliteStore(MetadataStoreContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> Callable[[], MetadataStore]:
        return partial(open_store, tmp_path / "a home's 😀 #1%20?" / "metadata.db", durability="normal")


class TestPostgresStore(MetadataStoreContract):
    @pytest.fixture
    def make_store(self) -> Callable[[], MetadataStore]:
        return partial(open_store, new_schema())
