"""What engines that share a store ask of it: which runs wait for one, who wants a run stopped, who computes what.

A claim keeps two runs from computing the same thing at once. It is a courtesy and no lock: nothing is wrong if two
compute it after all, so claims end by themselves, with the lease under which they were made.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from penstock.core.ids import EngineId, Fingerprint, RunId, TaskPath
from penstock.metadata import rows
from penstock.metadata import sharing_statements as sql
from penstock.metadata import statements as leases_sql
from penstock.metadata.errors import LeaseLost, RunNotFound
from penstock.metadata.records import CancelRequest, Claim, Lease, Run, State
from penstock.metadata.repeating import repeatable, repeatable_within
from penstock.metadata.session import Connections, Session

_FRESH = timedelta(minutes=1)
"""A run that was submitted so lately is as good as driven: its engine is about to take it."""
_ROUNDS = 3
_BRIEFLY = 5.0
"""Seconds of patience for what is asked again soon anyway."""


class SharedWork:
    """The part of `SqlStore` that several engines meet in."""

    _connections: Connections

    @property
    def patience(self) -> float:
        """For how many seconds a call is made again while the store is away; 0 for a file."""
        return self._connections.patience

    # --- runs that wait for an engine -------------------------------------------------------------------

    @repeatable
    def drivable(self, now: datetime, limit: int = 100, *, dead: Collection[EngineId] = ()) -> list[Run]:
        statement, values = sql.select_drivable(dead=bool(dead)), {"now": rows.time_text(now), "limit": limit}
        with self._connections.reading() as session:
            found = (
                session.rows_for_each(statement, list(dead), **values) if dead else session.rows(statement, **values)
            )
        return [rows.run_record(row) for row in found]

    @repeatable
    def engines(self, now: datetime) -> list[EngineId]:
        with self._connections.reading() as session:
            return [row[0] for row in session.rows(sql.SELECT_ENGINES, now=rows.time_text(now))]

    @repeatable_within(_BRIEFLY)
    def renew_all(self, leases: Collection[Lease], now: datetime, duration: timedelta) -> list[Lease]:
        until, renewed = now + duration, []
        with self._connections.writing() as session:
            for lease in leases:
                values = {"run_id": lease.run_id, "token": lease.token, "expires_at": rows.time_text(until)}
                if session.row(leases_sql.RENEW_LEASE, **values) is not None:
                    renewed.append(Lease(run_id=lease.run_id, owner=lease.owner, token=lease.token, expires_at=until))
        return renewed

    # --- cancel -----------------------------------------------------------------------------------------

    @repeatable
    def request_cancel(self, run_id: RunId, *, force: bool, by: str, now: datetime) -> bool:
        with self._connections.writing() as session:
            row = session.locked_row(sql.SELECT_STATE, run_id=run_id)
            if row is None:
                raise RunNotFound(run_id=run_id)
            if State(row[0]).finished:
                return False
            values = {"run_id": run_id, "force": int(force), "requested_by": by, "requested_at": rows.time_text(now)}
            session.execute(sql.UPSERT_CANCEL_REQUEST, values)
        return True

    @repeatable_within(_BRIEFLY)
    def cancel_requests(self, run_ids: Collection[RunId]) -> list[CancelRequest]:
        with self._connections.reading() as session:
            found = session.rows_for_each(sql.SELECT_CANCEL_REQUESTS, list(set(run_ids)))
        return [
            CancelRequest(run_id=row[0], force=bool(row[1]), by=row[2], at=datetime.fromisoformat(row[3]))
            for row in found
        ]

    # --- claims -----------------------------------------------------------------------------------------

    @repeatable
    def claim(
        self, lease: Lease, wanted: Mapping[Fingerprint, TaskPath], now: datetime, *, dead: Collection[EngineId] = ()
    ) -> dict[Fingerprint, Claim]:
        with self._connections.reading() as session:
            if not wanted or not _others(session, lease.run_id, now):
                return {}
            held = _held(session, lease.run_id, wanted, now, dead)
        left = {print_: path for print_, path in wanted.items() if print_ not in held}
        if left:
            with self._connections.writing() as session:
                if session.locked_row(leases_sql.CHECK_LEASE, run_id=lease.run_id, token=lease.token) is None:
                    raise LeaseLost(run_id=lease.run_id, owner=lease.owner, token=lease.token)
                held |= _claim(session, lease, left, now, dead)
        return held


def _others(session: Session, run_id: RunId, now: datetime) -> bool:
    """Whether any other run is driven, or about to be."""
    if session.row(sql.SELECT_OTHER_LIVE, now=rows.time_text(now), run_id=run_id) is not None:
        return True
    recent = rows.time_text(now - _FRESH)
    return session.row(sql.SELECT_OTHER_FRESH, recent=recent, run_id=run_id) is not None


def _held(
    session: Session, run_id: RunId, wanted: Collection[Fingerprint], now: datetime, dead: Collection[EngineId]
) -> dict[Fingerprint, Claim]:
    """Who of the others computes which of `wanted`: by its claim, or by an execution that says so itself."""
    found: list[rows.Row] = []
    for statement in (sql.SELECT_WORKING, sql.SELECT_CLAIMED):
        found += session.rows_for_each(statement, list(wanted), run_id=run_id, now=rows.time_text(now))
    return {
        row[0]: Claim(fingerprint=row[0], run_id=row[1], path=row[2], owner=row[3])
        for row in found
        if row[3] not in dead
    }


def _claim(
    session: Session, lease: Lease, wanted: Mapping[Fingerprint, TaskPath], now: datetime, dead: Collection[EngineId]
) -> dict[Fingerprint, Claim]:
    """Claim what nobody holds; what others hold after all. Somebody may be claiming the same at this very moment."""
    held: dict[Fingerprint, Claim] = {}
    left = dict(wanted)
    for _ in range(_ROUNDS):
        # In this order: what is claimed between the two is seen as held, and not taken for a claim that has ended.
        former = {row[0]: (row[1], row[2]) for row in session.rows_for_each(sql.SELECT_CLAIMS, list(left))}
        held |= _held(session, lease.run_id, left, now, dead)
        left = {print_: path for print_, path in left.items() if print_ not in held}
        for print_ in sorted(left):  # in one order, so that two who claim several do not wait for each other
            run, token = former.get(print_, ("", 0))
            values = {"fingerprint": print_, "run_id": lease.run_id, "path": left[print_], "token": lease.token}
            if session.row(sql.CLAIM_WORK, **values, former=run, former_token=token) is not None:
                del left[print_]
        if not left:
            break
    return held
