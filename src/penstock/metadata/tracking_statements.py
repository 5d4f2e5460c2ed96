"""The statements of `tracking`, by name, portable as those of `statements`."""

EXPERIMENT = ("experiment_id", "name", "artifact_location", "lifecycle", "tags", "created_at", "updated_at")
RUN = (
    "tracked_id", "experiment_id", "name", "status", "started_at", "ended_at", "deleted_at", "artifact_uri",
    "parent", "run_id", "path",
)  # fmt: skip
MODEL = (
    "model_id", "experiment_id", "tracked_id", "run_id", "name", "artifact_uri", "status", "status_message",
    "model_type", "lifecycle", "params", "tags", "created_at", "updated_at",
)  # fmt: skip


def _columns(*names: str, table: str = "") -> str:
    return ", ".join(f"{table}.{name}" if table else name for name in names)


def _insert(table: str, *columns: str) -> str:
    return f"INSERT INTO {table} ({_columns(*columns)}) VALUES ({', '.join(f':{name}' for name in columns)})"


def _update(table: str, *columns: str) -> str:
    key, *changed = columns
    return f"UPDATE {table} SET {', '.join(f'{name} = :{name}' for name in changed)} WHERE {key} = :{key}"


# --- experiments --------------------------------------------------------------------------------------------

INSERT_EXPERIMENT = f"{_insert('experiments', *EXPERIMENT)} ON CONFLICT DO NOTHING RETURNING experiment_id"
UPDATE_EXPERIMENT = _update("experiments", *EXPERIMENT)
SELECT_EXPERIMENT = f"SELECT {_columns(*EXPERIMENT)} FROM experiments WHERE experiment_id = :experiment_id"
SELECT_EXPERIMENT_CALLED = f"SELECT {_columns(*EXPERIMENT)} FROM experiments WHERE name = :name"
LIST_EXPERIMENTS = f"SELECT {_columns(*EXPERIMENT)} FROM experiments ORDER BY created_at DESC, experiment_id"

# --- runs ---------------------------------------------------------------------------------------------------

INSERT_RUN = f"{_insert('tracked_runs', *RUN)} ON CONFLICT DO NOTHING RETURNING tracked_id"
UPDATE_RUN = _update("tracked_runs", "tracked_id", "name", "status", "ended_at", "deleted_at")
DELETE_RUNS_IN = "UPDATE tracked_runs SET deleted_at = :now WHERE experiment_id = :experiment_id AND deleted_at IS NULL"
RESTORE_RUNS_IN = (
    "UPDATE tracked_runs SET deleted_at = NULL WHERE experiment_id = :experiment_id AND deleted_at = :since"
)
_RUNS = (
    f"SELECT {_columns(*RUN, table='t')}, COALESCE(e.state, r.state), COALESCE(e.started_at, r.started_at), "
    "COALESCE(e.finished_at, r.finished_at) FROM tracked_runs AS t "
    "LEFT JOIN executions AS e ON e.run_id = t.run_id AND e.path = t.path AND t.path <> '' "
    "LEFT JOIN runs AS r ON r.run_id = t.run_id AND t.path = ''"
)
SELECT_RUN = f"{_RUNS} WHERE t.tracked_id = :tracked_id"
SELECT_RUNS_IN = f"{_RUNS} WHERE t.experiment_id IN (:each)"
SELECT_RUNS_OF = f"{_RUNS} WHERE t.run_id = :run_id"
LOCK_RUN = f"SELECT {_columns(*RUN)} FROM tracked_runs WHERE tracked_id = :tracked_id"
SELECT_PIPELINE = "SELECT pipeline, display_name, created_at FROM runs WHERE run_id = :run_id"
SELECT_ATTEMPT = "SELECT attempt FROM executions WHERE run_id = :run_id AND path = :path"
SELECT_LINKED = "SELECT tracked_id, path FROM tracked_runs WHERE run_id = :run_id AND path <> ''"
SELECT_REUSED = "SELECT reused_run_id, reused_path FROM executions WHERE run_id = :run_id AND reused_run_id IS NOT NULL"
SELECT_HEIRS = (
    "WITH wanted (run_id, path) AS (VALUES :pairs) "
    "SELECT r.created_at, e.run_id, e.path, e.reused_run_id, e.reused_path FROM wanted AS w "
    "JOIN executions AS e ON e.reused_run_id = w.run_id AND e.reused_path = w.path "
    "JOIN runs AS r ON r.run_id = e.run_id WHERE e.state = 'SUCCEEDED' AND e.run_id <> :run_id"
)
HAND_ON = (
    "UPDATE tracked_runs SET run_id = :run_id, path = :path, parent = :parent, experiment_id = :experiment_id "
    "WHERE tracked_id = :tracked_id"
)
LIST_UNTRACKED = (
    "SELECT r.run_id, r.pipeline, r.display_name, r.created_at FROM runs AS r WHERE NOT EXISTS "
    "(SELECT t.run_id FROM tracked_runs AS t WHERE t.run_id = r.run_id AND t.path = '')"
)
LIST_UNTRACKED_OF = f"{LIST_UNTRACKED} AND r.pipeline = :pipeline"

# --- what was logged ----------------------------------------------------------------------------------------

INSERT_METRIC = (
    f"{_insert('tracked_metrics', 'tracked_id', 'key', 'step', 'at', 'value', 'attempt')} ON CONFLICT DO NOTHING"
)
DELETE_OVERTAKEN = (
    "DELETE FROM tracked_metrics WHERE tracked_id = :tracked_id AND key = :key AND step >= :step AND attempt < :attempt"
)
UPSERT_LATEST = (
    f"{_insert('latest_metrics', 'tracked_id', 'key', 'step', 'at', 'value', 'attempt')} "
    "ON CONFLICT (tracked_id, key) DO UPDATE "
    "SET step = excluded.step, at = excluded.at, value = excluded.value, attempt = excluded.attempt "
    "WHERE (excluded.attempt, excluded.step, excluded.at) "
    ">= (latest_metrics.attempt, latest_metrics.step, latest_metrics.at)"
)
UPSERT_PARAM = (
    f"{_insert('tracked_params', 'tracked_id', 'key', 'value', 'attempt')} ON CONFLICT (tracked_id, key) DO UPDATE "
    "SET value = excluded.value, attempt = excluded.attempt "
    "WHERE tracked_params.value = excluded.value OR tracked_params.attempt < excluded.attempt RETURNING key"
)
SELECT_PARAM = "SELECT value FROM tracked_params WHERE tracked_id = :tracked_id AND key = :key"
UPSERT_TAG = (
    f"{_insert('tracked_tags', 'tracked_id', 'key', 'value')} "
    "ON CONFLICT (tracked_id, key) DO UPDATE SET value = excluded.value"
)
DELETE_TAG = "DELETE FROM tracked_tags WHERE tracked_id = :tracked_id AND key = :key"
UPSERT_INPUT = (
    f"{_insert('tracked_inputs', 'tracked_id', 'kind', 'key', 'document')} "
    "ON CONFLICT (tracked_id, kind, key) DO UPDATE SET document = excluded.document"
)

SELECT_PARAMS = "SELECT tracked_id, key, value FROM tracked_params WHERE tracked_id IN (:each)"
SELECT_PIPELINE_PARAMS = (
    "SELECT t.tracked_id, r.parameters FROM tracked_runs AS t JOIN runs AS r ON r.run_id = t.run_id "
    "WHERE t.path = '' AND t.tracked_id IN (:each)"
)
SELECT_TAGS = "SELECT tracked_id, key, value FROM tracked_tags WHERE tracked_id IN (:each)"
SELECT_LATEST = "SELECT tracked_id, key, value, step, at FROM latest_metrics WHERE tracked_id IN (:each)"
SELECT_INPUTS = "SELECT tracked_id, key, document FROM tracked_inputs WHERE kind = :kind AND tracked_id IN (:each)"


def select_history(*, after: bool, limit: bool) -> str:
    """The points of one metric in order, from behind one on, so many at most."""
    behind = " AND (step, at, value) > (:step, :at, :value)" if after else ""
    return (
        f"SELECT key, value, step, at FROM tracked_metrics WHERE tracked_id = :tracked_id AND key = :key{behind} "
        f"ORDER BY step, at, value{' LIMIT :limit' if limit else ''}"
    )


# --- logged models ------------------------------------------------------------------------------------------

INSERT_MODEL = f"{_insert('logged_models', *MODEL)} ON CONFLICT DO NOTHING RETURNING model_id"
UPDATE_MODEL = _update(
    "logged_models", "model_id", "status", "status_message", "lifecycle", "params", "tags", "updated_at"
)
SELECT_MODEL = f"SELECT {_columns(*MODEL)} FROM logged_models WHERE model_id = :model_id"
SELECT_MODELS_IN = f"SELECT {_columns(*MODEL)} FROM logged_models WHERE experiment_id IN (:each)"
UPSERT_MODEL_METRIC = (
    "INSERT INTO model_metrics (model_id, key, dataset_name, dataset_digest, step, at, value, tracked_id) "
    "SELECT m.model_id, :key, :dataset_name, :dataset_digest, :step, :at, :value, :tracked_id "
    "FROM logged_models AS m WHERE m.model_id = :model_id "
    "ON CONFLICT (model_id, key, dataset_name, dataset_digest) DO UPDATE "
    "SET step = excluded.step, at = excluded.at, value = excluded.value, tracked_id = excluded.tracked_id "
    "WHERE (excluded.step, excluded.at) >= (model_metrics.step, model_metrics.at)"
)
SELECT_MODEL_METRICS = (
    "SELECT model_id, tracked_id, key, value, step, at, dataset_name, dataset_digest FROM model_metrics "
    "WHERE model_id IN (:each)"
)
