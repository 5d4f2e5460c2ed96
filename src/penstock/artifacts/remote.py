"""The artifact store behind an fsspec URL (S3, GCS, Azure, …), with a local cache of what was read and written.

```
url/
├── objects/ab/<64 hex>/<name>      the bytes, as they are: other tools read them by the URI
└── manifests/ab/<64 hex>/<name>    written last: an object without one does not exist
```

The cache is a `LocalArtifactStore`; its objects have the same digests and names. What is put is staged and
hashed there first, so that it is read back without a download; what is downloaded is kept only if it has
the digest that its URI promises.
"""

import contextlib
import hashlib
import posixpath
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from penstock.artifacts import disk
from penstock.artifacts.digest import content_of
from penstock.artifacts.errors import (
    ArtifactDamaged,
    ArtifactMissing,
    ArtifactStoreUnavailable,
    ForeignUri,
    UnstorableFile,
)
from penstock.artifacts.local import LocalArtifactStore
from penstock.artifacts.names import ObjectName, parse_place
from penstock.artifacts.store import KeptBytes, StoredObject
from penstock.core.errors import PenstockError
from penstock.core.faults import fault_point
from penstock.core.ids import Digest

_FRESH = timedelta(hours=1)
"""A manifest older than that is written again when its object is put again."""

_CLOCKS = timedelta(minutes=5)
"""How far the remote end's clock may differ from ours."""

_DIGEST = re.compile(r"/([0-9a-f]{2})/(\1[0-9a-f]{62})/")

_BUCKETS = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl"}
"""Protocols whose places have no folders, only keys with slashes in them."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Manifest(Struct, frozen=True, kw_only=True):
    """What was uploaded; its presence says that all of it is there."""

    version: int = 1
    digest: Digest
    size: int
    folder: bool
    files: list[str]
    """Relative paths; the one empty path for a file."""
    folders: list[str]
    """Relative paths of folders without entries, which an object store cannot hold."""


_manifests = msgspec.json.Decoder(Manifest)  # at import: several threads may be the first to need it


class FsspecArtifactStore:
    """An `ArtifactStore` behind an fsspec URL. Its URIs begin with that URL.

    Args:
        url: Where to keep objects, e.g. `s3://bucket/prefix`.
        cache: A local folder, which may be shared with other processes and other stores.
        options: What fsspec's file system takes: credentials, endpoint, …
    """

    def __init__(self, url: str, cache: Path, *, options: dict[str, Any] | None = None) -> None:
        self.url = url.rstrip("/")
        self.cache = LocalArtifactStore(cache, durability="normal")
        self._fs, self._root = _open(self.url, options or {})

    def __repr__(self) -> str:
        return f"FsspecArtifactStore({self.url!r}, cache={str(self.cache.root)!r})"

    # --- writing ----------------------------------------------------------------------------------------

    def staging(self) -> Path:
        """See `ArtifactStore.staging`."""
        return self.cache.staging()

    def put(self, source: Path, name: str) -> StoredObject:
        """See `ArtifactStore.put`. A `source` outside `staging` is copied and stays."""
        return self._upload(self.cache.put(source, name))

    def put_copy(self, source: Path, name: str) -> StoredObject:
        """See `ArtifactStore.put_copy`."""
        return self._upload(self.cache.put_copy(source, name))

    def sweep(self, older_than: timedelta) -> int:
        """Remove from the cache what dead writers left. See `LocalArtifactStore.sweep`."""
        return self.cache.sweep(older_than)

    # --- reading ----------------------------------------------------------------------------------------

    def path(self, uri: str) -> Path:
        """See `ArtifactStore.path`: downloads what is not in the cache, and checks its digest.

        Raises:
            ForeignUri: `uri` is outside this store; such a place is never read.
            ArtifactMissing: There is no such object.
            ArtifactDamaged: The bytes are not those that were stored.
        """
        known = self._known(uri)
        if known is None:
            raise ForeignUri(uri=uri, store=self.url)
        cached = self.cache.uri(*known)
        if self.cache.exists(cached):
            return self.cache.path(cached)
        manifest = self._manifest(known)
        if manifest is None:
            raise ArtifactMissing(uri=uri)
        return self._download(uri, known, manifest)

    def exists(self, uri: str, size: int | None = None) -> bool:
        """See `ArtifactStore.exists`: what the manifest says. False for a URI from outside this store."""
        known = self._known(uri)
        manifest = None if known is None else self._manifest(known)
        return manifest is not None and size in (None, manifest.size)

    def discard(self, uri: str) -> None:
        """See `ArtifactStore.discard`: only the cache is where anybody could change it."""
        known = self._known(uri)
        if known is not None:
            self.cache.discard(self.cache.uri(*known))

    def verify(self, uri: str, digest: Digest) -> bool:
        """See `ArtifactStore.verify`: reads the remote bytes, not the cache."""
        known = self._known(uri)
        manifest = None if known is None else self._manifest(known)
        if known is None or manifest is None:
            return False
        folder = self.cache.staging()
        try:
            with self._guard(f"read {uri}"):
                self._fetch(known, manifest, folder / "copy")
                return content_of(folder / "copy").digest == digest
        except ArtifactMissing:
            return False
        finally:
            disk.remove(folder)

    # --- upkeep -----------------------------------------------------------------------------------------

    def kept(self) -> Iterator[KeptBytes]:
        """See `ArtifactStore.kept`: two listings, however much there is."""
        with self._guard("list what is stored"):
            sizes: dict[Digest, int] = {}
            for place, facts in self._listing("objects").items():
                digest = _digest_in(place)
                if digest is not None:
                    sizes[digest] = sizes.get(digest, 0) + int(facts.get("size") or 0)
            touched: dict[Digest, datetime] = {}
            for place in self._listing("manifests"):
                digest = _digest_in(place)
                if digest is not None:
                    modified = self._fs.modified(place)
                    touched[digest] = max(modified, touched.get(digest, modified))
        for digest, at in touched.items():
            yield KeptBytes(digest=digest, size=sizes.get(digest, 0), touched_at=at)

    def remove(self, digest: Digest, touched_before: datetime) -> int:
        """See `ArtifactStore.remove`. The manifests go first: without one, an object does not exist.

        The clock of the remote end is trusted to five minutes. Who puts the same bytes between the last look at their
        age and the removal of the manifest, two requests apart, is not seen: an object store has no rename.
        """
        with self._guard(f"remove {digest}"):
            folder = posixpath.dirname(ObjectName(digest, "x").place)
            manifests = list(self._listing("manifests/" + folder.removeprefix("objects/")))
            if not manifests or any(self._fs.modified(place) >= touched_before - _CLOCKS for place in manifests):
                return 0
            objects = self._listing(folder)
            for place in (*manifests, *objects):
                with contextlib.suppress(FileNotFoundError):
                    self._fs.rm_file(place)
        self.cache.remove(digest, touched_before)
        return sum(int(facts.get("size") or 0) for facts in objects.values())

    def _listing(self, place: str) -> dict[str, dict[str, Any]]:
        self._fs.invalidate_cache()
        try:
            found: dict[str, dict[str, Any]] = self._fs.find(self._at(place), detail=True)
        except FileNotFoundError:
            return {}
        return found

    # --- inside -----------------------------------------------------------------------------------------

    def _known(self, uri: str) -> ObjectName | None:
        return parse_place(uri.removeprefix(self.url + "/")) if uri.startswith(self.url + "/") else None

    def _at(self, place: str) -> str:
        return posixpath.join(self._root, place)

    def _file_at(self, known: ObjectName, name: str) -> str:
        """Where a file of an object is; `name` is empty if the object is that file."""
        return posixpath.join(self._at(known.place), _key(name)).rstrip("/")

    def _manifest_at(self, known: ObjectName) -> str:
        return self._at("manifests/" + known.place.removeprefix("objects/"))

    def _manifest(self, known: ObjectName) -> Manifest | None:
        """The object's manifest, or None if it has none that is whole."""
        with self._guard(f"look for {known.name!r}"):
            try:
                return _manifests.decode(self._fs.cat_file(self._manifest_at(known)))
            except (FileNotFoundError, msgspec.DecodeError):
                return None

    def _upload(self, stored: StoredObject) -> StoredObject:
        source = Path(stored.uri)
        known = ObjectName(stored.digest, source.name)
        result = StoredObject(uri=f"{self.url}/{known.place}", digest=stored.digest, size=stored.size)
        present = self._manifest(known)
        if present is not None:
            self._touch(known, present)
            return result
        found = disk.contents(source)
        manifest = Manifest(
            digest=stored.digest,
            size=stored.size,
            folder=source.is_dir(),
            files=[_text(entry.name) for entry in found if entry.is_file],
            folders=[_text(entry.name) for entry in found if not entry.is_file],
        )
        with self._guard(f"store {known.name!r}"):
            for entry in found:
                if entry.is_file:
                    self._put_file(entry.path, self._file_at(known, entry.name))
            fault_point("artifacts.before_rename")
            place, text = self._manifest_at(known), msgspec.json.encode(manifest)
            self._write(place, lambda: self._fs.pipe_file(place, text))
            fault_point("artifacts.after_rename")
        return result

    def _touch(self, known: ObjectName, manifest: Manifest) -> None:
        """Write an old manifest again, so that nobody removes for its age what was just put."""
        with self._guard(f"store {known.name!r}"):
            place = self._manifest_at(known)
            if datetime.now(UTC) - self._fs.modified(place) > _FRESH:
                self._fs.pipe_file(place, msgspec.json.encode(manifest))

    def _put_file(self, source: Path, target: str) -> None:
        self._write(target, lambda: self._fs.put_file(str(source), target))

    def _write(self, target: str, write: Callable[[], object]) -> None:
        """Write, and make the folder first where there are such. Buckets have none, and are not made here."""
        try:
            write()
        except FileNotFoundError:
            if _BUCKETS.isdisjoint(_protocols(self._fs)):
                self._fs.makedirs(posixpath.dirname(target), exist_ok=True)
                write()
            else:
                raise

    def _download(self, uri: str, known: ObjectName, manifest: Manifest) -> Path:
        folder = self.cache.staging()
        try:
            with self._guard(f"read {uri}"):
                self._fetch(known, manifest, folder / "copy")
            found = content_of(folder / "copy").digest
            if found != known.digest:
                raise ArtifactDamaged(uri=uri, expected=known.digest, found=found)
            return self.cache.path(self.cache.put(folder / "copy", known.name).uri)
        finally:
            disk.remove(folder)

    def _fetch(self, known: ObjectName, manifest: Manifest, target: Path) -> None:
        """Download an object to `target`, which does not exist."""
        if manifest.folder:
            target.mkdir()
        for name in manifest.folders:
            _inside(target, name).mkdir(parents=True, exist_ok=True)
        for name in manifest.files:
            place = _inside(target, name) if name else target
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._fs.get_file(self._file_at(known, name), str(place))
            except FileNotFoundError:
                raise ArtifactMissing(uri=f"{self.url}/{known.place}") from None

    @contextlib.contextmanager
    def _guard(self, action: str) -> Iterator[None]:
        try:
            yield
        except PenstockError:
            raise
        except Exception as error:  # noqa: BLE001 - each file system has errors of its own, not all of them OSError
            reason = (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
            raise ArtifactStoreUnavailable(store=self.url, action=action, reason=reason) from None


def _open(url: str, options: dict[str, Any]) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    fs, root = url_to_fs(url, **options)
    return fs, str(root)


def _protocols(fs: Any) -> set[str]:
    return {fs.protocol} if isinstance(fs.protocol, str) else set(fs.protocol)


def _key(name: str) -> str:
    """A file's relative path as part of an object's key. The services want no control characters there."""
    if not _CONTROL.search(name):
        return name
    return f"{_CONTROL.sub('_', name)}~{hashlib.sha256(name.encode()).hexdigest()[:10]}"


def _inside(folder: Path, name: str) -> Path:
    """`folder / name`, refused if a forged manifest would lead out of `folder`."""
    if name.startswith("/") or ".." in name.split("/"):
        raise UnstorableFile(path=name, reason="it leads out of its folder")
    return folder / name


def _digest_in(place: str) -> Digest | None:
    """The digest that a path below `objects` or `manifests` holds."""
    match = _DIGEST.search(place)
    return Digest(f"sha256:{match[2]}") if match is not None else None


def _text(name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise UnstorableFile(path=repr(name), reason="its name is not UTF-8") from None
    return name
