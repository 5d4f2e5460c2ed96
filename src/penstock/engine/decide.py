"""The heart: `decide(state, event, now)` says what follows from an event. Pure and synchronous.

```
event ──► handler ──► draft ──► settle: while something is ready or has just finished ──► Decision
```

The handlers are siblings: `attempts` (an attempt began or ended), `scheduling` (a task is ready), `entering` (a DAG or
a loop begins), `completion` (something finished), `setting_back` (something is to run again), `recovery` (take-over).
"""

from datetime import datetime

from penstock.engine import attempts, completion, handover, recovery, scheduling
from penstock.engine.events import (
    AttemptEnded,
    AttemptReturned,
    CacheAnswered,
    Cancel,
    CancelAttempt,
    EngineEvent,
    ImportEnded,
    Launch,
    Recover,
    Retry,
    Start,
    TimerFired,
)
from penstock.engine.state import Decision, Draft, RunState
from penstock.metadata.records import ExecutionKind, State


def decide(state: RunState, event: EngineEvent, now: datetime) -> Decision:
    """What follows from `event`.

    Args:
        state: The run as it is; not changed.
        event: What happened. An event that comes too late (about an attempt that is over) has no effect.
        now: The present time (UTC).

    Returns:
        The records to store, and the commands to perform: immediate ones at once, deferred ones once it is stored.
    """
    draft = Draft(state, now)
    _handle(draft, event)
    settle(draft)
    return draft.decision()


def settle(draft: Draft) -> None:
    """Follow every consequence until nothing is ready and nobody is left to be told."""
    while draft.finished or draft.ready or draft.idle:
        while draft.finished:
            completion.tell_neighbours(draft, draft.finished.popleft())
        if draft.idle:
            completion.complete(draft, draft.execution(draft.idle.popleft()))
        if draft.ready:
            scheduling.look_at(draft, draft.ready.popleft())


def _handle(draft: Draft, event: EngineEvent) -> None:
    match event:
        case Start():
            scheduling.start_run(draft, event)
        case Recover():
            recovery.recover(draft, event)
        case Retry():
            recovery.retry(draft, event)
        case CacheAnswered():
            scheduling.use_cache_answer(draft, event)
        case ImportEnded():
            attempts.end_import(draft, event)
        case Launch():
            attempts.launch(draft, event)
        case TimerFired():
            scheduling.begin_again(draft, event.path)
        case AttemptEnded():
            attempts.end_attempt(draft, event)
        case AttemptReturned():
            handover.give_back(draft, event)
        case Cancel():
            _cancel(draft, event)


def _cancel(draft: Draft, event: Cancel) -> None:
    run = draft.run
    if run.state.finished:
        return
    draft.change_run(state=State.CANCELING, error=event.reason or run.error)
    if not draft.state.executions:  # it has not begun: there is nothing to wait for
        draft.change_run(state=State.CANCELED if event.reason is None else State.FAILED, finished_at=draft.now)
    for execution in list(draft.state.executions.values()):
        if execution.state is State.PENDING:
            draft.finish(execution.path, State.CANCELED, reused=None)
        elif execution.state in (State.RUNNING, State.CANCELING) and execution.kind is ExecutionKind.TASK:
            draft.change(execution.path, state=State.CANCELING)
            draft.commands.append(CancelAttempt(path=execution.path, number=execution.attempt, force=event.force))
