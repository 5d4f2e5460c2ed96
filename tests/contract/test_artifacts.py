"""The artifact stores keep the contract that `penstock.testing` ships."""

import secrets
from pathlib import Path

import pytest

from support.s3 import endpoint, new_prefix, options

pytest.register_assert_rewrite("penstock.testing.artifact_contract")

from penstock.artifacts import FsspecArtifactStore, LocalArtifactStore  # noqa: E402
from penstock.artifacts.errors import ArtifactMissing  # noqa: E402
from penstock.testing.artifact_contract import ArtifactStoreContract  # noqa: E402


class TestLocalStore(ArtifactStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalArtifactStore:
        return LocalArtifactStore(tmp_path / "a store's home", durability="normal")

    def test_it_is_moved_as_a_whole_and_its_uris_stay_true(self, store: LocalArtifactStore, tmp_path: Path) -> None:
        (tmp_path / "rows.txt").write_text("rows")
        stored = store.put_copy(tmp_path / "rows.txt", "rows.txt")
        (tmp_path / "elsewhere").mkdir()
        moved = LocalArtifactStore(store.root.rename(tmp_path / "elsewhere" / "store"))
        assert moved.path(stored.uri) == Path(moved.uri(stored.digest, "rows.txt"))
        assert moved.verify(stored.uri, stored.digest)

    def test_it_is_copied_and_reads_nothing_of_the_other(self, store: LocalArtifactStore, tmp_path: Path) -> None:
        (tmp_path / "rows.txt").write_text("rows")
        stored = store.put_copy(tmp_path / "rows.txt", "rows.txt")
        copy = LocalArtifactStore(tmp_path / "copy")
        assert not copy.exists(stored.uri)
        with pytest.raises(ArtifactMissing, match="there is no artifact at"):
            copy.path(stored.uri)


class TestDurableLocalStore(ArtifactStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalArtifactStore:
        return LocalArtifactStore(tmp_path / "store", durability="full")


class TestMemoryStore(ArtifactStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FsspecArtifactStore:
        return FsspecArtifactStore(f"memory://{secrets.token_hex(4)}/prefix", tmp_path / "cache")

    def test_a_uri_of_another_store_is_not_trusted(self, store: FsspecArtifactStore, tmp_path: Path) -> None:
        (tmp_path / "rows.txt").write_text("rows")
        uri = store.put_copy(tmp_path / "rows.txt", "rows.txt").uri
        assert not store.exists(uri.replace("/prefix/", "/prefixx/"))


class TestRemoteFileStore(ArtifactStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FsspecArtifactStore:
        return FsspecArtifactStore(f"file://{tmp_path}/remote", tmp_path / "cache")


class TestRemoteStoreWithoutItsCache(ArtifactStoreContract):
    """Everything is read by a second process, so to speak, whose cache is empty."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> FsspecArtifactStore:
        return Forgetful(f"memory://{secrets.token_hex(4)}", tmp_path / "cache")


class TestS3Store(ArtifactStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FsspecArtifactStore:
        return FsspecArtifactStore(new_prefix(), tmp_path / "cache", options=options(endpoint()))


class TestS3StoreWithoutItsCache(ArtifactStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FsspecArtifactStore:
        return Forgetful(new_prefix(), tmp_path / "cache", options=options(endpoint()))


class Forgetful(FsspecArtifactStore):
    def path(self, uri: str) -> Path:
        self.cache = LocalArtifactStore(self.cache.root.with_name(f"cache-{secrets.token_hex(4)}"), durability="normal")
        return super().path(uri)
