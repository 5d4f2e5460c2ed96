"""Opening the store that a setting names: a folder, or an fsspec URL."""

from pathlib import Path
from typing import Any

from penstock.artifacts.errors import UnknownStoreUrl
from penstock.artifacts.local import Durability, LocalArtifactStore
from penstock.artifacts.names import local_path
from penstock.artifacts.remote import FsspecArtifactStore
from penstock.artifacts.store import ArtifactStore
from penstock.core.urls import without_secrets

_DRIVERS = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
    "az": "adlfs",
}
_EXTRAS = {"s3fs": "s3", "gcsfs": "gcs", "adlfs": "azure"}


def drivers_of(place: str) -> tuple[str, ...]:
    """The modules that the store at `place` imports when it is opened, of those that take long to import."""
    driver = _DRIVERS.get(place.partition("://")[0])
    return (driver,) if driver else ()


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
    shown = without_secrets(text)
    if "://" not in text and text.partition(":")[0] in _DRIVERS:
        raise UnknownStoreUrl(url=shown, reason="a URL has two slashes after its colon")
    if "://" not in text:
        return LocalArtifactStore(Path(text), durability=durability)
    if text.startswith("file://"):
        path = local_path(text)
        if not path:
            raise UnknownStoreUrl(url=text, reason="it names another machine")
        return LocalArtifactStore(Path(path), durability=durability)
    if text.partition("://")[0] in ("http", "https"):
        raise UnknownStoreUrl(url=shown, reason="a web server is only read from", advice="name a folder or a bucket")
    if cache is None:
        raise UnknownStoreUrl(url=shown, reason="a remote store needs a local cache folder", advice="pass `cache=`")
    try:
        return FsspecArtifactStore(text, cache, options=options)
    except ImportError as error:
        raise UnknownStoreUrl(url=shown, reason=str(error), advice=client_advice(text)) from error
    except ValueError as error:
        raise UnknownStoreUrl(url=shown, reason=str(error)) from error


def client_advice(url: str) -> str:
    """What brings the package that fsspec lacks for `url`."""
    extra = "".join(_EXTRAS[driver] for driver in drivers_of(url))
    return f"install it: `uv pip install 'penstock[{extra}]'`" if extra else "install the package that it names"
