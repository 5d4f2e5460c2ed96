"""A driver among others: its lease lost, its run given back, its claims, its place in a room that all share."""

import threading
from datetime import timedelta

import pytest
from msgspec import structs

from penstock.artifacts import open_artifact_store
from penstock.core.clock import SystemClock
from penstock.core.ids import EngineId, RunId, TaskPath
from penstock.engine.driver import Driver
from penstock.engine.events import Cancel, Recover, Start
from penstock.engine.lease import LeaseKeeper, this_engine
from penstock.engine.plan import Plan
from penstock.engine.slots import Room
from penstock.engine.state import RunState
from penstock.ir.document import canonical_json, digest
from penstock.ir.runtime import ExecutorOutput
from penstock.metadata import open_store
from penstock.metadata.errors import LeaseLost
from penstock.metadata.records import Run, State
from penstock.testing.executors import ScriptedExecutor
from support.pipelines import constant, dag, document, leaf, output_of, task

CLOCK = SystemClock()
A = TaskPath("a")


def chain(value=1):
    number = {"Output": "NUMBER_INTEGER"}
    tasks = {
        "a": task("one", inputs={"n": constant(value)}, cache=True),
        "b": task("one", inputs={"n": output_of("a")}, cache=True),
    }
    return document(dag(tasks), one=leaf("one", outputs=number, n="NUMBER_INTEGER"))


def add_one(order):
    return ExecutorOutput(parameter_values={"Output": order.executor_input.inputs.parameter_values["n"] + 1})


class World:
    """One store, and as many runs and engines as a test wants."""

    def __init__(self, home) -> None:
        self.home = home
        self.store = open_store(home / "penstock.db", durability="normal")
        self.artifacts = open_artifact_store(home / "artifacts")
        self.keepers: list[LeaseKeeper] = []

    def submit(self, ident: str, **options) -> Run:
        pipeline = chain()
        run = Run(
            run_id=RunId(ident),
            pipeline="test",
            spec=digest(pipeline),
            created_at=CLOCK.now(),
            options={"behaviour": 2} | options,
        )
        self.store.create_run(run, canonical_json(pipeline))
        return run

    def driver(self, run: Run, executor, owner="here", room=None, lease=timedelta(seconds=30)) -> Driver:
        engine = EngineId(owner) if owner != "here" else this_engine()
        holder = self.store.lease(run.run_id)
        keeper = LeaseKeeper(self.store, CLOCK, lease)
        self.keepers.append(keeper)
        held = keeper.hold(
            self.store.acquire(run.run_id, engine, CLOCK.now(), lease, steal=holder.owner if holder else None)
        )
        run = self.store.run(run.run_id)
        executions = self.store.executions(run.run_id)
        attempts = self.store.attempts(run.run_id)
        return Driver(
            state=RunState.load(Plan(chain()), run, executions, attempts, {}),
            store=self.store,
            artifacts=self.artifacts,
            executor=executor,
            clock=CLOCK,
            lease=held,
            work=self.home / "work" / run.run_id,
            cwd=self.home,
            cores=2,
            room=room,
        )

    def states(self, run: Run) -> dict[str, str]:
        return {e.path: e.state.value for e in self.store.executions(run.run_id) if e.path}


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    for keeper in world.keepers:
        keeper.close()
    world.store.close()


class Hanging(ScriptedExecutor):
    """Attempts go on until they are cancelled; says when the first one has begun, and what was killed."""

    def __init__(self) -> None:
        super().__init__(lambda order: None)
        self.begun = threading.Event()
        self.canceled: list[tuple[str, bool]] = []

    def start(self, order, report) -> None:
        super().start(order, report)
        self.begun.set()

    def cancel(self, key, *, force=False) -> None:
        self.canceled.append((key.path, force))
        super().cancel(key, force=force)


def in_thread(driver, *events):
    """Drive in a thread; what came of it, or the error."""
    ends: list[object] = []

    def drive() -> None:
        try:
            ends.append(driver.drive(*events))
        except Exception as error:
            ends.append(error)

    thread = threading.Thread(target=drive)
    thread.start()
    return thread, ends


def test_who_lost_the_lease_stops_at_once_and_kills_what_runs(world):
    run, executor = world.submit("r1"), Hanging()
    thread, ends = in_thread(world.driver(run, executor, lease=timedelta(seconds=0.03)), Start(artifacts={}))
    executor.begun.wait(30)
    taken = world.store.acquire(run.run_id, EngineId("other"), CLOCK.now(), timedelta(days=1), steal=this_engine())
    thread.join(30)
    assert isinstance(ends[0], LeaseLost)
    assert executor.canceled == [("a", True)]
    assert world.states(run) == {"a": "RUNNING", "b": "PENDING"}, "nothing was stored of it"
    assert world.store.lease(run.run_id) == taken


def test_a_run_that_is_left_is_as_it_was_and_another_engine_goes_on(world):
    run, executor = world.submit("r1"), Hanging()
    driver = world.driver(run, executor)
    thread, ends = in_thread(driver, Start(artifacts={}))
    executor.begun.wait(30)
    driver.stop()
    thread.join(30)
    assert executor.canceled == [("a", False)]
    assert not ends[0].state.finished
    assert world.states(run) == {"a": "PENDING", "b": "PENDING"}
    finished = world.driver(run, ScriptedExecutor(add_one)).drive(Recover(outcomes={}))
    assert finished.state is State.SUCCEEDED
    assert [attempt.state for attempt in world.store.attempts(run.run_id, A)] == [State.CANCELED, State.SUCCEEDED]


def test_a_request_to_cancel_reaches_whoever_drives(world):
    run, executor = world.submit("r1"), Hanging()
    thread, ends = in_thread(world.driver(run, executor, lease=timedelta(seconds=0.3)), Start(artifacts={}))
    executor.begun.wait(30)
    assert world.store.request_cancel(run.run_id, force=True, by="somebody", now=CLOCK.now())
    thread.join(30)
    assert ends[0].state is State.CANCELED
    assert executor.canceled == [("a", True)]


def test_cancelling_what_nobody_drove_touches_no_attempt_of_others(world):
    run, dead = world.submit("r1"), Hanging()
    thread, _ = in_thread(world.driver(run, dead, lease=timedelta(seconds=0.03)), Start(artifacts={}))
    dead.begun.wait(30)
    executor = Hanging()
    finished = world.driver(run, executor, "other").drive(Cancel(), Recover(outcomes={}))
    thread.join(30)
    assert finished.state is State.CANCELED
    assert executor.canceled == []
    assert set(world.states(run).values()) == {"CANCELED"}


def test_a_task_waits_for_the_run_that_computes_the_same_and_takes_its_result(world):
    first, second = world.submit("r1"), world.submit("r2")
    gate, begun, orders = threading.Event(), threading.Event(), []

    class Slow(ScriptedExecutor):
        def start(self, order, report) -> None:
            orders.append(order.key)
            begun.set()
            threading.Thread(target=lambda: (gate.wait(30), ScriptedExecutor.start(self, order, report))).start()

    one, ends = in_thread(world.driver(first, Slow(add_one)), Start(artifacts={}))
    begun.wait(30)
    waits = threading.Event()
    driver = world.driver(second, ScriptedExecutor(add_one))
    driver._on_change = lambda changes: [waits.set() for e in changes.executions if e.path == "a" and e.reused]
    other, more = in_thread(driver, Start(artifacts={}))
    assert waits.wait(30)
    assert world.store.execution(second.run_id, A).state is State.PENDING
    gate.set()
    one.join(30)
    other.join(30)
    assert (ends[0].state, more[0].state) == (State.SUCCEEDED, State.SUCCEEDED)
    assert world.store.execution(second.run_id, A).reused.run_id == first.run_id
    assert world.store.attempts(second.run_id, A) == []


@pytest.mark.parametrize("end", ["its engine dies", "it fails"])
def test_a_task_computes_when_whom_it_waited_for_does_not(world, end):
    first, second = world.submit("r1"), world.submit("r2")
    executor = Hanging()
    owner = "here" if end == "it fails" else f"{this_engine().split(':')[0]}:999999:0-0"
    driver = world.driver(first, executor, owner)
    thread, _ = in_thread(driver, Start(artifacts={}))
    executor.begun.wait(30)
    if end == "it fails":
        driver.cancel()
    finished = world.driver(second, ScriptedExecutor(add_one)).drive(Start(artifacts={}))
    assert finished.state is State.SUCCEEDED
    assert len(world.store.attempts(second.run_id, A)) == 1
    driver.cancel(force=True)
    thread.join(30)


def test_two_runs_share_a_room_and_each_gets_its_turn(world):
    room = Room(1)
    runs = [world.submit("r1", cache=False), world.submit("r2", cache=False)]
    threads = [in_thread(world.driver(run, ScriptedExecutor(add_one), room=room), Start(artifacts={})) for run in runs]
    for thread, ends in threads:
        thread.join(30)
        assert ends[0].state is State.SUCCEEDED


def test_the_time_limit_counts_from_the_start_whoever_drives(world):
    run = world.submit("r1", timeout=3600)
    executor = Hanging()
    thread, _ = in_thread(world.driver(run, executor, lease=timedelta(seconds=0.03)), Start(artifacts={}))
    executor.begun.wait(30)
    second = world.driver(run, Hanging(), "other")
    thread.join(30)
    late = structs.replace(world.store.run(run.run_id), started_at=CLOCK.now() - timedelta(hours=2))
    second._state.run = late
    finished = second.drive(Recover(outcomes={}))
    assert finished.state is State.FAILED
    assert finished.error is not None
    assert "time limit of 3600 s" in finished.error.message
