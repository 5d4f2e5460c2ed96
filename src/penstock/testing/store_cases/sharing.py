"""Several threads and several processes on one store, and processes that die in the middle."""

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from penstock.core.ids import RunId, TaskPath
from penstock.metadata.errors import LeaseLost, RunExists
from penstock.metadata.records import Changes, State
from penstock.metadata.store import MetadataStore
from penstock.testing.store_cases.samples import (
    MINUTE,
    NOW,
    OTHER,
    SPEC,
    a_fingerprint,
    a_run,
    an_execution,
    started,
)
from penstock.testing.store_process import Order, run_processes

R1 = RunId("r1")


def _at_once(act: Callable[[int], None], count: int) -> None:
    """`act(0)`, `act(1)`, … in a thread each, all let go at the same moment."""
    start = threading.Barrier(count)

    def wait_and_act(number: int) -> None:
        start.wait()
        act(number)

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(wait_and_act, range(count)))


class SharingCases:
    """Needs the fixtures `store` and `make_store`."""

    def test_threads_share_an_instance(self, store: MetadataStore) -> None:
        leases = [started(store, f"r{number}") for number in range(4)]

        def drive(number: int) -> None:
            for step in range(20):
                execution = an_execution(f"task-{step}", f"r{number}", order=step)
                store.commit(leases[number], Changes(executions=[execution]))
                assert len(store.executions(RunId(f"r{number}"))) == step + 1

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(drive, range(4)))
        assert [len(store.executions(lease.run_id)) for lease in leases] == [20] * 4

    def test_readers_see_whole_transactions(self, store: MetadataStore) -> None:
        lease = started(store)
        done, seen = threading.Event(), set()

        def watch() -> None:
            while not done.is_set():
                seen.add(len(store.executions(R1)))

        watchers = [threading.Thread(target=watch) for _ in range(2)]
        for watcher in watchers:
            watcher.start()
        for step in range(30):
            pair = [an_execution(f"{step}-{half}") for half in "ab"]
            store.commit(lease, Changes(executions=pair))
        done.set()
        for watcher in watchers:
            watcher.join()
        assert seen
        assert {count % 2 for count in seen} == {0}

    def test_runs_of_one_pipeline_are_made_at_once(
        self, store: MetadataStore, make_store: Callable[[], MetadataStore]
    ) -> None:
        other = make_store()

        def make(number: int) -> None:
            (store, other)[number % 2].create_run(a_run(f"r{number}"), SPEC)

        _at_once(make, 16)
        assert len(store.runs()) == 16
        assert store.spec(a_run().spec) == SPEC
        other.close()

    def test_a_run_is_made_once_by_whoever_comes_first(
        self, store: MetadataStore, make_store: Callable[[], MetadataStore]
    ) -> None:
        other = make_store()
        refused: list[RunExists] = []

        def make(number: int) -> None:
            try:
                (store, other)[number % 2].create_run(a_run(source=str(number)), SPEC)
            except RunExists as error:
                refused.append(error)

        _at_once(make, 6)
        assert len(refused) == 5
        other.close()

    def test_runs_that_have_the_same_results_do_not_wait_for_each_other(
        self, store: MetadataStore, make_store: Callable[[], MetadataStore]
    ) -> None:
        """Each in its own order, which is how two transactions come to wait for each other."""
        other = make_store()
        leases = [started(store, f"r{number}") for number in range(4)]

        def drive(number: int) -> None:
            run_id = f"r{number}"
            numbers = list(range(12))[:: 1 if number % 2 else -1]
            done = [an_execution(f"t{n}", run_id, state=State.SUCCEEDED, fingerprint=a_fingerprint(n)) for n in numbers]
            cached = [(a_fingerprint(n), TaskPath(f"t{n}")) for n in numbers]
            for _ in range(10):
                (store, other)[number % 2].commit(leases[number], Changes(executions=done, cached=cached))

        _at_once(drive, 4)
        assert len(store.cached([a_fingerprint(n) for n in range(12)])) == 12
        other.close()

    def test_what_was_committed_is_stored_and_what_was_refused_is_not_while_the_run_changes_hands(
        self, store: MetadataStore, make_store: Callable[[], MetadataStore]
    ) -> None:
        other = make_store()
        lease = started(store)
        begun, told = threading.Event(), []

        def drive() -> None:
            for step in range(1000):
                try:
                    store.commit(lease, Changes(executions=[an_execution(f"t{step}", order=step)]))
                except LeaseLost:
                    return
                told.append(f"t{step}")
                if step == 5:
                    begun.set()

        thread = threading.Thread(target=drive)
        thread.start()
        begun.wait()
        other.acquire(R1, OTHER, NOW + MINUTE, MINUTE)
        at_takeover = [execution.path for execution in other.executions(R1)]
        thread.join()
        assert at_takeover == [execution.path for execution in other.executions(R1)]
        assert at_takeover == told
        other.close()

    def test_another_instance_sees_what_was_committed(
        self, store: MetadataStore, make_store: Callable[[], MetadataStore]
    ) -> None:
        other = make_store()
        store.commit(started(store), Changes(executions=[an_execution()]))
        assert other.executions(R1) == [an_execution()]
        other.close()

    def test_processes_may_make_the_same_store_at_once(self, make_store: Callable[[], MetadataStore]) -> None:
        outcomes = run_processes([Order(make_store, "open")] * 4)
        assert outcomes == [(0, "opened")] * 4
        store = make_store()
        assert store.runs() == []
        store.close()

    def test_processes_write_at_once(self, make_store: Callable[[], MetadataStore]) -> None:
        orders = [Order(make_store, "commit", run_id=f"r{number}", count=25) for number in range(3)]
        assert run_processes(orders) == [(0, "committed 25")] * 3
        store = make_store()
        assert {len(store.executions(RunId(order.run_id))) for order in orders} == {50}
        store.close()

    def test_of_processes_that_ask_at_once_one_gets_the_lease(
        self, store: MetadataStore, make_store: Callable[[], MetadataStore]
    ) -> None:
        store.create_run(a_run(), SPEC)
        outcomes = run_processes([Order(make_store, "acquire")] * 3)
        assert sorted(outcomes) == [(0, "acquired"), (0, "driven"), (0, "driven")]

    def test_nothing_is_seen_of_a_transaction_whose_process_was_killed(
        self, store: MetadataStore, make_store: Callable[[], MetadataStore]
    ) -> None:
        order = Order(make_store, "commit", count=9, kills=["metadata.inside_transaction:4"])
        assert run_processes([order]) == [(-signal.SIGKILL, "")]
        assert [execution.path for execution in store.executions(R1)] == ["0-a", "0-b", "1-a", "1-b", "2-a", "2-b"]

    def test_another_engine_goes_on_after_a_kill(self, make_store: Callable[[], MetadataStore]) -> None:
        run_processes([Order(make_store, "commit", kills=["metadata.inside_transaction"])])
        store = make_store()
        assert store.executions(R1) == []
        lease = store.acquire(R1, OTHER, NOW + MINUTE, MINUTE)
        store.commit(lease, Changes(executions=[an_execution()]))
        assert store.executions(R1) == [an_execution()]
        store.close()
