"""Several threads and several processes on one store, and processes that die in the middle."""

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from penstock.core.ids import RunId
from penstock.metadata.records import Changes
from penstock.metadata.store import MetadataStore
from penstock.testing.store_cases.samples import MINUTE, NOW, OTHER, SPEC, a_run, an_execution, started
from penstock.testing.store_process import Order, run_processes

R1 = RunId("r1")


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
