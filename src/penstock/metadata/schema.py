"""The tables, declared once. Only migrations and their tests import this module: SQLAlchemy takes long to load.

Each table is one record class of `records`; what is no scalar there is JSON text here. Times are text in UTC,
of one width, so that they sort (`rows`). Text compares by code point: SQLite does so by itself, PostgreSQL is
told to, because prefixes are looked up as ranges.
"""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    }
)


def text() -> sa.types.TypeEngine[str]:
    """Text that compares by code point."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def key(name: str, *args: sa.schema.SchemaItem) -> sa.Column[str]:
    """A text column that is part of the primary key."""
    return sa.Column(name, text(), *args, primary_key=True)


specs = sa.Table(
    "specs",
    metadata,
    key("digest"),
    sa.Column("document", sa.LargeBinary, nullable=False),
)

runs = sa.Table(
    "runs",
    metadata,
    key("run_id"),
    sa.Column("pipeline", text(), nullable=False),
    sa.Column("display_name", text(), nullable=False),
    sa.Column("spec", text(), sa.ForeignKey("specs.digest"), nullable=False),
    sa.Column("state", text(), nullable=False),
    sa.Column("parameters", text(), nullable=False),
    sa.Column("options", text(), nullable=False),
    sa.Column("created_at", text(), nullable=False),
    sa.Column("started_at", text()),
    sa.Column("finished_at", text()),
    sa.Column("error", text()),
    sa.Column("source", text(), nullable=False),
    sa.Index(None, "created_at", "run_id"),
    sa.Index(None, "pipeline", "created_at", "run_id"),
    sa.Index(None, "state", "created_at", "run_id"),
)

leases = sa.Table(
    "leases",
    metadata,
    key("run_id", sa.ForeignKey("runs.run_id", ondelete="CASCADE")),
    sa.Column("owner", text()),  # null: given back; the row stays, so that tokens go on growing
    sa.Column("token", sa.BigInteger, nullable=False),
    sa.Column("expires_at", text()),
    sa.Index(None, "expires_at"),
    sqlite_with_rowid=False,
)

_REUSED = sa.text("reused_run_id IS NOT NULL")
_UNFINISHED = sa.text("fingerprint IS NOT NULL AND finished_at IS NULL")

executions = sa.Table(
    "executions",
    metadata,
    key("run_id", sa.ForeignKey("runs.run_id", ondelete="CASCADE")),
    key("path"),
    sa.Column("parent", text()),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("task", text(), nullable=False),
    sa.Column("component", text(), nullable=False),
    sa.Column("kind", text(), nullable=False),
    sa.Column("iteration", sa.Integer),
    sa.Column("state", text(), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("losses", sa.Integer, nullable=False),
    sa.Column("fingerprint", text()),
    sa.Column("cache_key", text()),
    sa.Column("inputs", text(), nullable=False),
    sa.Column("outputs", text(), nullable=False),
    sa.Column("reused_run_id", text()),
    sa.Column("reused_path", text()),
    sa.Column("error", text()),
    sa.Column("not_before", text()),
    sa.Column("created_at", text(), nullable=False),
    sa.Column("started_at", text()),
    sa.Column("finished_at", text()),
    sa.Index(None, "run_id", "component"),
    sa.Index(None, "fingerprint", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
    sa.Index(None, "reused_run_id", "reused_path", sqlite_where=_REUSED, postgresql_where=_REUSED),
)

attempts = sa.Table(
    "attempts",
    metadata,
    key("run_id"),
    key("path"),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("state", text(), nullable=False),
    sa.Column("log", text(), nullable=False),
    sa.Column("error", text()),
    sa.Column("wall_seconds", sa.Float),
    sa.Column("cpu_seconds", sa.Float),
    sa.Column("peak_memory", sa.BigInteger),
    sa.Column("started_at", text(), nullable=False),
    sa.Column("finished_at", text()),
    sa.ForeignKeyConstraint(["run_id", "path"], ["executions.run_id", "executions.path"], ondelete="CASCADE"),
)

artifacts = sa.Table(
    "artifacts",
    metadata,
    key("artifact_id"),
    sa.Column("name", text(), nullable=False),
    sa.Column("type", text(), nullable=False),
    sa.Column("uri", text(), nullable=False),
    sa.Column("digest", text()),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("metadata", text(), nullable=False),
    sa.Column("created_at", text(), nullable=False),
    sa.Index(None, "created_at"),
    sa.Index(None, "type", "created_at"),
    sa.Index(None, "name", "created_at"),
    sa.Index(None, "digest", "created_at"),
)

events = sa.Table(
    "events",
    metadata,
    key("run_id"),
    key("path"),
    key("type"),
    key("name"),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("artifact_id", text(), sa.ForeignKey("artifacts.artifact_id"), nullable=False),
    sa.ForeignKeyConstraint(["run_id", "path"], ["executions.run_id", "executions.path"], ondelete="CASCADE"),
    sa.Index(None, "artifact_id"),
    sqlite_with_rowid=False,
)

cached_results = sa.Table(
    "cached_results",
    metadata,
    key("fingerprint"),
    sa.Column("run_id", text(), nullable=False),
    sa.Column("path", text(), nullable=False),
    sa.Column("made_at", text()),  # where it was inherited from a removed run: when that made it
    sa.ForeignKeyConstraint(["run_id", "path"], ["executions.run_id", "executions.path"], ondelete="CASCADE"),
    sa.Index(None, "run_id", "path"),
    sqlite_with_rowid=False,
)

cancel_requests = sa.Table(
    "cancel_requests",
    metadata,
    key("run_id", sa.ForeignKey("runs.run_id", ondelete="CASCADE")),
    sa.Column("force", sa.Integer, nullable=False),
    sa.Column("requested_by", text(), nullable=False),
    sa.Column("requested_at", text(), nullable=False),
    sqlite_with_rowid=False,
)

claims = sa.Table(
    "claims",
    metadata,
    key("fingerprint"),
    sa.Column("run_id", text(), sa.ForeignKey("runs.run_id", ondelete="CASCADE"), nullable=False),
    sa.Column("path", text(), nullable=False),
    sa.Column("token", sa.BigInteger, nullable=False),  # of the lease under which it was made: it ends with that
    sa.Index(None, "run_id"),
    sqlite_with_rowid=False,
)

holds = sa.Table(
    "holds",
    metadata,
    key("kind"),
    key("target"),
    key("holder"),
    sa.Column("note", text(), nullable=False),
    sa.Column("created_at", text(), nullable=False),
    sqlite_with_rowid=False,
)

condemned = sa.Table(
    "condemned",
    metadata,
    key("digest"),
    sa.Column("condemned_at", text(), nullable=False),
    sqlite_with_rowid=False,
)

registered_models = sa.Table(
    "registered_models",
    metadata,
    key("name"),
    sa.Column("description", text(), nullable=False),
    sa.Column("tags", text(), nullable=False),
    sa.Column("last_version", sa.Integer, nullable=False),  # numbers of removed versions are not used again
    sa.Column("created_at", text(), nullable=False),
    sa.Column("updated_at", text(), nullable=False),
    sqlite_with_rowid=False,
)

model_versions = sa.Table(
    "model_versions",
    metadata,
    key("name", sa.ForeignKey("registered_models.name", ondelete="CASCADE", onupdate="CASCADE")),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("uri", text(), nullable=False),
    sa.Column("digest", text(), index=True),
    sa.Column("artifact_id", text(), index=True),
    sa.Column("run_id", text(), index=True),  # no reference: a version from elsewhere outlives the run that it names
    sa.Column("path", text()),
    sa.Column("status", text(), nullable=False),
    sa.Column("status_reason", text(), nullable=False),
    sa.Column("description", text(), nullable=False),
    sa.Column("tags", text(), nullable=False),
    sa.Column("tracked_run", text(), nullable=False, index=True),
    sa.Column("created_by", text(), nullable=False),
    sa.Column("created_at", text(), nullable=False),
    sa.Column("updated_at", text(), nullable=False),
)

aliases = sa.Table(
    "aliases",
    metadata,
    key("name"),
    key("alias"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.ForeignKeyConstraint(
        ["name", "version"], ["model_versions.name", "model_versions.version"], onupdate="CASCADE"
    ),  # and no cascade of deletes: an alias ends with a line in the log
    sa.Index(None, "name", "version"),
    sqlite_with_rowid=False,
)

promotions = sa.Table(
    "promotions",
    metadata,
    key("name"),  # no reference: the log outlives its model. Triggers refuse to change or remove a line
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("alias", text(), nullable=False),
    sa.Column("kind", text(), nullable=False),
    sa.Column("version_before", sa.Integer),
    sa.Column("version_after", sa.Integer),
    sa.Column("made_by", text(), nullable=False),
    sa.Column("reason", text(), nullable=False),
    sa.Column("evidence", text(), nullable=False),
    sa.Column("made_at", text(), nullable=False),
)

approvals = sa.Table(
    "approvals",
    metadata,
    key("approval_id"),
    sa.Column("subject", text(), nullable=False),
    sa.Column("role", text(), nullable=False),
    sa.Column("run_id", text(), nullable=False),  # no reference: who approved what outlives the run
    sa.Column("path", text(), nullable=False),
    sa.Column("details", text(), nullable=False),
    sa.Column("requested_at", text(), nullable=False),
    sa.Column("decision", text(), nullable=False),
    sa.Column("decided_by", text(), nullable=False),
    sa.Column("note", text(), nullable=False),
    sa.Column("decided_at", text()),
    sa.Index(None, "run_id", "path"),
    sa.Index(None, "decision", "requested_at"),
)

experiments = sa.Table(
    "experiments",
    metadata,
    key("experiment_id"),
    sa.Column("name", text(), nullable=False),
    sa.Column("artifact_location", text(), nullable=False),
    sa.Column("lifecycle", text(), nullable=False),
    sa.Column("tags", text(), nullable=False),
    sa.Column("created_at", text(), nullable=False),
    sa.Column("updated_at", text(), nullable=False),
    sa.Index(None, "name", unique=True),
)

tracked_runs = sa.Table(
    "tracked_runs",
    metadata,
    key("tracked_id"),
    sa.Column("experiment_id", text(), sa.ForeignKey("experiments.experiment_id"), nullable=False),
    sa.Column("name", text(), nullable=False),
    sa.Column("status", text(), nullable=False),  # of a linked run it is its execution's, and this counts for nothing
    sa.Column("started_at", text()),
    sa.Column("ended_at", text()),
    sa.Column("deleted_at", text()),
    sa.Column("artifact_uri", text(), nullable=False),
    sa.Column("parent", text(), nullable=False),
    sa.Column("run_id", text(), sa.ForeignKey("runs.run_id", ondelete="CASCADE")),
    sa.Column("path", text()),  # null: no execution, though it may belong to a pipeline run
    sa.Index(None, "experiment_id"),
    sa.Index(None, "run_id", "path"),
)


def of_tracked_run() -> sa.ForeignKey:
    """What goes with a tracked run."""
    return sa.ForeignKey("tracked_runs.tracked_id", ondelete="CASCADE", onupdate="CASCADE")


tracked_metrics = sa.Table(
    "tracked_metrics",
    metadata,
    key("tracked_id", of_tracked_run()),
    key("key"),
    sa.Column("step", sa.BigInteger, primary_key=True),
    sa.Column("at", sa.BigInteger, primary_key=True),  # microseconds since 1970
    sa.Column("value", sa.Double, primary_key=True),  # SQLite has no NaN: there it is the text `NaN`
    sa.Column("attempt", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

latest_metrics = sa.Table(
    "latest_metrics",
    metadata,
    key("tracked_id", of_tracked_run()),
    key("key"),
    sa.Column("step", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("value", sa.Double, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

tracked_params = sa.Table(
    "tracked_params",
    metadata,
    key("tracked_id", of_tracked_run()),
    key("key"),
    sa.Column("value", text(), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

tracked_tags = sa.Table(
    "tracked_tags",
    metadata,
    key("tracked_id", of_tracked_run()),
    key("key"),
    sa.Column("value", text(), nullable=False),
    sqlite_with_rowid=False,
)

tracked_inputs = sa.Table(
    "tracked_inputs",
    metadata,
    key("tracked_id", of_tracked_run()),
    key("kind"),
    key("key"),
    sa.Column("document", text(), nullable=False),
)

logged_models = sa.Table(
    "logged_models",
    metadata,
    key("model_id"),
    sa.Column("experiment_id", text(), sa.ForeignKey("experiments.experiment_id"), nullable=False),
    sa.Column("tracked_id", text(), nullable=False),
    sa.Column("run_id", text(), sa.ForeignKey("runs.run_id", ondelete="CASCADE")),
    sa.Column("name", text(), nullable=False),
    sa.Column("artifact_uri", text(), nullable=False),
    sa.Column("status", text(), nullable=False),
    sa.Column("status_message", text(), nullable=False),
    sa.Column("model_type", text(), nullable=False),
    sa.Column("lifecycle", text(), nullable=False),
    sa.Column("params", text(), nullable=False),
    sa.Column("tags", text(), nullable=False),
    sa.Column("created_at", text(), nullable=False),
    sa.Column("updated_at", text(), nullable=False),
    sa.Index(None, "experiment_id"),
    sa.Index(None, "run_id"),
)

model_metrics = sa.Table(
    "model_metrics",
    metadata,
    key("model_id", sa.ForeignKey("logged_models.model_id", ondelete="CASCADE")),
    key("key"),
    key("dataset_name"),
    key("dataset_digest"),
    sa.Column("step", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("value", sa.Double, nullable=False),
    sa.Column("tracked_id", text(), nullable=False),
    sqlite_with_rowid=False,
)

tracked_files = sa.Table(
    "tracked_files",
    metadata,
    key("place"),
    sa.Column("uri", text(), nullable=False),
    sa.Column("digest", text(), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("run_id", text(), sa.ForeignKey("runs.run_id", ondelete="CASCADE")),
    sa.Column("stored_at", text(), nullable=False),
    sa.Index(None, "run_id"),
    sqlite_with_rowid=False,
)
