"""Answers to the engine's immediate commands: cache look-ups and imports. They read, and change nothing that counts."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from penstock.artifacts.names import local_path
from penstock.artifacts.store import ArtifactStore
from penstock.core.errors import PenstockError
from penstock.core.ids import Fingerprint, artifact_id
from penstock.engine.errors import failure_of
from penstock.engine.events import CacheAnswered, ImportArtifact, ImportEnded, LookUpCache
from penstock.engine.files import FileDigests
from penstock.engine.fingerprint import cache_key, fingerprint
from penstock.engine.state import RunState
from penstock.metadata.records import Artifact, CachedResult, CacheKey
from penstock.metadata.store import MetadataStore


def answer_lookups(
    state: RunState, store: MetadataStore, artifacts: ArtifactStore, files: FileDigests, asked: Sequence[LookUpCache]
) -> list[CacheAnswered]:
    """For each task asked about: its fingerprint, and the result that is known for it, all in one query.

    A known result whose bytes are gone, or cut short, is forgotten, and counts as unknown.
    """
    keys = {command.path: _key(state, files, command) for command in asked}
    prints = {path: fingerprint(key) for path, key in keys.items()}
    known = store.cached(set(prints.values()))
    lost = [found.fingerprint for found in known.values() if not _complete(artifacts, found)]
    if lost:
        store.forget_cached(lost)
    return [_answer(command, keys[command.path], prints[command.path], known, lost) for command in asked]


def _answer(
    command: LookUpCache,
    key: CacheKey,
    print_: Fingerprint,
    known: dict[Fingerprint, CachedResult],
    lost: list[Fingerprint],
) -> CacheAnswered:
    hit = known.get(print_) if print_ not in lost else None
    return CacheAnswered(path=command.path, fingerprint=print_, key=key, hit=hit)


def _key(state: RunState, files: FileDigests, command: LookUpCache) -> CacheKey:
    execution = state.executions[command.path]
    assert execution.parent is not None
    parent = state.executions[execution.parent]
    task = state.plan.dag(parent.component).spec.tasks[execution.task]
    component = state.plan.component(execution.component)
    return cache_key(
        component,
        state.plan.container(execution.component),
        execution.inputs,
        state.artifacts,
        custom=task.caching_options.cache_key if task.caching_options else "",
        files=files.of_parameters(component, execution.inputs.parameters),
    )


def _complete(artifacts: ArtifactStore, found: CachedResult) -> bool:
    return all(artifact.digest is None or _is_whole(artifacts, artifact) for artifact in found.artifacts.values())


def _is_whole(artifacts: ArtifactStore, artifact: Artifact) -> bool:
    return artifacts.exists(artifact.uri, artifact.size if artifact.size >= 0 else None)


def answer_import(
    state: RunState, artifacts: ArtifactStore, cwd: Path, command: ImportArtifact, now: datetime
) -> ImportEnded:
    """What lies at a URI, as an artifact. A local file or folder is copied into the store, so that it cannot change."""
    execution = state.executions[command.path]
    importer = state.plan.executor(execution.component).importer
    assert importer is not None
    base = Artifact(
        artifact_id=artifact_id(execution.run_id, execution.path, 0, "artifact", 0),
        name="artifact",
        type=importer.type_schema.schema_title,
        uri=command.uri,
        metadata=command.metadata,
        created_at=now,
    )
    try:
        return ImportEnded(path=command.path, result=import_local(artifacts, cwd, base))
    except PenstockError as error:
        return ImportEnded(path=command.path, result=failure_of(error))


def import_local(artifacts: ArtifactStore, cwd: Path, artifact: Artifact) -> Artifact:
    """`artifact` with the bytes that its URI names in the store; unchanged where those are somebody else's (remote)."""
    from msgspec import structs

    text = local_path(artifact.uri) if "://" in artifact.uri else artifact.uri
    if text is None:
        return artifact
    source = (cwd / text).resolve()
    if not source.exists():
        return artifact
    stored = artifacts.put_copy(source, source.name)
    metadata = {"kind": "file", "source": str(source)} | artifact.metadata
    return structs.replace(artifact, uri=stored.uri, digest=stored.digest, size=stored.size, metadata=metadata)
