"""Records to rows and back, in the columns that `statements` names. Values that are no scalars are JSON text.

Times are text too, `2026-11-21T17:45:01.000000+00:00`: one width, UTC, so that they sort as they read.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeAlias, TypeVar

import msgspec

from penstock.core.ids import Fingerprint, RunId, TaskPath
from penstock.ir.runtime import TaskFailure
from penstock.metadata.errors import RecordDamaged, TextNotStorable
from penstock.metadata.records import (
    Artifact,
    Attempt,
    Bindings,
    CacheKey,
    Event,
    EventType,
    Execution,
    ExecutionKind,
    Lease,
    Reuse,
    Run,
    State,
    Usage,
)

Row: TypeAlias = tuple[Any, ...]
"""As the database gives it."""
Values: TypeAlias = dict[str, Any]
"""By column, as the database takes it."""

T = TypeVar("T")

_encode = msgspec.json.Encoder().encode
_dict: Callable[[str], dict[str, Any]] = msgspec.json.Decoder(dict[str, Any]).decode
_bindings = msgspec.json.Decoder(Bindings).decode
_key = msgspec.json.Decoder(CacheKey).decode
_failure = msgspec.json.Decoder(TaskFailure).decode

_STATES = {state.value: state for state in State}
_KINDS = {kind.value: kind for kind in ExecutionKind}
_EVENT_TYPES = {type_.value: type_ for type_ in EventType}
_NO_BINDINGS = Bindings()


# --- single values ------------------------------------------------------------------------------------------


def time_text(moment: datetime) -> str:
    """A moment as text, in UTC."""
    if moment.tzinfo is not UTC:
        if moment.tzinfo is None:
            raise TypeError(f"{moment} has no time zone; times in records are UTC")
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")


def json_text(value: object) -> str:
    """A value as JSON text."""
    try:
        return _encode(value).decode()
    except UnicodeEncodeError as error:
        raise TextNotStorable(text=excerpt(error)) from error


def excerpt(error: UnicodeEncodeError) -> str:
    """The part of a text around what cannot be encoded, escaped so that it can be shown."""
    start = max(0, error.start - 40)
    return error.object[start : error.end + 40].encode("utf-8", "backslashreplace").decode()


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else time_text(moment)


def _json(value: object | None) -> str | None:
    return None if value is None else json_text(value)


def _bindings_text(bindings: Bindings) -> str:
    return "{}" if bindings == _NO_BINDINGS else json_text(bindings)


def _read(decode: Callable[[str], T], text: str | None) -> T | None:
    return None if text is None else decode(text)


_moment = datetime.fromisoformat


def from_row(read: Callable[[Row], T]) -> Callable[[Row], T]:
    """Have a row that makes no sense say so: only a damaged database, or a person with an editor, has such."""

    @wraps(read)
    def reading(row: Row) -> T:
        try:
            return read(row)
        except (ValueError, TypeError, KeyError) as error:
            what = read.__name__.removesuffix("_record")
            reason = str(error) or type(error).__name__
            raise RecordDamaged(record=f"{what} {'/'.join(map(str, row[:2]))[:100]!r}", reason=reason) from error

    return reading


# --- records ------------------------------------------------------------------------------------------------


def run_values(run: Run) -> Values:
    return {
        "run_id": run.run_id,
        "pipeline": run.pipeline,
        "display_name": run.display_name,
        "spec": run.spec,
        "state": run.state.value,
        "parameters": json_text(run.parameters),
        "options": json_text(run.options),
        "created_at": time_text(run.created_at),
        "started_at": _time(run.started_at),
        "finished_at": _time(run.finished_at),
        "error": _json(run.error),
        "source": run.source,
    }


@from_row
def run_record(row: Row) -> Run:
    return Run(
        run_id=row[0],
        pipeline=row[1],
        display_name=row[2],
        spec=row[3],
        state=_STATES[row[4]],
        parameters=_dict(row[5]),
        options=_dict(row[6]),
        created_at=_moment(row[7]),
        started_at=_read(_moment, row[8]),
        finished_at=_read(_moment, row[9]),
        error=_read(_failure, row[10]),
        source=row[11],
    )


def execution_values(execution: Execution) -> Values:
    reused = execution.reused
    return {
        "run_id": execution.run_id,
        "path": execution.path,
        "parent": execution.parent,
        "position": execution.order,
        "task": execution.task,
        "component": execution.component,
        "kind": execution.kind.value,
        "iteration": execution.iteration,
        "state": execution.state.value,
        "attempt": execution.attempt,
        "failures": execution.failures,
        "losses": execution.losses,
        "fingerprint": execution.fingerprint,
        "cache_key": _json(execution.key),
        "inputs": _bindings_text(execution.inputs),
        "outputs": _bindings_text(execution.outputs),
        "reused_run_id": reused.run_id if reused else None,
        "reused_path": reused.path if reused else None,
        "error": _json(execution.error),
        "not_before": _time(execution.not_before),
        "created_at": time_text(execution.created_at),
        "started_at": _time(execution.started_at),
        "finished_at": _time(execution.finished_at),
    }


@from_row
def execution_record(row: Row) -> Execution:
    return Execution(
        run_id=row[0],
        path=row[1],
        parent=row[2],
        order=row[3],
        task=row[4],
        component=row[5],
        kind=_KINDS[row[6]],
        iteration=row[7],
        state=_STATES[row[8]],
        attempt=row[9],
        failures=row[10],
        losses=row[11],
        fingerprint=row[12],
        key=_read(_key, row[13]),
        inputs=_bindings(row[14]),
        outputs=_bindings(row[15]),
        reused=None if row[16] is None else Reuse(run_id=row[16], path=row[17]),
        error=_read(_failure, row[18]),
        not_before=_read(_moment, row[19]),
        created_at=_moment(row[20]),
        started_at=_read(_moment, row[21]),
        finished_at=_read(_moment, row[22]),
    )


def attempt_values(attempt: Attempt) -> Values:
    usage = attempt.usage
    return {
        "run_id": attempt.run_id,
        "path": attempt.path,
        "number": attempt.number,
        "state": attempt.state.value,
        "log": attempt.log,
        "error": _json(attempt.error),
        "wall_seconds": usage.wall_seconds if usage else None,
        "cpu_seconds": usage.cpu_seconds if usage else None,
        "peak_memory": usage.peak_memory if usage else None,
        "started_at": time_text(attempt.started_at),
        "finished_at": _time(attempt.finished_at),
    }


@from_row
def attempt_record(row: Row) -> Attempt:
    used = row[6] is not None
    return Attempt(
        run_id=row[0],
        path=row[1],
        number=row[2],
        state=_STATES[row[3]],
        log=row[4],
        error=_read(_failure, row[5]),
        usage=Usage(wall_seconds=row[6], cpu_seconds=row[7], peak_memory=row[8]) if used else None,
        started_at=_moment(row[9]),
        finished_at=_read(_moment, row[10]),
    )


def artifact_values(artifact: Artifact) -> Values:
    return {
        "artifact_id": artifact.artifact_id,
        "name": artifact.name,
        "type": artifact.type,
        "uri": artifact.uri,
        "digest": artifact.digest,
        "size": artifact.size,
        "metadata": json_text(artifact.metadata),
        "created_at": time_text(artifact.created_at),
    }


@from_row
def artifact_record(row: Row) -> Artifact:
    return Artifact(
        artifact_id=row[0],
        name=row[1],
        type=row[2],
        uri=row[3],
        digest=row[4],
        size=row[5],
        metadata=_dict(row[6]),
        created_at=_moment(row[7]),
    )


def event_values(event: Event) -> Values:
    return {
        "run_id": event.run_id,
        "path": event.path,
        "artifact_id": event.artifact_id,
        "type": event.type.value,
        "name": event.name,
        "position": event.index,
    }


@from_row
def event_record(row: Row) -> Event:
    return Event(run_id=row[0], path=row[1], artifact_id=row[2], type=_EVENT_TYPES[row[3]], name=row[4], index=row[5])


@from_row
def lease_record(row: Row) -> Lease:
    return Lease(run_id=row[0], owner=row[1], token=row[2], expires_at=_moment(row[3]))


def cached_values(run_id: RunId, entry: tuple[Fingerprint, TaskPath]) -> Values:
    return {"fingerprint": entry[0], "run_id": run_id, "path": entry[1], "made_at": None}


def moment_record(text: str | None) -> datetime | None:
    return _read(_moment, text)


bindings_record: Callable[[str], Bindings] = _bindings
