"""A task that waits for another run, a run that is left to another engine, and what a person wants done anew."""

from datetime import timedelta

import pytest
from msgspec import structs

from penstock.core.ids import Fingerprint, RunId, TaskPath
from penstock.engine.decide import decide
from penstock.engine.events import AttemptReturned, Cancel, CancelAttempt, TimerFired, Wait
from penstock.engine.handover import begun_at
from penstock.engine.reuse import depending_on, is_anew, may_reuse
from penstock.metadata.records import CachedResult, Reuse, State, Usage
from support.pipelines import dag, document, leaf, output_of, over, task
from support.simulation import Simulation, failure

A, B = TaskPath("a"), TaskPath("b")
OTHER = Reuse(run_id=RunId("other"), path=A)


def chain(**options):
    number = {"Output": "NUMBER_INTEGER"}
    tasks = {
        "a": task("first", cache=True),
        "b": task("next", cache=True, inputs={"n": output_of("a")}),
        "c": task("next", cache=True, inputs={"n": output_of("b")}),
        "d": task("first", cache=True),
    }
    return document(
        dag(tasks), first=leaf("first", outputs=number), next=leaf("next", outputs=number, n="NUMBER_INTEGER")
    )


def give(execution):
    return {"Output": ord(execution.task[-1])}


def waiting() -> Simulation:
    run = Simulation(chain(), give)
    run.holders = {path: Wait(holder=OTHER, until=run.now + timedelta(seconds=1)) for path in (A, TaskPath("d"))}
    return run.start()


def test_a_task_that_another_run_computes_waits_on_record():
    run = waiting()
    execution = run.stored[A]
    assert (execution.state, execution.reused, execution.attempt) == (State.PENDING, OTHER, 0)
    assert execution.fingerprint is not None
    assert not run.running


def test_waiting_longer_changes_nothing_on_record():
    run = waiting()
    decision = decide(run.state, run._look_up(A), run.now)
    assert not decision.changes
    assert [command.path for command in decision.commands] == [A]


def test_when_the_other_one_has_finished_its_result_is_taken():
    run = waiting()
    print_ = run.stored[A].fingerprint or Fingerprint("")
    outputs = Simulation(chain(), give).start().finish().stored[A].outputs
    run.known[print_] = CachedResult(fingerprint=print_, run_id=OTHER.run_id, path=A, outputs=outputs, artifacts={})
    run.finish()
    assert run.run_state is State.SUCCEEDED
    assert run.stored[A].reused == OTHER
    assert sorted(run.calls) == ["b", "c"]


def test_when_the_other_one_has_failed_this_one_computes():
    run = waiting()
    run.holders = {}
    run.finish()
    assert (run.run_state, run.stored[A].reused) == (State.SUCCEEDED, None)
    assert sorted(run.calls) == ["a", "b", "c"], "d is the same as a, and finds its result"


def test_an_engine_that_takes_over_asks_again():
    run = waiting()
    run.holders = {}
    run.crash()
    assert sorted(path for path, _ in run.running) == ["a", "d"]


def test_a_task_that_was_lost_with_its_engine_takes_what_another_run_made_meanwhile():
    run = Simulation(chain(), give).start()
    run.known = Simulation(chain(), give).start().finish().known
    run.crash()
    run.finish()
    assert (run.run_state, run.calls) == (State.SUCCEEDED, [])
    assert run.stored[A].reused is not None
    assert [run.attempts[A, 1].state] == [State.FAILED]


def test_a_task_that_waits_can_be_cancelled():
    run = waiting()
    run.cancel()
    assert (run.run_state, run.stored[A].state, run.stored[A].reused) == (State.CANCELED, State.CANCELED, None)
    run.tell(TimerFired(path=A))
    assert run.stored[A].state is State.CANCELED


def test_a_run_that_has_not_begun_is_cancelled_at_once():
    run = Simulation(chain(), give)
    run.tell(Cancel())
    assert run.run_state is State.CANCELED
    assert run.stored_run.finished_at is not None


# --- handing over -------------------------------------------------------------------------------------------


def returned(run: Simulation, path: TaskPath) -> None:
    run.running.pop((path, 1))
    run.tell(AttemptReturned(path=path, number=1, usage=Usage()))


def test_an_attempt_that_is_given_back_does_not_count():
    run = Simulation(chain(), give).start()
    returned(run, A)
    execution = run.stored[A]
    assert (execution.state, execution.losses, execution.failures, execution.error) == (State.PENDING, 0, 0, None)
    assert run.attempts[A, 1].state is State.CANCELED
    run.crash()
    assert run.finish().run_state is State.SUCCEEDED
    assert [key for key in sorted(run.attempts) if key[0] == A] == [(A, 1), (A, 2)]


def test_an_attempt_that_is_given_back_while_the_run_is_cancelled_is_cancelled():
    run = Simulation(chain(), give).start()
    decision = decide(run.state, Cancel(), run.now)
    run.state.apply(decision)
    run._store(decision.changes)
    assert {command.path for command in decision.commands if isinstance(command, CancelAttempt)} == {"a", "d"}
    returned(run, A)
    returned(run, TaskPath("d"))
    assert run.run_state is State.CANCELED


def test_news_of_an_older_attempt_gives_nothing_back():
    run = Simulation(chain(), give).start()
    run.tell(AttemptReturned(path=A, number=7, usage=Usage()))
    assert run.stored[A].state is State.RUNNING


def test_the_time_of_a_run_begins_anew_with_a_retry_and_with_nothing_else():
    run = Simulation(chain(), lambda execution: failure() if execution.path == "c" else give(execution)).start()
    begun = begun_at(run.stored_run)
    assert begun == run.stored_run.started_at
    run.crash()
    run.finish()
    assert begun_at(run.stored_run) == begun
    run.now += timedelta(days=1)
    run.retry()
    assert begun_at(run.stored_run) == run.now
    again = run.now
    run.now += timedelta(hours=1)
    run.crash()
    assert begun_at(run.stored_run) == again


# --- anew ---------------------------------------------------------------------------------------------------


def test_a_retry_from_a_task_asks_the_cache_for_what_does_not_depend_on_it():
    run = Simulation(chain(), give).start().finish()
    run.calls.clear()
    run.retry("b").finish()
    assert sorted(run.calls) == ["b", "c"]
    assert run.stored_run.options["cache"] is True
    assert not may_reuse(run.stored_run, B)
    assert may_reuse(run.stored_run, A)


def test_what_is_to_be_done_anew_stays_so_until_it_is_done():
    failing = [True]
    run = Simulation(chain(), lambda e: failure() if e.path == "c" and failing[0] else give(e))
    known = Simulation(chain(), give).start().finish().known
    run.known = dict(known)
    run.start().finish()
    assert run.calls == []
    run.retry("c").finish()
    assert (run.run_state, run.calls) == (State.FAILED, ["c"])
    failing.clear()
    failing.append(False)
    run.retry().finish()
    assert (run.run_state, run.calls) == (State.SUCCEEDED, ["c", "c"]), "the cache knows a result that nobody wants"


def test_what_depends_on_a_task_is_told_by_places():
    nested = document(
        dag(
            {
                "before": task("work"),
                "loop": task("body", each=over("[1, 2]"), after=["before"]),
                "end": task("work", after=["loop"]),
            }
        ),
        body=dag({"x": task("work"), "y": task("work", after=["x"]), "z": task("work")}),
        work=leaf("work"),
    )
    run = Simulation(nested).start().finish()
    places = depending_on(run.plan, run.stored, TaskPath("loop[1].x"))
    assert places == ["loop[1].x", "loop[1].y", "end"]
    changed = structs.replace(run.stored_run, options={"anew": places})
    anew = [path for path in run.stored if is_anew(changed, path)]
    assert sorted(anew) == ["end", "loop[1].x", "loop[1].y"]
    assert depending_on(run.plan, run.stored, TaskPath("loop")) == ["loop", "end"]


@pytest.mark.parametrize(("place", "path", "anew"), [("a", "ab", False), ("a", "a.b", True), ("a", "a[0].b", True)])
def test_a_place_stands_for_what_is_below_it_and_not_for_its_namesakes(place, path, anew):
    run = structs.replace(Simulation(chain()).stored_run, options={"anew": [place]})
    assert is_anew(run, TaskPath(path)) is anew
