"""What becomes of a task once nothing that it waits for is left: skipped, entered, looked up, or put in line."""

from typing import Any

from penstock.core.errors import PenstockError
from penstock.core.ids import TaskPath
from penstock.core.json import Json
from penstock.engine.conditions import holds
from penstock.engine.errors import failure_of
from penstock.engine.events import CacheAnswered, Enqueue, ImportArtifact, LookUpCache, Start
from penstock.engine.inputs import TaskScope, iteration_inputs, loop_items, resolve_inputs
from penstock.engine.plan import ROOT, ROOT_COMPONENT
from penstock.engine.state import Draft, child_path, iteration_path
from penstock.ir.parameters import with_numbers
from penstock.ir.placeholders import resolve_constant
from penstock.ir.spec import ImporterSpec, TaskSpec
from penstock.metadata.records import (
    Bindings,
    Event,
    EventType,
    Execution,
    ExecutionKind,
    Reuse,
    Run,
    State,
)


def run_values(run: Run, task: str = "", path: str = "") -> dict[str, str]:
    """The run-level placeholders of Kubeflow, as this run gives them."""
    return {
        "pipeline_job_name": run.display_name or run.run_id,
        "pipeline_job_resource_name": run.run_id,
        "pipeline_job_uuid": run.run_id,
        "pipeline_job_create_time_utc": run.created_at.isoformat(),
        "pipeline_job_schedule_time_utc": run.created_at.isoformat(),
        "pipeline_task_name": task,
        "pipeline_task_uuid": f"{run.run_id}/{path}",
    }


def start_run(draft: Draft, event: Start) -> None:
    """Create the root and enter it."""
    run = draft.run
    for artifact in event.artifacts.values():
        draft.put_artifact(artifact)
    given = {name: [artifact.artifact_id] for name, artifact in event.artifacts.items()}
    root = Execution(
        run_id=run.run_id,
        path=ROOT,
        task=run.pipeline,
        component=ROOT_COMPONENT,
        kind=ExecutionKind.DAG,
        inputs=Bindings(parameters=run.parameters, artifacts=given),
        created_at=draft.now,
    )
    draft.change_run(state=State.RUNNING, started_at=draft.now)
    draft.create([root])
    record_inputs(draft, root)
    enter_dag(draft, root)


def look_at(draft: Draft, path: TaskPath) -> None:
    """Decide about a task whose upstream tasks are all finished."""
    execution = draft.execution(path)
    if execution.state is not State.PENDING:
        return
    if draft.run.state is State.CANCELING:
        draft.finish(execution.path, State.CANCELED)
        return
    task = task_spec(draft, execution)
    if not _triggered(draft, execution, task):
        draft.finish(execution.path, State.SKIPPED)
        return
    try:
        inputs = resolve_inputs(scope_of(draft, execution, task))
        condition = task.trigger_policy.condition if task.trigger_policy else ""
        if condition and not _holds(draft, execution, condition, inputs):
            draft.finish(execution.path, State.SKIPPED, inputs=inputs)
            return
        _begin(draft, draft.change(execution.path, inputs=inputs), task)
    except PenstockError as error:
        draft.finish(execution.path, State.FAILED, error=failure_of(error))


def _holds(draft: Draft, execution: Execution, condition: str, inputs: Bindings) -> bool:
    declared = draft.plan.component(execution.component).input_definitions
    return holds(condition, with_numbers(inputs.parameters, declared.parameters))


def task_spec(draft: Draft, execution: Execution) -> TaskSpec:
    """The task that an execution was made from; for an iteration, its loop's."""
    parent = draft.parent(execution)
    if parent.kind is ExecutionKind.LOOP:
        return task_spec(draft, parent)
    return draft.plan.dag(parent.component).spec.tasks[execution.task]


def scope_of(draft: Draft, execution: Execution, task: TaskSpec) -> TaskScope:
    """What a task can see from where it stands."""
    parent = draft.parent(execution)
    return TaskScope(
        name=execution.task,
        task=task,
        component=draft.plan.component(task.component_ref.name),
        outer=parent.inputs,
        sibling=lambda name: draft.execution(child_path(parent.path, name)),
        values=run_values(draft.run, execution.task, execution.path),
    )


def _triggered(draft: Draft, execution: Execution, task: TaskSpec) -> bool:
    policy = task.trigger_policy
    if policy is not None and policy.strategy == "ALL_UPSTREAM_TASKS_COMPLETED":
        return True
    parent = draft.parent(execution)
    upstream = draft.plan.dag(parent.component).upstream[execution.task]
    return all(draft.execution(child_path(parent.path, name)).state is State.SUCCEEDED for name in upstream)


def _begin(draft: Draft, execution: Execution, task: TaskSpec) -> None:
    match execution.kind:
        case ExecutionKind.DAG:
            enter_dag(draft, execution)
        case ExecutionKind.LOOP:
            _enter_loop(draft, execution, task)
        case ExecutionKind.IMPORTER:
            importer = draft.plan.executor(execution.component).importer
            assert importer is not None
            draft.commands.append(_import_command(draft, execution, importer))
        case ExecutionKind.TASK:
            if task.caching_options is not None and task.caching_options.enable_cache:
                draft.commands.append(LookUpCache(path=execution.path))
            else:
                draft.commands.append(Enqueue(path=execution.path))


def _import_command(draft: Draft, execution: Execution, importer: ImporterSpec) -> ImportArtifact:
    parameters = execution.inputs.parameters
    values = run_values(draft.run, execution.task, execution.path)
    uri: Any = importer.artifact_uri.constant
    if importer.artifact_uri.runtime_parameter:
        uri = parameters.get(importer.artifact_uri.runtime_parameter)
    metadata: Json = resolve_constant(dict(importer.metadata), parameters, values)
    assert isinstance(metadata, dict)
    uri = resolve_constant(uri, parameters, values)
    return ImportArtifact(path=execution.path, uri=str(uri), metadata=metadata)


# --- DAGs and loops -----------------------------------------------------------------------------------------


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


def _enter_loop(draft: Draft, loop: Execution, task: TaskSpec) -> None:
    draft.change(loop.path, state=State.RUNNING, started_at=draft.now)
    draft.set_unfinished_children(loop.path, 0)
    draft.set_next_iteration(loop.path, 0)
    items = items_of(draft, loop, task)
    limit = _parallelism(task)
    for _ in range(min(limit, len(items)) if limit else len(items)):
        enter_next_iteration(draft, loop.path)
    if not items:
        draft.finish(loop.path, State.SUCCEEDED, outputs=empty_loop_outputs(draft, loop))


def items_of(draft: Draft, loop: Execution, task: TaskSpec) -> list[Any]:
    """What a loop goes over."""
    return draft.items(loop.path, lambda: loop_items(loop, task))


def _parallelism(task: TaskSpec) -> int:
    return task.iterator_policy.parallelism_limit if task.iterator_policy else 0


def empty_loop_outputs(draft: Draft, loop: Execution) -> Bindings:
    """An empty list for each output."""
    declared = draft.plan.component(loop.component).output_definitions
    return Bindings(
        parameters={name: [] for name in declared.parameters}, artifacts={name: [] for name in declared.artifacts}
    )


def enter_next_iteration(draft: Draft, path: TaskPath) -> bool:
    """Enter the first iteration of a loop that was not entered yet; False if there is none."""
    loop = draft.execution(path)
    task = task_spec(draft, loop)
    items = items_of(draft, loop, task)
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
        inputs=iteration_inputs(loop, task, items[index]),
        created_at=draft.now,
    )
    draft.create([iteration])
    draft.set_next_iteration(loop.path, index + 1)
    enter_dag(draft, iteration)
    return True


# --- cache --------------------------------------------------------------------------------------------------


def use_cache_answer(draft: Draft, event: CacheAnswered) -> None:
    """Take the earlier result if the run may take any, or put the task in line."""
    execution = draft.execution(event.path)
    if execution.state is not State.PENDING:
        return
    draft.change(event.path, fingerprint=event.fingerprint, key=event.key)
    if event.hit is None or not draft.run.options.get("cache", True):
        draft.commands.append(Enqueue(path=event.path))
        return
    for artifact in event.hit.artifacts.values():
        if artifact.artifact_id not in draft.state.artifacts:
            draft.put_artifact(artifact)
    reuse = Reuse(run_id=event.hit.run_id, path=event.hit.path)
    record_inputs(draft, execution)
    draft.finish(event.path, State.SUCCEEDED, outputs=event.hit.outputs, reused=reuse, started_at=draft.now)
    record_outputs(draft, draft.execution(event.path))


# --- lineage ------------------------------------------------------------------------------------------------


def record_inputs(draft: Draft, execution: Execution) -> None:
    """An INPUT event for each artifact that an execution takes."""
    _record(draft, execution, execution.inputs, EventType.INPUT)


def record_outputs(draft: Draft, execution: Execution) -> None:
    """An OUTPUT event for each artifact that an execution gives."""
    _record(draft, execution, execution.outputs, EventType.OUTPUT)


def _record(draft: Draft, execution: Execution, bindings: Bindings, type: EventType) -> None:
    for name, ids in bindings.artifacts.items():
        for index, artifact in enumerate(ids):
            draft.put_event(
                Event(
                    run_id=execution.run_id,
                    path=execution.path,
                    artifact_id=artifact,
                    type=type,
                    name=name,
                    index=index,
                )
            )
