"""Tasks that wait for a person: asked once, answered once, left and found again, and at an end if nobody answers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from penstock.core.ids import Digest, RunId, TaskPath
from penstock.engine.executor import AttemptKey, Canceled, Failed, Succeeded, WorkOrder
from penstock.executors.approvals import ApprovalDesk, WithApprovals, approval_id
from penstock.ir.approval import APPROVAL_MODULE, is_approval
from penstock.ir.runtime import ExecutorOutput, TaskFailure
from penstock.ir.spec import ContainerSpec
from penstock.metadata import MetadataStore, open_store
from penstock.metadata.errors import StoreUnavailable
from penstock.metadata.records import Attempt, Run, State
from penstock.metadata.registry import Approval
from penstock.testing.attempts import Attempts
from penstock.testing.clock import FakeClock
from penstock.testing.executors import ScriptedExecutor

ASKS = ContainerSpec(image="python", command=["python3", "-m", APPROVAL_MODULE])
OTHER = ContainerSpec(image="python", command=["python3", "-c", "pass"])
START = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
GIVEN: dict[str, Any] = {"subject": "champion of taxi", "role": "owner", "details": {"auc": 0.8}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetadataStore]:
    opened = open_store(tmp_path / "penstock.db", durability="normal")
    opened.create_run(Run(run_id=RunId("run"), pipeline="p", spec=Digest("sha256:x"), created_at=START), b"{}")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


@pytest.fixture
def desk(store: MetadataStore, clock: FakeClock) -> Iterator[ApprovalDesk]:
    desk = ApprovalDesk(store, clock, pause=0.005)
    yield desk
    desk.close()


@pytest.fixture
def attempts(desk: ApprovalDesk, tmp_path: Path) -> Attempts:
    folder = tmp_path / "attempts"
    folder.mkdir()
    return Attempts(WithApprovals(ScriptedExecutor(lambda _order: ExecutorOutput()), desk), folder)


def _asked(store: MetadataStore) -> Approval:
    (approval,) = store.registry.approvals()
    return approval


def test_the_answer_of_a_person_is_the_output(attempts: Attempts, store: MetadataStore, clock: FakeClock) -> None:
    order = attempts.start(ASKS, inputs=GIVEN)
    asked = _asked(store)
    assert (asked.subject, asked.role, asked.details) == ("champion of taxi", "owner", {"auc": 0.8})
    said = f"waits for approval (owner): penstock approvals approve {asked.approval_id}"
    assert order.log.read_text().splitlines()[-1] == said
    store.registry.decide(asked.approval_id, "approved", by="ada", note="fine", now=clock.now())
    outcome = attempts.wait(order)
    assert isinstance(outcome, Succeeded)
    answer = {"approval": asked.approval_id, "by": "ada", "note": "fine", "at": "2026-03-01T12:00:00+00:00"}
    assert outcome.output.parameter_values == {"answer": answer}
    assert order.log.read_text().splitlines()[-1] == "approved by ada: fine"


def test_a_rejection_fails_the_task_with_the_note_for_good(attempts: Attempts, store: MetadataStore) -> None:
    order = attempts.start(ASKS, inputs=GIVEN)
    store.registry.decide(_asked(store).approval_id, "rejected", by="ada", note="too slow", now=START)
    outcome = attempts.wait(order)
    assert isinstance(outcome, Failed)
    assert (outcome.failure.code, outcome.failure.kind) == ("EXE050", "user")
    assert outcome.failure.message == "ada rejected 'champion of taxi': too slow"


def test_an_answer_that_is_there_already_is_taken_at_once(
    attempts: Attempts, desk: ApprovalDesk, store: MetadataStore
) -> None:
    order = attempts.start(ASKS, inputs=GIVEN)
    desk.leave(order.key)
    assert isinstance(attempts.wait(order), Canceled)
    assert _asked(store).decision == ""
    store.registry.decide(_asked(store).approval_id, "approved", by="ada", note="", now=START)
    reported: list[object] = []
    desk.ask(order, lambda _key, outcome: reported.append(outcome))
    assert [type(outcome) for outcome in reported] == [Succeeded]
    assert len(store.registry.approvals()) == 1


def test_who_waits_is_ended_when_the_engine_leaves(attempts: Attempts, store: MetadataStore) -> None:
    order = attempts.start(ASKS, inputs=GIVEN)
    attempts.executor.cancel(order.key)
    assert isinstance(attempts.wait(order), Canceled)
    assert _asked(store).decision == ""


def test_it_is_too_late_after_the_time_limit(attempts: Attempts, store: MetadataStore, clock: FakeClock) -> None:
    order = attempts.start(ASKS, inputs=GIVEN, timeout=3600)
    clock.advance(timedelta(minutes=61))
    outcome = attempts.wait(order)
    assert isinstance(outcome, Failed)
    assert outcome.failure.code == "EXE051"
    assert outcome.failure.message == "no owner answered within 1:01:00, so 'champion of taxi' was not approved"
    decided = _asked(store)
    assert (decided.decision, decided.decided_by) == ("rejected", "penstock")


def test_the_time_goes_on_while_no_engine_waits(attempts: Attempts, desk: ApprovalDesk, clock: FakeClock) -> None:
    order = attempts.start(ASKS, inputs=GIVEN, timeout=3600)
    desk.leave(order.key)
    attempts.wait(order)
    clock.advance(timedelta(minutes=61))
    reported: list[Any] = []
    desk.ask(order, lambda _key, outcome: reported.append(outcome))
    assert reported[0].failure.code == "EXE051"


def test_a_store_that_is_away_for_a_while_ends_no_wait(
    attempts: Attempts, store: MetadataStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = attempts.start(ASKS, inputs=GIVEN)
    asked = _asked(store)
    away = iter([True, True, False])

    def look(self: Any, approval_id: str) -> Approval:
        if next(away, False):
            raise StoreUnavailable(place="penstock.db", reason="away")
        return real(self, approval_id)

    real = type(store.registry).approval
    monkeypatch.setattr(type(store.registry), "approval", look)
    store.registry.decide(asked.approval_id, "approved", by="ada", note="", now=START)
    assert isinstance(attempts.wait(order), Succeeded)


def test_what_is_no_approval_goes_to_the_other_executor(attempts: Attempts, store: MetadataStore) -> None:
    assert not is_approval(OTHER)
    order = attempts.start(OTHER)
    assert isinstance(attempts.wait(order), Succeeded)
    assert store.registry.approvals() == []
    assert attempts.executor.refuse(ASKS) is None
    assert attempts.executor.lock(ASKS) == {}
    attempts.executor.cancel(order.key)


# --- which question it is -----------------------------------------------------------------------------------


def _attempt(number: int, state: State, kind: str = "") -> Attempt:
    error = TaskFailure(kind=kind, code="X", message="") if kind else None
    return Attempt(run_id=RunId("r"), path=TaskPath("a"), number=number, state=state, error=error, started_at=START)


def _question(*attempts: Attempt) -> str:
    return approval_id(RunId("r"), TaskPath("a"), attempts, len(attempts) + 1)


@pytest.mark.parametrize(
    "earlier",
    [(), (_attempt(1, State.FAILED, "infra"),), (_attempt(1, State.CANCELED), _attempt(2, State.RUNNING))],
)
def test_an_attempt_that_was_lost_or_left_goes_on_with_the_same_question(earlier: tuple[Attempt, ...]) -> None:
    assert _question(*earlier) == _question()


@pytest.mark.parametrize("ended", [_attempt(1, State.SUCCEEDED), _attempt(1, State.FAILED, "user")])
def test_an_answer_that_had_its_effect_serves_no_second_time(ended: Attempt) -> None:
    assert _question(ended) != _question()
    assert approval_id(RunId("r"), TaskPath("a"), [ended], 1) == _question()


def test_questions_of_different_places_are_different() -> None:
    ids = {approval_id(RunId(run), TaskPath(path), ()) for run in ("r1", "r2") for path in ("a", "b", "loop[1].a")}
    assert len(ids) == 6
    assert all(len(ident) == 8 and ident.isalnum() for ident in ids)


def test_an_order_says_what_it_is_about_even_where_nothing_is_given(
    desk: ApprovalDesk, attempts: Attempts, store: MetadataStore
) -> None:
    order: WorkOrder = attempts.start(ASKS)
    asked = _asked(store)
    assert (asked.subject, asked.role, asked.details) == (order.key.path, "model-validator", {})
    assert desk.waits(order.key)
    assert not desk.waits(AttemptKey(RunId("run"), TaskPath("other"), 1))
