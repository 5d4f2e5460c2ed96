"""From the files that foreign code left to an executor output: parameters read, artifacts stored."""

import contextlib
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from penstock.artifacts import disk
from penstock.artifacts.digest import content_of
from penstock.artifacts.names import local_path
from penstock.artifacts.store import ArtifactStore, StoredObject
from penstock.core.json import Json
from penstock.ir.parameters import parameter_type
from penstock.ir.runtime import ArtifactList, ExecutorInput, ExecutorOutput, RuntimeArtifact
from penstock.ir.spec import ComponentOutputs
from penstock.launcher.errors import OutputsMissing, OutputUnreadable
from penstock.launcher.foreign.texts import value_of_text

_NOT_FINITE = {"NaN": "NaN", "Infinity": "Infinity", "-Infinity": "-Infinity"}


def collect(
    seen: ExecutorInput, given: ExecutorInput, declared: ComponentOutputs, store: ArtifactStore, component: str
) -> ExecutorOutput:
    """What foreign code gave back, by the rules of Kubeflow's launcher.

    `executor_output.json` comes before the file of a parameter. An artifact lies where its place, its new `uri` or its
    `custom_path` says, and is moved into the store; one that is returned as it was taken is the same artifact. One
    with a remote URI, or at which nothing was written, is kept without bytes.

    Args:
        seen: The executor input that the code was given: see `localized`.
        given: The one that it was made from.
        declared: The component's outputs.
        store: Where artifacts go.
        component: Its name, for messages.

    Raises:
        OutputUnreadable: A file does not hold what it should.
        OutputsMissing: Output parameters are declared and were not written.
    """
    told = _read_told(Path(seen.outputs.output_file), component)
    known = _by_path(seen, given)
    artifacts = {
        name: _told_artifacts(told.artifacts.get(name, ()), listed.artifacts, _is_list(declared, name))
        for name, listed in seen.outputs.artifacts.items()
    }
    parameters = {name: _lasting(value, known) for name, value in _parameters(told, seen, declared, component).items()}
    keeper = _Keeper(
        store, known, Path(seen.outputs.output_file).parents[1], [a for one in artifacts.values() for a in one]
    )
    return ExecutorOutput(
        parameter_values=parameters,
        artifacts={
            name: ArtifactList(artifacts=[keeper.keep(one) for one in listed]) for name, listed in artifacts.items()
        },
    )


# --- parameters -------------------------------------------------------------------------------------------


class _Told(Struct, frozen=True):
    """What `executor_output.json` says."""

    parameters: dict[str, Json] = {}
    artifacts: dict[str, list[dict[str, Any]]] = {}


def _read_told(file: Path, component: str) -> _Told:
    where = f"the output file of component {component!r}"
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return _Told()
    except OSError as error:
        raise OutputUnreadable(where=where, reason=error.strerror or str(error)) from error
    if not text.strip():
        return _Told()
    try:
        told = json.loads(text, parse_constant=_NOT_FINITE.__getitem__)
        assert isinstance(told, dict)
        return _Told(
            _section(told, "parameterValues"), {name: _items(one) for name, one in _section(told, "artifacts").items()}
        )
    except (ValueError, RecursionError) as error:
        raise OutputUnreadable(where=where, reason=f"it is no JSON: {error}") from None
    except (AssertionError, TypeError):
        raise OutputUnreadable(where=where, reason="it is not of the form that Kubeflow gives it") from None


def _section(told: dict[str, Any], name: str) -> dict[str, Any]:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    section = told.get(name, told.get(snake)) or {}
    assert isinstance(section, dict)
    return section


def _items(listed: Any) -> list[dict[str, Any]]:
    items = (listed or {}).get("artifacts") or []
    assert isinstance(items, list)
    assert all(isinstance(item, dict) for item in items)
    return items


def _parameters(told: _Told, seen: ExecutorInput, declared: ComponentOutputs, component: str) -> dict[str, Json]:
    found: dict[str, Json] = {}
    missing: list[str] = []
    for name, place in seen.outputs.parameters.items():
        value = told.parameters.get(name, UNSET)
        if value is UNSET:
            value = _written(Path(place.output_file), declared, name, component)
        if value is UNSET:
            missing.append(name)
        else:
            found[name] = value
    if missing:
        raise OutputsMissing(component=component, outputs=missing)
    return found


def _written(file: Path, declared: ComponentOutputs, name: str, component: str) -> Any:
    """The value in a parameter's own file; `UNSET` if there is none."""
    where = f"output {name!r} of component {component!r}"
    spec = declared.parameters.get(name)
    try:
        text = file.read_bytes().decode()
        return value_of_text(text, parameter_type(spec) if spec else "STRING")
    except FileNotFoundError:
        return UNSET
    except UnicodeDecodeError:
        raise OutputUnreadable(where=where, reason="its file is not UTF-8 text") from None
    except OSError as error:
        raise OutputUnreadable(where=where, reason=error.strerror or str(error)) from error
    except ValueError as error:
        shown = text if len(text) <= 60 else text[:57] + "..."
        raise OutputUnreadable(where=where, reason=f"its file holds {shown!r}, which is not {error}") from None


# --- artifacts --------------------------------------------------------------------------------------------


def _is_list(declared: ComponentOutputs, name: str) -> bool:
    spec = declared.artifacts.get(name)
    return spec is not None and spec.is_artifact_list


def _told_artifacts(
    told: Sequence[dict[str, Any]], places: Sequence[RuntimeArtifact], is_list: bool
) -> list[RuntimeArtifact]:
    """The artifacts of one output: its places, and what the code says of each."""
    if not places:
        return []
    if not told:
        return [] if is_list else [places[0]]
    return [_merged(one, places[0]) for one in (told if is_list else told[:1])]


def _merged(told: dict[str, Any], place: RuntimeArtifact) -> RuntimeArtifact:
    metadata = told.get("metadata")
    return replace(
        place,
        uri=str(told.get("uri") or place.uri),
        metadata=place.metadata | (metadata if isinstance(metadata, dict) else {}),
        custom_path=told.get("custom_path") or told.get("customPath") or None,
    )


def _by_path(seen: ExecutorInput, given: ExecutorInput) -> dict[str, RuntimeArtifact]:
    """The input artifacts, as the engine knows them, by the URI under which the code saw them."""
    return {
        ours.uri: theirs
        for name, listed in seen.inputs.artifacts.items()
        for ours, theirs in zip(listed.artifacts, given.inputs.artifacts[name].artifacts, strict=True)
    }


def _lasting(value: Json, known: dict[str, RuntimeArtifact]) -> Json:
    """A text that says where the code saw an input says where that input lies: the copy goes with the attempt."""
    artifact = known.get(value) if isinstance(value, str) else None
    return artifact.uri if artifact is not None and artifact.uri else value


class _Keeper:
    """Brings the outputs of one task into the store."""

    def __init__(
        self,
        store: ArtifactStore,
        known: dict[str, RuntimeArtifact],
        folder: Path,
        artifacts: Sequence[RuntimeArtifact],
    ) -> None:
        self._store = store
        self._known = known
        self._folder = folder
        self._sources = [source for one in artifacts if (source := _source(one)) is not None]

    def keep(self, artifact: RuntimeArtifact) -> RuntimeArtifact:
        """The artifact as a record of it should be."""
        plain = replace(artifact, custom_path=None)
        taken = None if artifact.custom_path else self._known.get(artifact.uri)
        if taken is not None and self._is_unchanged(artifact, taken):
            return replace(plain, uri=taken.uri, digest=taken.digest, size=taken.size)
        source = _source(artifact)
        if source is not None and source.exists():
            stored = self._store_bytes(source, _name(artifact, source))
            return replace(plain, uri=stored.uri, digest=stored.digest, size=stored.size)
        path = local_path(artifact.uri)
        gone = path is not None and Path(path).is_relative_to(self._folder)
        return replace(plain, uri="" if gone else artifact.uri)  # the folder of an attempt goes with it

    def _is_unchanged(self, artifact: RuntimeArtifact, taken: RuntimeArtifact) -> bool:
        """Whether an input that is returned is what it was: of its own copy the code may have made something else."""
        source = _source(artifact)
        if not taken.digest or source is None or not source.is_relative_to(self._folder):
            return True
        return source.exists() and content_of(source).digest == taken.digest

    def _store_bytes(self, source: Path, name: str) -> StoredObject:
        if not self._may_move(source):
            return self._store.put_copy(source, name)
        staging = self._store.staging()
        try:
            source.rename(staging / "moved")
        except OSError:  # another file system
            with contextlib.suppress(OSError):
                staging.rmdir()
            return self._store.put_copy(source, name)
        try:
            return self._store.put(staging / "moved", name)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _may_move(self, source: Path) -> bool:
        """Whether nobody else will miss it: it lies in the attempt's folder, alone, and no link leads to or from it."""
        real = Path(os.path.realpath(source))
        if source.is_symlink() or not real.is_relative_to(os.path.realpath(self._folder)):
            return False
        others = [path for path in self._sources if path.is_relative_to(source) or source.is_relative_to(path)]
        return len(others) == 1 and all(entry.movable for entry in disk.contents(source))


def _source(artifact: RuntimeArtifact) -> Path | None:
    """Where an artifact's bytes lie here; None where they lie elsewhere."""
    place = artifact.custom_path or local_path(artifact.uri)
    return Path(place) if place else None


def _name(artifact: RuntimeArtifact, source: Path) -> str:
    """The last part of the URI, as on Kubeflow: code may go by it."""
    return Path(local_path(artifact.uri) or artifact.name or source).name or source.name
