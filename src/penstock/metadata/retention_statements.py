"""The statements of `retention`, by name, portable as those of `statements`. They read whole tables: it is upkeep."""

LIST_RUNS = (
    "SELECT r.run_id, r.pipeline, r.state, r.created_at, r.started_at, r.finished_at, r.options, l.expires_at "
    "FROM runs AS r LEFT JOIN leases AS l ON l.run_id = r.run_id AND l.owner IS NOT NULL "
    "ORDER BY r.created_at, r.run_id"
)
LIST_ARTIFACT_USES = (
    "SELECT DISTINCT e.run_id, a.uri FROM events AS e JOIN artifacts AS a ON a.artifact_id = e.artifact_id"
)
LIST_ARTIFACT_URIS = "SELECT uri FROM artifacts"
LIST_VERSION_URIS = "SELECT uri FROM model_versions"
LIST_FILES = "SELECT run_id, uri FROM tracked_files"
LIST_LOGS = "SELECT run_id, log FROM attempts WHERE log <> ''"

LIST_HOLDS = "SELECT kind, target, holder, note, created_at FROM holds ORDER BY created_at, kind, target, holder"
UPSERT_HOLD = (
    "INSERT INTO holds (kind, target, holder, note, created_at) VALUES (:kind, :target, :holder, :note, :created_at) "
    "ON CONFLICT (kind, target, holder) DO UPDATE SET note = excluded.note"
)
DELETE_HOLD = "DELETE FROM holds WHERE kind = :kind AND target = :target AND holder = :holder RETURNING target"
RUNS_OF_HELD_ARTIFACTS = (
    "SELECT e.artifact_id, MIN(e.run_id) FROM holds AS h JOIN events AS e ON e.artifact_id = h.target "
    "WHERE h.kind = 'artifact' AND e.type = 'OUTPUT' GROUP BY e.artifact_id"
)

END_LAPSED = "UPDATE leases SET owner = NULL, expires_at = NULL WHERE owner IS NOT NULL AND expires_at <= :now"

_REMOVABLE = (
    "FROM runs WHERE run_id = :run_id AND state IN ('SUCCEEDED', 'SKIPPED', 'FAILED', 'CANCELED') "
    "AND NOT EXISTS (SELECT l.run_id FROM leases AS l "
    "WHERE l.run_id = :run_id AND l.owner IS NOT NULL AND l.expires_at > :now) "
    "AND NOT EXISTS (SELECT h.target FROM holds AS h WHERE h.kind = 'run' AND h.target = :run_id) "
    "AND NOT EXISTS (SELECT h.target FROM holds AS h JOIN events AS e ON e.artifact_id = h.target "
    "WHERE h.kind = 'artifact' AND e.type = 'OUTPUT' AND e.run_id = :run_id "
    "AND NOT EXISTS (SELECT o.run_id FROM events AS o "
    "WHERE o.artifact_id = h.target AND o.type = 'OUTPUT' AND o.run_id < :run_id))"
)
SELECT_REMOVABLE = f"SELECT run_id {_REMOVABLE}"
DELETE_RUN = f"DELETE {_REMOVABLE} RETURNING spec, options"
HEIRS_OF_RUN = (
    "SELECT c.fingerprint, e.run_id, e.path, COALESCE(c.made_at, o.finished_at) FROM cached_results AS c "
    "JOIN executions AS o ON o.run_id = c.run_id AND o.path = c.path "
    "JOIN executions AS e ON e.reused_run_id = c.run_id AND e.reused_path = c.path "
    "JOIN runs AS r ON r.run_id = e.run_id "
    "WHERE c.run_id = :run_id AND e.fingerprint = c.fingerprint AND e.state = 'SUCCEEDED' "
    "ORDER BY c.fingerprint, r.created_at, e.run_id"
)
INHERIT_CACHED_RESULT = (
    "UPDATE cached_results SET run_id = :run_id, path = :path, made_at = :made_at WHERE fingerprint = :fingerprint"
)
ARTIFACTS_OF_RUN = "SELECT DISTINCT artifact_id FROM events WHERE run_id = :run_id"
LOGS_OF_RUN = "SELECT log FROM attempts WHERE run_id = :run_id AND log <> ''"
FILES_OF_RUN = "SELECT uri FROM tracked_files WHERE run_id = :run_id"
DELETE_ARTIFACT = (
    "DELETE FROM artifacts WHERE artifact_id = :artifact_id "
    "AND NOT EXISTS (SELECT e.artifact_id FROM events AS e WHERE e.artifact_id = :artifact_id) "
    "AND NOT EXISTS (SELECT h.target FROM holds AS h WHERE h.kind = 'artifact' AND h.target = :artifact_id) "
    "RETURNING uri"
)
DELETE_SPEC = (
    "DELETE FROM specs WHERE digest = :digest AND NOT EXISTS (SELECT r.spec FROM runs AS r WHERE r.spec = :digest)"
)

LIST_CONDEMNED = "SELECT digest, condemned_at FROM condemned"
CONDEMN = "INSERT INTO condemned (digest, condemned_at) VALUES (:digest, :condemned_at) ON CONFLICT (digest) DO NOTHING"
ACQUIT = "DELETE FROM condemned WHERE digest IN (:each)"
