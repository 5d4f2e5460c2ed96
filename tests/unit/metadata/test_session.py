"""Connections are borrowed for a transaction: their number, forks, closing, and lists of any length."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.clock import SystemClock
from penstock.core.ids import RunId
from penstock.metadata.errors import RecordTooLarge, StoreBusy, StoreClosed, StoreUnavailable
from penstock.metadata.opening import open_sqlite
from penstock.metadata.records import Changes
from penstock.metadata.session import Connections, _parts
from penstock.metadata.sql_store import SqlStore
from penstock.metadata.sqlite import SqliteDialect
from penstock.testing.store_cases.samples import SPEC, a_run, an_execution, started


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = open_sqlite(SqliteDialect(tmp_path / "metadata.db", "normal", 0.02), clock=SystemClock())
    yield store
    store.close()


@pytest.fixture
def connections(store: SqlStore) -> Connections:
    return store._connections


def test_one_connection_serves_transactions_that_follow_each_other(store: SqlStore, connections: Connections) -> None:
    (first,) = connections._idle
    lease = started(store)
    store.commit(lease, Changes(executions=[an_execution()]))
    store.runs()
    assert connections._idle == [first]


def test_transactions_at_the_same_time_have_a_connection_each(connections: Connections) -> None:
    with connections.reading(), connections.reading(), connections.writing():
        assert connections._idle == []
    assert len(connections._idle) == 3


def test_a_reader_sees_one_moment(store: SqlStore, connections: Connections) -> None:
    count = "SELECT count(*) FROM runs"
    with connections.reading() as session:
        assert session.row(count) == (0,)
        store.create_run(a_run(), SPEC)
        assert session.row(count) == (0,)
    assert len(store.runs()) == 1


def test_a_failure_within_a_transaction_passes_through_unchanged(store: SqlStore, connections: Connections) -> None:
    failure = KeyError("mine")
    with pytest.raises(KeyError) as caught:
        _write_and_raise(connections, failure)
    assert caught.value is failure
    assert failure.__cause__ is None
    with connections.reading() as session:
        assert session.rows("SELECT * FROM specs") == []


def test_an_interrupt_rolls_back(connections: Connections) -> None:
    with pytest.raises(KeyboardInterrupt):
        _write_and_raise(connections, KeyboardInterrupt())
    with connections.writing() as session:
        assert session.rows("SELECT * FROM specs") == []


def test_a_connection_that_failed_is_not_used_again(connections: Connections) -> None:
    (first,) = connections._idle
    with pytest.raises(StoreUnavailable, match="no such table"), connections.reading() as session:
        session.rows("SELECT * FROM missing")
    assert connections._idle == []
    with connections.reading() as session:
        assert session.row("SELECT 1") == (1,)
    assert connections._idle != [first]


def test_a_thread_that_waits_too_long_for_another_gives_up(store: SqlStore, connections: Connections) -> None:
    with connections.writing():
        refused: list[Exception] = []

        def write() -> None:
            try:
                store.create_run(a_run(), SPEC)
            except StoreBusy as error:
                refused.append(error)

        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert [type(error) for error in refused] == [StoreBusy]
    store.create_run(a_run(), SPEC)


def test_a_closed_store_says_so(store: SqlStore) -> None:
    store.close()
    with pytest.raises(StoreClosed, match="was closed before this call"):
        store.runs()
    with pytest.raises(StoreClosed):
        store.create_run(a_run(), SPEC)
    store.close()


def test_closing_during_a_transaction_closes_its_connection_at_the_end(connections: Connections) -> None:
    with connections.reading() as session:
        connections.close()
        assert session.row("SELECT 1") == (1,)
    assert connections._idle == []


def test_a_value_beyond_what_the_database_takes_is_told(store: SqlStore, connections: Connections) -> None:
    import sqlite3

    lease = started(store)
    connections._idle[0].setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 10_000)  # type: ignore[attr-defined]
    with pytest.raises(RecordTooLarge, match="nothing was stored"):
        store.commit(lease, Changes(executions=[an_execution("x" * 20_000)]))
    assert store.executions(RunId("r1")) == []


def test_a_forked_child_leaves_its_parents_connections_alone(store: SqlStore, connections: Connections) -> None:
    lease = started(store)
    with connections.reading(), connections.reading():
        pass
    inherited = list(connections._idle)
    assert len(inherited) == 2
    with connections.writing() as session:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                if len(store.runs()) == 1 and connections._idle and connections._idle[0] not in inherited:
                    store.close()
                    code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        session.execute("INSERT INTO specs VALUES ('d', x'00')", {})
    store.commit(lease, Changes(executions=[an_execution()]))
    assert len(store.executions(RunId("r1"))) == 1


@given(st.lists(st.integers(), max_size=1200))
def test_lists_are_cut_into_parts_that_hold_each_value(keys: list[int]) -> None:
    parts = list(_parts("SELECT :each", keys))
    assert {value for _, values in parts for value in values.values()} == set(keys)
    assert len(parts) == -(-len(keys) // 512)
    for statement, values in parts:
        assert statement == "SELECT " + ", ".join(f":{name}" for name in values)


def test_pairs_are_written_out_as_rows() -> None:
    ((statement, values),) = _parts("VALUES :pairs", [("a", 1), ("b", 2)])
    assert statement.startswith("VALUES (:k0, :l0), (:k1, :l1), (:k2, :l2)")
    assert (values["k0"], values["l0"], values["k1"], values["l1"]) == ("a", 1, "b", 2)
    assert (values["k7"], values["l7"]) == ("b", 2)


def _write_and_raise(connections: Connections, failure: BaseException) -> None:
    with connections.writing() as session:
        session.execute("INSERT INTO specs VALUES ('d', x'00')", {})
        raise failure
