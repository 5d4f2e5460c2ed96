"""What follows from what: `decide` over small pipelines, in a simulated world."""

import pytest

from penstock.core.ids import TaskPath
from penstock.ir.spec import (
    DagOutputParameter,
    DagOutputs,
    ParameterSelector,
    ParameterSelectors,
)
from penstock.metadata.records import State
from support.pipelines import COMPLETED, constant, dag, document, leaf, outer, output_of, over, status_of, task
from support.simulation import Simulation, failure, succeed

WORK = leaf("work")


def chain(length: int):
    tasks = {"t0": task("work")} | {f"t{i}": task("work", after=[f"t{i - 1}"]) for i in range(1, length)}
    return document(dag(tasks), work=WORK)


def fails(*paths: str, kind: str = "task", times: int = 10**9):
    """A behaviour: those executions fail, the first `times` attempts."""
    counts: dict[str, int] = {}

    def behave(execution):
        counts[execution.path] = counts.get(execution.path, 0) + 1
        if execution.path in paths and counts[execution.path] <= times:
            return failure(kind)
        return {}

    return behave


def test_tasks_run_in_the_order_of_their_dependencies():
    run = Simulation(chain(5)).start().finish()
    assert run.calls == ["t0", "t1", "t2", "t3", "t4"]
    assert run.run_state is State.SUCCEEDED


def test_independent_tasks_run_at_once():
    run = Simulation(document(dag({f"t{i}": task("work") for i in range(7)}), work=WORK)).start()
    assert len(run.running) == 7


def test_a_dag_without_tasks_succeeds():
    assert Simulation(document(dag({}))).start().run_state is State.SUCCEEDED


def test_a_task_waits_for_all_of_its_upstream_tasks():
    tasks = {"a": task("work"), "b": task("work"), "c": task("work", after=["a", "b"])}
    run = Simulation(document(dag(tasks), work=WORK)).start()
    run.step()
    assert run.states()["c"] == "PENDING"
    run.finish()
    assert run.calls[-1] == "c"


def test_values_flow_from_outputs_to_inputs():
    seen = {}

    def behave(execution):
        seen[execution.path] = execution.inputs.parameters
        return {"Output": 41} if execution.task == "make" else {}

    tasks = {
        "make": task("make"),
        "use": task("use", inputs={"n": output_of("make"), "text": constant("x"), "outer": outer("p")}),
    }
    root = dag(tasks, p="STRING")
    components = {
        "make": leaf("make", outputs={"Output": "NUMBER_INTEGER"}),
        "use": leaf("use", n="NUMBER_INTEGER", text="STRING", outer="STRING"),
    }
    Simulation(document(root, **components), behave, parameters={"p": "given"}).start().finish()
    assert seen["use"] == {"n": 41, "text": "x", "outer": "given"}


def test_a_failed_task_fails_the_run_and_skips_only_what_depends_on_it():
    tasks = {"a": task("work"), "b": task("work", after=["a"]), "c": task("work", after=["b"]), "free": task("work")}
    run = Simulation(document(dag(tasks), work=WORK), fails("a")).start().finish()
    assert run.states() == {"a": "FAILED", "b": "SKIPPED", "c": "SKIPPED", "free": "SUCCEEDED"}
    assert run.run_state is State.FAILED
    assert run.stored_run.error.message == "boom"


def test_a_missing_declared_output_is_a_failure_of_the_task():
    root = dag({"a": task("make")})
    run = Simulation(document(root, make=leaf("make", outputs={"n": "NUMBER_INTEGER"})), succeed).start().finish()
    assert run.states() == {"a": "FAILED"}
    assert run.stored_run.error.code == "ENG004"


def test_late_news_of_an_older_attempt_changes_nothing():
    from penstock.engine.events import AttemptEnded
    from penstock.engine.executor import Succeeded
    from penstock.ir.runtime import ExecutorOutput
    from penstock.metadata.records import Usage

    run = Simulation(chain(1)).start()
    late = AttemptEnded(path=TaskPath("t0"), number=7, outcome=Succeeded(output=ExecutorOutput(), usage=Usage()))
    run.tell(late)
    assert run.states() == {"t0": "RUNNING"}


# --- retries ------------------------------------------------------------------------------------------------


def retrying(count: int, backoff: str = "0s"):
    return document(dag({"t": task("work", retries=count, backoff=backoff)}), work=WORK)


def test_a_failed_attempt_is_tried_again_as_often_as_the_policy_says():
    run = Simulation(retrying(2), fails("t")).start().finish()
    assert len(run.calls) == 3
    assert run.states() == {"t": "FAILED"}


def test_a_task_that_succeeds_at_its_last_attempt_has_succeeded():
    run = Simulation(retrying(2), fails("t", times=2)).start().finish()
    assert run.run_state is State.SUCCEEDED
    assert [attempt.state for attempt in run.attempts.values()] == [State.FAILED, State.FAILED, State.SUCCEEDED]


def test_waits_between_attempts_double():
    run = Simulation(retrying(3, "10s"), fails("t")).start()
    waits = []
    while run.step():
        execution = run.stored[TaskPath("t")]
        if execution.not_before is not None:
            waits.append((execution.not_before - run.now).total_seconds())
    assert waits == [10, 20, 40]


def test_a_user_error_is_never_retried():
    run = Simulation(retrying(5), fails("t", kind="user")).start().finish()
    assert len(run.calls) == 1


def test_a_lost_attempt_does_not_use_up_the_retries():
    run = Simulation(retrying(0), fails("t", kind="infra", times=2)).start().finish()
    assert run.run_state is State.SUCCEEDED
    assert len(run.calls) == 3


def test_a_task_that_keeps_losing_its_worker_is_given_up():
    run = Simulation(retrying(0), fails("t", kind="infra")).start().finish()
    assert run.run_state is State.FAILED
    assert len(run.calls) == 4


# --- conditions ---------------------------------------------------------------------------------------------


def conditional(value):
    inner = dag({"work": task("work")}, score="NUMBER_DOUBLE")
    gate = "inputs.parameter_values['score'] > 0.5"
    tasks = {
        "condition-1": task("inner", inputs={"score": constant(value)}, condition=gate),
        "after": task("work", after=["condition-1"]),
    }
    return document(dag(tasks), inner=inner, work=WORK)


def test_a_true_condition_enters_its_dag():
    run = Simulation(conditional(0.9)).start().finish()
    assert run.calls == ["condition-1.work", "after"]


def test_a_false_condition_skips_its_dag_and_what_waits_for_it():
    run = Simulation(conditional(0.1)).start()
    assert run.states() == {"condition-1": "SKIPPED", "after": "SKIPPED"}
    assert run.run_state is State.SUCCEEDED


def test_a_condition_that_cannot_be_evaluated_fails_the_run():
    tasks = {"t": task("work", condition="inputs.parameter_values['nowhere'] > 1")}
    run = Simulation(document(dag(tasks), work=WORK)).start()
    assert run.run_state is State.FAILED
    assert run.stored_run.error.code == "ENG002"


@pytest.mark.parametrize("value", ["zzz' and 'a'=='b", 'say "hi"', "{{$.inputs}}", "line\nline", "Ünï😀"])
def test_a_value_cannot_change_the_condition_that_it_is_compared_in(value):
    gate = "inputs.parameter_values['v'] == 'heads'"
    tasks = {"t": task("use", inputs={"v": constant(value)}, condition=gate)}
    run = Simulation(document(dag(tasks), use=leaf("use", v="STRING"))).start()
    assert run.states() == {"t": "SKIPPED"}


def branches(first: bool, second: bool):
    select = DagOutputs(
        parameters={
            "picked": DagOutputParameter(
                value_from_oneof=ParameterSelectors(
                    parameter_selectors=[
                        ParameterSelector(producer_subtask=name, output_parameter_key="Output") for name in ("a", "b")
                    ]
                )
            )
        }
    )
    tasks = {
        "a": task("make", condition="true" if first else "false"),
        "b": task("make", condition="true" if second else "false"),
    }
    inner = dag(tasks, outputs={"picked": "STRING"}, selects=select)
    root = dag({"branches": task("inner"), "use": task("use", inputs={"v": output_of("branches", "picked")})})
    return document(root, inner=inner, make=leaf("make", outputs={"Output": "STRING"}), use=leaf("use", v="STRING"))


def named(execution):
    return {"Output": execution.task} if execution.task in ("a", "b") else {}


def test_one_of_takes_the_branch_that_ran():
    run = Simulation(branches(False, True), named).start().finish()
    assert run.stored[TaskPath("use")].inputs.parameters == {"v": "b"}


def test_one_of_without_a_branch_that_ran_is_an_error():
    run = Simulation(branches(False, False), named).start().finish()
    assert run.run_state is State.FAILED
    assert run.stored_run.error.code == "ENG008"


# --- loops --------------------------------------------------------------------------------------------------


def looping(raw: str = "[1, 2, 3]", *, parallelism: int = 0):
    select = DagOutputs(
        parameters={
            "out": DagOutputParameter(
                value_from_parameter=ParameterSelector(producer_subtask="square", output_parameter_key="Output")
            )
        }
    )
    body = dag(
        {"square": task("square", inputs={"n": outer("item")})},
        outputs={"out": "LIST"},
        selects=select,
        item="NUMBER_INTEGER",
    )
    root = dag(
        {
            "loop": task("body", each=over(raw), parallelism=parallelism),
            "sum": task("sum", inputs={"xs": output_of("loop", "out")}),
        }
    )
    return document(
        root,
        body=body,
        square=leaf("square", outputs={"Output": "NUMBER_INTEGER"}, n="NUMBER_INTEGER"),
        sum=leaf("sum", xs="LIST"),
    )


def square(execution):
    return {"Output": execution.inputs.parameters["n"] ** 2} if execution.task == "square" else {}


def test_a_loop_collects_what_its_iterations_gave_in_order():
    run = Simulation(looping(), square, seed=3).start().finish()
    assert run.stored[TaskPath("sum")].inputs.parameters == {"xs": [1, 4, 9]}


def test_a_loop_over_nothing_collects_an_empty_list():
    run = Simulation(looping("[]"), square).start().finish()
    assert run.stored[TaskPath("sum")].inputs.parameters == {"xs": []}


def test_a_loop_keeps_to_its_parallelism():
    run = Simulation(looping("[1, 2, 3, 4, 5]", parallelism=2), square).start().finish()
    assert run.most_at_once == 2
    assert run.stored[TaskPath("sum")].inputs.parameters == {"xs": [1, 4, 9, 16, 25]}


def test_a_failed_iteration_fails_the_loop_after_the_others_ran():
    run = Simulation(looping(), lambda e: failure() if e.path == "loop[1].square" else square(e)).start().finish()
    assert run.states()["loop"] == "FAILED"
    assert run.states()["loop[2].square"] == "SUCCEEDED"
    assert run.states()["sum"] == "SKIPPED"


def test_what_is_not_a_list_cannot_be_looped_over():
    run = Simulation(looping('{"a": 1}'), square).start()
    assert run.stored_run.error.code == "ENG003"


def test_nested_loops_are_joined_in_order():
    select = DagOutputs(
        parameters={
            "out": DagOutputParameter(
                value_from_parameter=ParameterSelector(producer_subtask="square", output_parameter_key="Output")
            )
        }
    )
    outer_select = DagOutputs(
        parameters={
            "out": DagOutputParameter(
                value_from_parameter=ParameterSelector(producer_subtask="inner", output_parameter_key="out")
            )
        }
    )
    inner = dag(
        {"square": task("square", inputs={"n": outer("item")})}, outputs={"out": "LIST"}, selects=select, item="LIST"
    )
    body = dag(
        {"inner": task("inner", inputs={"row": outer("row")}, each=over(parameter="row"))},
        outputs={"out": "LIST"},
        selects=outer_select,
        row="LIST",
    )
    root = dag({"loop": task("body", each=over("[[1, 2], [], [3]]", item="row"))})
    run = Simulation(
        document(
            root,
            body=body,
            inner=inner,
            square=leaf("square", outputs={"Output": "NUMBER_INTEGER"}, n="NUMBER_INTEGER"),
        ),
        square,
    )
    run.start().finish()
    assert run.outputs("loop") == {"out": [1, 4, 9]}


# --- exit handlers ------------------------------------------------------------------------------------------


def guarded():
    body = dag({"work": task("work")})
    tasks = {
        "exit-handler-1": task("body"),
        "notify": task(
            "notify", after=["exit-handler-1"], strategy=COMPLETED, inputs={"status": status_of("exit-handler-1")}
        ),
    }
    return document(dag(tasks), body=body, work=WORK, notify=leaf("notify", status="TASK_FINAL_STATUS"))


def test_an_exit_task_runs_after_success_and_is_told_so():
    run = Simulation(guarded()).start().finish()
    assert run.stored[TaskPath("notify")].inputs.parameters["status"]["state"] == "COMPLETE"
    assert run.run_state is State.SUCCEEDED


def test_an_exit_task_runs_after_a_failure_and_is_told_why():
    run = Simulation(guarded(), fails("exit-handler-1.work")).start().finish()
    status = run.stored[TaskPath("notify")].inputs.parameters["status"]
    assert status["state"] == "FAILED"
    assert "'work' failed" in status["error"]["message"]
    assert run.states()["notify"] == "SUCCEEDED"
    assert run.run_state is State.FAILED


# --- cache --------------------------------------------------------------------------------------------------


def cached_document(value: int = 1):
    root = dag({"make": task("make", inputs={"n": constant(value)}, cache=True)})
    return document(root, make=leaf("make", outputs={"Output": "NUMBER_INTEGER"}, n="NUMBER_INTEGER"))


def seven(execution):
    return {"Output": 7}


def test_a_known_result_is_taken_and_nothing_runs():
    first = Simulation(cached_document(), seven).start().finish()
    second = Simulation(cached_document(), seven, known=first.known).start()
    assert second.run_state is State.SUCCEEDED
    assert second.calls == []
    assert second.outputs("make") == {"Output": 7}
    assert second.stored[TaskPath("make")].reused.path == "make"


def test_another_parameter_is_another_result():
    first = Simulation(cached_document(1), seven).start().finish()
    second = Simulation(cached_document(2), seven, known=first.known).start().finish()
    assert second.calls == ["make"]


def test_a_failure_is_never_taken_from_cache():
    first = Simulation(cached_document(), lambda e: failure()).start().finish()
    second = Simulation(cached_document(), seven, known=first.known).start().finish()
    assert second.calls == ["make"]


def test_a_run_without_cache_runs_everything():
    first = Simulation(cached_document(), seven).start().finish()
    second = Simulation(cached_document(), seven, known=first.known, cache=False).start().finish()
    assert second.calls == ["make"]


def test_what_a_run_without_cache_found_is_kept_for_later():
    fresh = Simulation(cached_document(), seven, cache=False).start().finish()
    later = Simulation(cached_document(), seven, known=fresh.known).start()
    assert later.calls == []
    assert later.outputs("make") == {"Output": 7}


# --- cancelling, taking over, trying again --------------------------------------------------------------------


def test_cancelling_ends_what_runs_and_starts_nothing_new():
    run = Simulation(chain(3)).start()
    run.step()
    run.cancel()
    assert run.states() == {"t0": "SUCCEEDED", "t1": "CANCELED", "t2": "CANCELED"}
    assert run.run_state is State.CANCELED


def test_cancelling_a_finished_run_changes_nothing():
    run = Simulation(chain(1)).start().finish()
    run.cancel()
    assert run.run_state is State.SUCCEEDED


def test_after_a_crash_only_what_had_not_finished_runs_again():
    run = Simulation(chain(4)).start()
    run.step()
    run.step()
    run.crash()
    run.finish()
    assert run.calls == ["t0", "t1", "t2", "t3"]
    assert run.run_state is State.SUCCEEDED
    assert run.stored[TaskPath("t2")].attempt == 2


def test_a_retry_runs_what_failed_and_what_depends_on_it_and_nothing_else():
    run = Simulation(chain(4), fails("t2", times=1)).start().finish()
    assert run.run_state is State.FAILED
    run.calls.clear()
    run.retry().finish()
    assert run.calls == ["t2", "t3"]
    assert run.run_state is State.SUCCEEDED


def test_a_retry_goes_into_loops_and_keeps_the_iterations_that_succeeded():
    failing = {"loop[1].square": 1}

    def behave(execution):
        if failing.pop(execution.path, 0):
            return failure()
        return square(execution)

    run = Simulation(looping(), behave).start().finish()
    run.calls.clear()
    run.retry().finish()
    assert run.calls == ["loop[1].square", "sum"]
    assert run.stored[TaskPath("sum")].inputs.parameters == {"xs": [1, 4, 9]}


def test_an_exit_task_runs_again_with_the_retry_of_what_it_guards():
    run = Simulation(guarded(), fails("exit-handler-1.work", times=1)).start().finish()
    run.calls.clear()
    run.retry().finish()
    assert run.calls == ["exit-handler-1.work", "notify"]
    assert run.run_state is State.SUCCEEDED


def test_a_retry_from_a_task_runs_it_and_what_depends_on_it():
    run = Simulation(chain(4)).start().finish()
    run.calls.clear()
    run.retry("t2").finish()
    assert run.calls == ["t2", "t3"]


def test_a_run_that_succeeded_has_nothing_to_retry():
    from penstock.engine.errors import NothingToRetry

    run = Simulation(chain(1)).start().finish()
    with pytest.raises(NothingToRetry, match="nothing to retry"):
        run.retry()


def test_a_cancelled_run_goes_on_when_retried():
    run = Simulation(chain(3)).start()
    run.step()
    run.cancel()
    run.retry().finish()
    assert run.run_state is State.SUCCEEDED
    assert run.calls == ["t0", "t1", "t2"]


def test_a_retry_of_what_failed_by_itself_and_not_in_a_task_ends_again():
    run = Simulation(branches(False, False), named).start().finish()
    failed = run.stored_run.error
    run.retry().finish()
    assert run.run_state is State.FAILED
    assert run.stored_run.error == failed
