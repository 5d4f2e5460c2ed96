"""What a crash, a full disk, a read-only disk or damaged bytes do to a store: nothing that a reader sees."""

import errno
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from penstock.artifacts import FsspecArtifactStore, LocalArtifactStore, StoredObject
from penstock.artifacts.errors import ArtifactDamaged, ArtifactMissing, ArtifactStoreUnavailable
from penstock.core import faults

NOW = timedelta(0)


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    faults.disarm()


def put_in_another_process(code: str, *orders: str) -> int:
    """Run `code` in a process that kills itself at the fault points named."""
    program = f"""
import pathlib
from penstock.artifacts import FsspecArtifactStore, LocalArtifactStore
from penstock.core.faults import arm_kills
arm_kills({list(orders)!r})
{code}
"""
    return subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode


PUT_FOLDER = """
store = LocalArtifactStore({root!r})
folder = store.staging() / "f"
folder.mkdir()
(folder / "a").write_text("a")
(folder / "b").write_text("b")
store.put(folder, "f")
"""


def put_folder(store: LocalArtifactStore | FsspecArtifactStore) -> StoredObject:
    folder = store.staging() / "f"
    folder.mkdir()
    (folder / "a").write_text("a")
    (folder / "b").write_text("b")
    return store.put(folder, "f")


def objects(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("objects/*/*/*"))


def test_a_writer_killed_before_the_rename_leaves_no_object_and_the_rest_is_swept(tmp_path: Path) -> None:
    root = tmp_path / "store"
    assert put_in_another_process(PUT_FOLDER.format(root=str(root)), "artifacts.before_rename") == -9
    assert objects(root) == []
    store = LocalArtifactStore(root)
    assert store.sweep(timedelta(hours=1)) == 0
    assert store.sweep(NOW) == 1
    assert list((root / "tmp").iterdir()) == []
    stored = put_folder(store)
    assert store.verify(stored.uri, stored.digest)


def test_a_writer_killed_after_the_rename_has_stored_a_whole_object(tmp_path: Path) -> None:
    root = tmp_path / "store"
    assert put_in_another_process(PUT_FOLDER.format(root=str(root)), "artifacts.after_rename") == -9
    store = LocalArtifactStore(root)
    (found,) = objects(root)
    stored = put_folder(store)
    assert stored.uri == str(found)
    assert store.verify(stored.uri, stored.digest)
    store.sweep(NOW)
    assert list((root / "tmp").iterdir()) == []


@pytest.mark.parametrize(("point", "there"), [("artifacts.before_rename", False), ("artifacts.after_rename", True)])
def test_a_remote_object_exists_once_its_manifest_is_written(tmp_path: Path, point: str, there: bool) -> None:
    url, cache = f"file://{tmp_path}/remote", tmp_path / "cache"
    code = PUT_FOLDER.replace(
        "LocalArtifactStore({root!r})", f"FsspecArtifactStore({url!r}, pathlib.Path({str(cache)!r}))"
    )
    # the local cache passes each point once before the upload does
    assert put_in_another_process(code, f"{point}:2") == -9
    (found,) = objects(tmp_path / "remote")
    uri = f"{url}/{found.relative_to(tmp_path / 'remote')}"
    store = FsspecArtifactStore(url, tmp_path / "another cache")
    assert store.exists(uri) is there
    stored = put_folder(store)
    assert stored.uri == uri
    assert store.verify(uri, stored.digest)


def test_a_half_written_manifest_is_no_manifest(tmp_path: Path) -> None:
    store = FsspecArtifactStore(f"file://{tmp_path}/remote", tmp_path / "cache")
    stored = put_folder(store)
    (manifest,) = (tmp_path / "remote").glob("manifests/*/*/*")
    manifest.write_bytes(manifest.read_bytes()[:20])
    assert not store.exists(stored.uri)
    assert put_folder(store) == stored
    assert store.exists(stored.uri)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_a_failing_disk_is_reported_and_nothing_is_stored(tmp_path: Path, code: int) -> None:
    def fail() -> None:
        raise OSError(code, os.strerror(code))

    store = LocalArtifactStore(tmp_path / "store")
    source = store.staging() / "f"
    source.write_text("bytes")
    faults.arm("artifacts.before_rename", fail)
    with pytest.raises(ArtifactStoreUnavailable, match=rf"could not store 'n': {os.strerror(code)} \[ART001\]"):
        store.put(source, "n")
    assert objects(store.root) == []
    assert source.read_text() == "bytes"
    faults.disarm()
    assert store.exists(store.put(source, "n").uri)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """As on a full disk, a write beyond `size` fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_copy_that_does_not_fit_leaves_nothing_behind(tmp_path: Path) -> None:
    source = tmp_path / "big"
    source.write_bytes(bytes(100_000))
    store = LocalArtifactStore(tmp_path / "store")
    with files_no_larger_than(50_000), pytest.raises(ArtifactStoreUnavailable, match="File too large"):
        store.put_copy(source, "big")
    assert objects(store.root) == list((store.root / "tmp").iterdir()) == []


def test_an_upload_that_does_not_fit_leaves_no_object(tmp_path: Path) -> None:
    store = FsspecArtifactStore(f"file://{tmp_path}/remote", tmp_path / "cache")
    source = store.staging() / "big"
    source.write_bytes(bytes(100_000))
    with files_no_larger_than(50_000), pytest.raises(ArtifactStoreUnavailable, match="File too large"):
        store.put(source, "big")
    assert list((tmp_path / "remote").glob("manifests/*/*/*")) == []


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may write anywhere: be somebody else."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_read_only_store_can_be_read_and_says_that_it_cannot_be_written() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = LocalArtifactStore(Path(folder) / "store")
        stored = put_folder(store)
        for path in (Path(folder), *Path(folder).rglob("*")):
            path.chmod(0o555)
        with without_privileges():
            reader = LocalArtifactStore(Path(folder) / "store")
            assert (reader.path(stored.uri) / "a").read_text() == "a"
            assert reader.verify(stored.uri, stored.digest)
            with pytest.raises(
                ArtifactStoreUnavailable, match="could not make a folder to write in: Permission denied"
            ):
                reader.staging()
            with pytest.raises(ArtifactStoreUnavailable, match="Permission denied"):
                reader.put_copy(Path(__file__), "n")
        for path in (Path(folder), *Path(folder).rglob("*")):
            path.chmod(0o755)


def test_a_store_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtifactStoreUnavailable, match=r"\[ART001\]\n  hint: check that the place exists"):
        LocalArtifactStore(tmp_path / "file" / "store").staging()


def test_damage_is_seen_by_verify(tmp_path: Path) -> None:
    store = LocalArtifactStore(tmp_path / "store")
    stored = put_folder(store)
    inside = store.path(stored.uri) / "a"
    inside.chmod(0o644)
    inside.write_text("A")
    assert not store.verify(stored.uri, stored.digest)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_an_object_that_a_power_cut_left_incomplete_is_replaced(tmp_path: Path, kind: str) -> None:
    store = LocalArtifactStore(tmp_path / "store", durability="normal")

    def put() -> StoredObject:
        if kind == "folder":
            return put_folder(store)
        source = store.staging() / "f"
        source.write_text("complete")
        return store.put(source, "f")

    stored = put()
    damaged = Path(stored.uri) / "a" if kind == "folder" else Path(stored.uri)
    damaged.chmod(0o644)
    damaged.write_text("")
    assert put() == stored
    assert store.verify(stored.uri, stored.digest)
    assert list((store.root / "tmp").iterdir()) == []


def test_a_damaged_download_is_refused_and_not_kept(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/remote"
    stored = put_folder(FsspecArtifactStore(url, tmp_path / "cache"))
    (tmp_path / "remote" / stored.uri.removeprefix(url + "/") / "a").write_text("A")
    reader = FsspecArtifactStore(url, tmp_path / "empty cache")
    assert not reader.verify(stored.uri, stored.digest)
    with pytest.raises(ArtifactDamaged, match=r"is damaged: its digest is sha256:\w+, not sha256:"):
        reader.path(stored.uri)
    assert objects(tmp_path / "empty cache") == []


def test_a_remote_file_that_is_gone_is_missing(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/remote"
    stored = put_folder(FsspecArtifactStore(url, tmp_path / "cache"))
    (tmp_path / "remote" / stored.uri.removeprefix(url + "/") / "a").unlink()
    with pytest.raises(ArtifactMissing):
        FsspecArtifactStore(url, tmp_path / "empty cache").path(stored.uri)


def test_a_forged_manifest_writes_nothing_outside(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/remote"
    stored = put_folder(FsspecArtifactStore(url, tmp_path / "cache"))
    (manifest,) = (tmp_path / "remote").glob("manifests/*/*/*")
    manifest.write_bytes(manifest.read_bytes().replace(b'"a"', b'"../../../../escaped"'))
    with pytest.raises(ValueError, match="it leads out of its folder"):
        FsspecArtifactStore(url, tmp_path / "empty cache").path(stored.uri)


def test_a_remote_end_that_fails_is_reported(tmp_path: Path) -> None:
    (tmp_path / "remote").write_text("a file where a folder should be")
    store = FsspecArtifactStore(f"file://{tmp_path}/remote", tmp_path / "cache")
    with pytest.raises(ArtifactStoreUnavailable, match=r"could not .*: (Not a directory|File exists)"):
        put_folder(store)


def test_processes_that_write_the_same_bytes_at_once_agree(tmp_path: Path) -> None:
    program = f"from penstock.artifacts import LocalArtifactStore\nimport sys\nsys.stdin.read()\n{PUT_FOLDER}"
    command = [sys.executable, "-c", program.format(root=str(tmp_path / "store"))]
    writers = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(4)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.close()
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    (found,) = objects(tmp_path / "store")
    assert sorted(path.name for path in found.iterdir()) == ["a", "b"]
    assert list((tmp_path / "store" / "tmp").iterdir()) == []
