"""The shell around `decide`, with real stores: what is stored when, what is performed when."""

import os
import signal
import threading
from datetime import timedelta

import pytest
from msgspec import structs

from penstock.core import faults
from penstock.core.ids import ArtifactId, EngineId, RunId, TaskPath
from penstock.engine.events import Recover, Retry, Start
from penstock.engine.importing import import_local
from penstock.engine.lease import LeaseKeeper
from penstock.engine.orders import LOG_FILE, OUTPUT_FILE, attempt_folder
from penstock.engine.remains import recovery
from penstock.ir.runtime import ArtifactList, ExecutorOutput, RuntimeArtifact, TaskFailure
from penstock.ir.spec import (
    ComponentInputs,
    ComponentOutputs,
    InputArtifact,
    OutputArtifact,
    ResourceSpec,
    TaskInputArtifact,
    TaskInputs,
    TaskOutputArtifact,
)
from penstock.metadata.errors import LeaseLost
from penstock.metadata.records import Artifact, Changes, State
from penstock.testing.executors import ScriptedExecutor
from support.home import CLOCK, RUN, World, number
from support.pipelines import constant, dag, document, leaf, output_of, task


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    if world.held is not None:
        world.held.release()
    world.store.close()
    faults.disarm()


def counting(memory=""):
    components = {
        "one": leaf("one", outputs={"Output": "NUMBER_INTEGER"}, n="NUMBER_INTEGER"),
    }
    tasks = {
        "a": task("one", inputs={"n": constant(1)}, cache=True),
        "b": task("one", inputs={"n": output_of("a")}, cache=True),
    }
    return asking(document(dag(tasks), **components), memory)


def asking(pipeline, memory):
    """The same pipeline, whose containers ask for that much memory."""
    spec = pipeline.pipeline
    executors = {
        label: structs.replace(
            executor,
            container=structs.replace(executor.container, resources=ResourceSpec(resource_memory_limit=memory)),
        )
        for label, executor in spec.deployment_spec.executors.items()
    }
    deployment = structs.replace(spec.deployment_spec, executors=executors)
    return structs.replace(pipeline, pipeline=structs.replace(spec, deployment_spec=deployment))


def add_one(order):
    return number(order.executor_input.inputs.parameter_values["n"] + 1)


def test_a_run_goes_from_start_to_end_and_is_on_record(world):
    world.submit(counting())
    run = world.driver(ScriptedExecutor(add_one)).drive(Start(artifacts={}))
    assert run.state is State.SUCCEEDED
    assert world.store.run(RUN) == run
    assert {e.path: e.outputs.parameters for e in world.store.executions(RUN) if e.path} == {
        "a": {"Output": 2},
        "b": {"Output": 3},
    }


def test_a_second_run_takes_everything_from_cache_and_starts_nothing(world):
    world.submit(counting())
    world.driver(ScriptedExecutor(add_one)).drive(Start(artifacts={}))
    world.held.release()
    world.submit(counting(), RunId("r2"))
    executor = ScriptedExecutor(add_one)
    run = world.driver(executor, RunId("r2")).drive(Start(artifacts={}))
    assert run.state is State.SUCCEEDED
    assert executor.orders == []
    assert [e.reused.run_id for e in world.store.executions(RunId("r2")) if e.path] == [RUN, RUN]


def test_a_transition_is_stored_before_its_task_starts(world):
    world.submit(counting())
    seen = []

    def look(order):
        seen.append(world.store.execution(RUN, order.key.path).state)
        return add_one(order)

    world.driver(ScriptedExecutor(look)).drive(Start(artifacts={}))
    assert seen == [State.RUNNING, State.RUNNING]


def test_changes_are_told_after_they_are_stored(world):
    world.submit(counting())
    told = []

    def on_change(changes):
        told.extend(e.path for e in changes.executions if e.state is State.SUCCEEDED)
        assert all(world.store.execution(RUN, path).state is State.SUCCEEDED for path in told)

    world.driver(ScriptedExecutor(add_one), on_change=on_change).drive(Start(artifacts={}))
    assert told == ["a", "b", ""]


class Crash(BaseException):
    """Stands for a process that is gone."""


@pytest.mark.parametrize("point", ["engine.before_commit", "engine.after_commit", "engine.after_start"])
@pytest.mark.parametrize("time", [1, 2, 3])
def test_a_crash_at_any_point_leaves_a_run_that_another_engine_finishes(world, point, time):
    world.submit(counting())
    left = time

    def crash():
        nonlocal left
        left -= 1
        if left == 0:
            raise Crash

    faults.arm(point, crash)
    calls = []

    def work(order):
        calls.append(order.key.path)
        return add_one(order)

    try:
        world.driver(ScriptedExecutor(work)).drive(Start(artifacts={}))
    except Crash:
        faults.disarm()
        finished = {path for path, state in world.states().items() if state == "SUCCEEDED"}
        calls.clear()
        driver = world.driver(ScriptedExecutor(work), owner="engine-2")
        first = Recover(outcomes={}) if world.state.executions else Start(artifacts={})
        driver.drive(first)
        assert not finished & set(calls)
    assert world.store.run(RUN).state is State.SUCCEEDED
    assert world.store.execution(RUN, "b").outputs.parameters == {"Output": 3}


def test_an_attempt_whose_outputs_are_complete_is_adopted_and_not_run_again(world):
    world.submit(counting())

    def crash():
        raise Crash

    faults.arm("engine.after_start", crash)
    with pytest.raises(Crash):
        world.driver(ScriptedExecutor(lambda order: None)).drive(Start(artifacts={}))
    faults.disarm()
    work = world.home / "work" / RUN
    (attempt_folder(work, "a", 1) / OUTPUT_FILE).write_text('{"parameterValues": {"Output": 2}}')
    executor = ScriptedExecutor(add_one)
    driver = world.driver(executor, owner="engine-2")
    driver.drive(recovery(world.state, work, world.artifacts))
    assert [order.key.path for order in executor.orders] == ["b"]
    assert world.store.run(RUN).state is State.SUCCEEDED


def test_what_a_lost_attempt_printed_is_kept(world):
    world.submit(counting())

    def crash():
        raise Crash

    faults.arm("engine.after_start", crash)
    with pytest.raises(Crash):
        world.driver(ScriptedExecutor(lambda order: None)).drive(Start(artifacts={}))
    faults.disarm()
    work = world.home / "work" / RUN
    (attempt_folder(work, "a", 1) / LOG_FILE).write_text("last words\n")
    driver = world.driver(ScriptedExecutor(add_one), owner="engine-2")
    driver.drive(recovery(world.state, work, world.artifacts))
    lost, _ = world.store.attempts(RUN, "a")
    assert lost.error.code == "ENG006"
    assert world.artifacts.path(lost.log).read_text() == "last words\n"


def test_an_engine_that_lost_its_lease_can_store_nothing(world):
    world.submit(counting())

    def be_replaced(order):
        holder = EngineId("engine-1")
        world.store.acquire(RUN, EngineId("other"), CLOCK.now(), timedelta(seconds=30), steal=holder)
        return add_one(order)

    with pytest.raises(LeaseLost):
        world.driver(ScriptedExecutor(be_replaced)).drive(Start(artifacts={}))
    assert world.states() == {"a": "RUNNING", "b": "PENDING"}


def test_cancelling_ends_what_runs(world):
    world.submit(counting())
    driver = world.driver(ScriptedExecutor(lambda order: driver.cancel()))
    assert driver.drive(Start(artifacts={})).state is State.CANCELED
    assert world.states() == {"a": "CANCELED", "b": "CANCELED"}


def test_a_run_past_its_deadline_fails_and_says_so(world):
    world.submit(counting(), timeout=0.05)
    run = world.driver(ScriptedExecutor(lambda order: None)).drive(Start(artifacts={}))
    assert run.state is State.FAILED
    assert run.error.code == "ENG007"


def test_a_retry_has_all_of_the_time_again_that_a_run_may_take(world):
    world.submit(counting(), timeout=600)
    broken = TaskFailure(kind="task", code="LAU001", message="not yet")
    world.driver(ScriptedExecutor(lambda order: broken)).drive(Start(artifacts={}))
    world.held.release()
    long_ago = structs.replace(world.store.run(RUN), started_at=CLOCK.now() - timedelta(days=1))
    lease = world.store.acquire(RUN, EngineId("engine-0"), CLOCK.now(), timedelta(seconds=30))
    world.store.commit(lease, Changes(run=long_ago))
    assert world.driver(ScriptedExecutor(add_one)).drive(Retry()).state is State.SUCCEEDED


def test_a_retry_from_a_task_runs_it_although_the_cache_knows_its_result(world):
    world.submit(counting())
    world.driver(ScriptedExecutor(add_one)).drive(Start(artifacts={}))
    world.held.release()
    executor = ScriptedExecutor(add_one)
    world.driver(executor).drive(Retry(path=TaskPath("a")))
    assert [order.key.path for order in executor.orders] == ["a", "b"]


def test_a_request_that_its_parameters_turn_into_nonsense_fails_the_task_and_not_the_engine(world):
    world.submit(counting(memory="{{$.inputs.parameters['n']}}lots"))
    run = world.driver(ScriptedExecutor(add_one)).drive(Start(artifacts={}))
    assert run.state is State.FAILED
    assert run.error.code == "IRX050"
    assert "1lots" in run.error.message


def test_an_input_that_a_retry_makes_anew_takes_the_place_of_the_old_one_in_the_lineage(world):
    make = structs.replace(leaf("make"), output_definitions=ComponentOutputs(artifacts={"data": OutputArtifact()}))
    use = structs.replace(leaf("use"), input_definitions=ComponentInputs(artifacts={"data": InputArtifact()}))
    source = TaskInputArtifact(
        task_output_artifact=TaskOutputArtifact(producer_task="make", output_artifact_key="data")
    )
    tasks = {"make": task("make"), "use": structs.replace(task("use"), inputs=TaskInputs(artifacts={"data": source}))}
    world.submit(document(dag(tasks), make=make, use=use))

    def work(order):
        data = ArtifactList(artifacts=[RuntimeArtifact(name="data", uri=f"made/{order.key.number}")])
        return ExecutorOutput(artifacts={"data": data} if order.key.path == "make" else {})

    world.driver(ScriptedExecutor(work)).drive(Start(artifacts={}))
    world.held.release()
    world.driver(ScriptedExecutor(work)).drive(Retry(path=TaskPath("make")))
    [event] = world.store.events(executions=[(RUN, TaskPath("use"))])
    assert world.store.artifacts([event.artifact_id])[event.artifact_id].uri == "made/2"


def test_retries_wait_for_their_time(world):
    world.submit(
        document(
            dag({"a": task("one", inputs={"n": constant(1)}, retries=2, backoff="0.01s")}),
            one=leaf("one", outputs={"Output": "NUMBER_INTEGER"}, n="NUMBER_INTEGER"),
        )
    )

    def fail_twice(order):
        if order.key.number < 3:
            return TaskFailure(kind="task", code="LAU001", message="not yet")
        return add_one(order)

    run = world.driver(ScriptedExecutor(fail_twice)).drive(Start(artifacts={}))
    assert run.state is State.SUCCEEDED
    first, second, third = world.store.attempts(RUN)
    assert second.started_at - first.finished_at >= timedelta(seconds=0.01)
    assert third.started_at - second.finished_at >= timedelta(seconds=0.02)


def test_what_an_attempt_printed_is_kept_and_its_folder_is_not(world):
    world.submit(counting())

    def talk(order):
        order.log.write_text("hello\n")
        return add_one(order)

    world.driver(ScriptedExecutor(talk)).drive(Start(artifacts={}))
    attempt = world.store.attempts(RUN)[0]
    assert world.artifacts.path(attempt.log).read_text() == "hello\n"
    assert not (world.home / "work" / RUN).exists()


def test_a_cached_result_whose_bytes_are_gone_is_made_again(world):
    from penstock.ir.runtime import ArtifactList, RuntimeArtifact
    from penstock.ir.spec import ArtifactType, ComponentOutputs, ComponentSpec, OutputArtifact

    component = ComponentSpec(
        executor_label="exec-make",
        output_definitions=ComponentOutputs(
            artifacts={"rows": OutputArtifact(artifact_type=ArtifactType(schema_title="system.Dataset"))}
        ),
    )
    pipeline = document(dag({"make": task("make", cache=True)}), make=component)

    def make(order):
        file = world.artifacts.staging() / "rows.csv"
        file.write_text("a\n1\n")
        stored = world.artifacts.put(file, "rows.csv")
        made = RuntimeArtifact(name="rows", uri=stored.uri, digest=stored.digest, size=stored.size)
        return ExecutorOutput(artifacts={"rows": ArtifactList(artifacts=[made])})

    world.submit(pipeline)
    world.driver(ScriptedExecutor(make)).drive(Start(artifacts={}))
    world.held.release()
    kept = world.store.find_artifacts(name="rows")[0]
    world.artifacts.path(kept.uri).unlink()
    world.submit(pipeline, RunId("r2"))
    executor = ScriptedExecutor(make)
    world.driver(executor, RunId("r2")).drive(Start(artifacts={}))
    assert len(executor.orders) == 1


def test_a_signal_handler_can_cancel_a_waiting_engine(world):
    world.submit(counting())
    driver = world.driver(ScriptedExecutor(lambda order: None))
    before = signal.signal(signal.SIGUSR1, lambda *_: driver.cancel())
    timer = threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGUSR1))
    timer.start()
    try:
        assert driver.drive(Start(artifacts={})).state is State.CANCELED
    finally:
        timer.join()
        signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize("uri", ["file://{folder}/my%20rows.csv", "{folder}/my rows.csv", "my rows.csv"])
def test_a_local_file_that_is_imported_is_copied_however_its_place_is_written(world, tmp_path, uri):
    (tmp_path / "my rows.csv").write_text("a\n1\n")
    given = Artifact(
        artifact_id=ArtifactId("x"), name="x", type="", uri=uri.format(folder=tmp_path), created_at=CLOCK.now()
    )
    kept = import_local(world.artifacts, tmp_path, given)
    assert kept.digest is not None
    assert world.artifacts.path(kept.uri).read_text() == "a\n1\n"


def test_who_lost_a_lease_is_told_and_does_not_renew_it_any_more(world):
    world.submit(counting())
    lease = world.store.acquire(RUN, EngineId("engine-1"), CLOCK.now(), timedelta(seconds=30))
    keeper = LeaseKeeper(world.store, CLOCK, timedelta(seconds=0.003))
    held, lost = keeper.hold(lease), threading.Event()
    held.listen(on_lost=lost.set, on_cancel=lambda force: None)
    taken = world.store.acquire(RUN, EngineId("engine-2"), CLOCK.now(), timedelta(days=1), steal=EngineId("engine-1"))
    assert lost.wait(30)
    assert world.store.lease(RUN) == taken
    keeper.close()
