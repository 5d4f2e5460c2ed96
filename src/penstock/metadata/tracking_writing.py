"""Writes what was logged: with a commit of the engine, or for a client. Works inside a transaction of the caller's."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from penstock.core.ids import RunId, TaskPath
from penstock.metadata import tracking_rows as rows
from penstock.metadata import tracking_statements as sql
from penstock.metadata.errors import RunNotFound
from penstock.metadata.rows import Values
from penstock.metadata.session import Session
from penstock.metadata.tracking import REFUSED, Logged, Metric, TrackedStatus, tracked_id
from penstock.metadata.tracking_errors import ParameterChanged

ROOT = TaskPath("")


def write_logged(session: Session, run_id: RunId, logged: Iterable[Logged]) -> None:
    """What attempts of a run logged. The run is stored, and its lease held by the caller."""
    for part in logged:
        ident = ensure(session, run_id, part.path)
        write_metrics(session, ident, part.metrics, part.attempt)
        refused = write_params(session, ident, part.params, part.attempt)
        for name, value in refused.items():
            session.execute(sql.UPSERT_TAG, {"tracked_id": ident, "key": f"{REFUSED}{name}", "value": value})
        write_tags(session, ident, part.tags)


# --- rows that are made when they are needed ----------------------------------------------------------------


def ensure(session: Session, run_id: RunId, path: TaskPath) -> str:
    """The id of the tracked run of an execution, which is there afterwards, and so is its parent.

    Raises `RunNotFound` if there is no such pipeline run.
    """
    ident = tracked_id(run_id, path)
    if session.row(sql.LOCK_RUN, tracked_id=ident) is None:
        found = session.row(sql.SELECT_PIPELINE, run_id=run_id)
        if found is None:
            raise RunNotFound(run_id=run_id)
        pipeline, display_name, created_at = found
        experiment = ensure_experiment(session, pipeline, created_at)
        insert_linked(session, experiment, run_id, ROOT, display_name or run_id)
        if path:
            insert_linked(session, experiment, run_id, path, path)
    return ident


def ensure_experiment(session: Session, pipeline: str, created_at: str) -> str:
    """The id of the experiment that bears a pipeline's name. One that somebody deleted is used all the same."""
    found = session.row(sql.SELECT_EXPERIMENT_CALLED, name=pipeline)
    number = int(hashlib.sha256(pipeline.encode("utf-8", "surrogatepass")).hexdigest()[:14], 16)
    values: Values = {"name": pipeline, "artifact_location": "", "lifecycle": "active", "tags": "{}"}
    values |= {"created_at": created_at, "updated_at": created_at}
    while found is None:  # another number if an experiment of this name was given another name since
        session.rows(sql.INSERT_EXPERIMENT, **values, experiment_id=str(number))
        found = session.row(sql.SELECT_EXPERIMENT_CALLED, name=pipeline)
        number += 1
    return str(found[0])


def insert_linked(session: Session, experiment: str, run_id: RunId, path: TaskPath, name: str) -> None:
    """The tracked run of an execution, unless it is there."""
    values: Values = {
        "tracked_id": tracked_id(run_id, path),
        "experiment_id": experiment,
        "name": name,
        "status": TrackedStatus.RUNNING.value,
        "started_at": None,
        "ended_at": None,
        "deleted_at": None,
        "artifact_uri": "",
        "parent": tracked_id(run_id) if path else "",
        "run_id": run_id,
        "path": path,
    }
    session.rows(sql.INSERT_RUN, **values)


# --- metrics, parameters, tags ------------------------------------------------------------------------------


def write_metrics(session: Session, ident: str, metrics: Sequence[Metric], attempt: int) -> None:
    """Points of one attempt; what an earlier one logged from the same step on is not true any more."""
    if not metrics:
        return
    if attempt > 1:
        session.execute_many(sql.DELETE_OVERTAKEN, _first_steps(ident, metrics, attempt))
    session.execute_many(sql.INSERT_METRIC, [rows.metric_values(metric, ident, attempt) for metric in metrics])
    latest = rows.last_of(metrics)
    ordered = [latest[key] for key in sorted(latest)]  # in one order, so that two clients do not wait for each other
    session.execute_many(sql.UPSERT_LATEST, [rows.metric_values(metric, ident, attempt) for metric in ordered])
    of_models = [metric for metric in metrics if metric.model_id]
    if of_models:
        session.execute_many(sql.UPSERT_MODEL_METRIC, [rows.model_metric_values(metric, ident) for metric in of_models])


def _first_steps(ident: str, metrics: Sequence[Metric], attempt: int) -> list[Values]:
    steps: dict[str, int] = {}
    for metric in metrics:
        steps[metric.key] = min(metric.step, steps.get(metric.key, metric.step))
    return [{"tracked_id": ident, "key": key, "step": step, "attempt": attempt} for key, step in sorted(steps.items())]


def write_params(session: Session, ident: str, params: Mapping[str, str], attempt: int) -> dict[str, str]:
    """Parameters of one attempt.

    Returns:
        Those that were not stored, because they have another value already.
    """
    refused = {}
    for name, value in sorted(params.items()):
        if session.row(sql.UPSERT_PARAM, tracked_id=ident, key=name, value=value, attempt=attempt) is None:
            refused[name] = value
    return refused


def demand_params(session: Session, ident: str, params: Mapping[str, str], attempt: int) -> None:
    """As `write_params`, but all of them. Raises `ParameterChanged`."""
    for name, value in write_params(session, ident, params, attempt).items():
        (before,) = session.rows(sql.SELECT_PARAM, tracked_id=ident, key=name)[0]
        raise ParameterChanged(tracked_id=ident, name=name, before=before, after=value)


def write_tags(session: Session, ident: str, tags: Mapping[str, str | None]) -> None:
    """Tags; those to None are removed."""
    for name, value in sorted(tags.items()):
        if value is None:
            session.execute(sql.DELETE_TAG, {"tracked_id": ident, "key": name})
        else:
            session.execute(sql.UPSERT_TAG, {"tracked_id": ident, "key": name, "value": value})
