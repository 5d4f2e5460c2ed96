"""Opening the store that a setting names: a folder, or an fsspec URL."""

from pathlib import Path
from typing import Any

from penstock.artifacts.errors import UnknownStoreUrl
from penstock.artifacts.local import Durability, LocalArtifactStore
from penstock.artifacts.names import local_path
from penstock.artifacts.remote import FsspecArtifactStore
from penstock.artifacts.store import ArtifactStore


def open_artifact_store(
    place: str | Path,
    *,
    cache: Path | None = None,
    durability: Durability = "full",
    options: dict[str, Any] | None = None,
) -> ArtifactStore:
    """The artifact store at `place`.

    Args:
        place: A folder (a path, or `file://…`), or an fsspec URL such as `s3://bucket/prefix`.
        cache: The local folder that a remote store needs; a local one has none.
        durability: Of a local store: whether `put` waits for the disk.
        options: Of a remote store: what fsspec's file system takes (credentials, endpoint, …).

    Raises:
        UnknownStoreUrl: No file system is known for the URL, or it lacks a package, or `cache` is missing.
    """
    text = str(place)
    if "://" not in text:
        return LocalArtifactStore(Path(text), durability=durability)
    if text.startswith("file://"):
        path = local_path(text)
        if not path:
            raise UnknownStoreUrl(url=text, reason="it names another machine")
        return LocalArtifactStore(Path(path), durability=durability)
    if cache is None:
        raise UnknownStoreUrl(url=text, reason="a remote store needs a local cache folder", advice="pass `cache=`")
    try:
        return FsspecArtifactStore(text, cache, options=options)
    except ImportError as error:
        raise UnknownStoreUrl(url=text, reason=str(error), advice="install the package that it names") from error
    except ValueError as error:
        raise UnknownStoreUrl(url=text, reason=str(error)) from error
