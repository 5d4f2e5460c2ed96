"""A `Tracking` on any database that has a dialect: experiments, runs and what was logged to them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NoReturn, TypeVar

import msgspec

from penstock.core.ids import RunId, TaskPath
from penstock.metadata import tracking_rows as rows
from penstock.metadata import tracking_statements as sql
from penstock.metadata.repeating import repeatable
from penstock.metadata.rows import Values, json_text, time_text
from penstock.metadata.session import Connections, Session
from penstock.metadata.tracking import (
    Dataset,
    Experiment,
    Lifecycle,
    Metric,
    ModelLink,
    Tags,
    TrackedRun,
    TrackedStatus,
    tracked_id,
)
from penstock.metadata.tracking_errors import AlreadyTracked, NotTracked
from penstock.metadata.tracking_models import ModelTracking
from penstock.metadata.tracking_writing import (
    ROOT,
    demand_params,
    ensure,
    ensure_experiment,
    insert_linked,
    write_metrics,
    write_tags,
)

_ADOPTED_AT_ONCE = 500
T = TypeVar("T")


class SqlTracking(ModelTracking):
    """See `Tracking`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    # --- experiments ------------------------------------------------------------------------------------

    def create_experiment(self, experiment: Experiment) -> None:
        self._create_experiment(experiment, [])

    @repeatable
    def _create_experiment(self, experiment: Experiment, tried: list[str]) -> None:
        with self._connections.writing() as session:
            if session.row(sql.INSERT_EXPERIMENT, **rows.experiment_values(experiment)) is None:
                row = session.row(sql.SELECT_EXPERIMENT_CALLED, name=experiment.name)
                other = rows.experiment_record(row) if row is not None else None
                if not tried or other != experiment:
                    _refuse_experiment(experiment, other)
            tried.append(experiment.experiment_id)  # from here on, it may be stored although this fails

    @repeatable
    def experiment(self, experiment_id: str) -> Experiment:
        with self._connections.reading() as session:
            return _experiment(session, experiment_id)

    @repeatable
    def experiments(self, *, name: str | None = None) -> list[Experiment]:
        with self._connections.reading() as session:
            if name is None:
                found = session.rows(sql.LIST_EXPERIMENTS)
            else:
                found = session.rows(sql.SELECT_EXPERIMENT_CALLED, name=name)
        return [rows.experiment_record(row) for row in found]

    @repeatable
    def update_experiment(
        self,
        experiment_id: str,
        now: datetime,
        *,
        name: str | None = None,
        lifecycle: Lifecycle | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> Experiment:
        with self._connections.writing() as session:
            before = _experiment(session, experiment_id, lock=True)
            if name is not None and name != before.name:
                other = session.row(sql.SELECT_EXPERIMENT_CALLED, name=name)
                if other is not None:
                    _refuse_experiment(msgspec.structs.replace(before, name=name), rows.experiment_record(other))
            after = msgspec.structs.replace(
                before,
                name=before.name if name is None else name,
                lifecycle=lifecycle or before.lifecycle,
                tags=rows.merged(before.tags, tags),
                updated_at=now,
            )
            session.execute(sql.UPDATE_EXPERIMENT, rows.experiment_values(after))
            if after.lifecycle != before.lifecycle:
                values = {"experiment_id": experiment_id, "now": time_text(now), "since": time_text(before.updated_at)}
                session.execute(sql.DELETE_RUNS_IN if after.lifecycle == "deleted" else sql.RESTORE_RUNS_IN, values)
        return after

    # --- runs -------------------------------------------------------------------------------------------

    def create_run(self, run: TrackedRun, tags: Mapping[str, str] | None = None) -> TrackedRun:
        return self._create_run(run, tags or {}, [])

    @repeatable
    def _create_run(self, run: TrackedRun, tags: Mapping[str, str], tried: list[str]) -> TrackedRun:
        with self._connections.writing() as session:
            _experiment(session, run.experiment_id)
            if run.parent and run.run_id is None:
                parent = session.row(sql.LOCK_RUN, tracked_id=run.parent)
                run = msgspec.structs.replace(run, run_id=parent[9] if parent else None)
            if session.row(sql.INSERT_RUN, **rows.run_values(run)) is None and not tried:
                raise AlreadyTracked(kind="run", ident=run.tracked_id)
            tried.append(run.tracked_id)  # from here on, it may be stored although this fails
            write_tags(session, run.tracked_id, tags)
        return run

    @repeatable
    def of_execution(self, run_id: RunId, path: TaskPath) -> TrackedRun:
        ident = tracked_id(run_id, path)
        with self._connections.reading() as session:
            row = session.row(sql.SELECT_RUN, tracked_id=ident)
        if row is None:
            with self._connections.writing() as session:
                ensure(session, run_id, path)
                row = session.rows(sql.SELECT_RUN, tracked_id=ident)[0]
        return rows.run_record(row)

    @repeatable
    def adopt(self, *, pipeline: str | None = None) -> None:
        with self._connections.reading() as session:
            if pipeline is None:
                found = session.rows(sql.LIST_UNTRACKED)
            else:
                found = session.rows(sql.LIST_UNTRACKED_OF, pipeline=pipeline)
        for start in range(0, len(found), _ADOPTED_AT_ONCE):
            with self._connections.writing() as session:
                for run_id, name, display_name, created_at in sorted(found[start : start + _ADOPTED_AT_ONCE]):
                    if session.row(sql.SELECT_PIPELINE, run_id=run_id) is not None:  # it was not removed since
                        experiment = ensure_experiment(session, name, created_at)
                        insert_linked(session, experiment, run_id, ROOT, display_name or run_id)

    @repeatable
    def run(self, tracked_id: str) -> TrackedRun:
        with self._connections.reading() as session:
            return _run(session, tracked_id)

    @repeatable
    def runs(self, experiment_ids: Collection[str]) -> list[TrackedRun]:
        with self._connections.reading() as session:
            found = session.rows_for_each(sql.SELECT_RUNS_IN, sorted(set(experiment_ids)))
        runs = (rows.run_record(row) for row in set(found))
        return sorted(runs, key=_by_start, reverse=True)

    @repeatable
    def runs_of(self, run_id: RunId) -> list[TrackedRun]:
        with self._connections.reading() as session:
            found = session.rows(sql.SELECT_RUNS_OF, run_id=run_id)
        return sorted((rows.run_record(row) for row in found), key=_by_start)

    @repeatable
    def update_run(
        self,
        tracked_id: str,
        now: datetime,
        *,
        name: str | None = None,
        status: TrackedStatus | None = None,
        ended_at: datetime | None = None,
        lifecycle: Lifecycle | None = None,
    ) -> TrackedRun:
        with self._connections.writing() as session:
            _lock_run(session, tracked_id, deleted=True)
            before = _run(session, tracked_id)
            linked = before.linked
            after = msgspec.structs.replace(
                before,
                name=before.name if name is None else name,
                status=before.status if linked or status is None else status,
                ended_at=before.ended_at if linked or ended_at is None else ended_at,
                lifecycle=lifecycle or before.lifecycle,
                deleted_at={None: before.deleted_at, "active": None, "deleted": before.deleted_at or now}[lifecycle],
            )
            session.execute(sql.UPDATE_RUN, rows.run_values(after))
        return after

    # --- logging ----------------------------------------------------------------------------------------

    @repeatable
    def record(
        self,
        tracked_id: str,
        *,
        metrics: Sequence[Metric] = (),
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> None:
        with self._connections.writing() as session:
            attempt = _lock_run(session, tracked_id)
            write_metrics(session, tracked_id, metrics, attempt)
            demand_params(session, tracked_id, params or {}, attempt)
            write_tags(session, tracked_id, tags or {})

    @repeatable
    def add_inputs(self, tracked_id: str, datasets: Sequence[Dataset] = (), models: Sequence[ModelLink] = ()) -> None:
        described = [("dataset", f"{dataset.name} {dataset.digest}", dataset) for dataset in datasets]
        linked = [("model", f"{link.kind} {link.model_id}", link) for link in models]
        with self._connections.writing() as session:
            _lock_run(session, tracked_id)
            for kind, key, record in sorted([*described, *linked], key=lambda entry: entry[:2]):
                values = {"tracked_id": tracked_id, "kind": kind, "key": key, "document": json_text(record)}
                session.execute(sql.UPSERT_INPUT, values)

    # --- reading what was logged ------------------------------------------------------------------------

    @repeatable
    def params(self, tracked_ids: Collection[str]) -> dict[str, dict[str, str]]:
        idents = sorted(set(tracked_ids))
        with self._connections.reading() as session:
            given: dict[str, str] = dict(session.rows_for_each(sql.SELECT_PIPELINE_PARAMS, idents))
            logged = session.rows_for_each(sql.SELECT_PARAMS, idents)
        found = {ident: rows.parameter_texts(document) for ident, document in given.items()}
        for ident, key, value in logged:
            found.setdefault(ident, {}).setdefault(key, value)
        return {ident: dict(sorted(params.items())) for ident, params in found.items() if params}

    @repeatable
    def tags(self, tracked_ids: Collection[str]) -> dict[str, Tags]:
        with self._connections.reading() as session:
            found = session.rows_for_each(sql.SELECT_TAGS, sorted(set(tracked_ids)))
        return _grouped((ident, key, value) for ident, key, value in found)

    @repeatable
    def latest_metrics(self, tracked_ids: Collection[str]) -> dict[str, dict[str, Metric]]:
        with self._connections.reading() as session:
            found = session.rows_for_each(sql.SELECT_LATEST, sorted(set(tracked_ids)))
        return _grouped((row[0], row[1], rows.metric_record(row[1:])) for row in found)

    @repeatable
    def history(
        self, tracked_id: str, key: str, *, after: Metric | None = None, limit: int | None = None
    ) -> list[Metric]:
        values: Values = {"tracked_id": tracked_id, "key": key, "limit": limit}
        if after is not None:
            values |= {"step": after.step, "at": after.at, "value": rows.number(after.value)}
        statement = sql.select_history(after=after is not None, limit=limit is not None)
        with self._connections.reading() as session:
            return [rows.metric_record(row) for row in session.rows(statement, **values)]

    @repeatable
    def datasets(self, tracked_ids: Collection[str]) -> dict[str, list[Dataset]]:
        with self._connections.reading() as session:
            found = session.rows_for_each(sql.SELECT_INPUTS, sorted(set(tracked_ids)), kind="dataset")
        grouped = _grouped((row[0], row[1], rows.dataset_record(row[2])) for row in found)
        return {ident: list(named.values()) for ident, named in grouped.items()}

    @repeatable
    def model_links(self, tracked_ids: Collection[str]) -> dict[str, list[ModelLink]]:
        with self._connections.reading() as session:
            found = session.rows_for_each(sql.SELECT_INPUTS, sorted(set(tracked_ids)), kind="model")
        grouped = _grouped((row[0], row[1], rows.link_record(row[2])) for row in found)
        return {ident: list(named.values()) for ident, named in grouped.items()}


def _experiment(session: Session, experiment_id: str, *, lock: bool = False) -> Experiment:
    select = session.locked_row if lock else session.row
    row = select(sql.SELECT_EXPERIMENT, experiment_id=experiment_id)
    if row is None:
        raise NotTracked(kind="experiment", ident=experiment_id)
    return rows.experiment_record(row)


def _refuse_experiment(wanted: Experiment, other: Experiment | None) -> NoReturn:
    deleted = other is not None and other.lifecycle == "deleted"
    ident = wanted.name if other is not None else wanted.experiment_id
    raise AlreadyTracked(kind="experiment", ident=ident, deleted=deleted)


def _run(session: Session, ident: str) -> TrackedRun:
    row = session.row(sql.SELECT_RUN, tracked_id=ident)
    if row is None:
        raise NotTracked(kind="run", ident=ident)
    return rows.run_record(row)


def _lock_run(session: Session, ident: str, *, deleted: bool = False) -> int:
    """Let nobody else write to a run before the transaction ends. The number of its execution's attempt, or 0."""
    row = session.locked_row(sql.LOCK_RUN, tracked_id=ident)
    if row is None or (row[6] is not None and not deleted):
        raise NotTracked(kind="run", ident=ident, deleted=row is not None)
    if not row[10]:
        return 0
    found = session.row(sql.SELECT_ATTEMPT, run_id=row[9], path=row[10])
    return int(found[0]) if found is not None else 0


def _by_start(run: TrackedRun) -> tuple[str, str]:
    return run.started_at.isoformat() if run.started_at else "", run.tracked_id


def _grouped(found: Iterable[tuple[str, str, T]]) -> dict[str, dict[str, T]]:
    """By run, then by key in order."""
    grouped: dict[str, dict[str, T]] = {}
    for ident, key, value in sorted(found, key=lambda entry: entry[:2]):
        grouped.setdefault(ident, {})[key] = value
    return grouped
