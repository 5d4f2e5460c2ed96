"""Tracked files: what clients of MLflow logged as artifacts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | Sequence[str] | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    kind = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "tracked_files",
        sa.Column("place", kind, nullable=False),
        sa.Column("uri", kind, nullable=False),
        sa.Column("digest", kind, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("run_id", kind),
        sa.Column("stored_at", kind, nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_tracked_files"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name="fk_tracked_files_run_id_runs", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tracked_files_run_id", "tracked_files", ["run_id"])
