"""The first schema: specs, runs, leases, executions, attempts, artifacts, events, cached results."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _create_runs()
    _create_executions()
    _create_artifacts()


def _text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=optional)


def _execution(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["run_id", "path"],
        ["executions.run_id", "executions.path"],
        name=f"fk_{table}_run_id_path_executions",
        ondelete="CASCADE",
    )


def _create_runs() -> None:
    op.create_table(
        "specs",
        _text("digest"),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_specs"),
    )
    op.create_table(
        "runs",
        _text("run_id"),
        _text("pipeline"),
        _text("display_name"),
        _text("spec"),
        _text("state"),
        _text("parameters"),
        _text("options"),
        _text("created_at"),
        _text("started_at", optional=True),
        _text("finished_at", optional=True),
        _text("error", optional=True),
        _text("source"),
        sa.PrimaryKeyConstraint("run_id", name="pk_runs"),
        sa.ForeignKeyConstraint(["spec"], ["specs.digest"], name="fk_runs_spec_specs"),
    )
    op.create_index("ix_runs_created_at_run_id", "runs", ["created_at", "run_id"])
    op.create_index("ix_runs_pipeline_created_at_run_id", "runs", ["pipeline", "created_at", "run_id"])
    op.create_index("ix_runs_state_created_at_run_id", "runs", ["state", "created_at", "run_id"])
    op.create_table(
        "leases",
        _text("run_id"),
        _text("owner", optional=True),
        sa.Column("token", sa.BigInteger, nullable=False),
        _text("expires_at", optional=True),
        sa.PrimaryKeyConstraint("run_id", name="pk_leases"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name="fk_leases_run_id_runs", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )


def _create_executions() -> None:
    op.create_table(
        "executions",
        _text("run_id"),
        _text("path"),
        _text("parent", optional=True),
        sa.Column("position", sa.Integer, nullable=False),
        _text("task"),
        _text("component"),
        _text("kind"),
        sa.Column("iteration", sa.Integer),
        _text("state"),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("losses", sa.Integer, nullable=False),
        _text("fingerprint", optional=True),
        _text("cache_key", optional=True),
        _text("inputs"),
        _text("outputs"),
        _text("reused_run_id", optional=True),
        _text("reused_path", optional=True),
        _text("error", optional=True),
        _text("not_before", optional=True),
        _text("created_at"),
        _text("started_at", optional=True),
        _text("finished_at", optional=True),
        sa.PrimaryKeyConstraint("run_id", "path", name="pk_executions"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name="fk_executions_run_id_runs", ondelete="CASCADE"),
    )
    op.create_index("ix_executions_run_id_component", "executions", ["run_id", "component"])
    op.create_table(
        "attempts",
        _text("run_id"),
        _text("path"),
        sa.Column("number", sa.Integer, nullable=False),
        _text("state"),
        _text("log"),
        _text("error", optional=True),
        sa.Column("wall_seconds", sa.Float),
        sa.Column("cpu_seconds", sa.Float),
        sa.Column("peak_memory", sa.BigInteger),
        _text("started_at"),
        _text("finished_at", optional=True),
        sa.PrimaryKeyConstraint("run_id", "path", "number", name="pk_attempts"),
        _execution("attempts"),
    )


def _create_artifacts() -> None:
    op.create_table(
        "artifacts",
        _text("artifact_id"),
        _text("name"),
        _text("type"),
        _text("uri"),
        _text("digest", optional=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        _text("metadata"),
        _text("created_at"),
        sa.PrimaryKeyConstraint("artifact_id", name="pk_artifacts"),
    )
    for columns in (["created_at"], ["type", "created_at"], ["name", "created_at"], ["digest", "created_at"]):
        op.create_index(f"ix_artifacts_{'_'.join(columns)}", "artifacts", columns)
    op.create_table(
        "events",
        _text("run_id"),
        _text("path"),
        _text("type"),
        _text("name"),
        sa.Column("position", sa.Integer, nullable=False),
        _text("artifact_id"),
        sa.PrimaryKeyConstraint("run_id", "path", "type", "name", "position", name="pk_events"),
        _execution("events"),
        sa.ForeignKeyConstraint(["artifact_id"], ["artifacts.artifact_id"], name="fk_events_artifact_id_artifacts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_events_artifact_id", "events", ["artifact_id"])
    op.create_table(
        "cached_results",
        _text("fingerprint"),
        _text("run_id"),
        _text("path"),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_cached_results"),
        _execution("cached_results"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cached_results_run_id_path", "cached_results", ["run_id", "path"])
