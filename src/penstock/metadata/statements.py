"""Every statement that a store runs, by name: portable SQL, which SQLite (3.35 on) and PostgreSQL both take.

Parameters are named, `:name`. `:each` stands for a list of values and `:pairs` for a list of pairs; a session
writes as many parameters there as it has. What differs between databases is in `dialect`, never here.
"""

from collections.abc import Iterable

# --- columns, in the order in which `rows` reads and writes them --------------------------------------------

RUN = (
    "run_id", "pipeline", "display_name", "spec", "state", "parameters", "options",
    "created_at", "started_at", "finished_at", "error", "source",
)  # fmt: skip
EXECUTION = (
    "run_id", "path", "parent", "position", "task", "component", "kind", "iteration", "state", "attempt", "failures",
    "losses", "fingerprint", "cache_key", "inputs", "outputs", "reused_run_id", "reused_path", "error", "not_before",
    "created_at", "started_at", "finished_at",
)  # fmt: skip
ATTEMPT = (
    "run_id", "path", "number", "state", "log", "error", "wall_seconds", "cpu_seconds", "peak_memory",
    "started_at", "finished_at",
)  # fmt: skip
ARTIFACT = ("artifact_id", "name", "type", "uri", "digest", "size", "metadata", "created_at")
EVENT = ("run_id", "path", "artifact_id", "type", "name", "position")
LEASE = ("run_id", "owner", "token", "expires_at")
CACHED_RESULT = ("fingerprint", "run_id", "path", "made_at")


def _columns(names: Iterable[str], table: str = "") -> str:
    return ", ".join(f"{table}.{name}" if table else name for name in names)


def _insert(table: str, columns: tuple[str, ...]) -> str:
    values = ", ".join(f":{name}" for name in columns)
    return f"INSERT INTO {table} ({_columns(columns)}) VALUES ({values})"


def _upsert(table: str, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    return f"{_insert(table, columns)} ON CONFLICT ({_columns(key)}) DO UPDATE SET {changed}"


def _where(conditions: Iterable[str]) -> str:
    text = " AND ".join(conditions)
    return f" WHERE {text}" if text else ""


# --- runs ---------------------------------------------------------------------------------------------------

INSERT_SPEC = "INSERT INTO specs (digest, document) VALUES (:digest, :document) ON CONFLICT (digest) DO NOTHING"
SELECT_SPEC = "SELECT document FROM specs WHERE digest = :digest"

INSERT_RUN = f"{_insert('runs', RUN)} ON CONFLICT (run_id) DO NOTHING RETURNING run_id"
UPSERT_RUN = _upsert("runs", RUN, ("run_id",))
SELECT_RUN = f"SELECT {_columns(RUN)} FROM runs WHERE run_id = :run_id"
SELECT_RUN_AGE = "SELECT created_at FROM runs WHERE run_id = :run_id"
FIND_RUNS = (
    "SELECT run_id FROM runs WHERE run_id >= :low AND run_id < :high ORDER BY created_at DESC, run_id DESC LIMIT :limit"
)


def select_runs(*, pipeline: bool, states: bool, before: bool) -> str:
    """Runs, newest first, with those conditions that are wanted."""
    conditions = [
        "pipeline = :pipeline" if pipeline else "",
        "state IN (:each)" if states else "",
        "(created_at, run_id) < (:before_time, :before)" if before else "",
    ]
    where = _where(filter(None, conditions))
    return f"SELECT {_columns(RUN)} FROM runs{where} ORDER BY created_at DESC, run_id DESC LIMIT :limit"


# --- leases -------------------------------------------------------------------------------------------------

ACQUIRE_LEASE = (
    "INSERT INTO leases (run_id, owner, token, expires_at) VALUES (:run_id, :owner, 1, :expires_at) "
    "ON CONFLICT (run_id) DO UPDATE SET owner = excluded.owner, token = leases.token + 1, "
    "expires_at = excluded.expires_at "
    "WHERE leases.owner IS NULL OR leases.owner = excluded.owner OR leases.expires_at <= :now OR leases.owner = :steal "
    "RETURNING token"
)
RENEW_LEASE = (
    "UPDATE leases SET expires_at = :expires_at "
    "WHERE run_id = :run_id AND token = :token AND owner IS NOT NULL RETURNING token"
)
RELEASE_LEASE = "UPDATE leases SET owner = NULL, expires_at = NULL WHERE run_id = :run_id AND token = :token"
SELECT_LEASE = f"SELECT {_columns(LEASE)} FROM leases WHERE run_id = :run_id AND owner IS NOT NULL"
CHECK_LEASE = "SELECT token FROM leases WHERE run_id = :run_id AND token = :token AND owner IS NOT NULL"

# --- writing ------------------------------------------------------------------------------------------------

UPSERT_EXECUTION = _upsert("executions", EXECUTION, ("run_id", "path"))
UPSERT_ATTEMPT = _upsert("attempts", ATTEMPT, ("run_id", "path", "number"))
UPSERT_ARTIFACT = _upsert("artifacts", ARTIFACT, ("artifact_id",))
UPSERT_EVENT = _upsert("events", EVENT, ("run_id", "path", "type", "name", "position"))
UPSERT_CACHED_RESULT = _upsert("cached_results", CACHED_RESULT, ("fingerprint",))
DELETE_CACHED_RESULTS = "DELETE FROM cached_results WHERE fingerprint IN (:each)"

# --- reading ------------------------------------------------------------------------------------------------

SELECT_EXECUTIONS = f"SELECT {_columns(EXECUTION)} FROM executions WHERE run_id = :run_id ORDER BY position"
SELECT_EXECUTION = f"SELECT {_columns(EXECUTION)} FROM executions WHERE run_id = :run_id AND path = :path"
SELECT_ATTEMPTS = f"SELECT {_columns(ATTEMPT)} FROM attempts WHERE run_id = :run_id ORDER BY started_at, path, number"
SELECT_ATTEMPTS_OF = f"SELECT {_columns(ATTEMPT)} FROM attempts WHERE run_id = :run_id AND path = :path ORDER BY number"
SELECT_CACHED_RESULTS = (
    "SELECT c.fingerprint, c.run_id, c.path, e.outputs, COALESCE(c.made_at, e.finished_at) FROM cached_results AS c "
    "JOIN executions AS e ON e.run_id = c.run_id AND e.path = c.path "
    "WHERE c.fingerprint IN (:each) AND e.fingerprint = c.fingerprint AND e.state = 'SUCCEEDED'"
)
SELECT_PREVIOUS_EXECUTIONS = (
    f"SELECT {_columns(EXECUTION, 'e')} FROM runs AS r JOIN executions AS e ON e.run_id = r.run_id "
    "WHERE r.pipeline = :pipeline AND (r.created_at, r.run_id) < (:before_time, :before) "
    "AND e.component = :component "
    "ORDER BY r.created_at DESC, r.run_id DESC, CASE WHEN e.path = :path THEN 0 ELSE 1 END, e.position DESC "
    "LIMIT :limit"
)

SELECT_TRACKED = "SELECT tracked_id FROM tracked_runs WHERE tracked_id IN (:each)"

# --- artifacts and lineage ----------------------------------------------------------------------------------

SELECT_ARTIFACTS = f"SELECT {_columns(ARTIFACT)} FROM artifacts WHERE artifact_id IN (:each)"
SELECT_EVENTS_OF_ARTIFACTS = f"SELECT {_columns(EVENT)} FROM events WHERE artifact_id IN (:each)"
SELECT_EVENTS_OF_EXECUTIONS = (
    "WITH wanted (run_id, path) AS (VALUES :pairs) "
    f"SELECT {_columns(EVENT, 'e')} FROM wanted AS w CROSS JOIN events AS e "
    "WHERE e.run_id = w.run_id AND e.path = w.path"
)


def find_artifacts(*, prefix: bool, type: bool, name: bool, digest: bool) -> str:
    """Artifacts, newest first, with those conditions that are wanted."""
    conditions = [
        "artifact_id >= :low AND artifact_id < :high" if prefix else "",
        "type = :type" if type else "",
        "name = :name" if name else "",
        "digest = :digest" if digest else "",
    ]
    where = _where(filter(None, conditions))
    return f"SELECT {_columns(ARTIFACT)} FROM artifacts{where} ORDER BY created_at DESC, artifact_id LIMIT :limit"
