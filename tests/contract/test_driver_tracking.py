"""What attempts log reaches the store: while they run, with their outcome, and after their engine died."""

import json
import threading
from pathlib import Path

import pytest

from penstock.client import variables
from penstock.core import faults
from penstock.engine import driver as driving
from penstock.engine import spools
from penstock.engine.events import Start
from penstock.engine.orders import OUTPUT_FILE
from penstock.engine.remains import recovery
from penstock.ir.runtime import ExecutorOutput, TaskFailure
from penstock.metadata.records import State
from penstock.metadata.tracking import tracked_id
from penstock.testing.executors import ScriptedExecutor
from support.home import RUN, World, number
from support.pipelines import dag, document, leaf, task
from support.platforms import FilledVault
from support.platforms import pipeline as asking_for

A = tracked_id(RUN, "a")


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    if world.held is not None:
        world.held.release()
    world.store.close()
    faults.disarm()


def one_task(retries: int = 0):
    root = dag({"a": task("one", retries=retries) if retries else task("one")})
    return document(root, one=leaf("one", outputs={"Output": "NUMBER_INTEGER"}))


def log(order, *lines: dict) -> None:
    with Path(order.surroundings[variables.TRACKING_FILE]).open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def loss(step: int, value: float = 0.5) -> dict:
    return {"at": step, "step": step, "metrics": {"loss": value}}


def steps(world, ident: str = A) -> list[int]:
    return [metric.step for metric in world.store.tracking.history(ident, "loss")]


def test_a_task_is_told_where_it_runs_and_what_it_logs_is_stored_with_its_outcome(world):
    def script(order):
        assert order.surroundings[variables.RUN_ID] == RUN
        assert order.surroundings[variables.TASK] == "a"
        log(order, loss(1), loss(2), {"params": {"depth": "6"}, "tags": {"kind": "tree"}})
        return number(1)

    world.submit(one_task())
    seen = []

    def look(changes):
        if any(execution.state is State.SUCCEEDED for execution in changes.executions):
            seen.append(steps(world))

    world.driver(ScriptedExecutor(script), on_change=look).drive(Start(artifacts={}))
    assert steps(world) == [1, 2]
    assert seen[0] == [1, 2]
    assert world.store.tracking.params([A]) == {A: {"depth": "6"}}
    assert world.store.tracking.tags([A]) == {A: {"kind": "tree"}}
    assert not (world.home / "work" / RUN).exists()


def test_a_task_that_logs_nothing_is_not_tracked(world):
    world.submit(one_task())
    world.driver(ScriptedExecutor(lambda order: number(1))).drive(Start(artifacts={}))
    assert world.store.tracking.runs_of(RUN) == []


def test_what_a_task_logs_is_stored_while_it_runs(world, monkeypatch):
    monkeypatch.setattr(spools, "_PERIOD", 0.01)
    stored = threading.Event()

    def script(order):
        log(order, loss(1))

    def look(changes):
        if changes.logged:
            stored.set()

    world.submit(one_task())
    driver = world.driver(ScriptedExecutor(script), on_change=look)

    def cancel():
        stored.wait(60)
        driver.cancel(force=True)

    waiting = threading.Thread(target=cancel)
    waiting.start()
    assert driver.drive(Start(artifacts={})).state is State.CANCELED
    waiting.join()
    assert stored.is_set()
    assert steps(world) == [1]


def test_much_is_stored_in_several_transactions_and_nothing_of_it_twice(world, monkeypatch):
    monkeypatch.setattr(driving, "_POINTS", 10)
    monkeypatch.setattr("penstock.engine.spool._CHUNK", 256)

    def script(order):
        log(order, *map(loss, range(200)))
        return number(1)

    world.submit(one_task())
    parts = []
    commit = world.store.commit
    monkeypatch.setattr(
        world.store, "commit", lambda lease, changes: (parts.append(len(changes.logged)), commit(lease, changes))
    )
    world.driver(ScriptedExecutor(script)).drive(Start(artifacts={}))
    assert steps(world) == list(range(200))
    assert sum(parts) > 10
    assert max(parts) <= 2


def test_a_failed_attempt_keeps_what_it_logged_until_a_retry_logs_it_anew(world):
    def script(order):
        if order.key.number == 1:
            log(order, *(loss(step, 1.0) for step in range(5)), {"params": {"seed": "1"}})
            return TaskFailure(kind="task", code="LAU007", message="no")
        assert steps(world) == [0, 1, 2, 3, 4]
        log(order, loss(3, 2.0), {"params": {"seed": "2"}})
        return number(1)

    world.submit(one_task(retries=1))
    world.driver(ScriptedExecutor(script)).drive(Start(artifacts={}))
    history = world.store.tracking.history(A, "loss")
    assert [(metric.step, metric.value) for metric in history] == [(0, 1.0), (1, 1.0), (2, 1.0), (3, 2.0)]
    assert world.store.tracking.params([A]) == {A: {"seed": "2"}}


class Crash(BaseException):
    """As if the process had been killed."""


@pytest.mark.parametrize("adopted", [True, False])
def test_what_an_attempt_logged_whose_engine_died_is_stored_by_the_next(world, adopted):
    folders = []

    def script(order):
        if not folders:
            folders.append(order.folder)
            log(order, loss(1), loss(2))
            with Path(order.surroundings[variables.TRACKING_FILE]).open("a") as file:
                file.write('{"at":3,"metr')
            return number(7)
        log(order, loss(2, 9.0))
        return number(7)

    def crash():
        if folders:
            raise Crash

    world.submit(one_task())
    faults.arm("engine.before_commit", crash)
    with pytest.raises(Crash):
        world.driver(ScriptedExecutor(script)).drive(Start(artifacts={}))
    faults.disarm()
    assert steps(world) == []
    if adopted:
        (folders[0] / OUTPUT_FILE).write_text('{"parameterValues": {"Output": 7}}')
    driver = world.driver(ScriptedExecutor(script), owner="engine-2")
    driver.drive(recovery(world.state, world.home / "work" / RUN, world.artifacts))
    assert world.store.run(RUN).state is State.SUCCEEDED
    values = [(metric.step, metric.value) for metric in world.store.tracking.history(A, "loss")]
    assert values == ([(1, 0.5), (2, 0.5)] if adopted else [(1, 0.5), (2, 9.0)])
    assert world.store.tracking.tags([A]) == {A: {"penstock.lost_lines": "1"}}


def test_what_was_stored_before_the_crash_is_not_stored_twice(world, monkeypatch):
    monkeypatch.setattr(spools, "_PERIOD", 0.0)
    started = []

    def script(order):
        if not started:
            log(order, *map(loss, range(3)))
            started.append(order)
            return None
        return number(7)

    def crash(changes):
        if changes.logged:
            log(started[0], loss(3))
            raise Crash

    world.submit(one_task())
    with pytest.raises(Crash):
        world.driver(ScriptedExecutor(script), on_change=crash).drive(Start(artifacts={}))
    assert steps(world) == [0, 1, 2]
    driver = world.driver(ScriptedExecutor(script), owner="engine-2")
    driver.drive(recovery(world.state, world.home / "work" / RUN, world.artifacts))
    assert steps(world) == [0, 1, 2, 3]


SECRET = {"secretAsEnv": [{"secretName": "db", "keyToEnv": [{"secretKey": "password", "envVar": "PASSWORD"}]}]}


@pytest.mark.parametrize("known", [True, False])
def test_secrets_are_in_nothing_that_is_stored_of_what_was_logged(world, known):
    """Whether the attempt ends as it should, or its engine dies; in the end, the secret itself may be gone."""
    vault = FilledVault(secrets={"db": {"password": b"hunter2"}})

    def script(order):
        log(order, {"params": {"url": "db://me:hunter2@host"}, "tags": {"password": "hunter2"}}, loss(1))
        return ExecutorOutput()

    def crash():
        raise Crash

    world.submit(asking_for({"a": {}}, {"a": SECRET}))
    faults.arm("engine.after_start", crash)
    with pytest.raises(Crash):
        world.driver(ScriptedExecutor(script), vault=vault).drive(Start(artifacts={}))
    faults.disarm()
    vault.stores["secret"] = vault.stores["secret"] if known else {}
    driver = world.driver(ScriptedExecutor(script), owner="engine-2", vault=vault)
    run = driver.drive(recovery(world.state, world.home / "work" / RUN, world.artifacts))
    assert run.state is (State.SUCCEEDED if known else State.FAILED)
    assert steps(world) == [1]
    assert world.store.tracking.params([A]) == ({A: {"url": "db://me:***@host"}} if known else {})
    assert world.store.tracking.tags([A]) == ({A: {"password": "***"}} if known else {})
