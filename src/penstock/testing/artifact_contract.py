"""What every artifact store must do, as tests: subclass `ArtifactStoreContract` and give it a `store` fixture.

```python
class TestMyStore(ArtifactStoreContract):
    @pytest.fixture
    def store(self, tmp_path): return MyStore(tmp_path / "store")
```

Call `pytest.register_assert_rewrite("penstock.testing.artifact_contract")` before the import, for good messages.
"""

import hashlib
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from penstock.artifacts.digest import content_of
from penstock.artifacts.errors import ArtifactMissing, ForeignUri, UnstorableFile
from penstock.artifacts.store import ArtifactStore
from penstock.core.ids import Digest

AWKWARD_NAMES = [
    "plain.parquet",
    "with space.txt",
    'it\'s "quoted".txt',
    "😀 emoji.csv",
    ".hidden",
    "..more",
    "...",
    "100%25#?*[a].txt",
    "new\nline",
    "a/b/c.txt",
    "../../escape",
    "",
    "~tilde",
    "-rf",
    "x" * 600 + ".parquet",
    "ü" * 300,
    "a.{}.${HOME}",
]


class ArtifactStoreContract:
    """The suite. A store under test comes from the fixture `store`, fresh for each test."""

    @pytest.fixture
    def store(self) -> ArtifactStore:
        raise NotImplementedError

    def test_a_file_comes_back_byte_for_byte(self, store: ArtifactStore) -> None:
        source = _staged(store, b"hello\0world")
        stored = store.put(source, "greeting.bin")
        assert store.path(stored.uri).read_bytes() == b"hello\0world"
        assert stored.size == 11
        assert stored.digest == "sha256:" + hashlib.sha256(b"hello\0world").hexdigest()
        assert stored.uri.endswith("/greeting.bin")

    def test_a_staged_file_is_gone_after_put(self, store: ArtifactStore) -> None:
        source = _staged(store, b"x")
        store.put(source, "x")
        assert not source.exists()

    def test_a_folder_comes_back_with_all_its_files(self, store: ArtifactStore) -> None:
        source = _folder(store.staging() / "model")
        stored = store.put(source, "model")
        found = store.path(stored.uri)
        assert _listing(found) == {"a.txt": b"a", "deep/er/b 😀.bin": b"bb", "empty": None, "zero": b""}
        assert stored.size == 3
        assert content_of(found).digest == stored.digest

    def test_an_empty_file_and_an_empty_folder_are_objects(self, store: ArtifactStore) -> None:
        folder = store.staging() / "nothing"
        folder.mkdir()
        empty_folder, empty_file = store.put(folder, "nothing"), store.put(_staged(store, b""), "nothing")
        assert _listing(store.path(empty_folder.uri)) == {}
        assert store.path(empty_file.uri).read_bytes() == b""
        assert empty_folder.digest != empty_file.digest

    def test_a_copied_source_stays_as_it_is(self, store: ArtifactStore, tmp_path: Path) -> None:
        source = tmp_path / "mine.txt"
        source.write_bytes(b"mine")
        stored = store.put_copy(source, "mine.txt")
        source.write_bytes(b"changed later")
        assert store.path(stored.uri).read_bytes() == b"mine"

    def test_putting_a_file_from_elsewhere_does_not_take_it_away(self, store: ArtifactStore, tmp_path: Path) -> None:
        source = tmp_path / "mine.txt"
        source.write_bytes(b"mine")
        store.put(source, "mine.txt")
        assert source.read_bytes() == b"mine"

    def test_equal_bytes_have_equal_uris(self, store: ArtifactStore) -> None:
        first, second = (store.put(_staged(store, b"same"), "n") for _ in range(2))
        assert first == second

    def test_equal_folders_have_equal_uris_whatever_the_order_of_writing(self, store: ArtifactStore) -> None:
        stored = []
        for names in (("b", "a"), ("a", "b")):
            folder = store.staging() / "f"
            folder.mkdir()
            for name in names:
                (folder / name).write_text(name)
            stored.append(store.put(folder, "f"))
        assert stored[0] == stored[1]

    def test_equal_bytes_under_two_names_are_found_under_both(self, store: ArtifactStore) -> None:
        files = [_staged(store, b"same") for _ in range(2)]
        folders = [_folder(store.staging() / "f") for _ in range(2)]
        for one, two in (files, folders):
            first, second = store.put(one, "one"), store.put(two, "two")
            assert first.digest == second.digest
            assert content_of(store.path(first.uri)).digest == first.digest
            assert content_of(store.path(second.uri)).digest == first.digest
            assert (Path(first.uri).name, Path(second.uri).name) == ("one", "two")

    @pytest.mark.parametrize("name", AWKWARD_NAMES)
    def test_any_name_will_do(self, store: ArtifactStore, name: str) -> None:
        stored = store.put(_staged(store, b"bytes"), name)
        assert store.exists(stored.uri)
        assert store.path(stored.uri).read_bytes() == b"bytes"
        assert len(Path(stored.uri).name.encode()) <= 255

    @pytest.mark.parametrize("name", ["with space.txt", 'it\'s "q"', "😀", ".hidden", "100%25#?*[a]", "new\nline", "~"])
    def test_any_name_will_do_inside_a_folder(self, store: ArtifactStore, name: str) -> None:
        folder = store.staging() / "f"
        (folder / name).mkdir(parents=True)
        (folder / name / name).write_bytes(b"bytes")
        stored = store.put(folder, "f")
        assert (store.path(stored.uri) / name / name).read_bytes() == b"bytes"

    def test_links_are_followed(self, store: ArtifactStore, tmp_path: Path) -> None:
        (tmp_path / "target").write_bytes(b"real")
        folder = store.staging() / "f"
        folder.mkdir()
        (folder / "link").symlink_to(tmp_path / "target")
        found = store.path(store.put(folder, "f").uri) / "link"
        assert not found.is_symlink()
        assert found.read_bytes() == b"real"
        assert (tmp_path / "target").read_bytes() == b"real"

    def test_what_is_no_file_is_refused_and_named(self, store: ArtifactStore, tmp_path: Path) -> None:
        (tmp_path / "f").mkdir()
        (tmp_path / "f" / "broken").symlink_to(tmp_path / "nowhere")
        with pytest.raises(UnstorableFile, match=r"broken.*leads nowhere"):
            store.put_copy(tmp_path / "f", "f")

    def test_a_source_that_does_not_exist_is_an_error(self, store: ArtifactStore, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            store.put(store.staging() / "nothing", "n")
        with pytest.raises(FileNotFoundError):
            store.put_copy(tmp_path / "nothing", "n")

    def test_stored_files_cannot_be_written(self, store: ArtifactStore) -> None:
        file = store.path(store.put(_staged(store, b"x"), "x").uri)
        inside = store.path(store.put(_folder(store.staging() / "f"), "f").uri) / "a.txt"
        assert [path.stat().st_mode & 0o777 for path in (file, inside)] == [0o444, 0o444]

    def test_a_uri_that_was_never_stored_is_missing(self, store: ArtifactStore) -> None:
        uri = store.put(_staged(store, b"x"), "x").uri
        other = uri.removesuffix("/x") + "/y"
        assert not store.exists(other)
        assert not store.verify(other, Digest("sha256:" + "0" * 64))
        with pytest.raises(ArtifactMissing, match="there is no artifact at"):
            store.path(other)

    @pytest.mark.parametrize("uri", ["/etc/passwd", "file:///etc/passwd", "s3://other/objects/ab", "rows.parquet", ""])
    def test_a_uri_from_outside_is_not_trusted(self, store: ArtifactStore, uri: str) -> None:
        _refused(store, uri)

    def test_a_uri_cannot_climb_out_of_the_store(self, store: ArtifactStore) -> None:
        uri = store.put(_staged(store, b"x"), "x").uri
        root = uri.partition("/objects/")[0]
        for text in (
            f"{uri}/../x",
            f"{root}/../../etc/passwd",
            f"{root}/objects/../../x",
            root,
            f"{root}/objects",
            uri.removesuffix("/x"),
            f"{uri}\0",
        ):
            _refused(store, text)

    def test_verify_says_whether_the_bytes_are_those(self, store: ArtifactStore) -> None:
        for stored in (store.put(_staged(store, b"x"), "x"), store.put(_folder(store.staging() / "f"), "f")):
            assert store.verify(stored.uri, stored.digest)
            assert not store.verify(stored.uri, Digest("sha256:" + "0" * 64))

    def test_an_object_of_another_size_is_not_the_one_that_was_meant(self, store: ArtifactStore) -> None:
        for stored in (store.put(_staged(store, b"x"), "x"), store.put(_folder(store.staging() / "f"), "f")):
            assert store.exists(stored.uri, stored.size)
            assert not store.exists(stored.uri, stored.size + 1)

    def test_bytes_that_were_changed_are_never_read_again(self, store: ArtifactStore) -> None:
        uris = [store.put(_staged(store, b"true"), name).uri for name in ("a.txt", "b.txt")]
        path = store.path(uris[0])
        path.chmod(0o600)
        path.write_bytes(b"lies")
        store.discard(uris[0])
        assert [uri for uri in uris if store.exists(uri) and store.path(uri).read_bytes() != b"true"] == []
        again = store.put(_staged(store, b"true"), "a.txt")
        assert store.path(again.uri).read_bytes() == b"true"

    def test_discarding_what_is_not_there_does_nothing(self, store: ArtifactStore) -> None:
        stored = store.put(_staged(store, b"x"), "x")
        store.discard(stored.uri)
        store.discard("/etc/passwd")

    def test_staging_folders_are_new_and_empty(self, store: ArtifactStore) -> None:
        first, second = store.staging(), store.staging()
        assert first != second
        assert list(first.iterdir()) == list(second.iterdir()) == []

    def test_many_writers_of_the_same_bytes_all_succeed(self, store: ArtifactStore) -> None:
        sources = [_folder(store.staging() / "f") for _ in range(8)] + [_staged(store, b"same") for _ in range(8)]
        stored, start = [], threading.Barrier(len(sources))

        def write(source: Path) -> None:
            start.wait()
            stored.append(store.put(source, source.name))

        threads = [threading.Thread(target=write, args=(source,)) for source in sources]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(stored) == len(sources)
        assert len({item.uri for item in stored}) == 2
        assert all(store.verify(item.uri, item.digest) for item in stored)

    # --- upkeep -----------------------------------------------------------------------------------------

    def test_what_is_kept_is_listed_once_for_each_digest(self, store: ArtifactStore) -> None:
        before = datetime.now(UTC)
        file, folder = store.put(_staged(store, b"abc"), "a"), store.put(_folder(store.staging() / "f"), "f")
        store.put(_staged(store, b"abc"), "another name")
        kept = {item.digest: item for item in store.kept()}
        assert kept.keys() == {file.digest, folder.digest}
        assert all(item.touched_at >= before - timedelta(seconds=1) for item in kept.values())
        assert kept[file.digest].size >= 3

    def test_an_empty_store_keeps_nothing(self, store: ArtifactStore) -> None:
        assert list(store.kept()) == []

    def test_what_is_removed_is_gone_and_nothing_else_is(self, store: ArtifactStore) -> None:
        gone, stays = store.put(_staged(store, b"gone"), "a"), store.put(_staged(store, b"stays"), "a")
        folder = store.put(_folder(store.staging() / "f"), "f")
        assert store.remove(gone.digest, _LATER) == 4
        assert store.remove(folder.digest, _LATER) == 3
        assert not store.exists(gone.uri)
        assert not store.exists(folder.uri)
        with pytest.raises(ArtifactMissing):
            store.path(gone.uri)
        assert store.verify(stays.uri, stays.digest)
        assert [item.digest for item in store.kept()] == [stays.digest]

    def test_what_was_removed_can_be_put_again(self, store: ArtifactStore) -> None:
        first = store.put(_staged(store, b"again"), "a")
        store.remove(first.digest, _LATER)
        second = store.put(_staged(store, b"again"), "a")
        assert second == first
        assert store.path(second.uri).read_bytes() == b"again"

    def test_what_was_put_since_is_not_removed(self, store: ArtifactStore) -> None:
        stored = store.put(_staged(store, b"fresh"), "a")
        assert store.remove(stored.digest, datetime.now(UTC) - timedelta(hours=1)) == 0
        assert store.verify(stored.uri, stored.digest)

    def test_removing_what_is_not_there_frees_nothing(self, store: ArtifactStore) -> None:
        assert store.remove(Digest("sha256:" + "0" * 64), _LATER) == 0


_LATER = datetime(9000, 1, 1, tzinfo=UTC)


def _staged(store: ArtifactStore, data: bytes) -> Path:
    source = store.staging() / "content"
    source.write_bytes(data)
    return source


def _folder(folder: Path) -> Path:
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "a.txt").write_bytes(b"a")
    (folder / "zero").write_bytes(b"")
    (folder / "deep" / "er" / "b 😀.bin").write_bytes(b"bb")
    return folder


def _listing(folder: Path) -> dict[str, bytes | None]:
    """File → bytes, empty folder → None."""
    found: dict[str, bytes | None] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            found[str(path.relative_to(folder))] = path.read_bytes()
        elif not any(path.iterdir()):
            found[str(path.relative_to(folder))] = None
    return found


def _refused(store: ArtifactStore, uri: str) -> None:
    assert not store.exists(uri)
    assert not store.verify(uri, Digest("sha256:" + "0" * 64))
    with pytest.raises(ForeignUri, match="is not an object of the artifact store"):
        store.path(uri)
