"""Opening a store by its setting, and reading what is in none."""

import subprocess
import sys
from pathlib import Path

import fsspec
import pytest

from penstock.artifacts import FsspecArtifactStore, LocalArtifactStore, open_artifact_store, read_outside
from penstock.artifacts.errors import ArtifactMissing, ArtifactStoreUnavailable, UnknownStoreUrl


def test_a_folder_and_a_file_url_open_the_local_store(tmp_path: Path) -> None:
    for place in (tmp_path / "a b", str(tmp_path / "a b"), f"file://{tmp_path}/a%20b"):
        store = open_artifact_store(place, durability="normal")
        assert isinstance(store, LocalArtifactStore)
        assert (store.root, store.durability) == (tmp_path / "a b", "normal")


def test_another_url_opens_a_remote_store(tmp_path: Path) -> None:
    store = open_artifact_store("memory://bucket/prefix/", cache=tmp_path)
    assert isinstance(store, FsspecArtifactStore)
    assert store.url == "memory://bucket/prefix"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("memory://x", "needs a local cache folder"),
        ("nosuch://x", "Protocol not known"),
        ("https://example.org/store", "only read from"),
        ("s3:bucket/prefix", "two slashes"),
        ("file://elsewhere/x", "another machine"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused(url: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownStoreUrl, match=words):
        open_artifact_store(url, cache=None if url == "memory://x" else tmp_path)


def test_the_local_store_does_not_import_fsspec(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from penstock.artifacts import open_artifact_store\n"
        f"store = open_artifact_store({str(tmp_path)!r})\n"
        "source = store.staging() / 'f'\n"
        "source.write_text('x')\n"
        "store.path(store.put(source, 'f').uri)\n"
        "print('fsspec' in sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


def test_a_uri_is_the_same_however_the_store_was_reached(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    store = LocalArtifactStore(tmp_path / "link")
    source = store.staging() / "f"
    source.write_text("x")
    uri = store.put(source, "f").uri
    assert uri.startswith(str(tmp_path / "real"))
    assert LocalArtifactStore(tmp_path / "real").exists(uri)
    assert store.exists(uri.replace("/real/", "/link/"))
    assert store.path(f"file://{uri}").read_text() == "x"


def test_a_link_inside_the_store_leads_nowhere_else(tmp_path: Path) -> None:
    store = LocalArtifactStore(tmp_path / "store")
    source = store.staging() / "f"
    source.write_text("x")
    uri = Path(store.put(source, "f").uri)
    (tmp_path / "secret").write_text("secret")
    (uri.parent / "g").symlink_to(tmp_path / "secret")
    assert not store.exists(str(uri.parent / "g"))


def test_a_staged_file_that_is_shared_by_a_hard_link_is_copied(tmp_path: Path) -> None:
    store = LocalArtifactStore(tmp_path / "store")
    mine = tmp_path / "mine"
    mine.write_text("mine")
    staged = store.staging() / "f"
    staged.hardlink_to(mine)
    uri = store.put(staged, "f").uri
    mine.write_text("changed")
    assert store.path(uri).read_text() == "mine"


def test_a_second_name_shares_the_disk_space_of_the_first(tmp_path: Path) -> None:
    store = LocalArtifactStore(tmp_path / "store")
    paths = []
    for name in ("one", "two"):
        source = store.staging() / "f"
        source.write_text("same")
        paths.append(Path(store.put(source, name).uri))
    assert paths[0].stat().st_ino == paths[1].stat().st_ino


def test_a_file_outside_the_store_is_read_only_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("a\n1\n")
    assert read_outside(str(tmp_path / "mine.csv"), tmp_path) == tmp_path / "mine.csv"
    assert read_outside(f"file://{tmp_path}/mine.csv", tmp_path) == tmp_path / "mine.csv"
    with pytest.raises(ArtifactMissing, match="there is no artifact at"):
        read_outside(str(tmp_path / "other.csv"), tmp_path)


def test_a_remote_file_or_folder_outside_the_store_is_downloaded(tmp_path: Path) -> None:
    fs = fsspec.filesystem("memory")
    fs.pipe({"/outside/a.csv": b"a", "/outside/sub/b.csv": b"b"})
    assert read_outside("memory://outside/a.csv", tmp_path).read_bytes() == b"a"
    folder = read_outside("memory://outside", tmp_path)
    assert (folder / "sub" / "b.csv").read_bytes() == b"b"
    with pytest.raises(ArtifactMissing):
        read_outside("memory://outside/none", tmp_path)


def test_a_client_that_is_not_installed_comes_with_what_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "adlfs", None)
    with pytest.raises(ArtifactStoreUnavailable, match=r"install it: `uv pip install 'penstock\[azure\]'`"):
        read_outside("abfs://box/a.csv", tmp_path)
