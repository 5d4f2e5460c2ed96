"""Importers: what lies where a person or a task said becomes an artifact. In threads, since it may have to be fetched.

A local file or folder is copied into the store, so that nobody can change it under the run. What lies elsewhere stays
a reference, which whoever needs the bytes reads; but its scheme has to be one that somebody could read, as on Kubeflow.
"""

import hashlib
import shutil
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import msgspec

from penstock.artifacts.names import local_path
from penstock.artifacts.outside import read_outside
from penstock.artifacts.store import ArtifactStore
from penstock.core.errors import PenstockError, UserError
from penstock.core.faults import fault_point
from penstock.core.ids import ArtifactId, artifact_id
from penstock.engine.errors import failure_of
from penstock.engine.events import ImportArtifact, ImportEnded
from penstock.engine.state import RunState
from penstock.ir.placeholders import IN_WORKSPACE, artifact_path
from penstock.ir.runtime import RuntimeArtifact
from penstock.ir.spec import ImporterSpec
from penstock.metadata.records import Artifact

_AT_ONCE = 4
_KUBEFLOW = frozenset({"gs", "s3", "minio", "oci", "mem"})
"""Schemes that Kubeflow reads; of the others, those that `fsspec` knows are taken."""


@dataclass(kw_only=True, eq=False)
class NotImportable(UserError, ValueError):
    """An importer was given something that names no place."""

    code: ClassVar[str] = "ENG030"
    task: str
    uri: str
    reason: str

    def message(self) -> str:
        return f"task {self.task!r} cannot import {self.uri!r}: {self.reason}"

    def hint(self) -> str:
        return "give the path of a file or folder on this machine, or a URL such as `s3://…`, `gs://…`, `https://…`"


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """One import, complete."""

    command: ImportArtifact
    task: str
    spec: ImporterSpec
    name: str
    """Of the output."""
    own_id: ArtifactId
    """For an artifact that is to be new, however often the same is imported."""
    cwd: Path
    workspace: str
    now: datetime

    @classmethod
    def of(cls, state: RunState, command: ImportArtifact, cwd: Path, now: datetime) -> "Import":
        execution = state.executions[command.path]
        spec = state.plan.executor(execution.component).importer
        assert spec is not None
        name = next(iter(state.plan.component(execution.component).output_definitions.artifacts), "artifact")
        return cls(
            command=command,
            task=execution.task,
            spec=spec,
            name=name,
            own_id=artifact_id(execution.run_id, execution.path, 0, name, 0),
            cwd=cwd,
            workspace=state.places.get("workspace_path", ""),
            now=now,
        )


class Imports:
    """Does imports beside the engine's thread, a few at once."""

    def __init__(self, artifacts: ArtifactStore, deliver: Callable[[ImportEnded], None]) -> None:
        """Prepare.

        Args:
            artifacts: Where local files are copied to.
            deliver: Takes each outcome; called in a thread of its own.
        """
        self._artifacts = artifacts
        self._deliver = deliver
        self._lock = threading.Lock()
        self._waiting: deque[Import] = deque()
        self._threads = 0

    def begin(self, job: Import) -> None:
        """Do this one, as soon as there is a thread for it. Its end is delivered, whatever comes of it."""
        with self._lock:
            self._waiting.append(job)
            if self._threads == _AT_ONCE:
                return
            self._threads += 1
        threading.Thread(target=self._work, name="penstock-import", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._threads -= 1
                    return
                job = self._waiting.popleft()
            ended = run_import(job, self._artifacts)
            fault_point("imports.before_report")
            self._deliver(ended)


def run_import(job: Import, artifacts: ArtifactStore) -> ImportEnded:
    """Do one import, here and now."""
    try:
        result = _import(job, artifacts)
    except PenstockError as error:
        return ImportEnded(path=job.command.path, result=failure_of(error))
    except OSError as error:
        reason = error.strerror or str(error)
        refused = NotImportable(task=job.task, uri=job.command.uri, reason=reason)
        return ImportEnded(path=job.command.path, result=failure_of(refused))
    return ImportEnded(path=job.command.path, result=result)


def _import(job: Import, artifacts: ArtifactStore) -> Artifact:
    uri = job.command.uri
    _check(job)
    given = Artifact(
        artifact_id=job.own_id,
        name=job.name,
        type=job.spec.type_schema.schema_title,
        uri=uri,
        metadata=job.command.metadata,
        created_at=job.now,
    )
    artifact = import_local(artifacts, job.cwd, given)
    if job.spec.download_to_workspace:
        artifact = msgspec.structs.replace(artifact, metadata=artifact.metadata | {IN_WORKSPACE: True})
        _bring(artifact, artifacts, Path(_place(artifact, job.workspace)))
    return artifact if job.spec.reimport else msgspec.structs.replace(artifact, artifact_id=_same_id(artifact))


def _check(job: Import) -> None:
    """Whether the URI names a place at all. What lies at a remote one is seen when somebody reads it.

    Raises:
        NotImportable: It does not.
    """
    uri = job.command.uri
    scheme, separator, rest = uri.partition("://")
    reason = ""
    if not uri.strip() or "\0" in uri:
        reason = "that is no path and no URL"
    elif not separator or scheme == "file":
        path = local_path(uri) if separator else uri
        if path is None:
            reason = "it is on another machine"
        elif not (job.cwd / path).exists():
            reason = "there is no such file or folder"
    elif not rest:
        reason = "it names nothing at that place"
    elif not is_readable(scheme):
        reason = f"nothing here reads `{scheme}://`"
    elif scheme == "oci" and job.spec.type_schema.schema_title != "system.Model":
        reason = "what lies in an OCI registry is imported as a `Model`"
    elif scheme == "oci" and job.spec.download_to_workspace:
        reason = "what lies in an OCI registry cannot be brought into a workspace"
    if reason:
        raise NotImportable(task=job.task, uri=uri, reason=reason)


def is_readable(scheme: str) -> bool:
    """Whether somebody could read what lies at a URL of this scheme."""
    scheme = scheme.lower()
    if scheme in _KUBEFLOW:
        return True
    from fsspec.registry import known_implementations, registry

    return scheme in known_implementations or scheme in registry


def import_local(artifacts: ArtifactStore, cwd: Path, artifact: Artifact) -> Artifact:
    """`artifact` with the bytes that its URI names in the store; unchanged where those are somebody else's (remote)."""
    text = local_path(artifact.uri) if "://" in artifact.uri else artifact.uri
    if text is None:
        return artifact
    source = (cwd / text).resolve()
    if not source.exists():
        return artifact
    stored = artifacts.put_copy(source, source.name)
    metadata = {"kind": "file", "source": str(source)} | artifact.metadata
    return msgspec.structs.replace(artifact, uri=stored.uri, digest=stored.digest, size=stored.size, metadata=metadata)


def _same_id(artifact: Artifact) -> ArtifactId:
    """One id for all that is imported from one place as one type with the same metadata and content."""
    same = msgspec.json.encode([artifact.type, artifact.uri, artifact.digest, artifact.metadata], order="sorted")
    return ArtifactId("a" + hashlib.blake2b(same, digest_size=10).hexdigest())


# --- the workspace ------------------------------------------------------------------------------------------


def _place(artifact: Artifact, workspace: str) -> str:
    return artifact_path(RuntimeArtifact(uri=artifact.uri, metadata=artifact.metadata), workspace)


def _bring(artifact: Artifact, artifacts: ArtifactStore, place: Path) -> None:
    """Put an artifact's bytes at their place in the workspace, complete or not at all."""
    import tempfile

    place.parent.mkdir(parents=True, exist_ok=True)
    apart = Path(tempfile.mkdtemp(prefix=".import-", dir=place.parent))
    try:
        source = artifacts.path(artifact.uri) if artifact.digest else read_outside(artifact.uri, apart)
        copy = apart / "copy"
        if source.is_dir():
            shutil.copytree(source, copy)
        else:
            shutil.copyfile(source, copy)
        if place.is_dir():
            shutil.rmtree(place)
        fault_point("imports.before_place")
        copy.replace(place)
    finally:
        shutil.rmtree(apart, ignore_errors=True)
