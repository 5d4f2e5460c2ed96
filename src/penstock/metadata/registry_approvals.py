"""Approvals on any database that has a dialect: a question is asked once, and answered once."""

from datetime import datetime
from typing import Literal

import msgspec

from penstock.core.ids import RunId
from penstock.metadata import registry_rows as rows
from penstock.metadata import registry_statements as sql
from penstock.metadata.registry import Approval
from penstock.metadata.registry_errors import AlreadyDecided, ApprovalNotFound
from penstock.metadata.repeating import repeatable
from penstock.metadata.session import Connections


class SqlApprovals:
    """The part of `SqlRegistry` that people answer in."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @property
    def patience(self) -> float:
        """For how many seconds a call is made again while the store is away."""
        return self._connections.patience

    @repeatable
    def request_approval(self, approval: Approval) -> Approval:
        with self._connections.writing() as session:
            session.execute(sql.INSERT_APPROVAL, rows.approval_values(approval))
            (row,) = session.rows(sql.SELECT_APPROVAL, approval_id=approval.approval_id)
        return rows.approval_record(row)

    @repeatable
    def approval(self, approval_id: str) -> Approval:
        with self._connections.reading() as session:
            row = session.row(sql.SELECT_APPROVAL, approval_id=approval_id)
        if row is None:
            raise ApprovalNotFound(approval_id=approval_id)
        return rows.approval_record(row)

    @repeatable
    def approvals(self, *, open_only: bool = False, run_id: RunId | None = None) -> list[Approval]:
        statement = sql.select_approvals(open_only=open_only, run_id=run_id is not None)
        with self._connections.reading() as session:
            return [rows.approval_record(row) for row in session.rows(statement, run_id=run_id)]

    def decide(
        self, approval_id: str, decision: Literal["approved", "rejected"], *, by: str, note: str, now: datetime
    ) -> Approval:
        return self._decide(approval_id, decision, by, note, now, [])

    @repeatable
    def _decide(
        self,
        approval_id: str,
        decision: Literal["approved", "rejected"],
        by: str,
        note: str,
        now: datetime,
        tried: list[Approval],
    ) -> Approval:
        with self._connections.writing() as session:
            row = session.locked_row(sql.SELECT_APPROVAL, approval_id=approval_id)
            if row is None:
                raise ApprovalNotFound(approval_id=approval_id)
            found = rows.approval_record(row)
            if found.decision:
                if tried and found == tried[-1]:
                    return found  # it was stored the first time, of which we have not heard
                raise AlreadyDecided(
                    approval_id=approval_id, decision=found.decision, by=found.decided_by, at=found.decided_at
                )
            decided = msgspec.structs.replace(found, decision=decision, decided_by=by, note=note, decided_at=now)
            session.execute(sql.DECIDE, rows.approval_values(decided))
            tried.append(decided)
        return decided
