"""The statements of `tracked_files`, by name, portable as those of `statements`."""

PUT_FILE = (
    "INSERT INTO tracked_files (place, uri, digest, size, run_id, stored_at) VALUES (:place, :uri, :digest, :size, "
    "COALESCE((SELECT t.run_id FROM tracked_runs AS t WHERE t.tracked_id = :owner), "
    "(SELECT m.run_id FROM logged_models AS m WHERE m.model_id = :owner)), :stored_at) "
    "ON CONFLICT (place) DO UPDATE SET uri = excluded.uri, digest = excluded.digest, size = excluded.size, "
    "run_id = excluded.run_id, stored_at = excluded.stored_at"
)
_COLUMNS = "place, uri, digest, size, stored_at"
SELECT_FILE = f"SELECT {_COLUMNS} FROM tracked_files WHERE place = :place"
LIST_FILES_UNDER = f"SELECT {_COLUMNS} FROM tracked_files WHERE place >= :low AND place < :high ORDER BY place"
DELETE_FILES = "DELETE FROM tracked_files WHERE place = :place OR (place >= :low AND place < :high) RETURNING place"
