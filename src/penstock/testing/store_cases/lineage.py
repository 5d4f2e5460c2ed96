"""Artifacts and the events that tie them to executions."""

from datetime import timedelta

import pytest

from penstock.core.ids import ArtifactId, Digest, RunId, TaskPath
from penstock.metadata.records import Changes, Event, EventType
from penstock.metadata.store import MetadataStore
from penstock.testing.store_cases.samples import NOW, an_artifact, an_event, an_execution, started

R1, R2 = RunId("r1"), RunId("r2")


class LineageCases:
    """Needs the fixture `store`."""

    def test_those_artifacts_that_exist_are_given(self, store: MetadataStore) -> None:
        store.commit(started(store), Changes(artifacts=[an_artifact(id) for id in ("a1", "a2", "a3")]))
        wanted = [ArtifactId(id) for id in ("a3", "none", "a1", "a3")]
        assert store.artifacts(wanted) == {ArtifactId(id): an_artifact(id) for id in ("a1", "a3")}
        assert store.artifacts([]) == {}

    def test_artifacts_are_found_newest_first(self, store: MetadataStore) -> None:
        artifacts = [an_artifact(f"a{n}", created_at=NOW + timedelta(days=n % 3)) for n in range(6)]
        store.commit(started(store), Changes(artifacts=artifacts))
        assert [artifact.artifact_id for artifact in store.find_artifacts()] == ["a2", "a5", "a1", "a4", "a0", "a3"]
        assert [artifact.artifact_id for artifact in store.find_artifacts(limit=2)] == ["a2", "a5"]
        assert store.find_artifacts(limit=0) == []

    def test_artifacts_are_found_by_id_type_name_and_digest(self, store: MetadataStore) -> None:
        digest = Digest("sha256:1")
        artifacts = [
            an_artifact("a10"),
            an_artifact("a11", type="system.Model"),
            an_artifact("a2", name="model"),
            an_artifact("A1", digest=digest),
            an_artifact("a_%", type="system.Model", name="model", digest=digest),
        ]
        store.commit(started(store), Changes(artifacts=artifacts))

        def ids(**conditions: str) -> list[str]:
            return [artifact.artifact_id for artifact in store.find_artifacts(**conditions)]  # type: ignore[arg-type]

        assert ids(prefix="a1") == ["a10", "a11"]
        assert ids(prefix="a_") == ["a_%"]
        assert ids(type="system.Model") == ["a11", "a_%"]
        assert ids(name="model") == ["a2", "a_%"]
        assert ids(digest=digest) == ["A1", "a_%"]
        assert ids(prefix="a", type="system.Model", name="model", digest=digest) == ["a_%"]
        assert ids(prefix="A", name="model") == []

    def test_events_are_found_from_both_ends(self, store: MetadataStore) -> None:
        train = an_event("a1", "train", type=EventType.INPUT)
        load, other = an_event("a1", "load"), an_event("a2", "load", name="rejects")
        again = an_event("a1", "train", "r2", type=EventType.INPUT)
        _store_events(store, [load, other, train, again])
        assert store.events(artifacts=[ArtifactId("a1")]) == [load, train, again]
        assert store.events(executions=[(R1, TaskPath("load"))]) == [other, load]
        assert store.events(executions=[(R1, TaskPath("train")), (R2, TaskPath("train"))]) == [train, again]
        assert store.events(executions=iter([(R2, TaskPath("load"))])) == []
        assert store.events() == []

    def test_an_event_that_touches_both_is_given_once(self, store: MetadataStore) -> None:
        event = an_event("a1", "load")
        _store_events(store, [event])
        assert store.events(artifacts=[ArtifactId("a1")] * 2, executions=[(R1, TaskPath("load"))] * 2) == [event]

    def test_a_list_keeps_its_places(self, store: MetadataStore) -> None:
        events = [an_event(f"a{n % 2}", "load", index=n) for n in range(12)]
        _store_events(store, events)
        assert store.events(executions=[(R1, TaskPath("load"))]) == events

    def test_inputs_and_outputs_of_one_name_are_two_events(self, store: MetadataStore) -> None:
        events = [an_event("a1", "train", type=type_) for type_ in (EventType.INPUT, EventType.OUTPUT)]
        _store_events(store, events)
        assert store.events(artifacts=[ArtifactId("a1")]) == events

    @pytest.mark.parametrize("count", [9, 600])
    def test_any_number_of_executions_can_be_asked_for(self, store: MetadataStore, count: int) -> None:
        events = [an_event(f"a{n}", f"task-{n:03}") for n in range(count)]
        _store_events(store, events)
        pairs = [(R1, TaskPath(f"task-{n:03}")) for n in range(count)]
        assert store.events(executions=pairs) == events
        assert store.events(artifacts=[event.artifact_id for event in events]) == events


def _store_events(store: MetadataStore, events: list[Event]) -> None:
    """Store events with all that they refer to."""
    for run_id in sorted({event.run_id for event in events}):
        own = [event for event in events if event.run_id == run_id]
        changes = Changes(
            executions=[an_execution(path, run_id) for path in sorted({event.path for event in own})],
            artifacts=[an_artifact(id) for id in sorted({event.artifact_id for event in own})],
            events=own,
        )
        store.commit(started(store, run_id), changes)
