"""Several engines on one store: runs that wait for one, requests to stop, claims on work."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from penstock.core.ids import Fingerprint, RunId, TaskPath
from penstock.metadata.errors import LeaseLost, RunNotFound
from penstock.metadata.records import CancelRequest, Changes, Claim, Lease, Reuse, State
from penstock.metadata.store import MetadataStore
from penstock.testing.store_cases.samples import (
    ENGINE,
    MINUTE,
    NOW,
    OTHER,
    SPEC,
    a_fingerprint,
    a_run,
    an_execution,
    started,
)

R1, R2 = RunId("r1"), RunId("r2")
TRAIN = TaskPath("train")


def _ids(store: MetadataStore, **options: Any) -> list[str]:
    return [run.run_id for run in store.drivable(NOW, **options)]


def _wanted(*numbers: int) -> dict[Fingerprint, TaskPath]:
    return {a_fingerprint(number): TRAIN for number in numbers}


class DrivingCases:
    """Needs the fixture `store`."""

    # --- runs that wait -----------------------------------------------------------------------------------

    def test_unfinished_runs_without_a_holder_are_drivable_oldest_first(self, store: MetadataStore) -> None:
        for number, state in enumerate([State.RUNNING, State.SUCCEEDED, State.PENDING, State.CANCELING, State.FAILED]):
            store.create_run(a_run(f"r{number}", state=state, created_at=NOW - number * MINUTE), SPEC)
        assert _ids(store) == ["r3", "r2", "r0"]
        assert _ids(store, limit=1) == ["r3"]

    def test_a_run_that_is_driven_is_drivable_once_its_lease_ran_out_or_was_given_back(
        self, store: MetadataStore
    ) -> None:
        started(store, "r1")
        second = started(store, "r2")
        assert _ids(store) == []
        assert [run.run_id for run in store.drivable(NOW + MINUTE)] == ["r1", "r2"]
        store.release(second)
        assert _ids(store) == ["r2"]

    def test_runs_of_dead_engines_are_drivable_at_once(self, store: MetadataStore) -> None:
        started(store, "r1", ENGINE)
        started(store, "r2", OTHER)
        assert _ids(store, dead=[ENGINE]) == ["r1"]
        assert _ids(store, dead=[ENGINE, OTHER]) == ["r1", "r2"]

    def test_engines_are_those_whose_leases_hold(self, store: MetadataStore) -> None:
        assert store.engines(NOW) == []
        started(store, "r1", ENGINE)
        started(store, "r2", ENGINE)
        store.release(started(store, "r3", OTHER))
        assert store.engines(NOW) == [ENGINE]
        assert store.engines(NOW + MINUTE) == []

    def test_leases_are_renewed_together_and_the_lost_ones_are_left_out(self, store: MetadataStore) -> None:
        first, lost = started(store, "r1"), started(store, "r2")
        held = store.acquire(R2, OTHER, NOW, MINUTE, steal=ENGINE)
        renewed = store.renew_all([first, lost], NOW + MINUTE, MINUTE)
        assert renewed == [Lease(run_id=R1, owner=ENGINE, token=first.token, expires_at=NOW + 2 * MINUTE)]
        assert store.lease(R1) == renewed[0]
        assert store.lease(R2) == held
        assert store.renew_all([], NOW, MINUTE) == []

    # --- cancel -------------------------------------------------------------------------------------------

    def test_a_request_to_cancel_stands_until_the_run_has_finished(self, store: MetadataStore) -> None:
        lease = started(store)
        assert store.request_cancel(R1, force=False, by="ann", now=NOW)
        asked = CancelRequest(run_id=R1, force=False, by="ann", at=NOW)
        assert store.cancel_requests([R1, R2]) == [asked]
        store.commit(lease, Changes(run=a_run(state=State.CANCELING)))
        assert store.cancel_requests([R1]) == [asked]
        store.commit(lease, Changes(run=a_run(state=State.CANCELED)))
        assert store.cancel_requests([R1]) == []

    def test_a_forced_request_stays_forced(self, store: MetadataStore) -> None:
        started(store)
        store.request_cancel(R1, force=False, by="ann", now=NOW)
        store.request_cancel(R1, force=True, by="bob", now=NOW + MINUTE)
        store.request_cancel(R1, force=False, by="eve", now=NOW + 2 * MINUTE)
        assert store.cancel_requests([R1]) == [CancelRequest(run_id=R1, force=True, by="bob", at=NOW + MINUTE)]

    def test_nothing_is_kept_for_a_run_that_has_finished(self, store: MetadataStore) -> None:
        store.create_run(a_run(state=State.FAILED), SPEC)
        assert not store.request_cancel(R1, force=True, by="ann", now=NOW)
        assert store.cancel_requests([R1]) == []

    def test_a_run_that_is_not_there_cannot_be_cancelled(self, store: MetadataStore) -> None:
        with pytest.raises(RunNotFound, match="no run 'r1'"):
            store.request_cancel(R1, force=False, by="ann", now=NOW)
        assert store.cancel_requests([]) == []

    # --- claims -------------------------------------------------------------------------------------------

    def test_alone_everything_is_granted(self, store: MetadataStore) -> None:
        lease = started(store)
        assert store.claim(lease, _wanted(1, 2), NOW) == {}
        assert store.claim(lease, {}, NOW) == {}

    def test_what_one_run_claims_the_other_is_told_of(self, store: MetadataStore) -> None:
        first, second = started(store, "r1"), started(store, "r2", OTHER)
        assert store.claim(first, _wanted(1, 2), NOW) == {}
        held = store.claim(second, _wanted(2, 3), NOW)
        assert held == {a_fingerprint(2): Claim(fingerprint=a_fingerprint(2), run_id=R1, path=TRAIN, owner=ENGINE)}
        assert a_fingerprint(3) in store.claim(first, _wanted(1, 3), NOW)

    def test_a_run_may_claim_again_what_is_its_own(self, store: MetadataStore) -> None:
        first, _ = started(store, "r1"), started(store, "r2")
        for _ in range(2):
            assert store.claim(first, _wanted(1), NOW) == {}

    def test_an_unfinished_execution_is_a_claim_though_nobody_wrote_one(self, store: MetadataStore) -> None:
        first = started(store, "r1")
        execution = an_execution(state=State.RUNNING, fingerprint=a_fingerprint(1))
        store.commit(first, Changes(executions=[execution]))
        second = started(store, "r2", OTHER)
        assert store.claim(second, _wanted(1), NOW).keys() == {a_fingerprint(1)}

    @pytest.mark.parametrize(
        "fields",
        [
            {"state": State.FAILED, "finished_at": NOW},
            {"state": State.PENDING, "not_before": NOW + MINUTE},
            {"state": State.PENDING, "reused": Reuse(run_id=RunId("r3"), path=TRAIN)},
        ],
        ids=["finished", "waits to be tried again", "waits for another"],
    )
    def test_an_execution_that_computes_nothing_holds_nothing(
        self, store: MetadataStore, fields: dict[str, Any]
    ) -> None:
        first, second = started(store, "r1"), started(store, "r2", OTHER)
        store.commit(first, Changes(executions=[an_execution(fingerprint=a_fingerprint(1), **fields)]))
        assert store.claim(second, _wanted(1), NOW) == {}

    def test_a_claim_ends_with_its_execution(self, store: MetadataStore) -> None:
        first, second = started(store, "r1"), started(store, "r2", OTHER)
        store.claim(first, _wanted(1), NOW)
        finished = an_execution(state=State.FAILED, fingerprint=a_fingerprint(1), finished_at=NOW)
        store.commit(first, Changes(executions=[finished]))
        assert store.claim(second, _wanted(1), NOW) == {}
        assert store.claim(first, _wanted(1), NOW).keys() == {a_fingerprint(1)}

    @pytest.mark.parametrize("end", ["given back", "ran out", "changed hands"])
    def test_a_claim_ends_with_its_lease(self, store: MetadataStore, end: str) -> None:
        first, second = started(store, "r1"), started(store, "r2", OTHER)
        store.claim(first, _wanted(1), NOW)
        now = NOW
        if end == "given back":
            store.release(first)
        elif end == "ran out":
            now += MINUTE + timedelta(microseconds=1)
            store.create_run(a_run("r3", created_at=now), SPEC)
        else:
            store.acquire(R1, OTHER, NOW, MINUTE, steal=ENGINE)
        assert store.claim(second, _wanted(1), now) == {}

    def test_a_claim_of_a_dead_engine_does_not_count(self, store: MetadataStore) -> None:
        first, second = started(store, "r1"), started(store, "r2", OTHER)
        store.claim(first, _wanted(1), NOW)
        assert store.claim(second, _wanted(1), NOW, dead=[ENGINE]) == {}
        assert store.claim(second, _wanted(1), NOW) == {}

    def test_a_zombie_claims_nothing(self, store: MetadataStore) -> None:
        lost, _ = started(store, "r1"), started(store, "r2", OTHER)
        store.acquire(R1, OTHER, NOW, MINUTE, steal=ENGINE)
        with pytest.raises(LeaseLost, match="lost run 'r1'"):
            store.claim(lost, _wanted(1), NOW)

    def test_of_many_that_claim_the_same_at_once_one_gets_it(self, store: MetadataStore) -> None:
        leases = [started(store, f"r{number}") for number in range(8)]
        start = threading.Barrier(len(leases))

        def claim(lease: Lease) -> set[int]:
            start.wait()
            held = store.claim(lease, _wanted(1, 2, 3), NOW)
            return {number for number in (1, 2, 3) if a_fingerprint(number) not in held}

        with ThreadPoolExecutor(len(leases)) as pool:
            granted = [number for numbers in pool.map(claim, leases) for number in numbers]
        assert sorted(granted) == [1, 2, 3]

    def test_another_instance_sees_a_claim(self, store: MetadataStore, make_store: Callable[[], MetadataStore]) -> None:
        first, second = started(store, "r1"), started(store, "r2", OTHER)
        store.claim(first, _wanted(1), NOW)
        other = make_store()
        assert other.claim(second, _wanted(1), NOW).keys() == {a_fingerprint(1)}
        other.close()
