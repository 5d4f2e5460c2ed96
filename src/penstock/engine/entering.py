"""Entering a DAG or a loop: the executions that it holds come into being."""

from typing import Any

from penstock.core.ids import TaskPath
from penstock.engine.inputs import iteration_inputs
from penstock.engine.state import Draft, child_path, iteration_path
from penstock.ir.spec import TaskSpec
from penstock.metadata.records import Bindings, Execution, ExecutionKind, State


def enter_dag(draft: Draft, execution: Execution) -> None:
    """Create what a DAG holds; what waits for nothing is ready."""
    draft.change(execution.path, state=State.RUNNING, started_at=draft.now)
    dag = draft.plan.dag(execution.component)
    children = [_child(draft, execution, name, dag.spec.tasks[name]) for name in dag.order]
    draft.create(children)
    for child in children:
        upstream = len(dag.upstream[child.task])
        draft.set_waiting(child.path, upstream)
        if upstream == 0:
            draft.ready.append(child.path)
    if not children:
        draft.finish(execution.path, State.SUCCEEDED)


def _child(draft: Draft, parent: Execution, name: str, task: TaskSpec) -> Execution:
    return Execution(
        run_id=parent.run_id,
        path=child_path(parent.path, name),
        parent=parent.path,
        task=name,
        component=task.component_ref.name,
        kind=draft.plan.kind(task),
        created_at=draft.now,
    )


def enter_loop(draft: Draft, loop: Execution) -> None:
    """Enter as many iterations of a loop as may go at once."""
    items = draft.items(loop)
    draft.change(loop.path, state=State.RUNNING, started_at=draft.now)
    draft.set_unfinished_children(loop.path, 0)
    draft.set_next_iteration(loop.path, 0)
    _drop_surplus(draft, loop, items)
    limit = parallelism(draft, loop)
    for _ in range(min(limit, len(items)) if limit else len(items)):
        enter_next_iteration(draft, loop.path)
    if not items:
        draft.finish(loop.path, State.SUCCEEDED, outputs=_empty_outputs(draft, loop))


def parallelism(draft: Draft, loop: Execution) -> int:
    """How many iterations may go at once; 0 for all."""
    policy = draft.task_spec(loop).iterator_policy
    return policy.parallelism_limit if policy is not None else 0


def _drop_surplus(draft: Draft, loop: Execution, items: list[Any]) -> None:
    """Iterations of an earlier time round, when there were more items, count no more."""
    index = len(items)
    while (surplus := draft.find(iteration_path(loop.path, index))) is not None:
        draft.change(surplus.path, state=State.SKIPPED, error=None, outputs=Bindings())
        index += 1


def _empty_outputs(draft: Draft, loop: Execution) -> Bindings:
    declared = draft.plan.component(loop.component).output_definitions
    return Bindings(
        parameters={name: [] for name in declared.parameters}, artifacts={name: [] for name in declared.artifacts}
    )


def enter_next_iteration(draft: Draft, path: TaskPath) -> bool:
    """Enter the first iteration of a loop that was not entered yet; False if there is none."""
    loop = draft.execution(path)
    items = draft.items(loop)
    index = draft.next_iteration(loop.path)
    if index >= len(items) or draft.run.state is State.CANCELING:
        return False
    iteration = Execution(
        run_id=loop.run_id,
        path=iteration_path(loop.path, index),
        parent=loop.path,
        task=loop.task,
        component=loop.component,
        kind=ExecutionKind.DAG,
        iteration=index,
        inputs=iteration_inputs(loop, draft.task_spec(loop), items[index], draft.plan.dag(loop.component).spec),
        created_at=draft.now,
    )
    draft.create([iteration])
    draft.set_next_iteration(loop.path, index + 1)
    enter_dag(draft, iteration)
    return True
