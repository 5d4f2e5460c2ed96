"""Runs of an older Penstock follow the rules that they began with; those of a newer one are refused."""

from datetime import UTC, datetime, timedelta

import pytest

from penstock.core.ids import Digest, RunId, TaskPath
from penstock.engine.behaviour import BEHAVIOUR, WAITS_FOR_OTHERS, behaviour_of, check_behaviour, has_rule
from penstock.engine.errors import BehaviourTooNew
from penstock.engine.events import Wait
from penstock.ir.spec import PipelineDocument
from penstock.metadata.records import Reuse, Run
from penstock.platform.options import RunOptions
from support.pipelines import dag, document, leaf, task
from support.simulation import Simulation


def a_run(**options) -> Run:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Run(run_id=RunId("r"), pipeline="p", spec=Digest("d"), created_at=now, options=options)


def test_a_run_records_the_newest_behaviour():
    assert behaviour_of(a_run(**RunOptions().record())) == BEHAVIOUR


def test_a_run_that_does_not_say_is_of_the_oldest():
    assert behaviour_of(a_run()) == 1
    assert not has_rule(a_run(), WAITS_FOR_OTHERS)
    assert has_rule(a_run(behaviour=2), WAITS_FOR_OTHERS)


def test_runs_of_today_and_of_yesterday_are_known():
    for behaviour in range(1, BEHAVIOUR + 1):
        check_behaviour(a_run(behaviour=behaviour))


def test_a_run_of_a_newer_penstock_is_refused():
    newer = BEHAVIOUR + 1
    with pytest.raises(BehaviourTooNew, match=f"follows behaviour {newer}, this one knows up to {BEHAVIOUR}"):
        check_behaviour(a_run(behaviour=newer))


def shared() -> PipelineDocument:
    return document(dag({"a": task("one", cache=True)}), one=leaf("one", outputs={"Output": "NUMBER_INTEGER"}))


@pytest.mark.parametrize(("behaviour", "waits"), [(1, False), (2, True)])
def test_a_run_waits_for_another_one_only_if_that_was_the_rule_when_it_began(behaviour, waits):
    run = Simulation(shared(), behaviour_version=behaviour)
    held = Wait(holder=Reuse(run_id=RunId("other"), path=TaskPath("a")), until=run.now + timedelta(seconds=1))
    run.holders = {"a": held}
    run.start()
    assert bool(run.running) is not waits
    assert run.states() == {"a": "PENDING" if waits else "RUNNING"}
