"""Records as MLflow's clients expect them: the JSON of its protocol buffers."""

from collections.abc import Iterable, Mapping
from typing import Any

from penstock.endpoint.mlflow.fields import milliseconds, written
from penstock.endpoint.mlflow.places import folder_of_model, folder_of_run, location
from penstock.metadata.tracking import Dataset, Experiment, LoggedModel, Metric, ModelLink, ModelMetric, TrackedRun

RUN_NAME = "mlflow.runName"
PARENT = "mlflow.parentRunId"
USER = "mlflow.user"
MODEL_STATUS = {
    "PENDING": "LOGGED_MODEL_PENDING",
    "READY": "LOGGED_MODEL_READY",
    "FAILED": "LOGGED_MODEL_UPLOAD_FAILED",
}


def pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags, or parameters."""
    return [{"key": key, "value": value} for key, value in values.items()]


def experiment_shape(experiment: Experiment) -> dict[str, Any]:
    """An experiment."""
    return {
        "experiment_id": experiment.experiment_id,
        "name": experiment.name,
        "artifact_location": location(experiment),
        "lifecycle_stage": experiment.lifecycle,
        "last_update_time": milliseconds(experiment.updated_at),
        "creation_time": milliseconds(experiment.created_at),
        "tags": pairs(experiment.tags),
    }


def info_shape(run: TrackedRun, experiment: Experiment, tags: Mapping[str, str]) -> dict[str, Any]:
    """A run without what was logged to it."""
    info = {
        "run_id": run.tracked_id,
        "run_uuid": run.tracked_id,
        "run_name": run.name,
        "experiment_id": run.experiment_id,
        "user_id": tags.get(USER, ""),
        "status": run.status.value,
        "start_time": milliseconds(run.started_at),
        "artifact_uri": folder_of_run(run, experiment),
        "lifecycle_stage": run.lifecycle,
    }
    return info | ({"end_time": milliseconds(run.ended_at)} if run.ended_at else {})


def tags_shape(run: TrackedRun, tags: Mapping[str, str]) -> list[dict[str, str]]:
    """The tags of a run, with those that we keep elsewhere."""
    named = {RUN_NAME: run.name} if run.name else {}
    parent = {PARENT: run.parent} if run.parent else {}
    return pairs({**tags, **named, **parent})


def metric_shape(metric: Metric, run: str = "") -> dict[str, Any]:
    """One point."""
    shape: dict[str, Any] = {
        "key": metric.key,
        "value": written(metric.value),
        "timestamp": metric.at // 1000,
        "step": metric.step,
    }
    about = {"model_id": metric.model_id, "dataset_name": metric.dataset_name, "dataset_digest": metric.dataset_digest}
    shape |= {name: value for name, value in about.items() if value}
    return shape | ({"run_id": run} if run else {})


def dataset_shape(dataset: Dataset) -> dict[str, Any]:
    """A dataset that a run used."""
    described = {
        "name": dataset.name,
        "digest": dataset.digest,
        "source_type": dataset.source_type,
        "source": dataset.source,
        "schema": dataset.schema,
        "profile": dataset.profile,
    }
    return {"tags": pairs(dataset.tags), "dataset": {name: value for name, value in described.items() if value}}


def links_shape(links: Iterable[ModelLink]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The logged models that a run took, and those that it gave."""
    taken = [{"model_id": link.model_id} for link in links if link.kind == "input"]
    given = [{"model_id": link.model_id, "step": link.step} for link in links if link.kind == "output"]
    return taken, given


def model_shape(
    model: LoggedModel, experiment: Experiment, metrics: Iterable[ModelMetric], versions: Iterable[tuple[str, int]] = ()
) -> dict[str, Any]:
    """A logged model."""
    info = {
        "model_id": model.model_id,
        "experiment_id": model.experiment_id,
        "name": model.name,
        "creation_timestamp_ms": milliseconds(model.created_at),
        "last_updated_timestamp_ms": milliseconds(model.updated_at),
        "artifact_uri": folder_of_model(model, experiment),
        "status": MODEL_STATUS.get(model.status, "LOGGED_MODEL_STATUS_UNSPECIFIED"),
        "status_message": model.status_message,
        "model_type": model.model_type,
        "source_run_id": model.tracked_id,
        "tags": pairs(model.tags),
        "registrations": [{"name": name, "version": str(version)} for name, version in versions],
    }
    shown = [metric_shape(one.metric, one.tracked_id) | {"model_id": model.model_id} for one in metrics]
    return {"info": info, "data": {"params": pairs(model.params), "metrics": shown}}
