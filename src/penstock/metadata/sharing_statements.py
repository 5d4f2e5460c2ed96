"""The statements of `sharing`: work that nobody drives, requests to cancel, claims. As portable as `statements`."""

from penstock.metadata.statements import RUN

CANCEL_REQUEST = ("run_id", "force", "requested_by", "requested_at")
CLAIM = ("fingerprint", "run_id", "path", "token")

_RUN = ", ".join(f"r.{name}" for name in RUN)
_LIVE = "l.owner IS NOT NULL AND l.expires_at > :now"

# --- runs that wait for an engine ---------------------------------------------------------------------------


def select_drivable(*, dead: bool) -> str:
    """Unfinished runs that no live lease holds, oldest first; leases of dead engines count as none."""
    not_dead = " AND l.owner NOT IN (:each)" if dead else ""
    return (
        f"SELECT {_RUN} FROM runs AS r WHERE r.state IN ('PENDING', 'RUNNING', 'CANCELING') AND NOT EXISTS "
        f"(SELECT l.run_id FROM leases AS l WHERE l.run_id = r.run_id AND {_LIVE}{not_dead}) "
        "ORDER BY r.created_at, r.run_id LIMIT :limit"
    )


SELECT_ENGINES = f"SELECT DISTINCT l.owner FROM leases AS l WHERE {_LIVE}"

# --- cancel -------------------------------------------------------------------------------------------------

SELECT_STATE = "SELECT state FROM runs WHERE run_id = :run_id"
UPSERT_CANCEL_REQUEST = (
    "INSERT INTO cancel_requests (run_id, force, requested_by, requested_at) "
    "VALUES (:run_id, :force, :requested_by, :requested_at) ON CONFLICT (run_id) DO UPDATE SET "
    "force = excluded.force, requested_by = excluded.requested_by, requested_at = excluded.requested_at "
    "WHERE excluded.force > cancel_requests.force"
)
SELECT_CANCEL_REQUESTS = (
    "SELECT c.run_id, c.force, c.requested_by, c.requested_at FROM cancel_requests AS c WHERE c.run_id IN (:each)"
)
DELETE_CANCEL_REQUEST = "DELETE FROM cancel_requests WHERE run_id = :run_id"

# --- claims -------------------------------------------------------------------------------------------------

SELECT_OTHER_LIVE = f"SELECT l.run_id FROM leases AS l WHERE {_LIVE} AND l.run_id <> :run_id LIMIT 1"
SELECT_OTHER_FRESH = (
    "SELECT r.run_id FROM runs AS r WHERE r.state = 'PENDING' AND r.created_at > :recent AND r.run_id <> :run_id "
    "LIMIT 1"
)
SELECT_WORKING = (
    "SELECT e.fingerprint, e.run_id, e.path, l.owner FROM executions AS e "
    "JOIN leases AS l ON l.run_id = e.run_id "
    "WHERE e.fingerprint IN (:each) AND e.fingerprint IS NOT NULL AND e.finished_at IS NULL "
    f"AND e.reused_run_id IS NULL AND e.not_before IS NULL AND e.run_id <> :run_id AND {_LIVE}"
)
SELECT_CLAIMED = (
    "SELECT c.fingerprint, c.run_id, c.path, l.owner FROM claims AS c "
    "JOIN leases AS l ON l.run_id = c.run_id AND l.token = c.token "
    f"WHERE c.fingerprint IN (:each) AND c.run_id <> :run_id AND {_LIVE} AND NOT EXISTS "
    "(SELECT e.path FROM executions AS e WHERE e.run_id = c.run_id AND e.path = c.path "
    "AND (e.finished_at IS NOT NULL OR e.not_before IS NOT NULL))"
)
SELECT_CLAIMS = "SELECT c.fingerprint, c.run_id, c.token FROM claims AS c WHERE c.fingerprint IN (:each)"
CLAIM_WORK = (
    "INSERT INTO claims (fingerprint, run_id, path, token) VALUES (:fingerprint, :run_id, :path, :token) "
    "ON CONFLICT (fingerprint) DO UPDATE SET run_id = excluded.run_id, path = excluded.path, token = excluded.token "
    "WHERE claims.run_id = :former AND claims.token = :former_token RETURNING fingerprint"
)
DELETE_CLAIMS = "DELETE FROM claims WHERE run_id = :run_id"
