"""Tasks that wait for a person: the question is in the store, and nothing runs meanwhile.

An attempt begins by asking. Which question it is follows from where the task stands in its run and from what
became of it before, so an attempt that another engine begins anew, after a crash or days later, finds the question that
was asked already, perhaps with its answer. One thread looks for the answers to all questions of this process.
"""

import contextlib
import hashlib
import json
import logging
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from msgspec import Struct

from penstock.core.clock import Clock
from penstock.core.errors import PenstockError, UserError
from penstock.core.ids import RunId, TaskPath
from penstock.core.json import Json
from penstock.engine.executor import AttemptKey, Canceled, Executor, Failed, Outcome, Report, Succeeded, WorkOrder
from penstock.engine.handover import begun_at
from penstock.ir.approval import ANSWER, is_approval
from penstock.ir.runtime import ExecutorOutput, TaskFailure
from penstock.ir.spec import ContainerSpec
from penstock.launcher.failures import failure_of
from penstock.metadata.errors import StoreUnavailable
from penstock.metadata.records import Attempt, State, Usage
from penstock.metadata.registry import Approval
from penstock.metadata.registry_errors import AlreadyDecided
from penstock.metadata.store import MetadataStore

_log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds between two looks for answers."""
NOBODY = "penstock"
"""Who rejects where nobody has answered in time."""
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(kw_only=True, eq=False)
class ApprovalRejected(UserError, PermissionError):
    """A person said no."""

    code: ClassVar[str] = "EXE050"
    subject: str
    by: str
    note: str

    def message(self) -> str:
        return f"{self.by} rejected {self.subject!r}" + (f": {self.note}" if self.note else "")

    def hint(self) -> str:
        return "what was asked for does not happen; `penstock runs retry` of this run asks again"


@dataclass(kw_only=True, eq=False)
class ApprovalTimedOut(UserError, TimeoutError):
    """Nobody has answered in time."""

    code: ClassVar[str] = "EXE051"
    subject: str
    role: str
    seconds: float

    def message(self) -> str:
        waited = timedelta(seconds=self.seconds)
        return f"no {self.role} answered within {waited}, so {self.subject!r} was not approved"

    def hint(self) -> str:
        return "`penstock runs retry` of this run asks again; `timeout` of the approval says how long people have"


class ApprovalDesk:
    """The questions of this process that wait for an answer. Safe for several threads."""

    def __init__(self, store: MetadataStore, clock: Clock, pause: float = PAUSE) -> None:
        self._store = store
        self._clock = clock
        self._pause = pause
        self._lock = threading.Lock()
        self._waiting: dict[AttemptKey, _Question] = {}
        self._thread: threading.Thread | None = None
        self._bell = threading.Event()

    def ask(self, order: WorkOrder, report: Report) -> None:
        """Ask, and report the answer when there is one: perhaps at once. Never raises what can be reported."""
        try:
            approval = self._request(order)
            until = self._until(order, approval)
            question = _Question(approval.approval_id, report, time.monotonic(), until, order.log)
            _say(order, f"waits for approval ({approval.role}): penstock approvals approve {approval.approval_id}")
            outcome = self._outcome(question, approval)
        except PenstockError as error:
            outcome = Failed(failure=failure_of(error), usage=Usage())
        if outcome is not None:
            report(order.key, outcome)
            return
        with self._lock:
            self._waiting[order.key] = question
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="approvals", daemon=True)
                self._thread.start()

    def waits(self, key: AttemptKey) -> bool:
        """Whether that attempt waits here."""
        with self._lock:
            return key in self._waiting

    def leave(self, key: AttemptKey) -> None:
        """Wait no longer. The question stays where it is: another engine may go on with it."""
        with self._lock:
            question = self._waiting.pop(key, None)
        if question is not None:
            question.report(key, Canceled(usage=question.usage))

    def close(self) -> None:
        """Wait for nothing any more."""
        with self._lock:
            keys = list(self._waiting)
        for key in keys:
            self.leave(key)
        self._bell.set()

    # --- inside -------------------------------------------------------------------------------------------

    def _request(self, order: WorkOrder) -> Approval:
        given = order.executor_input.inputs.parameter_values
        details = given.get("details")
        key = order.key
        ident = approval_id(key.run_id, key.path, self._store.attempts(key.run_id, key.path), key.number)
        asked = Approval(
            approval_id=ident,
            subject=str(given.get("subject") or key.path),
            role=str(given.get("role") or "model-validator"),
            run_id=key.run_id,
            path=key.path,
            details=details if isinstance(details, dict) else {},
            requested_at=self._clock.now(),
        )
        return self._store.registry.request_approval(asked)

    def _until(self, order: WorkOrder, approval: Approval) -> datetime | None:
        """When it is too late: counted from the question, or from the last time that somebody retried the run."""
        if order.limits.timeout is None:
            return None
        began = begun_at(self._store.run(order.key.run_id)) or approval.requested_at
        return max(began, approval.requested_at) + timedelta(seconds=order.limits.timeout)

    def _outcome(self, question: "_Question", approval: Approval) -> Outcome | None:
        """What follows from the answer, if there is one or if it is too late for one."""
        if not approval.decision and question.until is not None and self._clock.now() >= question.until:
            approval = self._give_up(approval)
        if approval.decision:
            by = f" by {approval.decided_by}" if approval.decided_by else ""
            _write(question.log, ": ".join(filter(None, [f"{approval.decision}{by}", approval.note])))
        if approval.decision == "approved":
            return Succeeded(output=ExecutorOutput(parameter_values={ANSWER: _answer(approval)}), usage=question.usage)
        if approval.decision == "rejected":
            return Failed(failure=_refusal(approval), usage=question.usage)
        return None

    def _give_up(self, approval: Approval) -> Approval:
        now = self._clock.now()
        seconds = (now - approval.requested_at).total_seconds()
        note = f"nobody answered within {timedelta(seconds=round(seconds))}"
        try:
            return self._store.registry.decide(approval.approval_id, "rejected", by=NOBODY, note=note, now=now)
        except AlreadyDecided:  # somebody was quicker, if only just
            return self._store.registry.approval(approval.approval_id)

    def _watch(self) -> None:
        """Look for answers as long as something waits."""
        while not self._bell.wait(self._pause):
            with self._lock:
                waiting = dict(self._waiting)
                if not waiting:
                    self._thread = None
                    return
            for key, question in waiting.items():
                self._look(key, question)

    def _look(self, key: AttemptKey, question: "_Question") -> None:
        try:
            outcome = self._outcome(question, self._store.registry.approval(question.approval_id))
        except StoreUnavailable as error:  # whoever needs the store more will say so
            _log.debug("cannot look for the answer to %s: %s", question.approval_id, error)
            return
        except PenstockError as error:
            outcome = Failed(failure=failure_of(error), usage=question.usage)
        if outcome is None:
            return
        with self._lock:
            mine = self._waiting.pop(key, None)
        if mine is not None:
            mine.report(key, outcome)


class WithApprovals:
    """An `Executor` whose approvals wait at a desk; all else goes to another one."""

    def __init__(self, executor: Executor, desk: ApprovalDesk) -> None:
        self._executor = executor
        self._desk = desk

    def start(self, order: WorkOrder, report: Report) -> None:
        """See `Executor.start`."""
        if is_approval(order.container):
            self._desk.ask(order, report)
        else:
            self._executor.start(order, report)

    def cancel(self, key: AttemptKey, *, force: bool = False) -> None:
        """See `Executor.cancel`."""
        if self._desk.waits(key):
            self._desk.leave(key)
        else:
            self._executor.cancel(key, force=force)

    def warm(self, containers: Sequence[ContainerSpec]) -> None:
        """See `Executor.warm`."""
        self._executor.warm([container for container in containers if not is_approval(container)])

    def refuse(self, container: ContainerSpec) -> TaskFailure | None:
        """See `Executor.refuse`."""
        return None if is_approval(container) else self._executor.refuse(container)

    def lock(self, container: ContainerSpec, *, refresh: bool = False) -> dict[str, str]:
        """See `Executor.lock`. A question needs no package."""
        return {} if is_approval(container) else self._executor.lock(container, refresh=refresh)

    def close(self) -> None:
        """See `Executor.close`. Whoever made the desk closes it."""
        self._executor.close()


def approval_id(run_id: RunId, path: TaskPath, attempts: Iterable[Attempt], number: int | None = None) -> str:
    """The id of the question that a task asks: short enough to type, and always the same until it has an effect.

    An attempt that succeeded or failed has used its question up: what runs again asks anew, because it may be
    about something else. One that was lost with its engine, or left to another one, has not.

    Args:
        run_id: The run.
        path: The task.
        attempts: Those of the task.
        number: The attempt that asks; by default the last one.
    """
    spent = sum(_has_effect(attempt) and (number is None or attempt.number < number) for attempt in attempts)
    place = f"{run_id}\0{path}\0{spent}".encode("utf-8", "surrogatepass")
    value = int.from_bytes(hashlib.blake2b(place, digest_size=8).digest())
    letters = []
    for _ in range(8):
        value, index = divmod(value, len(_ALPHABET))
        letters.append(_ALPHABET[index])
    return "".join(letters)


def _has_effect(attempt: Attempt) -> bool:
    if attempt.state is State.FAILED:
        return attempt.error is not None and attempt.error.kind != "infra"
    return attempt.state is State.SUCCEEDED


class _Question(Struct, frozen=True):
    """An attempt that waits."""

    approval_id: str
    report: Report
    began: float
    until: datetime | None
    log: Path

    @property
    def usage(self) -> Usage:
        return Usage(wall_seconds=time.monotonic() - self.began)


def _answer(approval: Approval) -> dict[str, Json]:
    at = approval.decided_at.isoformat() if approval.decided_at else ""
    return {"approval": approval.approval_id, "by": approval.decided_by, "note": approval.note, "at": at}


def _refusal(approval: Approval) -> TaskFailure:
    if approval.decided_by == NOBODY and approval.decided_at is not None:
        seconds = round((approval.decided_at - approval.requested_at).total_seconds())
        return failure_of(ApprovalTimedOut(subject=approval.subject, role=approval.role, seconds=seconds))
    return failure_of(ApprovalRejected(subject=approval.subject, by=approval.decided_by, note=approval.note))


def _say(order: WorkOrder, text: str) -> None:
    """Into the log, whose last line is shown as long as the task runs."""
    details = order.executor_input.inputs.parameter_values.get("details")
    shown = json.dumps(details, ensure_ascii=False, indent=2) + "\n" if details else ""
    subject = order.executor_input.inputs.parameter_values.get("subject")
    _write(order.log, f"{subject}\n{shown}{text}")


def _write(log: Path, text: str) -> None:
    with contextlib.suppress(OSError), log.open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"{text}\n")
