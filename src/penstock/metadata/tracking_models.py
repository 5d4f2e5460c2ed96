"""The part of `SqlTracking` that keeps the models which clients of MLflow log."""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from penstock.metadata import tracking_rows as rows
from penstock.metadata import tracking_statements as sql
from penstock.metadata.repeating import repeatable
from penstock.metadata.session import Connections, Session
from penstock.metadata.tracking import Lifecycle, LoggedModel, ModelMetric
from penstock.metadata.tracking_errors import AlreadyTracked, NotTracked


class ModelTracking:
    """Logged models."""

    _connections: Connections

    @property
    def patience(self) -> float:
        """For how many seconds a call is made again while the store is away."""
        return self._connections.patience

    def create_model(self, model: LoggedModel) -> None:
        self._create_model(model, [])

    @repeatable
    def _create_model(self, model: LoggedModel, tried: list[str]) -> None:
        with self._connections.writing() as session:
            if session.row(sql.SELECT_EXPERIMENT, experiment_id=model.experiment_id) is None:
                raise NotTracked(kind="experiment", ident=model.experiment_id)
            source = session.row(sql.LOCK_RUN, tracked_id=model.tracked_id)
            values = rows.model_values(model) | {"run_id": source[9] if source else None}
            if session.row(sql.INSERT_MODEL, **values) is None and not tried:
                raise AlreadyTracked(kind="logged model", ident=model.model_id)
            tried.append(model.model_id)  # from here on, it may be stored although this fails

    @repeatable
    def model(self, model_id: str) -> LoggedModel:
        with self._connections.reading() as session:
            return _model(session, model_id)

    @repeatable
    def models(self, experiment_ids: Collection[str]) -> list[LoggedModel]:
        with self._connections.reading() as session:
            found = session.rows_for_each(sql.SELECT_MODELS_IN, sorted(set(experiment_ids)))
        models = (rows.model_record(row) for row in set(found))
        return sorted(models, key=lambda model: (model.created_at, model.model_id), reverse=True)

    @repeatable
    def update_model(
        self,
        model_id: str,
        now: datetime,
        *,
        status: str | None = None,
        status_message: str | None = None,
        lifecycle: Lifecycle | None = None,
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> LoggedModel:
        with self._connections.writing() as session:
            before = _model(session, model_id, lock=True)
            after = msgspec.structs.replace(
                before,
                status=status or before.status,
                status_message=before.status_message if status_message is None else status_message,
                lifecycle=lifecycle or before.lifecycle,
                params={**before.params, **(params or {})},
                tags=rows.merged(before.tags, tags),
                updated_at=now,
            )
            session.execute(sql.UPDATE_MODEL, rows.model_values(after))
        return after

    @repeatable
    def model_metrics(self, model_ids: Collection[str]) -> dict[str, list[ModelMetric]]:
        with self._connections.reading() as session:
            found = session.rows_for_each(sql.SELECT_MODEL_METRICS, sorted(set(model_ids)))
        grouped: dict[str, list[ModelMetric]] = {}
        for row in sorted(set(found), key=lambda row: (row[0], row[2], row[6], row[7])):
            metric = ModelMetric(tracked_id=row[1], metric=rows.model_metric_record(row))
            grouped.setdefault(row[0], []).append(metric)
        return grouped


def _model(session: Session, model_id: str, *, lock: bool = False) -> LoggedModel:
    select = session.locked_row if lock else session.row
    row = select(sql.SELECT_MODEL, model_id=model_id)
    if row is None:
        raise NotTracked(kind="logged model", ident=model_id)
    return rows.model_record(row)
