"""Answers to the engine's questions about earlier results. They read, and change nothing that counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from penstock.artifacts.store import ArtifactStore
from penstock.core.ids import TaskPath
from penstock.engine.events import CacheAnswered, LookUpCache
from penstock.engine.files import FileDigests
from penstock.engine.fingerprint import Work, cache_key, fingerprint
from penstock.engine.state import RunState
from penstock.metadata.records import Artifact, CachedResult, CacheKey
from penstock.metadata.store import MetadataStore

if TYPE_CHECKING:
    from penstock.engine.vault import Vault


def answer_lookups(
    state: RunState,
    store: MetadataStore,
    artifacts: ArtifactStore,
    files: FileDigests,
    asked: Sequence[LookUpCache],
    now: datetime,
    vault: "Vault | None" = None,
) -> list[CacheAnswered]:
    """For each task asked about: its fingerprint, and the result that is known for it, all in one query.

    A known result whose bytes are gone, or cut short, is forgotten, and counts as unknown. One that is older than
    its component takes counts as unknown too.
    """
    keys = {command.path: _key(state, files, command, vault) for command in asked}
    prints = {path: fingerprint(key) for path, key in keys.items()}
    known = store.cached(set(prints.values()))
    lost = [found.fingerprint for found in known.values() if not _complete(artifacts, found)]
    if lost:
        store.forget_cached(lost)
    answers = []
    for command in asked:
        print_ = prints[command.path]
        hit = known.get(print_) if print_ not in lost else None
        if hit is not None and _is_stale(hit, _work(state, command).fresh_for, now):
            hit = None
        answers.append(CacheAnswered(path=command.path, fingerprint=print_, key=keys[command.path], hit=hit))
    return answers


def _is_stale(found: CachedResult, fresh_for: float | None, now: datetime) -> bool:
    if fresh_for is None or found.made_at is None:
        return False
    return (now - found.made_at).total_seconds() > fresh_for


def _work(state: RunState, command: LookUpCache) -> Work:
    environments: Any = state.run.options.get("environments") or {}
    return state.plan.work(state.executions[command.path].component, environments)


def _key(state: RunState, files: FileDigests, command: LookUpCache, vault: "Vault | None") -> CacheKey:
    execution = state.executions[command.path]
    assert execution.parent is not None
    parent = state.executions[execution.parent]
    task = state.plan.dag(parent.component).spec.tasks[execution.task]
    component, work = state.plan.component(execution.component), _work(state, command)
    return cache_key(
        work,
        execution.inputs,
        state.artifacts,
        custom=task.caching_options.cache_key if task.caching_options else "",
        outside=files.parts(work, component, execution.inputs.parameters) | _grants(state, command.path, vault),
    )


def _grants(state: RunState, path: TaskPath, vault: "Vault | None") -> dict[str, str]:
    """Parts for what the second document asks for; most pipelines have none."""
    if not state.plan.has_platform:
        return {}
    from penstock.engine.grants import key_parts
    from penstock.engine.vault import EmptyVault

    return key_parts(state, path, vault or EmptyVault())


def _complete(artifacts: ArtifactStore, found: CachedResult) -> bool:
    return all(artifact.digest is None or _is_whole(artifacts, artifact) for artifact in found.artifacts.values())


def _is_whole(artifacts: ArtifactStore, artifact: Artifact) -> bool:
    return artifacts.exists(artifact.uri, artifact.size if artifact.size >= 0 else None)
