"""A store and an artifact store of their own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.artifacts import ArtifactStore, open_artifact_store
from penstock.metadata import MetadataStore, open_store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def store(home: Path) -> Iterator[MetadataStore]:
    opened = open_store(home / "penstock.db", durability="normal")
    yield opened
    opened.close()


@pytest.fixture
def artifacts(home: Path) -> ArtifactStore:
    return open_artifact_store(home / "artifacts", durability="normal")
