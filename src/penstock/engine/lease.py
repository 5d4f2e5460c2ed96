"""Holding the right to drive a run: who we are, whether another holder still lives, and renewing in the background."""

import os
import threading
from datetime import timedelta
from pathlib import Path

from penstock.core.clock import Clock
from penstock.core.errors import InfraError
from penstock.core.ids import EngineId
from penstock.metadata.errors import LeaseLost
from penstock.metadata.records import Lease
from penstock.metadata.store import MetadataStore

LEASE = timedelta(seconds=30)


def this_engine() -> EngineId:
    """`host:pid:start`: unique even when the system gives a pid again."""
    return EngineId(f"{os.uname().nodename}:{os.getpid()}:{_started(os.getpid())}")


def is_dead(engine: EngineId) -> bool:
    """Whether that engine is known to be gone. False where it cannot be known: on another host."""
    host, pid, start = engine.rsplit(":", 2)
    if host != os.uname().nodename:
        return False
    return _started(int(pid)) != start


def _started(pid: int) -> str:
    """When a process was started, in clock ticks since boot, with the boot's id; empty if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        try:
            os.kill(pid, 0)
        except OSError:
            return ""
        return "alive"  # no /proc here: the pid alone has to do
    fields = stat.rpartition(")")[2].split()
    if fields[0] in ("Z", "X"):
        return ""
    return f"{boot[:8]}-{fields[19]}"


class HeldLease:
    """A lease that renews itself until it is given back."""

    def __init__(self, store: MetadataStore, lease: Lease, clock: Clock) -> None:
        self.lease = lease
        self._store = store
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="penstock-heartbeat", daemon=True)
        self._thread.start()

    def _beat(self) -> None:
        while not self._stop.wait(LEASE.total_seconds() / 3):
            try:
                self._store.renew(self.lease, self._clock.now(), LEASE)
            except LeaseLost:
                return  # the next commit is refused, and says why
            except InfraError:
                continue  # a store that is away for a moment; the next commit says so if it stays away

    def release(self) -> None:
        """Stop renewing, and give the lease back."""
        self._stop.set()
        self._thread.join()
        self._store.release(self.lease)
