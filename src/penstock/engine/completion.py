"""What follows when something has finished: neighbours that waited, the DAG or loop around it, the run."""

from collections.abc import Iterator

from penstock.core.errors import PenstockError
from penstock.core.ids import TaskPath
from penstock.engine.behaviour import RETRIES_DAGS, has_rule
from penstock.engine.entering import enter_next_iteration, parallelism
from penstock.engine.errors import UpstreamFailed, failure_of
from penstock.engine.events import SetTimer
from penstock.engine.outputs import collects, dag_outputs, loop_outputs
from penstock.engine.retries import next_delay
from penstock.engine.setting_back import reopen, set_back
from penstock.engine.state import Draft, child_path
from penstock.ir.runtime import TaskFailure
from penstock.metadata.records import Bindings, Execution, ExecutionKind, State


def tell_neighbours(draft: Draft, path: TaskPath) -> None:
    """Count a finished execution off wherever it was waited for."""
    execution = draft.execution(path)
    if execution.parent is None:
        _finish_run(draft, execution)
        return
    parent = draft.parent(execution)
    if parent.kind is ExecutionKind.DAG:
        for name in draft.plan.dag(parent.component).downstream[execution.task]:
            waiter = child_path(parent.path, name)
            draft.set_waiting(waiter, draft.waits_for(waiter) - 1)
            if draft.waits_for(waiter) == 0:
                draft.ready.append(waiter)
    draft.set_unfinished_children(parent.path, draft.unfinished_children(parent.path) - 1)
    if parent.kind is ExecutionKind.LOOP and _go_on(draft, parent):
        return
    if draft.unfinished_children(parent.path) == 0 and not draft.execution(parent.path).state.finished:
        complete(draft, parent)


def _go_on(draft: Draft, loop: Execution) -> bool:
    """Another iteration takes the place of one that has finished; False if there is none left."""
    limit = parallelism(draft, loop)
    if limit and draft.unfinished_children(loop.path) >= limit and draft.run.state is not State.CANCELING:
        reopen(draft, loop.path)  # more are open than go at once: some of those that were set back wait
        return True
    return enter_next_iteration(draft, loop.path)


def complete(draft: Draft, execution: Execution) -> None:
    """Everything within a DAG or a loop has finished; so has it, unless it is tried again."""
    children = draft.children(execution)
    canceling = draft.run.state is State.CANCELING
    failed = [child for child in children if child.state is State.FAILED]
    if failed:
        names = [repr(child.task) if child.iteration is None else f"iteration {child.iteration}" for child in failed]
        cause = failed[0].error.message if failed[0].error is not None else ""
        failure = failure_of(UpstreamFailed(failed=names, cause=cause))
        if canceling or not _try_again(draft, execution, failure):
            draft.finish(execution.path, State.FAILED, error=failure)
        return
    if any(child.state is State.CANCELED for child in children) or canceling:
        draft.finish(execution.path, State.CANCELED)
        return
    try:
        draft.finish(execution.path, State.SUCCEEDED, outputs=_outputs(draft, execution, children))
    except PenstockError as error:
        draft.finish(execution.path, State.FAILED, error=failure_of(error))


def _try_again(draft: Draft, execution: Execution, failure: TaskFailure) -> bool:
    """A retry policy on a DAG runs again what failed within it, and what depends on that; an iteration has none.

    What no attempt can mend (a wrong value, a condition that cannot be evaluated) is not tried again.
    """
    if execution.parent is None or execution.iteration is not None or not has_rule(draft.run, RETRIES_DAGS):
        return False
    policy = draft.task_spec(execution).retry_policy
    if policy is None or any(cause.kind == "user" for cause in _causes(draft, execution)):
        return False
    counted = draft.change(execution.path, failures=execution.failures + 1, error=failure)
    delay = next_delay(counted, failure, policy)
    if delay is None:
        return False
    if delay.total_seconds() <= 0:
        set_back(draft, counted)
    else:
        draft.change(execution.path, state=State.PENDING, not_before=draft.now + delay)
        draft.commands.append(SetTimer(path=execution.path, at=draft.now + delay))
    return True


def _causes(draft: Draft, execution: Execution) -> Iterator[TaskFailure]:
    """The failures of all tasks within that failed by themselves, in order."""
    for child in draft.children(execution):
        if child.state is State.FAILED:
            inner = _causes(draft, child)
            first = next(inner, child.error)
            if first is not None:
                yield first
            yield from inner


def _outputs(draft: Draft, execution: Execution, children: list[Execution]) -> Bindings:
    plan, component = draft.plan, execution.component
    if execution.kind is ExecutionKind.LOOP:
        return loop_outputs(plan.component(component), children, lambda name: collects(plan, component, name))
    return dag_outputs(plan.dag(component).spec, lambda name: draft.execution(child_path(execution.path, name)))


def _finish_run(draft: Draft, root: Execution) -> None:
    state, error = root.state, root.error
    if draft.run.state is State.CANCELING:
        error = draft.run.error
        state = State.FAILED if error is not None else State.CANCELED
    elif error is not None:
        error = next(_causes(draft, root), error)
    draft.change_run(state=state, finished_at=draft.now, error=error)
