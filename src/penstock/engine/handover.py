"""Giving a run to another engine: by an engine that leaves, and in time, so that nothing counts twice."""

from datetime import datetime

from penstock.engine.events import AttemptReturned
from penstock.engine.state import Draft
from penstock.metadata.records import Attempt, Run, State

_BEGUN_AGAIN = "begun_again"


def give_back(draft: Draft, event: AttemptReturned) -> None:
    """An attempt was ended because its engine leaves. The task is as if it had not begun: the next engine begins it."""
    execution = draft.execution(event.path)
    if execution.state not in (State.RUNNING, State.CANCELING) or execution.attempt != event.number:
        return
    draft.put_attempt(
        Attempt(
            run_id=execution.run_id,
            path=event.path,
            number=event.number,
            state=State.CANCELED,
            log=event.log,
            usage=event.usage,
            started_at=draft.attempt_started(event.path, event.number),
            finished_at=draft.now,
        )
    )
    if execution.state is State.CANCELING or draft.run.state is State.CANCELING:
        draft.finish(event.path, State.CANCELED)
    else:
        draft.change(event.path, state=State.PENDING)


def begin_anew(draft: Draft) -> None:
    """A person retries the run: its time begins anew. On record, since another engine may have to know."""
    draft.change_run(options=draft.run.options | {_BEGUN_AGAIN: draft.now.isoformat()})


def begun_at(run: Run) -> datetime | None:
    """When the time that a run may take has begun: at its start, or when it was last retried; None before both."""
    again = run.options.get(_BEGUN_AGAIN)
    return datetime.fromisoformat(again) if isinstance(again, str) else run.started_at
