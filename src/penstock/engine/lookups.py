"""Answers to the engine's questions about earlier results. They read, and change nothing that counts."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.artifacts.store import ArtifactStore
from penstock.core.clock import Clock
from penstock.core.ids import TaskPath
from penstock.engine.events import CacheAnswered, LookUpCache
from penstock.engine.files import FileDigests
from penstock.engine.fingerprint import Work, cache_key, fingerprint
from penstock.engine.flights import Flights
from penstock.engine.reuse import RERUN_OF, may_reuse
from penstock.engine.state import RunState
from penstock.metadata.records import Artifact, CachedResult, CacheKey, Lease
from penstock.metadata.store import MetadataStore

if TYPE_CHECKING:
    from penstock.engine.earlier import EarlierRun
    from penstock.engine.vault import Vault


class Lookups:
    """What one run may take of what is known, and who else is about to make it."""

    def __init__(
        self,
        *,
        state: RunState,
        store: MetadataStore,
        artifacts: ArtifactStore,
        clock: Clock,
        lease: Lease,
        cwd: Path,
        vault: "Vault | None",
    ) -> None:
        self._state = state
        self._store = store
        self._artifacts = artifacts
        self._clock = clock
        self._vault = vault
        self._files = FileDigests(cwd)
        self._earlier = _earlier_run(state, store)
        self._flights = Flights(store, lease, clock)

    def answer(self, asked: Sequence[LookUpCache]) -> Iterator[CacheAnswered]:
        """First what the run that this is a rerun of has; then the cache; then who computes it at this moment."""
        earlier = self._earlier.answer(asked) if self._earlier is not None else []
        earlier = [answer for answer in earlier if answer.hit is None or _complete(self._artifacts, answer.hit)]
        yield from earlier
        taken = {answer.path for answer in earlier}
        left = [command for command in asked if command.path not in taken]
        known = self._ask_cache([command for command in left if command.cached])
        yield from self._flights.join(known, lambda path: may_reuse(self._state.run, path), self._ask_cache)
        for command in left:
            if not command.cached:
                yield CacheAnswered(path=command.path, fingerprint=None, key=None, hit=None)

    def _ask_cache(self, asked: Sequence[LookUpCache]) -> list[CacheAnswered]:
        """For each task asked about: its fingerprint, and the result that is known for it, all in one query.

        A known result whose bytes are gone, or cut short, is forgotten, and counts as unknown. One that is older than
        its component takes counts as unknown too.
        """
        now = self._clock.now()
        keys = {command.path: _key(self._state, self._files, command, self._vault) for command in asked}
        prints = {path: fingerprint(key) for path, key in keys.items()}
        known = self._store.cached(set(prints.values()))
        lost = [found.fingerprint for found in known.values() if not _complete(self._artifacts, found)]
        if lost:
            self._store.forget_cached(lost)
        answers = []
        for command in asked:
            print_ = prints[command.path]
            hit = known.get(print_) if print_ not in lost else None
            if hit is not None and _is_stale(hit, _work(self._state, command).fresh_for, now):
                hit = None
            answers.append(CacheAnswered(path=command.path, fingerprint=print_, key=keys[command.path], hit=hit))
        return answers


def _earlier_run(state: RunState, store: MetadataStore) -> "EarlierRun | None":
    """What a rerun takes results from; most runs are none."""
    if RERUN_OF not in state.run.options:
        return None
    from penstock.engine.earlier import EarlierRun

    return EarlierRun(state, store)


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
        outside=files.parts(work, component, execution.inputs.parameters)
        | _grants(state, command.path, vault)
        | _place(state, work),
    )


def _place(state: RunState, work: Work) -> dict[str, str]:
    """What a command gives with the programs of this host says nothing about what it would give in its image."""
    return {"image": "none: on the host"} if work.command and state.run.options.get("host_commands") else {}


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
