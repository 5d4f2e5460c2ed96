"""One output's value becomes an artifact: an object of the store, or a file where Kubeflow picks it up."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from penstock.artifacts.store import ArtifactStore
from penstock.data.transfer import Saved, save_value
from penstock.data.types import ArtifactUse
from penstock.ir.runtime import RuntimeArtifact
from penstock.ir.spec import ArtifactType
from penstock.launcher.places import mounted_path

SCHEMA_VERSION = "0.0.1"


def save_artifact(
    value: Any, use: ArtifactUse, place: RuntimeArtifact, store: ArtifactStore | None, where: str
) -> RuntimeArtifact:
    """Write one value and put it where it belongs.

    Args:
        value: What the component returned.
        use: What is declared.
        place: The output's name and type, and where it goes if there is no store.
        store: Where it goes.
        where: Whose value it is, for messages.
    """
    staging = store.staging() if store else Path(tempfile.mkdtemp(prefix="penstock-"))
    try:
        saved = save_value(value, use, staging, name=place.name, where=where)
        type_ = place.type if place.type.schema_title or place.type.instance_schema else _type_of(use)
        if store is None:
            target = mounted_path(place)
            _move(saved.path, target, from_staging=saved.path.is_relative_to(staging))
            return RuntimeArtifact(name=place.name, uri=place.uri, type=type_, metadata=saved.metadata)
        stored = _put(store, saved, staging)
        return RuntimeArtifact(
            name=place.name,
            uri=stored.uri,
            type=type_,
            metadata=saved.metadata,
            digest=stored.digest,
            size=stored.size,
        )
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _put(store: ArtifactStore, saved: Saved, staging: Path) -> Any:
    if saved.path.is_relative_to(staging):
        return store.put(saved.path, saved.name)
    return store.put_copy(saved.path, saved.name)


def _move(source: Path, target: Path, *, from_staging: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if from_staging:
        shutil.move(source, target)
    elif source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target)


def _type_of(use: ArtifactUse) -> ArtifactType:
    return ArtifactType(schema_title=use.schema_title, schema_version=SCHEMA_VERSION)
