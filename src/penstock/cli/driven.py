"""Whether somebody drives a run at this moment, or it was cut off and waits to be resumed."""

from datetime import datetime

from penstock.engine.lease import is_dead
from penstock.metadata.records import Run, State
from penstock.metadata.store import MetadataStore


def is_driven(store: MetadataStore, run: Run, now: datetime) -> bool:
    """Whether an engine holds the run's lease, as far as can be known from here."""
    lease = None if run.state.finished else store.lease(run.run_id)
    return lease is not None and lease.expires_at > now and not is_dead(lease.owner)


def is_cut_off(store: MetadataStore, run: Run, now: datetime) -> bool:
    """Whether the run has not finished, and nobody drives it; not one that only waits for an engine to begin it."""
    if run.state is State.PENDING and run.options.get("detached"):
        return False
    return not run.state.finished and not is_driven(store, run, now)
