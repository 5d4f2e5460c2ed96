"""Several engines on one store: requests to cancel a run, claims on work, and the indexes that finding work needs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "cancel_requests",
        _text("run_id"),
        sa.Column("force", sa.Integer, nullable=False),
        _text("requested_by"),
        _text("requested_at"),
        sa.PrimaryKeyConstraint("run_id", name="pk_cancel_requests"),
        _run("cancel_requests"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "claims",
        _text("fingerprint"),
        _text("run_id"),
        _text("path"),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_claims"),
        _run("claims"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_claims_run_id", "claims", ["run_id"])
    op.create_index("ix_leases_expires_at", "leases", ["expires_at"])
    open_ = sa.text("fingerprint IS NOT NULL AND finished_at IS NULL")
    op.create_index(
        "ix_executions_fingerprint", "executions", ["fingerprint"], sqlite_where=open_, postgresql_where=open_
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False)


def _run(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=f"fk_{table}_run_id_runs", ondelete="CASCADE")
