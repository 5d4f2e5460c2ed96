"""The registry: models, versions, aliases, the log of promotions that only grows, and approvals."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "registered_models",
        _text("name"),
        _text("description"),
        _text("tags"),
        sa.Column("last_version", sa.Integer, nullable=False),
        _text("created_at"),
        _text("updated_at"),
        sa.PrimaryKeyConstraint("name", name="pk_registered_models"),
        sqlite_with_rowid=False,
    )
    _create_versions()
    op.create_table(
        "aliases",
        _text("name"),
        _text("alias"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", "alias", name="pk_aliases"),
        sa.ForeignKeyConstraint(
            ["name", "version"],
            ["model_versions.name", "model_versions.version"],
            name="fk_aliases_name_version_model_versions",
            onupdate="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_aliases_name_version", "aliases", ["name", "version"])
    _create_promotions()
    op.create_table(
        "approvals",
        _text("approval_id"),
        _text("subject"),
        _text("role"),
        _text("run_id"),
        _text("path"),
        _text("details"),
        _text("requested_at"),
        _text("decision"),
        _text("decided_by"),
        _text("note"),
        _text("decided_at", optional=True),
        sa.PrimaryKeyConstraint("approval_id", name="pk_approvals"),
    )
    op.create_index("ix_approvals_run_id_path", "approvals", ["run_id", "path"])
    op.create_index("ix_approvals_decision_requested_at", "approvals", ["decision", "requested_at"])


def _create_versions() -> None:
    op.create_table(
        "model_versions",
        _text("name"),
        sa.Column("version", sa.Integer, nullable=False),
        _text("uri"),
        _text("digest", optional=True),
        _text("artifact_id", optional=True),
        _text("run_id", optional=True),
        _text("path", optional=True),
        _text("status"),
        _text("status_reason"),
        _text("description"),
        _text("tags"),
        _text("tracked_run"),
        _text("created_by"),
        _text("created_at"),
        _text("updated_at"),
        sa.PrimaryKeyConstraint("name", "version", name="pk_model_versions"),
        sa.ForeignKeyConstraint(
            ["name"],
            ["registered_models.name"],
            name="fk_model_versions_name_registered_models",
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
    )
    op.create_index("ix_model_versions_digest", "model_versions", ["digest"])
    op.create_index("ix_model_versions_artifact_id", "model_versions", ["artifact_id"])
    op.create_index("ix_model_versions_run_id", "model_versions", ["run_id"])
    op.create_index("ix_model_versions_tracked_run", "model_versions", ["tracked_run"])


def _create_promotions() -> None:
    op.create_table(
        "promotions",
        _text("name"),
        sa.Column("number", sa.Integer, nullable=False),
        _text("alias"),
        _text("kind"),
        sa.Column("version_before", sa.Integer),
        sa.Column("version_after", sa.Integer),
        _text("made_by"),
        _text("reason"),
        _text("evidence"),
        _text("made_at"),
        sa.PrimaryKeyConstraint("name", "number", name="pk_promotions"),
    )
    refusal = "the log of promotions only grows"
    if op.get_context().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER promotions_no_{act.lower()} BEFORE {act} ON promotions "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION promotions_only_grow() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER promotions_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON promotions "
            "FOR EACH STATEMENT EXECUTE FUNCTION promotions_only_grow()"
        )


def _text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=optional)
