"""What follows when something has finished: neighbours that waited, the DAG or loop around it, the run."""

from penstock.core.errors import PenstockError
from penstock.core.ids import TaskPath
from penstock.engine.errors import UpstreamFailed, failure_of
from penstock.engine.outputs import dag_outputs, loop_outputs
from penstock.engine.scheduling import enter_next_iteration
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
    if parent.kind is ExecutionKind.LOOP and enter_next_iteration(draft, parent.path):
        return
    if draft.unfinished_children(parent.path) == 0 and not draft.execution(parent.path).state.finished:
        complete(draft, parent)


def complete(draft: Draft, execution: Execution) -> None:
    """Everything within a DAG or a loop has finished; so has it."""
    children = draft.children(execution)
    failed = [child for child in children if child.state is State.FAILED]
    if failed:
        names = [repr(child.task) if child.iteration is None else f"iteration {child.iteration}" for child in failed]
        cause = failed[0].error.message if failed[0].error is not None else ""
        draft.finish(execution.path, State.FAILED, error=failure_of(UpstreamFailed(failed=names, cause=cause)))
        return
    if any(child.state is State.CANCELED for child in children) or draft.run.state is State.CANCELING:
        draft.finish(execution.path, State.CANCELED)
        return
    try:
        draft.finish(execution.path, State.SUCCEEDED, outputs=_outputs(draft, execution, children))
    except PenstockError as error:
        draft.finish(execution.path, State.FAILED, error=failure_of(error))


def _outputs(draft: Draft, execution: Execution, children: list[Execution]) -> Bindings:
    dag = draft.plan.dag(execution.component).spec
    if execution.kind is ExecutionKind.LOOP:
        component = draft.plan.component(execution.component)
        return loop_outputs(component, dag, children, lambda name: draft.plan.kind(dag.tasks[name]))
    return dag_outputs(dag, lambda name: draft.execution(child_path(execution.path, name)))


def _finish_run(draft: Draft, root: Execution) -> None:
    state, error = root.state, root.error
    if draft.run.state is State.CANCELING:
        error = draft.run.error
        state = State.FAILED if error is not None else State.CANCELED
    elif error is not None:
        error = _first_cause(draft, root) or error
    draft.change_run(state=state, finished_at=draft.now, error=error)


def _first_cause(draft: Draft, execution: Execution) -> TaskFailure | None:
    """The failure of the first task, in order, that failed by itself."""
    for child in draft.children(execution):
        if child.state is not State.FAILED:
            continue
        if child.kind in (ExecutionKind.DAG, ExecutionKind.LOOP):
            cause = _first_cause(draft, child)
            if cause is not None:
                return cause
        return child.error
    return None
