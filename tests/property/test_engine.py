"""Whatever the pipeline, the order of events and the crashes: what must always hold of a run."""

from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.metadata.records import ExecutionKind, State
from support.pipelines import COMPLETED, dag, document, leaf, over, task
from support.simulation import Simulation, failure


@st.composite
def dags(draw, depth: int = 2, prefix: str = "c"):
    """A random DAG of tasks, conditions, nested DAGs and loops, as (component, components)."""
    count = draw(st.integers(1, 5))
    tasks, components = {}, {"work": leaf("work")}
    for index in range(count):
        earlier = sorted(tasks)
        after = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=3)) if earlier else []
        kind = draw(st.sampled_from(["task", "task", "dag", "loop"] if depth else ["task"]))
        component, each = "work", None
        if kind != "task":
            component = f"{prefix}{index}"
            inner, below = draw(dags(depth - 1, f"{component}-"))
            components |= below
            if kind == "loop":
                each = over(draw(st.sampled_from(["[]", "[1]", "[1, 2, 3]"])))
                inner = dag(inner.dag.tasks, item="NUMBER_INTEGER?")
            components[component] = inner
        tasks[f"t{index}"] = task(
            component,
            after=after,
            condition=draw(st.sampled_from(["", "", "true", "false"])),
            strategy=draw(st.sampled_from(["TRIGGER_STRATEGY_UNSPECIFIED", COMPLETED])),
            retries=draw(st.integers(0, 1)),
            backoff=draw(st.sampled_from(["0s", "3s"])),
            each=each,
            parallelism=draw(st.integers(0, 2)) if each else 0,
        )
    return dag(tasks), components


pipelines = dags().map(lambda drawn: document(drawn[0], **drawn[1]))
failing = st.sets(st.integers(0, 30), max_size=6)


def flaky(numbers: set[int]):
    """Fails the attempts with those numbers, counted over the whole run."""
    count = -1

    def behave(execution):
        nonlocal count
        count += 1
        return failure() if count in numbers else {}

    return behave


@settings(max_examples=150, deadline=None)
@given(pipelines, failing, st.integers(0, 1000))
def test_every_run_ends_with_every_execution_finished(pipeline, bad, seed):
    run = Simulation(pipeline, flaky(bad), seed=seed).start().finish()
    assert all(execution.state.finished for execution in run.stored.values())


@settings(max_examples=150, deadline=None)
@given(pipelines, failing, st.integers(0, 1000))
def test_nothing_starts_before_what_it_depends_on_has_finished(pipeline, bad, seed):
    run = Simulation(pipeline, flaky(bad), seed=seed).start().finish()
    place = {path: index for index, path in enumerate(run.finished_order)}
    for execution in run.stored.values():
        if execution.parent is None:
            continue
        parent = run.stored[execution.parent]
        if parent.kind is not ExecutionKind.DAG:
            continue
        for name in run.plan.dag(parent.component).upstream[execution.task]:
            sibling = f"{parent.path}.{name}" if parent.path else name
            assert place[sibling] < place[execution.path]


@settings(max_examples=150, deadline=None)
@given(pipelines, st.integers(0, 1000), st.data())
def test_whatever_crashes_no_finished_task_runs_twice(pipeline, seed, data):
    run = Simulation(pipeline, seed=seed).start()
    crashes = 0
    while not run.run_state.finished:
        if crashes < 3 and data.draw(st.booleans()):  # fewer than the losses that a single task is allowed
            crashes += 1
            run.crash()
        else:
            run.step()
    assert len(run.calls) == len(set(run.calls))
    assert run.states() == Simulation(pipeline, seed=seed + 1).start().finish().states()


@settings(max_examples=100, deadline=None)
@given(pipelines, failing, st.integers(0, 1000), st.data())
def test_crashes_between_failures_and_retries_leave_nothing_open_and_no_limit_broken(pipeline, bad, seed, data):
    run = Simulation(pipeline, flaky(bad), seed=seed).start()
    crashes = 0
    while not run.run_state.finished:
        if crashes < 3 and data.draw(st.booleans()):
            crashes += 1
            run.crash()
        else:
            run.step()
        run.check_limits()
    assert all(execution.state.finished for execution in run.stored.values())
    if run.run_state is State.FAILED:
        run.behaviour = lambda execution: {}
        run.retry()
        while not run.run_state.finished:
            run.check_limits()
            run.step()
        assert run.run_state is State.SUCCEEDED


@settings(max_examples=100, deadline=None)
@given(pipelines, failing, st.integers(0, 1000))
def test_a_retry_without_failures_leads_where_a_good_run_leads(pipeline, bad, seed):
    run = Simulation(pipeline, flaky(bad), seed=seed).start().finish()
    kept = {path for path, execution in run.stored.items() if execution.state is State.SUCCEEDED}
    if run.run_state is not State.FAILED:
        return
    run.behaviour = lambda execution: {}
    run.retry().finish()
    assert run.run_state is State.SUCCEEDED
    assert run.states() == Simulation(pipeline, seed=seed).start().finish().states()
    assert kept <= {path for path, execution in run.stored.items() if execution.state is State.SUCCEEDED}


@settings(max_examples=100, deadline=None)
@given(pipelines, st.integers(0, 1000), st.integers(0, 12))
def test_a_cancelled_run_ends_at_once_and_leaves_nothing_open(pipeline, seed, steps):
    run = Simulation(pipeline, seed=seed).start()
    for _ in range(steps):
        run.step()
    before = run.run_state
    run.cancel()
    assert run.run_state is (before if before.finished else State.CANCELED)
    assert all(execution.state.finished for execution in run.stored.values())
