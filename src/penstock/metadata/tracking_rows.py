"""Records of `tracking` to rows and back, in the columns that `tracking_statements` names."""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from penstock.metadata.records import State
from penstock.metadata.rows import Row, Values, json_text, time_text
from penstock.metadata.tracking import (
    Dataset,
    Experiment,
    LoggedModel,
    Metric,
    ModelLink,
    TrackedRun,
    TrackedStatus,
)

_tags = msgspec.json.Decoder(dict[str, str]).decode
_dataset = msgspec.json.Decoder(Dataset).decode
_link = msgspec.json.Decoder(ModelLink).decode
_parameters = msgspec.json.Decoder(dict[str, Any]).decode

_STATUS = {
    State.PENDING: TrackedStatus.SCHEDULED,
    State.RUNNING: TrackedStatus.RUNNING,
    State.CANCELING: TrackedStatus.RUNNING,
    State.SUCCEEDED: TrackedStatus.FINISHED,
    State.SKIPPED: TrackedStatus.FINISHED,
    State.FAILED: TrackedStatus.FAILED,
    State.CANCELED: TrackedStatus.KILLED,
}


def number(value: float) -> float | str:
    """A metric's value as a database takes it: SQLite has no NaN, so it keeps that text, which PostgreSQL reads."""
    return "NaN" if math.isnan(value) else value


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else time_text(moment)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def experiment_values(experiment: Experiment) -> Values:
    return {
        **msgspec.structs.asdict(experiment),
        "tags": json_text(experiment.tags),
        "created_at": time_text(experiment.created_at),
        "updated_at": time_text(experiment.updated_at),
    }


def experiment_record(row: Row) -> Experiment:
    return Experiment(
        experiment_id=row[0],
        name=row[1],
        artifact_location=row[2],
        lifecycle=row[3],
        tags=_tags(row[4]),
        created_at=datetime.fromisoformat(row[5]),
        updated_at=datetime.fromisoformat(row[6]),
    )


def run_values(run: TrackedRun) -> Values:
    return {
        **msgspec.structs.asdict(run),
        "status": run.status.value,
        "started_at": _time(run.started_at),
        "ended_at": _time(run.ended_at),
        "deleted_at": _time(run.deleted_at),
    }


def run_record(row: Row) -> TrackedRun:
    """Of a row with the state and times of its execution behind it, which count for a linked run."""
    status, started, ended = row[3:6]
    state: TrackedStatus = TrackedStatus(status)
    if row[10] is not None:
        state = _STATUS[State(row[11])] if row[11] is not None else TrackedStatus.SCHEDULED
        started, ended = row[12:14]
    return TrackedRun(
        tracked_id=row[0],
        experiment_id=row[1],
        name=row[2],
        status=state,
        lifecycle="active" if row[6] is None else "deleted",
        started_at=_moment(started),
        ended_at=_moment(ended),
        deleted_at=_moment(row[6]),
        artifact_uri=row[7],
        parent=row[8],
        run_id=row[9],
        path=row[10],
    )


def metric_values(metric: Metric, tracked_id: str, attempt: int) -> Values:
    return {
        "tracked_id": tracked_id,
        "key": metric.key,
        "step": metric.step,
        "at": metric.at,
        "value": number(metric.value),
        "attempt": attempt,
    }


def model_metric_values(metric: Metric, tracked_id: str) -> Values:
    return {**msgspec.structs.asdict(metric), "value": number(metric.value), "tracked_id": tracked_id}


def metric_record(row: Row) -> Metric:
    return Metric(row[0], float(row[1]), row[2], row[3])


def model_metric_record(row: Row) -> Metric:
    key, value, step, at, name, digest = row[2:]
    return Metric(key, float(value), step, at, model_id=row[0], dataset_name=name, dataset_digest=digest)


def model_values(model: LoggedModel) -> Values:
    return {
        **msgspec.structs.asdict(model),
        "params": json_text(model.params),
        "tags": json_text(model.tags),
        "created_at": time_text(model.created_at),
        "updated_at": time_text(model.updated_at),
    }


def model_record(row: Row) -> LoggedModel:
    return LoggedModel(
        model_id=row[0],
        experiment_id=row[1],
        tracked_id=row[2],
        name=row[4],
        artifact_uri=row[5],
        status=row[6],
        status_message=row[7],
        model_type=row[8],
        lifecycle=row[9],
        params=_tags(row[10]),
        tags=_tags(row[11]),
        created_at=datetime.fromisoformat(row[12]),
        updated_at=datetime.fromisoformat(row[13]),
    )


def dataset_record(document: str) -> Dataset:
    return _dataset(document)


def link_record(document: str) -> ModelLink:
    return _link(document)


def parameter_texts(document: str) -> dict[str, str]:
    """A pipeline's parameters as MLflow keeps parameters: texts."""
    values = _parameters(document)
    return {name: value if isinstance(value, str) else json_text(value) for name, value in values.items()}


def last_of(metrics: Iterable[Metric]) -> dict[str, Metric]:
    """Of each key, the point of the largest step, then the latest, then the one that was logged last."""
    latest: dict[str, Metric] = {}
    for metric in metrics:
        other = latest.get(metric.key)
        if other is None or (metric.step, metric.at) >= (other.step, other.at):
            latest[metric.key] = metric
    return latest


def merged(before: Mapping[str, str], changes: Mapping[str, str | None] | None) -> dict[str, str]:
    """Tags with changes: those to None are removed."""
    after = {**before, **(changes or {})}
    return {name: value for name, value in after.items() if value is not None}
