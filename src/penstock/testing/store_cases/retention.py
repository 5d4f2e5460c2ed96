"""What retention removes from a store, and what it leaves: the store's side of `penstock gc`."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from penstock.core.ids import ArtifactId, Digest, FencingToken, RunId, TaskPath
from penstock.metadata.errors import LeaseLost, RunNotFound, SpecNotFound
from penstock.metadata.records import Bindings, Changes, Event, Reuse, State
from penstock.metadata.retention import Hold, RunFacts
from penstock.metadata.store import MetadataStore
from penstock.testing.store_cases.samples import (
    MINUTE,
    NOW,
    OTHER,
    a_fingerprint,
    a_run,
    an_artifact,
    an_attempt,
    an_event,
    an_execution,
    started,
)

LATER = NOW + timedelta(days=1)


def place(letter: str) -> str:
    return f"/home/artifacts/objects/{letter * 2}/{letter * 64}/rows.parquet"


def digest(letter: str) -> Digest:
    return Digest(f"sha256:{letter * 64}")


def finished(store: MetadataStore, run_id: str, *letters: str, reused: str = "", created_at: datetime = NOW) -> None:
    """A finished run whose one task gave an artifact for each letter, or took them from the run `reused`."""
    facts: dict[str, Any] = {"spec": Digest(f"sha256:{run_id}"), "created_at": created_at}
    lease = started(store, run_id, **facts)
    execution = an_execution(
        "train",
        run_id,
        state=State.SUCCEEDED,
        fingerprint=a_fingerprint(),
        finished_at=NOW,
        outputs=Bindings(artifacts={letter: [ArtifactId(f"a-{letter}")] for letter in letters}),
        reused=Reuse(run_id=RunId(reused), path=TaskPath("train")) if reused else None,
    )
    changes = Changes(
        run=a_run(run_id, state=State.SUCCEEDED, finished_at=NOW, **facts),
        executions=[execution],
        attempts=[an_attempt("train", 1, run_id, state=State.SUCCEEDED, log=place(run_id[-1]))],
        artifacts=[an_artifact(f"a-{letter}", uri=place(letter), digest=digest(letter)) for letter in letters],
        events=[an_event(f"a-{letter}", "train", run_id, name=letter) for letter in letters],
        cached=[] if reused else [(a_fingerprint(), TaskPath("train"))],
    )
    store.commit(lease, changes)
    store.release(lease)


def ids(*names: str) -> list[RunId]:
    return [RunId(name) for name in names]


class RetentionCases:
    """Needs the fixture `store`."""

    def test_a_lease_that_has_run_out_is_taken_away_and_its_holder_stores_nothing(self, store: MetadataStore) -> None:
        lapsed, live = started(store, "r1"), started(store, "r2")
        store.renew(live, NOW, timedelta(days=2))
        store.retention.end_lapsed(LATER)
        assert store.lease(lapsed.run_id) is None
        with pytest.raises(LeaseLost, match="r1"):
            store.commit(lapsed, Changes(executions=[an_execution(run_id="r1")]))
        with pytest.raises(LeaseLost, match="r1"):
            store.renew(lapsed, LATER, MINUTE)
        store.commit(live, Changes(executions=[an_execution(run_id="r2")]))
        assert store.acquire(lapsed.run_id, OTHER, LATER, MINUTE).token > lapsed.token

    def test_every_run_is_told_oldest_first(self, store: MetadataStore) -> None:
        inputs = {"data": {"uri": place("a"), "digest": digest("a"), "size": 1}}
        started(store, "r2", created_at=NOW + MINUTE, options={"inputs": inputs, "cache": True})
        finished(store, "r1")
        first, second = store.retention.runs(NOW)
        assert (first.run_id, first.driven, first.finished_at) == ("r1", False, NOW)
        assert second == RunFacts(
            run_id=RunId("r2"),
            pipeline="taxi",
            state=State.PENDING,
            created_at=NOW + MINUTE,
            started_at=None,
            finished_at=None,
            driven=True,
            inputs=[place("a")],
        )
        assert [facts.driven for facts in store.retention.runs(NOW + 2 * MINUTE)] == [False, False]

    def test_uses_and_references_name_artifacts_logs_and_inputs(self, store: MetadataStore) -> None:
        inputs = {"data": {"uri": place("d")}, "many": [{"uri": place("e")}, {"uri": "s3://elsewhere/x"}]}
        started(store, "r0", options={"inputs": inputs})
        finished(store, "r1", "a")
        finished(store, "r2", "a", "b", reused="r1")
        assert set(store.retention.uses()) == {
            ("r1", place("a")),
            ("r1", place("1")),
            ("r2", place("a")),
            ("r2", place("b")),
            ("r2", place("2")),
        }
        assert set(store.retention.referenced()) == {*map(place, "ab12de"), "s3://elsewhere/x"}

    def test_a_removed_run_takes_with_it_what_only_it_names(self, store: MetadataStore) -> None:
        finished(store, "r1", "a", "b")
        finished(store, "r2", "b", reused="r1")
        removed = store.retention.remove_runs(ids("r1"), LATER)
        assert (removed.runs, removed.kept, removed.artifacts) == (["r1"], [], 1)
        with pytest.raises(RunNotFound):
            store.run(RunId("r1"))
        with pytest.raises(SpecNotFound):
            store.spec(Digest("sha256:r1"))
        assert store.executions(RunId("r1")) == []
        assert store.attempts(RunId("r1")) == []
        assert set(store.artifacts([ArtifactId("a-a"), ArtifactId("a-b")])) == {"a-b"}
        assert [event.run_id for event in store.events(artifacts=[ArtifactId("a-b")])] == ["r2"]
        assert store.retention.condemned() == {digest("a"): LATER, digest("1"): LATER}

    def test_who_reused_a_removed_result_inherits_it(self, store: MetadataStore) -> None:
        finished(store, "r1", "a")
        finished(store, "r2", "a", reused="r1")
        finished(store, "r3", "a", reused="r1")
        store.retention.remove_runs(ids("r1"), LATER)
        found = store.cached([a_fingerprint()])[a_fingerprint()]
        assert (found.run_id, found.path, found.made_at) == ("r3", "train", NOW)
        assert list(found.artifacts) == ["a-a"]
        store.retention.remove_runs(ids("r3"), LATER)
        assert store.cached([a_fingerprint()]) == {}

    def test_of_several_heirs_the_newest_inherits_whatever_its_name(self, store: MetadataStore) -> None:
        finished(store, "r9", "a")
        finished(store, "r8", "a", reused="r9", created_at=NOW + MINUTE)
        finished(store, "r1", "a", reused="r9", created_at=NOW + 2 * MINUTE)
        store.retention.remove_runs(ids("r9", "r8"), LATER)
        assert store.cached([a_fingerprint()])[a_fingerprint()].run_id == "r1"

    def test_a_result_computed_anew_is_as_old_as_that(self, store: MetadataStore) -> None:
        finished(store, "r1", "a")
        finished(store, "r2", "a", reused="r1")
        store.retention.remove_runs(ids("r1"), LATER)
        lease = started(store, "r3")
        execution = an_execution(
            "train", "r3", state=State.SUCCEEDED, fingerprint=a_fingerprint(), finished_at=NOW + MINUTE
        )
        store.commit(lease, Changes(executions=[execution], cached=[(a_fingerprint(), TaskPath("train"))]))
        assert store.cached([a_fingerprint()])[a_fingerprint()].made_at == NOW + MINUTE

    def test_a_run_that_goes_on_or_is_driven_or_kept_stays(self, store: MetadataStore) -> None:
        started(store, "r1")
        finished(store, "r2")
        store.acquire(RunId("r2"), OTHER, LATER, MINUTE)
        finished(store, "r3", "a")
        finished(store, "r4")
        finished(store, "r5")
        store.retention.hold(Hold(kind="artifact", target="a-a", created_at=NOW))
        store.retention.hold(Hold(kind="run", target="r4", created_at=NOW))
        everything = ids("r5", "r4", "r3", "r2", "r1", "none")
        removed = store.retention.remove_runs(everything, LATER)
        assert (removed.runs, removed.kept) == (["r5"], ["r4", "r3", "r2", "r1", "none"])
        assert store.retention.held_runs() == {"r3", "r4"}

    def test_of_a_kept_artifact_the_first_run_that_gave_it_stays(self, store: MetadataStore) -> None:
        finished(store, "r1", "a")
        finished(store, "r2", "a", reused="r1")
        store.retention.hold(Hold(kind="artifact", target="a-a", created_at=NOW))
        assert store.retention.held_runs() == {"r1"}
        assert store.retention.remove_runs(ids("r2", "r1"), LATER).runs == ["r2"]

    def test_holds_are_listed_and_end(self, store: MetadataStore) -> None:
        kept = Hold(kind="run", target="r1", holder="model:taxi/3", note="naïve 😀", created_at=NOW)
        other = Hold(kind="run", target="r1", created_at=NOW + MINUTE)
        store.retention.hold(other)
        store.retention.hold(kept)
        assert store.retention.holds() == [kept, other]
        assert store.retention.release("run", "r1")
        assert not store.retention.release("run", "r1")
        assert store.retention.holds() == [kept]

    def test_what_is_condemned_stays_so_since_then_until_acquitted(self, store: MetadataStore) -> None:
        store.retention.condemn([digest("a"), digest("b")], NOW)
        store.retention.condemn([digest("a")], LATER)
        assert store.retention.condemned() == {digest("a"): NOW, digest("b"): NOW}
        store.retention.acquit([digest("a"), digest("c")])
        assert store.retention.condemned() == {digest("b"): NOW}

    def test_an_artifact_that_is_named_again_comes_back_with_its_run(self, store: MetadataStore) -> None:
        """A run had looked it up before it went, and names it afterwards: with its record, as the engine does."""
        finished(store, "r1", "a")
        lease = started(store, "r2")
        store.retention.remove_runs(ids("r1"), LATER)
        store.commit(lease, _reusing("r2"))
        assert set(store.artifacts([ArtifactId("a-a")])) == {"a-a"}
        assert place("a") in set(store.retention.referenced())

    def test_a_removed_run_can_be_made_again(self, store: MetadataStore) -> None:
        finished(store, "r1", "a")
        store.retention.remove_runs(ids("r1"), LATER)
        finished(store, "r1", "a")
        assert store.lease(RunId("r1")) is None
        assert store.acquire(RunId("r1"), OTHER, LATER, MINUTE).token == FencingToken(2)


def _reusing(run_id: str) -> Changes:
    execution = an_execution(
        "train",
        run_id,
        state=State.SUCCEEDED,
        outputs=Bindings(artifacts={"a": [ArtifactId("a-a")]}),
        reused=Reuse(run_id=RunId("r1"), path=TaskPath("train")),
    )
    events: list[Event] = [an_event("a-a", "train", run_id)]
    return Changes(executions=[execution], artifacts=[an_artifact("a-a", uri=place("a"))], events=events)
