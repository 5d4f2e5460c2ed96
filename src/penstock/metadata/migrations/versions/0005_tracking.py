"""Tracking: experiments, tracked runs, and what was logged to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "experiments",
        *_texts("experiment_id", "name", "artifact_location", "lifecycle", "tags", "created_at", "updated_at"),
        sa.PrimaryKeyConstraint("experiment_id", name="pk_experiments"),
    )
    op.create_index("ix_experiments_name", "experiments", ["name"], unique=True)
    _create_runs()
    _create_metrics()
    op.create_table(
        "tracked_params",
        *_texts("tracked_id", "key", "value"),
        sa.Column("attempt", sa.Integer, nullable=False),
        *_of_tracked_run("tracked_params", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tracked_tags",
        *_texts("tracked_id", "key", "value"),
        *_of_tracked_run("tracked_tags", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tracked_inputs",
        *_texts("tracked_id", "kind", "key", "document"),
        *_of_tracked_run("tracked_inputs", "kind", "key"),
    )
    _create_models()


def _create_runs() -> None:
    op.create_table(
        "tracked_runs",
        *_texts("tracked_id", "experiment_id", "name", "status"),
        *_texts("started_at", "ended_at", "deleted_at", optional=True),
        *_texts("artifact_uri", "parent"),
        *_texts("run_id", "path", optional=True),
        sa.PrimaryKeyConstraint("tracked_id", name="pk_tracked_runs"),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.experiment_id"], name="fk_tracked_runs_experiment_id_experiments"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name="fk_tracked_runs_run_id_runs", ondelete="CASCADE"),
    )
    op.create_index("ix_tracked_runs_experiment_id", "tracked_runs", ["experiment_id"])
    op.create_index("ix_tracked_runs_run_id_path", "tracked_runs", ["run_id", "path"])


def _create_metrics() -> None:
    for table, identity in (("tracked_metrics", ("key", "step", "at", "value")), ("latest_metrics", ("key",))):
        op.create_table(
            table,
            *_texts("tracked_id", "key"),
            sa.Column("step", sa.BigInteger, nullable=False),
            sa.Column("at", sa.BigInteger, nullable=False),
            sa.Column("value", sa.Double, nullable=False),
            sa.Column("attempt", sa.Integer, nullable=False),
            *_of_tracked_run(table, *identity),
            sqlite_with_rowid=False,
        )


def _create_models() -> None:
    op.create_table(
        "logged_models",
        *_texts("model_id", "experiment_id", "tracked_id"),
        *_texts("run_id", optional=True),
        *_texts("name", "artifact_uri", "status", "status_message", "model_type", "lifecycle", "params", "tags"),
        *_texts("created_at", "updated_at"),
        sa.PrimaryKeyConstraint("model_id", name="pk_logged_models"),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.experiment_id"], name="fk_logged_models_experiment_id_experiments"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name="fk_logged_models_run_id_runs", ondelete="CASCADE"),
    )
    op.create_index("ix_logged_models_experiment_id", "logged_models", ["experiment_id"])
    op.create_index("ix_logged_models_run_id", "logged_models", ["run_id"])
    op.create_table(
        "model_metrics",
        *_texts("model_id", "key", "dataset_name", "dataset_digest"),
        sa.Column("step", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        *_texts("tracked_id"),
        sa.PrimaryKeyConstraint("model_id", "key", "dataset_name", "dataset_digest", name="pk_model_metrics"),
        sa.ForeignKeyConstraint(
            ["model_id"], ["logged_models.model_id"], name="fk_model_metrics_model_id_logged_models", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )


def _of_tracked_run(table: str, *identity: str) -> tuple[sa.Constraint, ...]:
    """What a table has that goes with its tracked run."""
    return (
        sa.PrimaryKeyConstraint("tracked_id", *identity, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["tracked_id"],
            ["tracked_runs.tracked_id"],
            name=f"fk_{table}_tracked_id_tracked_runs",
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
    )


def _texts(*names: str, optional: bool = False) -> list[sa.Column[str]]:
    kind = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return [sa.Column(name, kind, nullable=optional) for name in names]
