"""Whoever changes a shared input fails, and what was changed is read by nobody again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from penstock.artifacts import LocalArtifactStore
from penstock.ir.runtime import ArtifactList, RuntimeArtifact, TaskInputValues
from penstock.launcher.shared import SharedInputs


@pytest.fixture
def store(tmp_path: Path) -> LocalArtifactStore:
    return LocalArtifactStore(tmp_path / "store", durability="normal")


def stored(store: LocalArtifactStore, *, folder: bool) -> RuntimeArtifact:
    source = store.staging() / "rows"
    if folder:
        source.mkdir()
        (source / "a.txt").write_text("before")
    else:
        source.write_text("before")
    put = store.put(source, "rows")
    return RuntimeArtifact(name="rows", uri=put.uri, digest=put.digest, size=put.size)


def overwrite(path: Path) -> None:
    path.chmod(0o600)
    path.write_text("after!")


def replace(path: Path) -> None:
    path.unlink()
    path.write_text("before")


HARM: dict[str, tuple[bool, Callable[[Path], None]]] = {
    "overwritten": (False, overwrite),
    "removed": (False, Path.unlink),
    "replaced": (False, replace),
    "a file in it overwritten": (True, lambda folder: overwrite(folder / "a.txt")),
    "a file in it removed": (True, lambda folder: (folder / "a.txt").unlink()),
    "a file put into it": (True, lambda folder: (folder / "b.txt").touch()),
}


@pytest.mark.parametrize("how", HARM)
def test_an_input_that_was_changed_is_named_and_gone(store: LocalArtifactStore, how: str) -> None:
    is_folder, harm = HARM[how]
    artifact = stored(store, folder=is_folder)
    shared = SharedInputs(TaskInputValues(artifacts={"x": ArtifactList(artifacts=[artifact])}), store)
    harm(store.path(artifact.uri))
    assert shared.discard_changed() == ["x"]
    assert not store.exists(artifact.uri)


@pytest.mark.parametrize("folder", [False, True])
def test_an_input_that_was_only_read_stays(store: LocalArtifactStore, folder: bool) -> None:
    artifact = stored(store, folder=folder)
    shared = SharedInputs(TaskInputValues(artifacts={"x": ArtifactList(artifacts=[artifact])}), store)
    for file in [*store.path(artifact.uri).rglob("*"), store.path(artifact.uri)]:
        assert file.is_dir() or file.read_text() == "before"
    assert shared.discard_changed() == []
    assert store.exists(artifact.uri)


def test_where_there_is_no_store_nothing_is_looked_at() -> None:
    artifact = RuntimeArtifact(name="rows", uri="gs://bucket/rows", digest="sha256:0")
    shared = SharedInputs(TaskInputValues(artifacts={"x": ArtifactList(artifacts=[artifact])}), None)
    assert shared.discard_changed() == []
