"""The metadata store on a SQL database: what each method of the protocol reads and writes."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING

from penstock.core.ids import ArtifactId, Digest, EngineId, FencingToken, Fingerprint, RunId, TaskPath
from penstock.metadata import rows, sharing_statements
from penstock.metadata import statements as sql
from penstock.metadata.errors import ForeignRecord, LeaseLost, RunExists, RunIsDriven, RunNotFound, SpecNotFound
from penstock.metadata.records import (
    Artifact,
    Attempt,
    Bindings,
    CachedResult,
    Changes,
    Event,
    Execution,
    Lease,
    Run,
    State,
)
from penstock.metadata.repeating import repeatable, repeatable_within
from penstock.metadata.session import Connections, Session
from penstock.metadata.sharing import SharedWork

if TYPE_CHECKING:
    from penstock.metadata.registry_store import SqlRegistry
    from penstock.metadata.retention import SqlRetention
    from penstock.metadata.tracked_files import SqlTrackedFiles
    from penstock.metadata.tracking_store import SqlTracking

_BRIEFLY = 5.0
"""Seconds of patience for a lease: its holder renews it again soon, and it ends by itself."""
_LAST = "\U0010ffff"
"""Sorts after whatever can follow a prefix."""


class SqlStore(SharedWork):
    """A `MetadataStore` on any database that has a dialect."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    # --- runs -------------------------------------------------------------------------------------------

    def create_run(self, run: Run, spec: bytes) -> None:
        self._create_run(run, spec, [])

    @repeatable
    def _create_run(self, run: Run, spec: bytes, tried: list[Run]) -> None:
        with self._connections.writing() as session:
            session.execute(sql.INSERT_SPEC, {"digest": run.spec, "document": spec})
            if session.row(sql.INSERT_RUN, **rows.run_values(run)) is None:
                ours = tried and rows.run_record(session.rows(sql.SELECT_RUN, run_id=run.run_id)[0])
                if not ours or (ours.spec, ours.created_at) != (run.spec, run.created_at):
                    raise RunExists(run_id=run.run_id)
            tried.append(run)  # from here on, it may be stored although this fails

    @repeatable
    def run(self, run_id: RunId) -> Run:
        with self._connections.reading() as session:
            row = session.row(sql.SELECT_RUN, run_id=run_id)
        if row is None:
            raise RunNotFound(run_id=run_id)
        return rows.run_record(row)

    @repeatable
    def runs(
        self,
        *,
        pipeline: str | None = None,
        states: Collection[State] = (),
        before: RunId | None = None,
        limit: int = 50,
    ) -> list[Run]:
        statement = sql.select_runs(pipeline=pipeline is not None, states=bool(states), before=before is not None)
        values: rows.Values = {"limit": limit, "pipeline": pipeline, "before": before}
        with self._connections.reading() as session:
            if before is not None:
                values["before_time"] = _age(session, before)
            names = [state.value for state in states]
            found = session.rows_for_each(statement, names, **values) if names else session.rows(statement, **values)
        return [rows.run_record(row) for row in found]

    @repeatable
    def find_runs(self, prefix: str, limit: int = 10) -> list[RunId]:
        with self._connections.reading() as session:
            found = session.rows(sql.FIND_RUNS, low=prefix, high=prefix + _LAST, limit=limit)
        return [row[0] for row in found]

    @repeatable
    def spec(self, digest: Digest) -> bytes:
        with self._connections.reading() as session:
            row = session.row(sql.SELECT_SPEC, digest=digest)
        if row is None:
            raise SpecNotFound(digest=digest)
        return bytes(row[0])

    # --- driving a run ----------------------------------------------------------------------------------

    @repeatable
    def acquire(
        self, run_id: RunId, owner: EngineId, now: datetime, lease: timedelta, *, steal: EngineId | None = None
    ) -> Lease:
        until = now + lease
        with self._connections.writing() as session:
            _age(session, run_id)
            row = session.row(
                sql.ACQUIRE_LEASE,
                run_id=run_id,
                owner=owner,
                now=rows.time_text(now),
                expires_at=rows.time_text(until),
                steal=steal,
            )
            if row is None:
                holder = rows.lease_record(session.rows(sql.SELECT_LEASE, run_id=run_id)[0])
                raise RunIsDriven(run_id=run_id, owner=holder.owner, expires_at=holder.expires_at)
        return Lease(run_id=run_id, owner=owner, token=FencingToken(row[0]), expires_at=until)

    @repeatable_within(_BRIEFLY)
    def renew(self, lease: Lease, now: datetime, duration: timedelta) -> Lease:
        until = now + duration
        with self._connections.writing() as session:
            values = {"run_id": lease.run_id, "token": lease.token, "expires_at": rows.time_text(until)}
            if session.row(sql.RENEW_LEASE, **values) is None:
                raise LeaseLost(run_id=lease.run_id, owner=lease.owner, token=lease.token)
        return Lease(run_id=lease.run_id, owner=lease.owner, token=lease.token, expires_at=until)

    @repeatable_within(_BRIEFLY)
    def release(self, lease: Lease) -> None:
        with self._connections.writing() as session:
            session.execute(sql.RELEASE_LEASE, {"run_id": lease.run_id, "token": lease.token})

    @repeatable
    def lease(self, run_id: RunId) -> Lease | None:
        with self._connections.reading() as session:
            row = session.row(sql.SELECT_LEASE, run_id=run_id)
        return None if row is None else rows.lease_record(row)

    @repeatable
    def commit(self, lease: Lease, changes: Changes) -> None:
        _check_run(lease.run_id, changes)
        with self._connections.writing() as session:
            lost = LeaseLost(run_id=lease.run_id, owner=lease.owner, token=lease.token)
            session.demand(sql.CHECK_LEASE, lost, run_id=lease.run_id, token=lease.token)
            _write(session, lease.run_id, changes)

    # --- reading ----------------------------------------------------------------------------------------

    @repeatable
    def executions(self, run_id: RunId) -> list[Execution]:
        with self._connections.reading() as session:
            found = session.rows(sql.SELECT_EXECUTIONS, run_id=run_id)
        return [rows.execution_record(row) for row in found]

    @repeatable
    def execution(self, run_id: RunId, path: TaskPath) -> Execution | None:
        with self._connections.reading() as session:
            row = session.row(sql.SELECT_EXECUTION, run_id=run_id, path=path)
        return None if row is None else rows.execution_record(row)

    @repeatable
    def attempts(self, run_id: RunId, path: TaskPath | None = None) -> list[Attempt]:
        with self._connections.reading() as session:
            if path is None:
                found = session.rows(sql.SELECT_ATTEMPTS, run_id=run_id)
            else:
                found = session.rows(sql.SELECT_ATTEMPTS_OF, run_id=run_id, path=path)
        return [rows.attempt_record(row) for row in found]

    @repeatable
    def cached(self, fingerprints: Collection[Fingerprint]) -> dict[Fingerprint, CachedResult]:
        with self._connections.reading() as session:
            found = session.rows_for_each(sql.SELECT_CACHED_RESULTS, list(set(fingerprints)))
            outputs = [rows.bindings_record(row[3]) for row in found]
            artifacts = _artifacts(session, {id for bindings in outputs for id in _named(bindings)})
        results = {}
        for (fingerprint, run_id, path, _, finished_at), bindings in zip(found, outputs, strict=True):
            ids = _named(bindings)
            if all(id in artifacts for id in ids):
                results[fingerprint] = CachedResult(
                    fingerprint=fingerprint,
                    run_id=run_id,
                    path=path,
                    outputs=bindings,
                    artifacts={id: artifacts[id] for id in ids},
                    made_at=rows.moment_record(finished_at),
                )
        return results

    @repeatable
    def forget_cached(self, fingerprints: Collection[Fingerprint]) -> None:
        with self._connections.writing() as session:
            session.execute_for_each(sql.DELETE_CACHED_RESULTS, list(set(fingerprints)))

    @repeatable
    def previous_executions(self, pipeline: str, component: str, before: Execution, limit: int = 20) -> list[Execution]:
        with self._connections.reading() as session:
            found = session.rows(
                sql.SELECT_PREVIOUS_EXECUTIONS,
                pipeline=pipeline,
                component=component,
                before=before.run_id,
                before_time=_age(session, before.run_id),
                path=before.path,
                limit=limit,
            )
        return [rows.execution_record(row) for row in found]

    @repeatable
    def tracked(self, tracked_ids: Collection[str]) -> set[str]:
        with self._connections.reading() as session:
            return {row[0] for row in session.rows_for_each(sql.SELECT_TRACKED, list(set(tracked_ids)))}

    # --- artifacts and lineage --------------------------------------------------------------------------

    @repeatable
    def artifacts(self, ids: Collection[ArtifactId]) -> dict[ArtifactId, Artifact]:
        with self._connections.reading() as session:
            return _artifacts(session, ids)

    @repeatable
    def find_artifacts(
        self,
        *,
        prefix: str = "",
        type: str | None = None,
        name: str | None = None,
        digest: Digest | None = None,
        limit: int = 50,
    ) -> list[Artifact]:
        statement = sql.find_artifacts(
            prefix=bool(prefix), type=type is not None, name=name is not None, digest=digest is not None
        )
        values = {"low": prefix, "high": prefix + _LAST, "type": type, "name": name, "digest": digest, "limit": limit}
        with self._connections.reading() as session:
            found = session.rows(statement, **values)
        return [rows.artifact_record(row) for row in found]

    def events(
        self, *, artifacts: Collection[ArtifactId] = (), executions: Iterable[tuple[RunId, TaskPath]] = ()
    ) -> list[Event]:
        found = self._events(list(set(artifacts)), list(set(executions)))
        return [rows.event_record(row) for row in sorted(found, key=_event_order)]

    @repeatable
    def _events(self, artifacts: list[ArtifactId], executions: list[tuple[RunId, TaskPath]]) -> set[rows.Row]:
        with self._connections.reading() as session:
            found = set(session.rows_for_each(sql.SELECT_EVENTS_OF_ARTIFACTS, artifacts))
            found.update(session.rows_for_each(sql.SELECT_EVENTS_OF_EXECUTIONS, executions))
        return found

    # --- parts ------------------------------------------------------------------------------------------

    @property
    def registry(self) -> "SqlRegistry":
        from penstock.metadata.registry_store import SqlRegistry

        return SqlRegistry(self._connections)

    @property
    def tracking(self) -> "SqlTracking":
        from penstock.metadata.tracking_store import SqlTracking

        return SqlTracking(self._connections)

    @property
    def files(self) -> "SqlTrackedFiles":
        from penstock.metadata.tracked_files import SqlTrackedFiles

        return SqlTrackedFiles(self._connections)

    # --- upkeep -----------------------------------------------------------------------------------------

    @property
    def retention(self) -> "SqlRetention":
        from penstock.metadata.retention import SqlRetention

        return SqlRetention(self._connections)

    def close(self) -> None:
        self._connections.close()


def _age(session: Session, run_id: RunId) -> str:
    """When a run was created, as the store writes it."""
    row = session.row(sql.SELECT_RUN_AGE, run_id=run_id)
    if row is None:
        raise RunNotFound(run_id=run_id)
    return str(row[0])


def _check_run(run_id: RunId, changes: Changes) -> None:
    """Every record is of that run: the lease protects no other."""
    found: set[RunId] = {changes.run.run_id} if changes.run else set()
    found.update(execution.run_id for execution in changes.executions)
    found.update(attempt.run_id for attempt in changes.attempts)
    found.update(event.run_id for event in changes.events)
    for other in found - {run_id}:
        raise ForeignRecord(run_id=run_id, found=other)


def _write(session: Session, run_id: RunId, changes: Changes) -> None:
    """In such an order that whatever is referred to is there."""
    if changes.run:
        session.execute(sql.UPSERT_RUN, rows.run_values(changes.run))
        if changes.run.state.finished:
            session.execute(sharing_statements.DELETE_CANCEL_REQUEST, {"run_id": run_id})
            session.execute(sharing_statements.DELETE_CLAIMS, {"run_id": run_id})
    if changes.executions:
        session.execute_many(sql.UPSERT_EXECUTION, map(rows.execution_values, changes.executions))
    if changes.attempts:
        session.execute_many(sql.UPSERT_ATTEMPT, map(rows.attempt_values, changes.attempts))
    if changes.artifacts:
        session.execute_many(sql.UPSERT_ARTIFACT, map(rows.artifact_values, changes.artifacts))
    if changes.events:
        session.execute_many(sql.UPSERT_EVENT, map(rows.event_values, changes.events))
    if changes.cached:
        cached = sorted(changes.cached, key=itemgetter(0))  # in one order, so that runs do not wait for each other
        session.execute_many(sql.UPSERT_CACHED_RESULT, [rows.cached_values(run_id, entry) for entry in cached])
    if changes.logged:
        from penstock.metadata.tracking_writing import write_logged

        write_logged(session, run_id, changes.logged)


def _named(bindings: Bindings) -> list[ArtifactId]:
    return [id for ids in bindings.artifacts.values() for id in ids]


def _artifacts(session: Session, ids: Collection[ArtifactId]) -> dict[ArtifactId, Artifact]:
    found = session.rows_for_each(sql.SELECT_ARTIFACTS, list(set(ids)))
    return {row[0]: rows.artifact_record(row) for row in found}


def _event_order(row: rows.Row) -> rows.Row:
    """By execution, then its inputs before its outputs, by name and place."""
    return row[0], row[1], row[3], row[4], row[5]
