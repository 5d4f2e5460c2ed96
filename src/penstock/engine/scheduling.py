"""What becomes of a task once nothing that it waits for is left: skipped, entered, looked up, or put in line."""

from itertools import chain

from penstock.core.errors import PenstockError
from penstock.core.ids import TaskPath
from penstock.engine.behaviour import WAITS_FOR_OTHERS, has_rule
from penstock.engine.conditions import holds
from penstock.engine.entering import enter_dag, enter_loop
from penstock.engine.errors import failure_of
from penstock.engine.events import CacheAnswered, Enqueue, ImportArtifact, LookUpCache, SetTimer, Start
from penstock.engine.inputs import TaskScope, resolve_inputs
from penstock.engine.plan import ROOT, ROOT_COMPONENT
from penstock.engine.reuse import RERUN_OF, may_reuse
from penstock.engine.run_values import run_values
from penstock.engine.setting_back import set_back
from penstock.engine.state import Draft, child_path
from penstock.ir.parameters import constant_of, with_numbers
from penstock.ir.placeholders import resolve_constant
from penstock.ir.spec import TaskSpec
from penstock.ir.values import value_text
from penstock.metadata.records import (
    Bindings,
    Event,
    EventType,
    Execution,
    ExecutionKind,
    Reuse,
    State,
)


def start_run(draft: Draft, event: Start) -> None:
    """Create the root and enter it."""
    run = draft.run
    for artifact in chain.from_iterable(event.artifacts.values()):
        draft.put_artifact(artifact)
    given = {name: [artifact.artifact_id for artifact in artifacts] for name, artifacts in event.artifacts.items()}
    root = Execution(
        run_id=run.run_id,
        path=ROOT,
        task=run.pipeline,
        component=ROOT_COMPONENT,
        kind=ExecutionKind.DAG,
        inputs=Bindings(parameters=run.parameters, artifacts=given),
        created_at=draft.now,
    )
    draft.change_run(state=State.RUNNING, started_at=draft.now, finished_at=None, error=None)
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
    task = draft.task_spec(execution)
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


def scope_of(draft: Draft, execution: Execution, task: TaskSpec) -> TaskScope:
    """What a task can see from where it stands."""
    parent = draft.parent(execution)
    return TaskScope(
        name=execution.task,
        task=task,
        component=draft.plan.component(task.component_ref.name),
        outer=parent.inputs,
        sibling=lambda name: draft.execution(child_path(parent.path, name)),
        values=run_values(draft.state, execution),
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
            enter_loop(draft, execution)
        case ExecutionKind.IMPORTER:
            draft.commands.append(_import_command(draft, execution))
        case ExecutionKind.TASK if draft.plan.waits_for_person(execution.component):
            draft.commands.append(Enqueue(path=execution.path))  # an answer is to one question, and serves no other
        case ExecutionKind.TASK:
            cached = task.caching_options is not None and task.caching_options.enable_cache
            if cached and not _uses_workspace(draft, execution):
                draft.commands.append(LookUpCache(path=execution.path))
            elif RERUN_OF in draft.run.options:
                draft.commands.append(LookUpCache(path=execution.path, cached=False))
            else:
                draft.commands.append(Enqueue(path=execution.path))


def _uses_workspace(draft: Draft, execution: Execution) -> bool:
    """Whether what a task does depends on a folder whose content no cache key knows."""
    if not draft.plan.uses_workspace:
        return False
    if draft.plan.is_volatile(execution.component):
        return True
    place = draft.state.places.get("workspace_path", "")
    return bool(place) and any(
        isinstance(given, str) and place in given for given in execution.inputs.parameters.values()
    )


def begin_again(draft: Draft, path: TaskPath) -> None:
    """The wait before another try is over."""
    execution = draft.execution(path)
    if execution.state is not State.PENDING:
        return
    match execution.kind:
        case ExecutionKind.TASK if execution.reused is not None or (execution.losses and execution.fingerprint):
            # It waited for another run; or its engine was gone, and another run may have done the same meanwhile.
            draft.commands.append(LookUpCache(path=path))
        case ExecutionKind.TASK:
            draft.commands.append(Enqueue(path=path))
        case ExecutionKind.IMPORTER:
            draft.commands.append(_import_command(draft, draft.change(path, not_before=None)))
        case ExecutionKind.DAG | ExecutionKind.LOOP:
            set_back(draft, draft.change(path, not_before=None))


def _import_command(draft: Draft, execution: Execution) -> ImportArtifact:
    importer = draft.plan.executor(execution.component).importer
    assert importer is not None
    parameters, values = execution.inputs.parameters, run_values(draft.state, execution)
    named = importer.artifact_uri.runtime_parameter
    uri = parameters.get(named) if named else constant_of(importer.artifact_uri)
    metadata = resolve_constant(dict(importer.metadata), parameters, values)
    assert isinstance(metadata, dict)
    text = value_text(uri if named else resolve_constant(uri, parameters, values))
    return ImportArtifact(path=execution.path, uri=text, metadata=metadata)


# --- cache --------------------------------------------------------------------------------------------------


def use_cache_answer(draft: Draft, event: CacheAnswered) -> None:
    """Take the earlier result if the run may take any, wait for one that is being made, or put the task in line."""
    execution = draft.execution(event.path)
    if execution.state is not State.PENDING:
        return
    if event.hit is None and event.wait is not None and has_rule(draft.run, WAITS_FOR_OTHERS):
        if (execution.fingerprint, execution.reused) != (event.fingerprint, event.wait.holder):
            draft.change(event.path, fingerprint=event.fingerprint, key=event.key, reused=event.wait.holder)
        draft.commands.append(SetTimer(path=event.path, at=event.wait.until))
        return
    draft.change(event.path, fingerprint=event.fingerprint, key=event.key, reused=None)
    if event.hit is None or not (event.earlier or may_reuse(draft.run, event.path)):
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
