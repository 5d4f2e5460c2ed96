"""What is registered: the files of a model, where they are, and what made them."""

import contextlib
import shutil
from pathlib import Path

from msgspec import Struct

from penstock.artifacts.errors import ArtifactMissing, ForeignUri
from penstock.artifacts.outside import read_outside
from penstock.artifacts.store import ArtifactStore
from penstock.core.ids import ArtifactId, Digest, RunId, TaskPath
from penstock.metadata.records import Artifact, EventType
from penstock.metadata.store import MetadataStore
from penstock.metadata.tracking import tracked_id
from penstock.registry.errors import NotAModel, PackageGone

DESCRIPTION = "MLmodel"
"""The file that makes a folder an MLflow model."""


class Package(Struct, frozen=True, kw_only=True):
    """A model's folder in the artifact store, and what is known of where it is from."""

    uri: str
    digest: Digest | None
    artifact_id: ArtifactId | None = None
    run_id: RunId | None = None
    path: TaskPath | None = None
    tracked_run: str = ""


def package_of(store: MetadataStore, artifacts: ArtifactStore, artifact: Artifact) -> Package:
    """The package that an artifact is.

    Raises:
        NotAModel: It is something else.
        PackageGone: Its files are not there.
    """
    what = f"artifact {artifact.artifact_id} ({artifact.name!r})"
    if artifact.type not in ("system.Model", "system.Artifact"):
        raise NotAModel(what=what, reason=f"it is a {artifact.type.removeprefix('system.')}, not a model")
    _check(local(artifacts, artifact.uri, what), what)
    gave = [event for event in store.events(artifacts=[artifact.artifact_id]) if event.type is EventType.OUTPUT]
    made = min(gave, key=lambda event: (event.run_id, -len(event.path)), default=None)
    return Package(
        uri=artifact.uri,
        digest=artifact.digest,
        artifact_id=artifact.artifact_id,
        run_id=made.run_id if made else None,
        path=made.path if made else None,
        tracked_run=tracked_id(made.run_id, made.path) if made else "",
    )


def package_at(store: MetadataStore, artifacts: ArtifactStore, place: str) -> Package:
    """The package in a folder or at a URL. What is not in the artifact store is copied there, so that it cannot change.

    Raises:
        NotAModel: It is something else.
        PackageGone: There is nothing.
    """
    place = str(Path(place).absolute()) if "://" not in place else place
    with contextlib.suppress(ForeignUri, ArtifactMissing):
        _check(artifacts.path(place), place)
        known = _same_place(store, place)
        if known is not None:
            return package_of(store, artifacts, known)
        return Package(uri=place, digest=None)
    staging = artifacts.staging()
    try:
        source = read_outside(place, staging)
        _check(source, place)
        stored = artifacts.put_copy(source, "model")
    except ArtifactMissing:
        raise PackageGone(what="the model", uri=place) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Package(uri=stored.uri, digest=stored.digest)


def local(artifacts: ArtifactStore, uri: str, what: str) -> Path:
    """The package's folder on this machine, downloaded if need be. Raises `PackageGone`."""
    outside = Path(uri)
    try:
        return artifacts.path(uri)
    except ForeignUri:
        if outside.is_absolute() and outside.exists():
            return outside
        raise PackageGone(what=what, uri=uri) from None
    except ArtifactMissing:
        raise PackageGone(what=what, uri=uri) from None


def _check(folder: Path, what: str) -> None:
    if not folder.is_dir():
        raise NotAModel(what=what, reason="it is a file, not a model's folder")
    if not (folder / DESCRIPTION).is_file():
        raise NotAModel(what=what, reason=f"there is no file {DESCRIPTION} in its folder")


def _same_place(store: MetadataStore, uri: str) -> Artifact | None:
    from penstock.metadata.retention import digest_in

    digest = digest_in(uri)
    found = store.find_artifacts(digest=digest, limit=200) if digest else []
    return next((artifact for artifact in reversed(found) if artifact.uri == uri), None)
