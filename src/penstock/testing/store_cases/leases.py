"""Who may drive a run: acquiring, renewing, releasing, and the fence around commits."""

import threading

import pytest

from penstock.core.ids import EngineId, RunId
from penstock.metadata.errors import LeaseLost, RunIsDriven, RunNotFound
from penstock.metadata.records import Changes, Lease, Run, State
from penstock.metadata.store import MetadataStore
from penstock.testing.store_cases.samples import (
    ENGINE,
    FAILURE,
    MINUTE,
    NOW,
    OTHER,
    SPEC,
    a_fingerprint,
    a_run,
    an_artifact,
    an_attempt,
    an_event,
    an_execution,
    started,
)

R1 = RunId("r1")


class LeaseCases:
    """Needs the fixture `store`."""

    def test_an_acquired_lease_is_on_record(self, store: MetadataStore) -> None:
        lease = started(store)
        assert lease == Lease(run_id=R1, owner=ENGINE, token=lease.token, expires_at=NOW + MINUTE)
        assert store.lease(R1) == lease

    def test_a_run_has_no_lease_before_it_is_acquired(self, store: MetadataStore) -> None:
        store.create_run(a_run(), SPEC)
        assert store.lease(R1) is None
        assert store.lease(RunId("none")) is None

    def test_a_lease_is_for_a_run_that_exists(self, store: MetadataStore) -> None:
        with pytest.raises(RunNotFound, match="no run 'r1'"):
            store.acquire(R1, ENGINE, NOW, MINUTE)

    def test_a_lease_that_holds_keeps_others_out(self, store: MetadataStore) -> None:
        lease = started(store)
        with pytest.raises(RunIsDriven, match=r"driven by host:1:2026 until 2026-11-21 17:46:01 UTC") as caught:
            store.acquire(R1, OTHER, NOW + MINUTE / 2, MINUTE)
        assert (caught.value.owner, caught.value.expires_at) == (ENGINE, NOW + MINUTE)
        assert store.lease(R1) == lease

    def test_a_lease_that_ran_out_can_be_taken(self, store: MetadataStore) -> None:
        first = started(store)
        second = store.acquire(R1, OTHER, NOW + MINUTE, MINUTE)
        assert second.token > first.token
        assert store.lease(R1) == second

    def test_the_holder_may_ask_again(self, store: MetadataStore) -> None:
        first = started(store)
        second = store.acquire(R1, ENGINE, NOW, MINUTE)
        assert second.token > first.token

    def test_a_lease_can_be_stolen(self, store: MetadataStore) -> None:
        first = started(store)
        second = store.acquire(R1, OTHER, NOW, MINUTE, steal=ENGINE)
        assert (second.owner, second.token > first.token) == (OTHER, True)

    def test_a_lease_is_stolen_once(self, store: MetadataStore) -> None:
        started(store)
        held = store.acquire(R1, OTHER, NOW, MINUTE, steal=ENGINE)
        with pytest.raises(RunIsDriven, match=f"driven by {OTHER}"):
            store.acquire(R1, EngineId("third:3:2026"), NOW, MINUTE, steal=ENGINE)
        assert store.lease(R1) == held

    def test_leases_of_runs_are_independent(self, store: MetadataStore) -> None:
        started(store, "r1")
        started(store, "r2", OTHER)
        held = {run: store.lease(RunId(run)) for run in ("r1", "r2")}
        assert {run: lease and lease.owner for run, lease in held.items()} == {"r1": ENGINE, "r2": OTHER}

    def test_renewing_prolongs_and_keeps_the_token(self, store: MetadataStore) -> None:
        lease = started(store)
        renewed = store.renew(lease, NOW + MINUTE, 5 * MINUTE)
        assert renewed == Lease(run_id=R1, owner=ENGINE, token=lease.token, expires_at=NOW + 6 * MINUTE)
        assert store.lease(R1) == renewed

    def test_a_lease_that_ran_out_but_was_not_taken_can_be_renewed(self, store: MetadataStore) -> None:
        lease = started(store)
        assert store.renew(lease, NOW + 60 * MINUTE, MINUTE).expires_at == NOW + 61 * MINUTE

    def test_a_lease_that_was_taken_cannot_be_renewed(self, store: MetadataStore) -> None:
        lost = started(store)
        held = store.acquire(R1, OTHER, NOW, MINUTE, steal=ENGINE)
        with pytest.raises(LeaseLost, match="host:1:2026 lost run 'r1'"):
            store.renew(lost, NOW, 60 * MINUTE)
        assert store.lease(R1) == held

    def test_a_released_lease_is_gone_and_tokens_go_on(self, store: MetadataStore) -> None:
        first = started(store)
        store.release(first)
        assert store.lease(R1) is None
        with pytest.raises(LeaseLost):
            store.renew(first, NOW, MINUTE)
        second = store.acquire(R1, OTHER, NOW, MINUTE)
        assert second.token > first.token

    def test_releasing_what_is_not_ours_does_nothing(self, store: MetadataStore) -> None:
        lost = started(store)
        held = store.acquire(R1, OTHER, NOW, MINUTE, steal=ENGINE)
        store.release(lost)
        store.release(lost)
        assert store.lease(R1) == held

    def test_a_commit_needs_no_time_only_the_token(self, store: MetadataStore) -> None:
        lease = started(store)
        store.renew(lease, NOW + MINUTE, MINUTE)
        store.commit(lease, Changes(executions=[an_execution()]))
        assert len(store.executions(R1)) == 1

    @pytest.mark.parametrize("end", ["stolen", "released"])
    def test_a_zombie_stores_nothing(self, store: MetadataStore, end: str) -> None:
        lost = started(store)
        store.commit(lost, Changes(executions=[an_execution("before")]))
        if end == "stolen":
            store.acquire(R1, OTHER, NOW, MINUTE, steal=ENGINE)
        else:
            store.release(lost)
        with pytest.raises(LeaseLost, match="nothing was stored"):
            store.commit(lost, _everything())
        assert store.run(R1) == a_run()
        assert [execution.path for execution in store.executions(R1)] == ["before"]
        assert store.attempts(R1) == []
        assert store.artifacts([an_artifact().artifact_id]) == {}
        assert store.events(artifacts=[an_artifact().artifact_id]) == []
        assert store.cached([a_fingerprint()]) == {}

    def test_a_zombie_is_told_even_if_it_has_nothing_to_say(self, store: MetadataStore) -> None:
        lost = started(store)
        store.acquire(R1, OTHER, NOW, MINUTE, steal=ENGINE)
        with pytest.raises(LeaseLost):
            store.commit(lost, Changes())

    def test_of_many_that_ask_at_once_one_gets_the_lease(self, store: MetadataStore) -> None:
        store.create_run(a_run(), SPEC)
        start = threading.Barrier(8)
        winners: list[EngineId] = []
        holders: list[EngineId] = []

        def ask(number: int) -> None:
            start.wait()
            try:
                winners.append(store.acquire(R1, EngineId(f"engine-{number}"), NOW, MINUTE).owner)
            except RunIsDriven as error:
                holders.append(error.owner)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        held = store.lease(R1)
        assert held is not None
        assert winners == [held.owner]
        assert holders == [held.owner] * 7


def _everything() -> Changes:
    run: Run = a_run(state=State.FAILED, error=FAILURE)
    return Changes(
        run=run,
        executions=[an_execution(state=State.SUCCEEDED, fingerprint=a_fingerprint())],
        attempts=[an_attempt()],
        artifacts=[an_artifact()],
        events=[an_event()],
        cached=[(a_fingerprint(), an_execution().path)],
    )
