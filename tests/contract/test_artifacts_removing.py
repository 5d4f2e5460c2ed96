"""Bytes are removed while others put the same bytes: nobody who put them is left without."""

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from penstock.artifacts import LocalArtifactStore
from penstock.artifacts.store import StoredObject
from penstock.core.ids import Digest


def _age(store: LocalArtifactStore, stored: StoredObject) -> None:
    """Make an object look as if it had been put an hour ago."""
    hour_ago = datetime.now().timestamp() - 3600
    os.utime(Path(stored.uri).parent, (hour_ago, hour_ago))


def _put(store: LocalArtifactStore, name: str) -> StoredObject:
    source = store.staging() / "content"
    source.write_bytes(b"the same bytes")
    return store.put(source, name)


def test_an_old_object_goes_and_one_put_again_stays(tmp_path: Path) -> None:
    store = LocalArtifactStore(tmp_path)
    stored = _put(store, "a")
    _age(store, stored)
    limit = datetime.now(UTC) - timedelta(minutes=1)
    _put(store, "a")
    assert store.remove(stored.digest, limit) == 0
    _age(store, stored)
    assert store.remove(stored.digest, limit) == len(b"the same bytes")
    assert not store.exists(stored.uri)


def test_names_that_share_their_bytes_are_weighed_once(tmp_path: Path) -> None:
    store = LocalArtifactStore(tmp_path)
    first, _ = _put(store, "a"), _put(store, "b")
    assert [item.size for item in store.kept()] == [len(b"the same bytes")]
    assert store.remove(first.digest, datetime.now(UTC) + timedelta(hours=1)) == len(b"the same bytes")


def test_whoever_puts_while_another_removes_has_the_object(tmp_path: Path) -> None:
    store = LocalArtifactStore(tmp_path, durability="normal")
    for round_ in range(60):
        stored = _put(store, "a")
        _age(store, stored)
        limit = datetime.now(UTC) - timedelta(minutes=1)
        _meet(store, stored.digest, limit, name="a" if round_ % 2 else f"name {round_}")
    assert [item.digest for item in store.kept()] == [stored.digest]


def _meet(store: LocalArtifactStore, digest: Digest, limit: datetime, name: str) -> None:
    """Put and remove at the same moment; what was put is there afterwards."""
    start, stored = threading.Barrier(3), list[StoredObject]()

    def put() -> None:
        start.wait()
        stored.append(_put(store, name))

    def remove() -> None:
        start.wait()
        store.remove(digest, limit)

    threads = [threading.Thread(target=put), threading.Thread(target=remove), threading.Thread(target=remove)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.verify(stored[0].uri, digest)
