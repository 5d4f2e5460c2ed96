"""What becomes of what an execution logged whose run is removed, while other runs took its result from cache.

They show what it logged, and go on doing so: its tracked run keeps its id, and belongs to the newest of them.
"""

from penstock.core.ids import RunId, tracked_id
from penstock.metadata import tracking_statements as sql
from penstock.metadata.session import Session
from penstock.metadata.tracking_writing import ROOT, ensure


def hand_on(session: Session, run_id: RunId) -> None:
    """Give what is linked to executions of a run, which is about to be removed, to runs that reused their results."""
    linked = {row[0]: row[1] for row in session.rows(sql.SELECT_LINKED, run_id=run_id)}
    if not linked:
        return
    reused = session.rows(sql.SELECT_REUSED, run_id=run_id)  # whose it may have been before
    known = {
        tracked_id(run, path): (run, path) for run, path in [*((run_id, path) for path in linked.values()), *reused]
    }
    pairs = sorted(pair for ident, pair in known.items() if ident in linked)
    heirs = {
        tracked_id(row[3], row[4]): row for row in sorted(session.rows_for_each(sql.SELECT_HEIRS, pairs, run_id=run_id))
    }
    for ident, (_, heir, path, _, _) in sorted(heirs.items()):  # of several, the newest
        root = ensure(session, heir, ROOT)
        (row,) = session.rows(sql.LOCK_RUN, tracked_id=root)
        values = {"tracked_id": ident, "run_id": heir, "path": path, "parent": root, "experiment_id": row[1]}
        session.execute(sql.HAND_ON, values)
