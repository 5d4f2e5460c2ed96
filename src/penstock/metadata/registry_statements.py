"""The statements of the registry's tables, by name, as portable as those of `statements`."""

MODEL = ("name", "description", "tags", "created_at", "updated_at")
VERSION = (
    "name", "version", "uri", "digest", "artifact_id", "run_id", "path", "status", "status_reason", "description",
    "tags", "tracked_run", "created_by", "created_at", "updated_at",
)  # fmt: skip
PROMOTION = (
    "name", "number", "alias", "kind", "version_before", "version_after", "made_by", "reason", "evidence", "made_at",
)  # fmt: skip
APPROVAL = (
    "approval_id", "subject", "role", "run_id", "path", "details", "requested_at", "decision", "decided_by", "note",
    "decided_at",
)  # fmt: skip


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(columns)


def _named(columns: tuple[str, ...]) -> str:
    return ", ".join(f":{column}" for column in columns)


# --- models -------------------------------------------------------------------------------------------------

INSERT_MODEL = (  # after a model of that name that was removed, the log of which goes on
    f"INSERT INTO registered_models ({_listed(MODEL)}, last_version) VALUES ({_named(MODEL)}, "
    "(SELECT COALESCE(MAX(version_after), 0) FROM promotions WHERE promotions.name = :name)) "
    "ON CONFLICT (name) DO NOTHING RETURNING name"
)
SELECT_MODEL = f"SELECT {_listed(MODEL)} FROM registered_models WHERE name = :name"
LIST_MODELS = f"SELECT {_listed(MODEL)} FROM registered_models ORDER BY name"
UPDATE_MODEL = (
    "UPDATE registered_models SET description = :description, tags = :tags, updated_at = :updated_at WHERE name = :name"
)
RENAME_MODEL = "UPDATE registered_models SET name = :new_name, updated_at = :updated_at WHERE name = :name"
DELETE_MODEL = "DELETE FROM registered_models WHERE name = :name"
TAKE_NUMBER = (
    "UPDATE registered_models SET last_version = last_version + 1, updated_at = :updated_at "
    "WHERE name = :name RETURNING last_version"
)

# --- versions -----------------------------------------------------------------------------------------------

INSERT_VERSION = f"INSERT INTO model_versions ({_listed(VERSION)}) VALUES ({_named(VERSION)})"
SELECT_VERSION = f"SELECT {_listed(VERSION)} FROM model_versions WHERE name = :name AND version = :version"
SELECT_VERSION_MADE = (
    f"SELECT {_listed(VERSION)} FROM model_versions WHERE name = :name AND uri = :uri "
    "AND created_by = :created_by AND created_at = :created_at ORDER BY version DESC LIMIT 1"
)
UPDATE_VERSION = (
    "UPDATE model_versions SET status = :status, status_reason = :status_reason, description = :description, "
    "tags = :tags, updated_at = :updated_at WHERE name = :name AND version = :version"
)
DELETE_VERSION = "DELETE FROM model_versions WHERE name = :name AND version = :version"
HOLD = (
    "INSERT INTO holds (kind, target, holder, note, created_at) VALUES (:kind, :target, :holder, :note, :created_at) "
    "ON CONFLICT (kind, target, holder) DO NOTHING"
)
RELEASE = "DELETE FROM holds WHERE kind = :kind AND target = :target AND holder = :holder"
SELECT_ARTIFACT = "SELECT artifact_id FROM artifacts WHERE artifact_id = :artifact_id"


def select_versions(*, name: bool, digest: bool, run_id: bool, tracked_run: bool) -> str:
    """Versions, by name and then newest first, with those conditions that are wanted."""
    wanted = {"name": name, "digest": digest, "run_id": run_id, "tracked_run": tracked_run}
    conditions = " AND ".join(f"{column} = :{column}" for column, is_wanted in wanted.items() if is_wanted)
    where = f" WHERE {conditions}" if conditions else ""
    return f"SELECT {_listed(VERSION)} FROM model_versions{where} ORDER BY name, version DESC"


# --- aliases and the log ------------------------------------------------------------------------------------

SELECT_ALIASES = "SELECT alias, version FROM aliases WHERE name = :name ORDER BY alias"
UPSERT_ALIAS = (
    "INSERT INTO aliases (name, alias, version) VALUES (:name, :alias, :version) "
    "ON CONFLICT (name, alias) DO UPDATE SET version = excluded.version"
)
DELETE_ALIAS = "DELETE FROM aliases WHERE name = :name AND alias = :alias"
LAST_NUMBER = "SELECT number FROM promotions WHERE name = :name ORDER BY number DESC LIMIT 1"
INSERT_PROMOTION = f"INSERT INTO promotions ({_listed(PROMOTION)}) VALUES ({_named(PROMOTION)})"
LAST_PROMOTION = (
    f"SELECT {_listed(PROMOTION)} FROM promotions WHERE name = :name AND alias = :alias ORDER BY number DESC LIMIT 1"
)


def select_promotions(*, alias: bool, until: bool) -> str:
    """The log of a model, oldest first, with those conditions that are wanted."""
    conditions = [" AND alias = :alias" if alias else "", " AND made_at <= :until" if until else ""]
    return f"SELECT {_listed(PROMOTION)} FROM promotions WHERE name = :name{''.join(conditions)} ORDER BY number"


# --- approvals ----------------------------------------------------------------------------------------------

INSERT_APPROVAL = (
    f"INSERT INTO approvals ({_listed(APPROVAL)}) VALUES ({_named(APPROVAL)}) ON CONFLICT (approval_id) DO NOTHING"
)
SELECT_APPROVAL = f"SELECT {_listed(APPROVAL)} FROM approvals WHERE approval_id = :approval_id"
DECIDE = (
    "UPDATE approvals SET decision = :decision, decided_by = :decided_by, note = :note, decided_at = :decided_at "
    "WHERE approval_id = :approval_id"
)


def select_approvals(*, open_only: bool, run_id: bool) -> str:
    """Approvals, oldest first, with those conditions that are wanted."""
    conditions = ["decision = ''"] * open_only + ["run_id = :run_id"] * run_id
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {_listed(APPROVAL)} FROM approvals{where} ORDER BY requested_at, approval_id"
