"""Lineage: from artifacts back to all that they were made from, or forward to all that was made from them."""

from collections.abc import Collection, Iterable

from msgspec import Struct

from penstock.core.ids import ArtifactId, RunId, TaskPath
from penstock.metadata.records import Artifact, Event, EventType, Execution, ExecutionKind
from penstock.metadata.store import MetadataStore

Place = tuple[RunId, TaskPath]
"""Which execution: its run, and where it stands there."""

_WORK = frozenset({ExecutionKind.TASK, ExecutionKind.IMPORTER})
"""What makes artifacts. DAGs and loops only pass them on."""


class Lineage(Struct, frozen=True, kw_only=True):
    """A graph of artifacts and the executions that took and gave them."""

    roots: tuple[ArtifactId, ...]
    """Where it was begun, in the order in which they were asked for."""
    artifacts: dict[ArtifactId, Artifact]
    """The roots that exist, and every artifact that was reached; nearest first."""
    executions: dict[Place, Execution]
    """Every task and importer that was reached; nearest first."""
    edges: tuple[Event, ...]
    """INPUT: from the artifact to the execution. OUTPUT: from the execution to the artifact."""
    complete: bool = True
    """False if `depth` or `limit` cut something off."""


def upstream(
    store: MetadataStore,
    artifacts: Collection[ArtifactId],
    *,
    depth: int | None = None,
    limit: int = 10_000,
    reused: bool = False,
) -> Lineage:
    """What `artifacts` were made from: their producers, the inputs of those, and so on.

    Args:
        store: Where the records are.
        artifacts: Where to begin. Ids that are unknown are left out.
        depth: At most this many executions in a row; None for all.
        limit: Stop once this many executions were reached.
        reused: Whether an execution that was served from cache counts as a producer too. Without, an artifact
            is traced to the execution that made it (or, where that is not on record any more, to those that reused it).
    """
    return _Search(store, EventType.OUTPUT, EventType.INPUT, reused=reused).from_artifacts(artifacts, depth, limit)


def downstream(
    store: MetadataStore,
    artifacts: Collection[ArtifactId],
    *,
    depth: int | None = None,
    limit: int = 10_000,
    reused: bool = False,
) -> Lineage:
    """What was made from `artifacts`: the executions that took them, the outputs of those, and so on.

    Arguments are those of `upstream`. Without `reused`, an execution that was served from cache is left out
    where the one that it was served from took the same artifact.
    """
    return _Search(store, EventType.INPUT, EventType.OUTPUT, reused=reused).from_artifacts(artifacts, depth, limit)


class _Search:
    """One breadth-first search; two questions to the store for each step away from the roots."""

    def __init__(self, store: MetadataStore, near: EventType, far: EventType, *, reused: bool) -> None:
        self.store = store
        self.near, self.far = near, far
        self.reused = reused
        self.executions: dict[Place, Execution] = {}
        self.edges: dict[Event, None] = {}
        self.reached: dict[ArtifactId, None] = {}

    def from_artifacts(self, roots: Collection[ArtifactId], depth: int | None, limit: int) -> Lineage:
        frontier = list(dict.fromkeys(roots))
        self.reached.update(dict.fromkeys(frontier))
        steps = 0
        while frontier and (depth is None or steps < depth) and len(self.executions) < limit:
            frontier = self._beyond(self._executions_at(frontier))
            steps += 1
        known = self.store.artifacts(self.reached)
        return Lineage(
            roots=tuple(roots),
            artifacts={id: known[id] for id in self.reached if id in known},
            executions=self.executions,
            edges=tuple(self.edges),
            complete=not frontier or not self._executions_at(frontier, keep=False),
        )

    def _executions_at(self, artifacts: list[ArtifactId], *, keep: bool = True) -> list[Place]:
        """Those executions at the near side of `artifacts` that were not reached before."""
        events = [event for event in self.store.events(artifacts=artifacts) if event.type is self.near]
        found = self._fetch((event.run_id, event.path) for event in events)
        chosen = found if self.reused else self._makers(events, found)
        fresh = [place for place in chosen if place not in self.executions]
        if keep:
            self.executions.update({place: found[place] for place in fresh})
            self.edges.update({event: None for event in events if (event.run_id, event.path) in chosen})
        return fresh

    def _fetch(self, places: Iterable[Place]) -> dict[Place, Execution]:
        found: dict[Place, Execution] = {}
        for place in dict.fromkeys(places):
            execution = self.executions.get(place) or self.store.execution(*place)
            if execution is not None and execution.kind in _WORK:
                found[place] = execution
        return found

    def _makers(self, events: list[Event], found: dict[Place, Execution]) -> dict[Place, Execution]:
        """`found`, without those that were served from another one which touches the same artifact."""
        touched = {(event.artifact_id, event.run_id, event.path) for event in events}
        chosen = {}
        for event in events:
            execution = found.get((event.run_id, event.path))
            if execution is None:
                continue
            source = execution.reused
            if source is None or (event.artifact_id, source.run_id, source.path) not in touched:
                chosen[event.run_id, event.path] = execution
        return chosen

    def _beyond(self, places: list[Place]) -> list[ArtifactId]:
        """The artifacts at the far side of those executions that were not reached before."""
        events = [event for event in self.store.events(executions=places) if event.type is self.far]
        self.edges.update(dict.fromkeys(events))
        fresh = [id for id in dict.fromkeys(event.artifact_id for event in events) if id not in self.reached]
        self.reached.update(dict.fromkeys(fresh))
        return fresh
