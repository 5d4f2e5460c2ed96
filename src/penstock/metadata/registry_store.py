"""`Registry` on any database that has a dialect. Whatever changes a model locks its row first, so that they queue."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from penstock.core.ids import Digest, RunId
from penstock.metadata import registry_rows as rows
from penstock.metadata import registry_statements as sql
from penstock.metadata.registry import (
    ANY,
    Expected,
    ModelVersion,
    Promotion,
    RegisteredModel,
    VersionStatus,
    holder_of,
)
from penstock.metadata.registry_approvals import SqlApprovals
from penstock.metadata.registry_errors import (
    AliasMoved,
    ArtifactGone,
    ModelExists,
    ModelNotFound,
    VersionNotFound,
    VersionNotReady,
)
from penstock.metadata.repeating import repeatable
from penstock.metadata.rows import time_text
from penstock.metadata.session import Session


class SqlRegistry(SqlApprovals):
    """Models, versions, aliases and the log; approvals are in the base."""

    # --- models -----------------------------------------------------------------------------------------

    def create_model(self, model: RegisteredModel) -> None:
        self._create_model(model, [])

    @repeatable
    def _create_model(self, model: RegisteredModel, tried: list[RegisteredModel]) -> None:
        with self._connections.writing() as session:
            if session.row(sql.INSERT_MODEL, **rows.model_values(model)) is None:
                ours = bool(tried) and _model(session, model.name).created_at == model.created_at
                if not ours:
                    raise ModelExists(name=model.name)
            tried.append(model)  # from here on, it may be stored although this fails

    @repeatable
    def model(self, name: str) -> RegisteredModel:
        with self._connections.reading() as session:
            return _model(session, name)

    @repeatable
    def models(self) -> list[RegisteredModel]:
        with self._connections.reading() as session:
            return [rows.model_record(row) for row in session.rows(sql.LIST_MODELS)]

    @repeatable
    def update_model(
        self,
        name: str,
        *,
        now: datetime,
        description: str | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> RegisteredModel:
        with self._connections.writing() as session:
            model = _locked(session, name)
            changed = RegisteredModel(
                name=name,
                description=model.description if description is None else description,
                tags=_merged(model.tags, tags),
                created_at=model.created_at,
                updated_at=now,
            )
            session.execute(sql.UPDATE_MODEL, rows.model_values(changed))
        return changed

    def rename_model(self, name: str, new_name: str, *, by: str, now: datetime) -> RegisteredModel:
        return self._rename_model(name, new_name, by, now, [])

    @repeatable
    def _rename_model(self, name: str, new_name: str, by: str, now: datetime, tried: list[str]) -> RegisteredModel:
        with self._connections.writing() as session:
            taken = session.row(sql.SELECT_MODEL, name=new_name)
            if taken is not None:
                done = rows.model_record(taken)
                if tried and done.updated_at == now:
                    return done
                raise ModelExists(name=new_name)
            model = _locked(session, name)
            held = [rows.version_record(row) for row in session.rows(_OF_MODEL, name=name)]
            aliases = _aliases(session, name)
            session.execute(sql.RENAME_MODEL, {"name": name, "new_name": new_name, "updated_at": time_text(now)})
            for version in held:
                _release(session, version)
                _hold(session, msgspec.structs.replace(version, name=new_name), now)
            for alias, at in aliases.items():
                left = Promotion(
                    name=name, alias=alias, kind="remove", before=at, by=by, reason=f"renamed to {new_name}", at=now
                )
                _log(session, left)
                came = Promotion(name=new_name, alias=alias, after=at, by=by, reason=f"renamed from {name}", at=now)
                _log(session, came)
            tried.append(new_name)
        return msgspec.structs.replace(model, name=new_name, updated_at=now)

    def delete_model(self, name: str, *, by: str, now: datetime, reason: str = "") -> None:
        self._delete_model(name, by, now, reason, [])

    @repeatable
    def _delete_model(self, name: str, by: str, now: datetime, reason: str, tried: list[str]) -> None:
        with self._connections.writing() as session:
            if tried and session.row(sql.SELECT_MODEL, name=name) is None:
                return
            _locked(session, name)
            for alias, at in _aliases(session, name).items():
                _drop_alias(session, name, alias, at, by, reason or "the model was removed", now)
            for row in session.rows(_OF_MODEL, name=name):
                _release(session, rows.version_record(row))
            session.execute(sql.DELETE_MODEL, {"name": name})
            tried.append(name)

    # --- versions ---------------------------------------------------------------------------------------

    def add_version(self, version: ModelVersion, *, make_model: bool = False) -> ModelVersion:
        return self._add_version(version, make_model, [])

    @repeatable
    def _add_version(self, version: ModelVersion, make_model: bool, tried: list[ModelVersion]) -> ModelVersion:
        values = rows.version_values(version)
        with self._connections.writing() as session:
            if tried:
                made = {name: values[name] for name in ("name", "uri", "created_by", "created_at")}
                found = session.row(sql.SELECT_VERSION_MADE, **made)
                if found is not None:
                    return rows.version_record(found)
            if make_model:
                now = version.created_at
                model = RegisteredModel(name=version.name, created_at=now, updated_at=now)
                session.execute(sql.INSERT_MODEL, rows.model_values(model))
            number = session.row(sql.TAKE_NUMBER, name=version.name, updated_at=values["created_at"])
            if number is None:
                raise ModelNotFound(name=version.name)
            numbered = msgspec.structs.replace(version, version=number[0])
            session.execute(sql.INSERT_VERSION, values | {"version": numbered.version})
            _hold(session, numbered, version.created_at)
            tried.append(numbered)
        return numbered

    @repeatable
    def version(self, name: str, version: int) -> ModelVersion:
        with self._connections.reading() as session:
            return _version(session, name, version)

    @repeatable
    def versions(
        self,
        name: str | None = None,
        *,
        digest: Digest | None = None,
        run_id: RunId | None = None,
        tracked_run: str | None = None,
    ) -> list[ModelVersion]:
        wanted = {"name": name, "digest": digest, "run_id": run_id, "tracked_run": tracked_run}
        statement = sql.select_versions(**{column: value is not None for column, value in wanted.items()})
        with self._connections.reading() as session:
            return [rows.version_record(row) for row in session.rows(statement, **wanted)]

    @repeatable
    def update_version(
        self,
        name: str,
        version: int,
        *,
        now: datetime,
        status: VersionStatus | None = None,
        status_reason: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> ModelVersion:
        given = {"status": status, "status_reason": status_reason, "description": description}
        with self._connections.writing() as session:
            _locked(session, name)
            found = _version(session, name, version)
            changed = msgspec.structs.replace(
                found,
                **{field: value for field, value in given.items() if value is not None},
                tags=_merged(found.tags, tags),
                updated_at=now,
            )
            session.execute(sql.UPDATE_VERSION, rows.version_values(changed))
        return changed

    def delete_version(self, name: str, version: int, *, by: str, now: datetime, reason: str = "") -> None:
        self._delete_version(name, version, by, now, reason, [])

    @repeatable
    def _delete_version(
        self, name: str, version: int, by: str, now: datetime, reason: str, tried: list[ModelVersion]
    ) -> None:
        with self._connections.writing() as session:
            _locked(session, name)
            if tried and session.row(sql.SELECT_VERSION, name=name, version=version) is None:
                return
            found = _version(session, name, version)
            for alias, at in _aliases(session, name).items():
                if at == version:
                    _drop_alias(session, name, alias, at, by, reason or "the version was removed", now)
            _release(session, found)
            session.execute(sql.DELETE_VERSION, {"name": name, "version": version})
            tried.append(found)

    # --- aliases and the log ----------------------------------------------------------------------------

    @repeatable
    def aliases(self, name: str) -> dict[str, int]:
        with self._connections.reading() as session:
            return _aliases(session, name)

    def move_alias(self, promotion: Promotion, expected: Expected = ANY) -> Promotion:
        return self._move_alias(promotion, expected, [])

    @repeatable
    def _move_alias(self, promotion: Promotion, expected: Expected, tried: list[Promotion]) -> Promotion:
        name, alias, after = promotion.name, promotion.alias, promotion.after
        with self._connections.writing() as session:
            _locked(session, name)
            newest = session.row(sql.LAST_PROMOTION, name=name, alias=alias)
            last = None if newest is None else rows.promotion_record(newest)
            if tried and last == tried[-1]:
                return last  # it was stored the first time, of which we have not heard
            found = _aliases(session, name).get(alias)
            if expected is not ANY and found != expected:
                by, at = (last.by, last.at) if last else ("", None)
                raise AliasMoved(name=name, alias=alias, expected=expected, found=found, by=by, at=at)
            if after is None:
                session.execute(sql.DELETE_ALIAS, {"name": name, "alias": alias})
            else:
                version = _version(session, name, after)
                if version.status != "READY":
                    raise VersionNotReady(name=name, version=after, status=version.status, reason=version.status_reason)
                session.execute(sql.UPSERT_ALIAS, {"name": name, "alias": alias, "version": after})
            stored = _log(session, msgspec.structs.replace(promotion, before=found))
            tried.append(stored)
        return stored

    @repeatable
    def promotions(self, name: str, alias: str | None = None, until: datetime | None = None) -> list[Promotion]:
        statement = sql.select_promotions(alias=alias is not None, until=until is not None)
        values = {"name": name, "alias": alias, "until": time_text(until) if until else None}
        with self._connections.reading() as session:
            return [rows.promotion_record(row) for row in session.rows(statement, **values)]


_OF_MODEL = sql.select_versions(name=True, digest=False, run_id=False, tracked_run=False)


def _model(session: Session, name: str) -> RegisteredModel:
    row = session.row(sql.SELECT_MODEL, name=name)
    if row is None:
        raise ModelNotFound(name=name)
    return rows.model_record(row)


def _locked(session: Session, name: str) -> RegisteredModel:
    """The model; nobody else changes anything of it until the transaction ends."""
    row = session.locked_row(sql.SELECT_MODEL, name=name)
    if row is None:
        raise ModelNotFound(name=name)
    return rows.model_record(row)


def _version(session: Session, name: str, version: int) -> ModelVersion:
    row = session.row(sql.SELECT_VERSION, name=name, version=version)
    if row is None:
        _model(session, name)
        raise VersionNotFound(name=name, version=version)
    return rows.version_record(row)


def _aliases(session: Session, name: str) -> dict[str, int]:
    return {row[0]: row[1] for row in session.rows(sql.SELECT_ALIASES, name=name)}


def _log(session: Session, promotion: Promotion) -> Promotion:
    """Write a line, under the next number: whoever comes here has the model's row, so nobody else takes it."""
    last = session.row(sql.LAST_NUMBER, name=promotion.name)
    stored = msgspec.structs.replace(promotion, number=last[0] + 1 if last else 1)
    session.execute(sql.INSERT_PROMOTION, rows.promotion_values(stored))
    return stored


def _drop_alias(session: Session, name: str, alias: str, at: int, by: str, reason: str, now: datetime) -> None:
    session.execute(sql.DELETE_ALIAS, {"name": name, "alias": alias})
    _log(session, Promotion(name=name, alias=alias, kind="remove", before=at, by=by, reason=reason, at=now))


def _hold(session: Session, version: ModelVersion, now: datetime) -> None:
    """Keep the version's artifact. Once the hold is written, nobody who removes is at work: then it is looked at."""
    if version.artifact_id is None:
        return
    values = {"kind": "artifact", "target": version.artifact_id, "holder": version.holder, "note": ""}
    session.execute(sql.HOLD, values | {"created_at": time_text(now)})
    if session.row(sql.SELECT_ARTIFACT, artifact_id=version.artifact_id) is None:
        raise ArtifactGone(artifact_id=version.artifact_id)


def _release(session: Session, version: ModelVersion) -> None:
    if version.artifact_id is not None:
        holder = holder_of(version.name, version.version)
        session.execute(sql.RELEASE, {"kind": "artifact", "target": version.artifact_id, "holder": holder})


def _merged(present: Mapping[str, str], changes: Mapping[str, str | None] | None) -> dict[str, str]:
    merged = dict(present) | dict(changes or {})
    return {name: value for name, value in merged.items() if value is not None}
