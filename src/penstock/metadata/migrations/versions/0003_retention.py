"""Retention: what is to be kept, bytes that nothing names, and when an inherited cached result was made."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "holds",
        _text("kind"),
        _text("target"),
        _text("holder"),
        _text("note"),
        _text("created_at"),
        sa.PrimaryKeyConstraint("kind", "target", "holder", name="pk_holds"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "condemned",
        _text("digest"),
        _text("condemned_at"),
        sa.PrimaryKeyConstraint("digest", name="pk_condemned"),
        sqlite_with_rowid=False,
    )
    op.add_column("cached_results", _text("made_at", optional=True))
    reused = sa.text("reused_run_id IS NOT NULL")
    op.create_index(
        "ix_executions_reused_run_id_reused_path",
        "executions",
        ["reused_run_id", "reused_path"],
        sqlite_where=reused,
        postgresql_where=reused,
    )


def _text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=optional)
