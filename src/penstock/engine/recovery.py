"""Taking over a run from an engine that died, and going on with a run that had finished badly."""

from penstock.core.ids import TaskPath
from penstock.engine.attempts import end_attempt, fail
from penstock.engine.errors import AttemptLost, NothingToRetry, failure_of
from penstock.engine.events import AttemptEnded, AttemptReturned, Recover, Retry, SetTimer
from penstock.engine.handover import begin_anew, give_back
from penstock.engine.reuse import ANEW, depending_on
from penstock.engine.setting_back import set_back
from penstock.engine.state import Draft
from penstock.ir.runtime import TaskFailure
from penstock.metadata.records import Attempt, Execution, ExecutionKind, State, Usage


def recover(draft: Draft, event: Recover) -> None:
    """Go on from the records alone: adopt what was complete, try again what was lost, look again at what waited."""
    for execution in list(draft.state.executions.values()):
        if execution.kind is ExecutionKind.TASK and execution.state in (State.RUNNING, State.CANCELING):
            outcome = event.outcomes.get(execution.path)
            if outcome is not None:
                log = event.logs.get(execution.path, "")
                ended = AttemptEnded(path=execution.path, number=execution.attempt, outcome=outcome, log=log)
                end_attempt(draft, ended)
            elif draft.plan.waits_for_person(execution.component):  # the question is in the store: nothing was lost
                log = event.logs.get(execution.path, "")
                give_back(draft, AttemptReturned(path=execution.path, number=execution.attempt, usage=Usage(), log=log))
                if draft.execution(execution.path).state is State.PENDING:
                    _look_again(draft, draft.execution(execution.path))
            else:
                _lose(draft, execution, event.logs.get(execution.path, ""))
        elif execution.state is State.PENDING:
            _look_again(draft, execution)
        elif execution.kind is ExecutionKind.LOOP and execution.state is State.RUNNING:
            draft.set_next_iteration(execution.path, len(draft.children(execution)))


def _look_again(draft: Draft, execution: Execution) -> None:
    if draft.run.state is State.CANCELING:
        draft.finish(execution.path, State.CANCELED, reused=None)
    elif execution.not_before is not None:
        draft.commands.append(SetTimer(path=execution.path, at=execution.not_before))
    elif draft.waits_for(execution.path) == 0 and execution.iteration is None:  # an iteration waits for its loop
        draft.ready.append(execution.path)


def _lose(draft: Draft, execution: Execution, log: str) -> None:
    lost = failure_of(AttemptLost())
    failure = TaskFailure(kind="infra", code=lost.code, message=lost.message, hint=lost.hint)
    draft.put_attempt(
        Attempt(
            run_id=execution.run_id,
            path=execution.path,
            number=execution.attempt,
            state=State.FAILED,
            log=log,
            error=failure,
            started_at=draft.attempt_started(execution.path, execution.attempt),
            finished_at=draft.now,
        )
    )
    if draft.run.state is State.CANCELING:
        draft.finish(execution.path, State.CANCELED)
    else:
        fail(draft, execution, failure)


# --- retry --------------------------------------------------------------------------------------------------


def retry(draft: Draft, event: Retry) -> None:
    """Set back what failed or was cancelled, and all that depends on it; what succeeded besides is kept.

    Raises:
        NothingToRetry: The run is not finished, or it succeeded and no task is named.
    """
    run = draft.run
    if not run.state.finished or (run.state is State.SUCCEEDED and event.path is None):
        raise NothingToRetry(run=run.run_id, state=run.state)
    named = _with_ancestors(draft, event.path) if event.path is not None else set()
    root = draft.execution(TaskPath(""))
    options = run.options
    if event.path is not None:  # who names a task wants it run, and not the result that it gave before
        anew = options.get(ANEW)
        places = depending_on(draft.plan, draft.state.executions, event.path)
        options = options | {ANEW: list(dict.fromkeys([*(anew if isinstance(anew, list) else []), *places]))}
    draft.change_run(state=State.RUNNING, finished_at=None, error=None, options=options)
    begin_anew(draft)
    set_back(draft, root, named, event.path)


def _with_ancestors(draft: Draft, path: TaskPath) -> set[TaskPath]:
    paths = set()
    execution: Execution | None = draft.execution(path)
    while execution is not None:
        paths.add(execution.path)
        execution = draft.parent(execution) if execution.parent is not None else None
    return paths
