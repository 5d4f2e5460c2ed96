"""Attempts: how one begins, what its outcome means, and whether there is another."""

import contextlib
from typing import Any

from penstock.core.errors import PenstockError
from penstock.core.ids import ArtifactId, Digest, artifact_id
from penstock.core.json import Json
from penstock.engine.errors import MissingOutput, failure_of
from penstock.engine.events import AttemptEnded, ImportEnded, Launch, SetTimer, StartAttempt
from penstock.engine.executor import Failed, Succeeded
from penstock.engine.retries import next_delay
from penstock.engine.scheduling import begin_again, record_inputs, record_outputs
from penstock.engine.state import Draft
from penstock.ir.parameters import convert_parameter, parameter_type
from penstock.ir.runtime import ExecutorOutput, RuntimeArtifact, TaskFailure
from penstock.metadata.records import Artifact, Attempt, Bindings, Execution, State, Usage


def launch(draft: Draft, event: Launch) -> None:
    """There is room: the next attempt of a task begins."""
    execution = draft.execution(event.path)
    if execution.state is not State.PENDING:
        return
    number = execution.attempt + 1
    record_inputs(draft, execution)  # each time: a retry of the run may give others
    draft.change(
        event.path,
        state=State.RUNNING,
        attempt=number,
        not_before=None,
        started_at=execution.started_at or draft.now,
    )
    draft.put_attempt(
        Attempt(
            run_id=execution.run_id,
            path=execution.path,
            number=number,
            state=State.RUNNING,
            log=event.log,
            started_at=draft.now,
        )
    )
    draft.commands.append(StartAttempt(path=event.path, number=number))


def end_attempt(draft: Draft, event: AttemptEnded) -> None:
    """An attempt is over. Late news about an older attempt has no effect."""
    execution = draft.execution(event.path)
    if execution.state not in (State.RUNNING, State.CANCELING) or execution.attempt != event.number:
        return
    outcome = event.outcome
    if isinstance(outcome, Succeeded):
        failure = _succeed(draft, execution, event, outcome)
    else:
        failure = outcome.failure if isinstance(outcome, Failed) else None
    if isinstance(outcome, Succeeded) and failure is None:
        return
    canceling = draft.run.state is State.CANCELING
    state = State.CANCELED if failure is None or canceling else State.FAILED
    _close(draft, execution, event, state, outcome.usage, failure)
    if failure is None or canceling:
        draft.finish(event.path, State.CANCELED, error=failure)
    else:
        fail(draft, execution, failure)


def _succeed(draft: Draft, execution: Execution, event: AttemptEnded, outcome: Succeeded) -> TaskFailure | None:
    try:
        outputs = _bind_outputs(draft, execution, outcome.output)
    except PenstockError as error:
        return failure_of(error)
    _close(draft, execution, event, State.SUCCEEDED, outcome.usage, None)
    draft.finish(event.path, State.SUCCEEDED, outputs=outputs, error=None)
    record_outputs(draft, draft.execution(event.path))
    if execution.fingerprint is not None and outcome.reusable:
        draft.put_cached(execution.fingerprint, execution.path)
    return None


def _close(
    draft: Draft, execution: Execution, event: AttemptEnded, state: State, usage: Usage, error: TaskFailure | None
) -> None:
    started = execution.started_at or draft.now
    with contextlib.suppress(KeyError):
        started = draft.attempt_started(execution.path, event.number)
    draft.put_attempt(
        Attempt(
            run_id=execution.run_id,
            path=execution.path,
            number=event.number,
            state=state,
            log=event.log,
            error=error,
            usage=usage,
            started_at=started,
            finished_at=draft.now,
        )
    )


def fail(draft: Draft, execution: Execution, failure: TaskFailure) -> None:
    """Try a task or an importer again if it may be, else it has failed."""
    lost = failure.kind == "infra"
    counted = draft.change(
        execution.path, failures=execution.failures + (not lost), losses=execution.losses + lost, error=failure
    )
    delay = next_delay(counted, failure, draft.task_spec(execution).retry_policy)
    if delay is None:
        draft.finish(execution.path, State.FAILED, error=failure)
    elif delay.total_seconds() <= 0:
        draft.change(execution.path, state=State.PENDING)
        begin_again(draft, execution.path)
    else:
        draft.change(execution.path, state=State.PENDING, not_before=draft.now + delay)
        draft.commands.append(SetTimer(path=execution.path, at=draft.now + delay))


def _bind_outputs(draft: Draft, execution: Execution, output: ExecutorOutput) -> Bindings:
    """The outputs of a task as records; what its component declares must be there."""
    declared = draft.plan.component(execution.component).output_definitions
    missing = [name for name in declared.parameters if name not in output.parameter_values]
    missing += [name for name in declared.artifacts if name not in output.artifacts]
    if missing:
        raise MissingOutput(task=execution.task, outputs=missing)
    parameters: dict[str, Json] = {}
    for name, parameter in declared.parameters.items():
        value, shown = output.parameter_values[name], f"{execution.task}.{name}"
        parameters[name] = None if value is None else convert_parameter(value, parameter_type(parameter), name=shown)
    artifacts: dict[str, list[ArtifactId]] = {}
    for name, artifact in declared.artifacts.items():
        artifacts[name] = []
        for index, runtime in enumerate(output.artifacts[name].artifacts):
            ident = artifact_id(execution.run_id, execution.path, execution.attempt, name, index)
            title = runtime.type.schema_title or artifact.artifact_type.schema_title
            draft.put_artifact(_artifact(draft, ident, name, title, runtime))
            artifacts[name].append(ident)
    return Bindings(parameters=parameters, artifacts=artifacts)


def _artifact(draft: Draft, ident: ArtifactId, name: str, title: str, runtime: RuntimeArtifact) -> Artifact:
    metadata: dict[str, Any] = dict(runtime.metadata)
    return Artifact(
        artifact_id=ident,
        name=name,
        type=title,
        uri=runtime.uri,
        digest=Digest(runtime.digest) if runtime.digest else None,
        size=runtime.size,
        metadata=metadata,
        created_at=draft.now,
    )


def end_import(draft: Draft, event: ImportEnded) -> None:
    """What an importer pointed at was looked at."""
    execution = draft.execution(event.path)
    if execution.state is not State.PENDING:
        return
    if isinstance(event.result, TaskFailure):
        fail(draft, execution, event.result)
        return
    draft.put_artifact(event.result)
    names = draft.plan.component(execution.component).output_definitions.artifacts
    outputs = Bindings(artifacts={name: [event.result.artifact_id] for name in names})
    draft.finish(event.path, State.SUCCEEDED, outputs=outputs, error=None, started_at=draft.now)
    record_outputs(draft, draft.execution(event.path))
