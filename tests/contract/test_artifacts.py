"""The artifact stores keep the contract that `penstock.testing` ships."""

import secrets
from pathlib import Path

import pytest

pytest.register_assert_rewrite("penstock.testing.artifact_contract")

from penstock.artifacts import FsspecArtifactStore, LocalArtifactStore  # noqa: E402
from penstock.testing.artifact_contract import ArtifactStoreContract  # noqa: E402


class TestLocalStore(ArtifactStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalArtifactStore:
        return LocalArtifactStore(tmp_path / "a store's home", durability="normal")


class TestDurableLocalStore(ArtifactStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalArtifactStore:
        return LocalArtifactStore(tmp_path / "store", durability="full")


class TestMemoryStore(ArtifactStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FsspecArtifactStore:
        return FsspecArtifactStore(f"memory://{secrets.token_hex(4)}/prefix", tmp_path / "cache")


class TestRemoteFileStore(ArtifactStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FsspecArtifactStore:
        return FsspecArtifactStore(f"file://{tmp_path}/remote", tmp_path / "cache")


class TestRemoteStoreWithoutItsCache(ArtifactStoreContract):
    """Everything is read by a second process, so to speak, whose cache is empty."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> FsspecArtifactStore:
        return Forgetful(f"memory://{secrets.token_hex(4)}", tmp_path / "cache")


class Forgetful(FsspecArtifactStore):
    def path(self, uri: str) -> Path:
        self.cache = LocalArtifactStore(self.cache.root.with_name(f"cache-{secrets.token_hex(4)}"), durability="normal")
        return super().path(uri)
