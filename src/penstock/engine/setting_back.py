"""Opening a DAG or a loop again: what failed within it is to run once more, what succeeded is kept."""

from collections.abc import Collection

from penstock.core.ids import TaskPath
from penstock.engine.entering import enter_dag, enter_next_iteration, parallelism
from penstock.engine.state import Draft
from penstock.metadata.records import Bindings, Execution, ExecutionKind, State

_BAD = (State.FAILED, State.CANCELED)


def set_back(draft: Draft, holder: Execution, named: Collection[TaskPath] = (), target: TaskPath | None = None) -> None:
    """Reopen a DAG or a loop, and set back what within it failed or was cancelled, with all that depends on it.

    Args:
        draft: The decision in the making.
        holder: The DAG or loop.
        named: Executions to be set back besides, and the holders that they stand in.
        target: Of those, the one that was asked for: it begins from nothing, although it may hold others.
    """
    draft.change(holder.path, state=State.RUNNING, finished_at=None, error=None, outputs=Bindings(), reused=None)
    if holder.kind is ExecutionKind.LOOP:
        goes_on = _set_back_iterations(draft, holder, named, target)
    else:
        goes_on = _set_back_tasks(draft, holder, named, target)
    if not goes_on:  # nothing within it failed: it failed by itself, and says so again
        draft.idle.append(holder.path)


def _set_back_tasks(draft: Draft, dag: Execution, named: Collection[TaskPath], target: TaskPath | None) -> bool:
    children = draft.children(dag)
    again = _with_downstream(
        draft, dag, {child.task for child in children if child.state in _BAD or child.path in named}
    )
    draft.set_unfinished_children(dag.path, len(again))
    for child in children:
        if child.task in again:
            waits = sum(name in again for name in draft.plan.dag(dag.component).upstream[child.task])
            draft.set_waiting(child.path, waits)
            _set_back_one(draft, child, waits, named, target)
    return bool(again)


def _set_back_iterations(draft: Draft, loop: Execution, named: Collection[TaskPath], target: TaskPath | None) -> bool:
    """As many at once as the loop may have; the others stay PENDING, until `reopen`."""
    children = draft.children(loop)
    again = [child for child in children if child.state in _BAD or child.path in named]
    again.sort(key=lambda child: child.path not in named)  # what `named` says is known at this moment only
    limit = parallelism(draft, loop)
    draft.set_next_iteration(loop.path, len(children))
    draft.set_unfinished_children(loop.path, len(again))
    for index, child in enumerate(again):
        if limit and index >= limit:
            draft.change(child.path, state=State.PENDING, error=None, started_at=None, finished_at=None)
        else:
            _set_back_one(draft, child, 0, named, target)
    goes_on = bool(again)
    while not limit or draft.unfinished_children(loop.path) < limit:
        if not enter_next_iteration(draft, loop.path):
            break
        goes_on = True
    return goes_on


def reopen(draft: Draft, path: TaskPath) -> None:
    """There is room in a loop for one more of the iterations that were set back."""
    for child in draft.children(draft.execution(path)):
        if child.state is State.PENDING:
            set_back(draft, child)
            return


def _set_back_one(
    draft: Draft, child: Execution, waits: int, named: Collection[TaskPath], target: TaskPath | None
) -> None:
    entered = child.kind in (ExecutionKind.DAG, ExecutionKind.LOOP) and child.state in (*_BAD, State.SUCCEEDED)
    if waits == 0 and entered and child.path != target and draft.children(child):
        set_back(draft, draft.change(child.path, failures=0), named, target)
        return
    child = draft.change(
        child.path,
        state=State.PENDING,
        failures=0,
        losses=0,
        inputs=Bindings() if child.iteration is None else child.inputs,
        outputs=Bindings(),
        reused=None,
        fingerprint=None,
        key=None,
        error=None,
        not_before=None,
        started_at=None,
        finished_at=None,
    )
    if child.iteration is not None:
        enter_dag(draft, child)
    elif waits == 0:
        draft.ready.append(child.path)


def _with_downstream(draft: Draft, holder: Execution, tasks: set[str]) -> set[str]:
    downstream = draft.plan.dag(holder.component).downstream
    found, agenda = set(tasks), list(tasks)
    while agenda:
        for name in downstream[agenda.pop()]:
            if name not in found:
                found.add(name)
                agenda.append(name)
    return found
