"""A retry policy on a whole DAG: what failed within it runs again, across crashes too; and loops that open again."""

import pytest

from penstock.core.ids import TaskPath
from penstock.engine.entering import parallelism
from penstock.engine.state import Draft
from penstock.ir.spec import DagOutputParameter, DagOutputs, ParameterSelector
from penstock.metadata.records import State
from support.pipelines import COMPLETED, dag, document, leaf, outer, output_of, over, status_of, task
from support.simulation import Simulation, failure

WORK = leaf("work")


def failing(*names: str, times: int = 10**9, kind: str = "task"):
    """Tasks of these names fail, each the first `times` attempts of its place in the run."""
    counts: dict[str, int] = {}

    def behave(execution):
        counts[execution.path] = counts.get(execution.path, 0) + 1
        return failure(kind) if execution.task in names and counts[execution.path] <= times else {}

    return behave


def nested(tries: int, backoff: str = "0s", **inner):
    """`sub` holds `a`, then `b`, then `c`."""
    tasks = {"a": task("work"), "b": task("work", after=["a"], **inner), "c": task("work", after=["b"])}
    root = dag({"sub": task("sub", retries=tries, backoff=backoff), "last": task("work", after=["sub"])})
    return document(root, sub=dag(tasks), work=WORK)


def test_a_failed_dag_runs_again_what_failed_in_it_and_what_depends_on_that():
    run = Simulation(nested(1), failing("b", times=1)).start().finish()
    assert run.calls == ["sub.a", "sub.b", "sub.b", "sub.c", "last"]
    assert run.run_state is State.SUCCEEDED
    assert run.stored[TaskPath("sub")].error is None


def test_a_dag_is_tried_as_often_as_its_policy_says():
    run = Simulation(nested(2), failing("b")).start().finish()
    assert run.calls == ["sub.a", "sub.b", "sub.b", "sub.b"]
    assert run.states() == {
        "sub": "FAILED",
        "sub.a": "SUCCEEDED",
        "sub.b": "FAILED",
        "sub.c": "SKIPPED",
        "last": "SKIPPED",
    }
    assert run.stored_run.error.message == "boom"


def test_a_task_within_has_its_own_retries_each_time():
    run = Simulation(nested(1, retries=2), failing("b")).start().finish()
    assert run.calls.count("sub.b") == 6
    assert run.stored[TaskPath("sub.b")].attempt == 6


def test_dags_within_dags_have_their_own_retries_each_time():
    root = dag({"outer": task("outer", retries=1)})
    outer_ = dag({"inner": task("inner", retries=1)})
    run = Simulation(document(root, outer=outer_, inner=dag({"t": task("work")}), work=WORK), failing("t")).start()
    run.finish()
    assert len(run.calls) == 4
    assert run.run_state is State.FAILED


def test_a_run_of_an_older_penstock_ends_by_its_own_rules():
    run = Simulation(nested(5), failing("b", times=1), behaviour_version=1).start().finish()
    assert run.calls == ["sub.a", "sub.b"]
    assert run.run_state is State.FAILED


def test_waits_before_a_dag_is_tried_again_double():
    run = Simulation(nested(3, "10s"), failing("b")).start()
    waits = []
    while run.step():
        holder = run.stored[TaskPath("sub")]
        if holder.not_before is not None:
            assert holder.state is State.PENDING
            waits.append((holder.not_before - run.now).total_seconds())
    assert waits == [10, 20, 40]
    assert run.run_state is State.FAILED


def test_what_no_attempt_can_mend_is_not_tried_again():
    run = Simulation(nested(5), failing("b", kind="user")).start().finish()
    assert run.calls.count("sub.b") == 1


def test_a_crash_while_a_dag_waits_loses_neither_the_wait_nor_the_count():
    run = Simulation(nested(1, "10s"), failing("b")).start()
    while run.stored[TaskPath("sub")].not_before is None:
        run.step()
    due = run.stored[TaskPath("sub")].not_before
    run.crash()
    assert run.timers == [(due, "sub")]
    run.finish()
    assert run.calls.count("sub.b") == 2
    assert run.run_state is State.FAILED


@pytest.mark.parametrize("steps", range(8))
def test_a_crash_at_any_moment_leaves_a_dags_retries_as_they_were(steps):
    run = Simulation(nested(2, "5s"), failing("b", times=2)).start()
    for _ in range(steps):
        run.step()
    if not run.run_state.finished:
        run.crash()
        run.finish()
    assert run.run_state is State.SUCCEEDED
    assert run.stored[TaskPath("sub")].failures == 2


def test_a_run_canceled_while_a_dag_waits_can_be_retried():
    run = Simulation(nested(1, "10s"), failing("b", times=1)).start()
    while run.stored[TaskPath("sub")].not_before is None:
        run.step()
    run.cancel()
    assert run.run_state is State.CANCELED
    assert run.states()["sub"] == "CANCELED"
    run.retry().finish()
    assert run.run_state is State.SUCCEEDED


def test_who_follows_a_dag_is_told_once_when_it_has_failed_for_good():
    seen = []

    def behave(execution):
        if execution.task == "notify":
            seen.append(execution.inputs.parameters["status"]["state"])
        return failure() if execution.task == "t" else {}

    root = dag(
        {
            "sub": task("sub", retries=2),
            "notify": task("notify", after=["sub"], strategy=COMPLETED, inputs={"status": status_of("sub")}),
        }
    )
    components = {"sub": dag({"t": task("work")}), "notify": leaf("notify", status="TASK_FINAL_STATUS"), "work": WORK}
    run = Simulation(document(root, **components), behave).start().finish()
    assert seen == ["FAILED"]
    assert len(run.calls) == 4


# --- loops --------------------------------------------------------------------------------------------------


def loop(items: str = "[0, 1, 2, 3]", *, retries: int = 0, limit: int = 0):
    root = dag({"each": task("body", each=over(items), retries=retries, parallelism=limit)})
    body = dag({"t": task("work", inputs={"n": outer("item")})}, item="NUMBER_INTEGER")
    return document(root, body=body, work=leaf("work", n="NUMBER_INTEGER"))


def test_a_failed_loop_runs_again_the_iterations_that_failed():
    def behave(execution):
        tries = run.calls.count(execution.path)
        return failure() if execution.inputs.parameters["n"] % 2 and tries < 2 else {}

    run = Simulation(loop(retries=1), behave)
    run.start().finish()
    assert sorted(run.calls) == ["each[0].t", "each[1].t", "each[1].t", "each[2].t", "each[3].t", "each[3].t"]
    assert run.run_state is State.SUCCEEDED


@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize("by_hand", [False, True])
def test_iterations_that_run_again_keep_the_limit_of_their_loop(by_hand, crash):
    run = Simulation(loop(retries=0 if by_hand else 1, limit=2), failing("t", times=1)).start()
    if by_hand:
        run.finish().retry()
    while run.step():
        if crash and len(run.calls) == 5:
            run.crash()
            crash = False
    assert run.run_state is State.SUCCEEDED
    assert run.most_at_once == 2
    assert len(run.calls) == 8


def test_a_loop_whose_iterations_wait_can_be_canceled_and_goes_on_after_that():
    run = Simulation(loop(limit=1), failing("t", times=1)).start().finish()
    run.retry()
    run.cancel()
    assert run.run_state is State.CANCELED
    run.retry().finish()
    assert run.run_state is State.SUCCEEDED
    assert run.most_at_once == 1


def test_an_iteration_can_be_run_again_by_name():
    run = Simulation(loop()).start().finish()
    run.retry("each[2]").finish()
    assert run.calls[4:] == ["each[2].t"]
    assert run.run_state is State.SUCCEEDED


def test_a_loop_that_begins_again_with_no_list_at_all_fails_and_can_be_tried_again():
    lists = iter(["[1, 2]", "no list", "[3]"])
    root = dag(
        {"list": task("list"), "each": task("body", each=over(parameter="xs"), inputs={"xs": output_of("list")})}
    )
    body = dag({"t": task("work", inputs={"n": outer("item")})}, xs="STRING", item="NUMBER_INTEGER")
    components = {
        "list": leaf("list", outputs={"Output": "STRING"}),
        "body": body,
        "work": leaf("work", n="NUMBER_INTEGER"),
    }
    run = Simulation(document(root, **components), lambda e: {"Output": next(lists)} if e.task == "list" else {})
    run.start().finish()
    run.retry("list").finish()
    assert (run.run_state, run.stored_run.error.code) == (State.FAILED, "ENG003")
    run.retry("list").finish()
    assert run.run_state is State.SUCCEEDED
    assert run.stored[TaskPath("each[0].t")].inputs.parameters == {"n": 3}


def test_a_loop_that_begins_again_with_other_items_forgets_those_of_before():
    lists = iter([[1, 2, 3], [7]])

    def behave(execution):
        if execution.task == "list":
            return {"Output": next(lists)}
        return {"Output": execution.inputs.parameters.get("n", 0)}

    selected = ParameterSelector(producer_subtask="t", output_parameter_key="Output")
    body = dag(
        {"t": task("work", inputs={"n": outer("item")})},
        outputs={"all": "LIST"},
        selects=DagOutputs(parameters={"all": DagOutputParameter(value_from_parameter=selected)}),
        items="LIST",
        item="NUMBER_INTEGER",
    )
    root = dag(
        {
            "list": task("list"),
            "each": task("body", each=over(parameter="items"), inputs={"items": output_of("list")}),
            "sum": task("sum", inputs={"all": output_of("each", "all")}),
        }
    )
    components = {
        "list": leaf("list", outputs={"Output": "LIST"}),
        "body": body,
        "work": leaf("work", outputs={"Output": "NUMBER_INTEGER"}, n="NUMBER_INTEGER"),
        "sum": leaf("sum", all="LIST"),
    }
    run = Simulation(document(root, **components), behave)
    run.start().finish()
    assert run.outputs("each") == {"all": [1, 2, 3]}
    run.retry("list").finish()
    assert run.outputs("each") == {"all": [7]}
    assert run.states()["each[1]"] == "SKIPPED"
    assert run.run_state is State.SUCCEEDED
    draft = Draft(run.state, run.now)
    assert [child.path for child in draft.children(run.state.executions[TaskPath("each")])] == ["each[0]"]
    assert parallelism(draft, run.state.executions[TaskPath("each")]) == 0
