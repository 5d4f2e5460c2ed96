"""The artifact store in a local folder.

```
root/
├── objects/ab/<64 hex>/<name>    complete, read-only: a file, or a folder
└── tmp/<random>/…                being written; removed by `sweep` if its writer died
```

An object gets its final name by one rename, after its bytes are on the disk. The same bytes under a second
name share the disk space of the first by hard links, where the file system has them.
"""

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, TypeAlias

from penstock.artifacts import disk
from penstock.artifacts.digest import Content, content_of
from penstock.artifacts.errors import ArtifactMissing, ArtifactStoreUnavailable, ForeignUri, UnstorableFile
from penstock.artifacts.names import ObjectName, local_path, parse_place, safe_name
from penstock.artifacts.store import KeptBytes, StoredObject
from penstock.core.errors import PenstockError
from penstock.core.faults import fault_point
from penstock.core.ids import Digest

Durability: TypeAlias = Literal["full", "normal"]
"""`full`: on the disk before `put` returns. `normal`: when the system sees fit; a power cut may cost the last ones."""


_TRIES = 5
"""How often an object is placed anew because `remove` meets it each time."""


class LocalArtifactStore:
    """An `ArtifactStore` whose objects are files under `root`. Its URIs are absolute paths.

    Making one does nothing; folders are made when something is stored, so that a read-only store can be read.
    A store can be moved or copied as a whole: what counts of a URI is the object that it names.
    """

    def __init__(self, root: Path, *, durability: Durability = "full") -> None:
        self.root = Path(os.path.realpath(root))
        self.durability = durability
        self._tmp = self.root / "tmp"

    def __repr__(self) -> str:
        return f"LocalArtifactStore({str(self.root)!r}, durability={self.durability!r})"

    # --- writing ----------------------------------------------------------------------------------------

    def staging(self) -> Path:
        """See `ArtifactStore.staging`."""
        with self._guard("make a folder to write in"):
            self._tmp.mkdir(parents=True, exist_ok=True)
            folder = self._tmp / secrets.token_hex(8)
            folder.mkdir()
            return folder

    def put(self, source: Path, name: str) -> StoredObject:
        """See `ArtifactStore.put`. A `source` outside `staging` is copied and stays."""
        source = Path(source)
        with self._guard(f"store {name!r}"):
            if not self._may_move(source):
                return self._copy_in(source, name)
            stored = self._commit(source, name)
            self._forget_staging(source)
            return stored

    def put_copy(self, source: Path, name: str) -> StoredObject:
        """See `ArtifactStore.put_copy`."""
        with self._guard(f"store {name!r}"):
            return self._copy_in(Path(source), name)

    def sweep(self, older_than: timedelta) -> int:
        """Remove what dead writers left: everything being written that was not touched for that long.

        Returns:
            How many leftovers were removed.
        """
        limit = time.time() - older_than.total_seconds()
        removed = 0
        with self._guard("remove leftovers"):
            for leftover in sorted(self._tmp.iterdir()) if self._tmp.is_dir() else []:
                with contextlib.suppress(FileNotFoundError):  # its writer just finished
                    if disk.newest(leftover) <= limit:
                        disk.remove(leftover)
                        removed += 1
        return removed

    # --- reading ----------------------------------------------------------------------------------------

    def path(self, uri: str) -> Path:
        """See `ArtifactStore.path`.

        Raises:
            ForeignUri: `uri` names no object of a store; such a place is never read.
            ArtifactMissing: There is no such object.
        """
        place = self._place(uri)
        if place is None:
            raise ForeignUri(uri=uri, store=str(self.root))
        if not self.exists(uri):
            raise ArtifactMissing(uri=uri)
        return place

    def exists(self, uri: str, size: int | None = None) -> bool:
        """See `ArtifactStore.exists`. False for a URI that names no object."""
        place = self._place(uri)
        if place is None:
            return False
        with self._guard(f"look for {uri}"):
            try:
                return place.exists() and (size is None or disk.size(place) == size)
            except (FileNotFoundError, UnstorableFile):
                return False

    def discard(self, uri: str) -> None:
        """See `ArtifactStore.discard`. Other names of the same bytes go with it: they may share the changed file."""
        place = self._place(uri)
        if place is not None:
            with self._guard(f"discard {uri}"):
                grave = self.staging()
                with contextlib.suppress(FileNotFoundError):
                    place.parent.rename(grave / "changed")
                disk.remove(grave)

    def verify(self, uri: str, digest: Digest) -> bool:
        """See `ArtifactStore.verify`. False for a URI that names no object."""
        place = self._place(uri)
        if place is None or not self.exists(uri):
            return False
        with self._guard(f"read {uri}"):
            try:
                return content_of(place).digest == digest
            except (FileNotFoundError, UnstorableFile):
                return False

    def uri(self, digest: Digest, name: str) -> str:
        """The URI that the object with this digest and name has, or would have."""
        return str(self.root / ObjectName(digest, safe_name(name)).place)

    # --- upkeep -----------------------------------------------------------------------------------------

    def kept(self) -> Iterator[KeptBytes]:
        """See `ArtifactStore.kept`."""
        from penstock.artifacts.removing import kept_in

        with self._guard("list what is stored"):
            yield from kept_in(self.root)

    def remove(self, digest: Digest, touched_before: datetime) -> int:
        """See `ArtifactStore.remove`."""
        from penstock.artifacts.removing import remove_from

        with self._guard(f"remove {digest}"):
            return remove_from(self.root, digest, touched_before)

    # --- inside -----------------------------------------------------------------------------------------

    def _place(self, uri: str) -> Path | None:
        """Where the object is, if `uri` names one; no link leads out of this store.

        An absolute path with an object's place at its end names that object whatever comes before, since the place
        holds the digest of the bytes: so records that were made when the store was elsewhere stay true.
        """
        text = local_path(uri)
        if text is None or "\0" in text or ".." in Path(text).parts:
            return None
        known = parse_place("/".join(Path(text).parts[-4:]))
        place = self.root / known.place if known is not None else None
        return place if place is not None and os.path.realpath(place) == str(place) else None

    def _may_move(self, source: Path) -> bool:
        parent = Path(os.path.realpath(source.parent))
        if not parent.is_relative_to(self._tmp) or parent == self._tmp:
            return False
        return not source.is_symlink() and all(entry.movable for entry in disk.contents(source))

    def _copy_in(self, source: Path, name: str) -> StoredObject:
        if not source.exists():
            raise FileNotFoundError(source)
        folder = self.staging()
        try:
            disk.copy_tree(source, folder / "copy")
            return self._commit(folder / "copy", name)
        finally:
            with contextlib.suppress(OSError):
                disk.remove(folder)

    def _commit(self, source: Path, name: str) -> StoredObject:
        """Give the complete file or folder `source`, under `tmp`, its final name; `source` is gone afterwards."""
        content = content_of(source)
        known = ObjectName(content.digest, safe_name(name))
        target = self.root / known.place
        self._place_or_touch(source, target)
        if self.durability == "full":
            disk.sync_folder(target.parent)
        fault_point("artifacts.after_rename")
        disk.remove(source)
        return _stored(str(target), content)

    def _place_or_touch(self, source: Path, target: Path) -> None:
        """Have the object there; where it was there already, it counts as put now, and nobody removes it as old."""
        for left in reversed(range(_TRIES)):
            try:
                if target.exists() and disk.same_shape(source, target):
                    os.utime(target.parent)
                else:
                    self._place_object(source, target)
                return
            except FileNotFoundError:  # `remove` took the folder away at this moment
                if left == 0 or not source.exists():
                    raise

    def _place_object(self, source: Path, target: Path) -> None:
        self._make_folder(target.parent)
        ready = self._shared(source, target.parent) or source
        disk.make_read_only(ready)
        if self.durability == "full":
            disk.sync_tree(ready)
        fault_point("artifacts.before_rename")
        if not disk.rename(ready, target) and not disk.same_shape(ready, target):
            self._replace_folder(ready, target)
        if ready != source:
            disk.remove(ready.parent)

    def _shared(self, source: Path, folder: Path) -> Path | None:
        """The same bytes, stored before under another name, linked into `tmp`; None if there are none."""
        twin = next((path for path in sorted(folder.iterdir()) if disk.same_shape(source, path)), None)
        if twin is None:
            return None
        place = self.staging() / "link"
        try:
            disk.link_tree(twin, place)
        except OSError:  # no hard links here, or too many of them: then keep the bytes twice
            disk.remove(place.parent)
            return None
        return place

    def _replace_folder(self, ready: Path, target: Path) -> None:
        """Take away a folder that a power cut left incomplete, which can only be without `full` durability."""
        grave = self.staging()
        disk.rename(target, grave / "damaged")
        disk.rename(ready, target)
        disk.remove(grave)

    def _make_folder(self, folder: Path) -> None:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        if self.durability == "full":
            for path in reversed(missing):
                disk.sync_folder(path.parent)

    def _forget_staging(self, source: Path) -> None:
        with contextlib.suppress(OSError):  # something else is in it: `sweep` will find it
            if source.parent.parent == self._tmp:
                source.parent.rmdir()

    @contextlib.contextmanager
    def _guard(self, action: str) -> Iterator[None]:
        try:
            yield
        except (PenstockError, FileNotFoundError):
            raise
        except OSError as error:
            reason = error.strerror or str(error)
            raise ArtifactStoreUnavailable(store=str(self.root), action=action, reason=reason) from error


def _stored(uri: str, content: Content) -> StoredObject:
    return StoredObject(uri=uri, digest=content.digest, size=content.size)
