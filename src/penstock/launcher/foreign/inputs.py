"""The executor input as foreign code wants it: plain local paths, exact numbers, places that can be written to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from msgspec.structs import replace

from penstock.artifacts.names import local_path, safe_name
from penstock.artifacts.outside import read_outside
from penstock.artifacts.store import ArtifactStore
from penstock.ir.runtime import ArtifactList, ExecutorInput, RuntimeArtifact, TaskInputValues, TaskOutputPlaces
from penstock.ir.values import whole_numbers
from penstock.launcher.errors import NoRoom
from penstock.launcher.foreign.copies import private_copy

Fetch: TypeAlias = Callable[[str, Path], Path]
"""Brings what lies at a URI into a folder, which exists, and says where it is; as `read_outside`."""

TASK_FOLDER = "task"
"""Within the attempt's folder: what foreign code takes for its own, where it writes `executor_output.json`."""
INPUT_FOLDER = "inputs"
"""Within the attempt's folder: what was fetched for it."""


def localized(
    given: ExecutorInput, store: ArtifactStore, folder: Path, *, fetch: Fetch | None = read_outside
) -> ExecutorInput:
    """The executor input for code that knows nothing of stores.

    - An artifact of the store has a plain path for its URI, that of a copy unless it is large: see `private_copy`.
      It is fetched now if the store is remote.
    - One that lies outside, at a remote URI, keeps it, since code may be after the URI; its `custom_path`, which
      `{{$.inputs.artifacts['x'].path}}` prefers, is a local copy.
    - One that was never written has a path where there is nothing.
    - Whole floats are integers, as protobuf prints them.
    - Output files have folders to be written in. The output file is not the engine's, which stands for a result that
      is complete, but another, in a folder of the task's own.

    Args:
        given: From the engine.
        store: The artifact store.
        folder: The attempt's folder.
        fetch: How remote artifacts from outside the store are fetched; None not to.

    Raises:
        ArtifactMissing, ArtifactStoreUnavailable: An input's bytes cannot be had.
    """
    inputs = {
        name: ArtifactList(
            artifacts=[
                _localize(artifact, store, folder / INPUT_FOLDER / safe_name(name) / str(index), fetch)
                for index, artifact in enumerate(listed.artifacts)
            ]
        )
        for name, listed in given.inputs.artifacts.items()
    }
    values: Any = whole_numbers(given.inputs.parameter_values)
    return ExecutorInput(
        inputs=TaskInputValues(parameter_values=values, artifacts=inputs), outputs=_places(given.outputs, folder)
    )


def _localize(artifact: RuntimeArtifact, store: ArtifactStore, apart: Path, fetch: Fetch | None) -> RuntimeArtifact:
    """`apart` is a folder for this artifact alone, which does not exist yet."""
    metadata: Any = whole_numbers(artifact.metadata)
    plain = replace(artifact, metadata=metadata, digest="", size=-1)
    if artifact.digest or store.exists(artifact.uri):
        stored = store.path(artifact.uri)
        apart.mkdir(parents=True, exist_ok=True)
        return replace(plain, uri=str(_copied(stored, apart)))
    path = local_path(artifact.uri)
    if path is not None:
        return replace(plain, uri=path)
    if artifact.custom_path:  # in the run's workspace, where its importer put it
        return plain
    apart.mkdir(parents=True, exist_ok=True)
    if not artifact.uri:
        return replace(plain, uri=str(apart / safe_name(artifact.name or "artifact")))
    if fetch is None or artifact.uri.startswith("oci://"):
        return plain
    return replace(plain, custom_path=str(fetch(artifact.uri, apart)))


def _copied(stored: Path, apart: Path) -> Path:
    try:
        return private_copy(stored, apart)
    except OSError as error:
        raise NoRoom(path=str(apart), reason=error.strerror or str(error)) from error


def _places(outputs: TaskOutputPlaces, folder: Path) -> TaskOutputPlaces:
    task = folder / TASK_FOLDER
    task.mkdir(parents=True, exist_ok=True)
    files = [place.output_file for place in outputs.parameters.values()]
    files += [artifact.uri for listed in outputs.artifacts.values() for artifact in listed.artifacts]
    for parent in {Path(file).parent for file in files}:
        parent.mkdir(parents=True, exist_ok=True)
    return replace(outputs, output_file=str(task / Path(outputs.output_file or "executor_output.json").name))
