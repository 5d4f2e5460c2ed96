"""Holding the right to drive runs: who we are, whether another holder still lives, and renewing in the background.

One thread renews every lease of the process, all in one transaction, and asks in one query whether somebody wants
any of the runs stopped: a hundred runs cost no more than one.
"""

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from penstock.core.clock import Clock
from penstock.core.errors import InfraError
from penstock.core.faults import fault_point
from penstock.core.ids import EngineId, RunId
from penstock.metadata.records import Lease
from penstock.metadata.store import MetadataStore

LEASE = timedelta(seconds=30)
"""How long the right to drive a run holds without a heartbeat, unless a setting says otherwise."""

_LISTEN = 1.0
"""Seconds between two questions whether a run is to be cancelled."""


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
    """A lease that is renewed until it is given back, or lost."""

    def __init__(self, keeper: "LeaseKeeper", lease: Lease) -> None:
        self.lease = lease
        self._keeper = keeper
        self._on_lost: Callable[[], None] | None = None
        self._on_cancel: Callable[[bool], None] | None = None
        self._lost = False
        self._asked: bool | None = None
        """Whether we were told to cancel, and if so, by force."""

    def listen(self, *, on_lost: Callable[[], None], on_cancel: Callable[[bool], None]) -> None:
        """Say whom to call, from another thread: when somebody else has the run, and when it is to be cancelled."""
        self._on_lost, self._on_cancel = on_lost, on_cancel
        if self._lost:
            on_lost()
        if self._asked is not None:
            on_cancel(self._asked)

    def release(self) -> None:
        """Stop renewing, and give the lease back."""
        self._keeper.release(self)

    def lose(self) -> None:
        """Somebody else has it."""
        self._lost = True
        if self._on_lost is not None:
            self._on_lost()

    def cancel(self, force: bool) -> None:
        """Somebody wants the run stopped; said once, and once more where it is to be at once."""
        if self._asked is None or (force and not self._asked):
            self._asked = force
            if self._on_cancel is not None:
                self._on_cancel(force)


class LeaseKeeper:
    """Keeps every lease that this process holds."""

    def __init__(self, store: MetadataStore, clock: Clock, duration: timedelta = LEASE) -> None:
        """Prepare; the thread starts with the first lease. Several keepers may share a store."""
        self.duration = duration
        self._store = store
        self._clock = clock
        self._held: dict[RunId, HeldLease] = {}
        self._changed = threading.Condition()
        self._renewing = threading.Lock()
        self._closed = False
        self._thread: threading.Thread | None = None

    def hold(self, lease: Lease) -> HeldLease:
        """Keep a lease from now on."""
        held = HeldLease(self, lease)
        fault_point("engine.after_acquire")
        with self._changed:
            self._held[lease.run_id] = held
            self._changed.notify()
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._beat, name="penstock-heartbeat", daemon=True)
                self._thread.start()
        return held

    def release(self, held: HeldLease) -> None:
        """Stop renewing a lease, and give it back."""
        fault_point("engine.before_release")
        with self._changed:
            if self._held.get(held.lease.run_id) is held:
                del self._held[held.lease.run_id]
        with self._renewing:  # what is being renewed at this moment would be held again
            self._store.release(held.lease)

    def close(self) -> None:
        """End the thread. Leases that are still held run out."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _beat(self) -> None:
        """Renew when a third of the time has gone; listen in between. Sleeps for good while nothing is held."""
        rhythm = self.duration.total_seconds() / 3
        due = self._clock.monotonic() + rhythm
        while self._rest(min(_LISTEN, rhythm)):
            try:
                if self._clock.monotonic() >= due:
                    due = self._clock.monotonic() + rhythm
                    self._renew()
                self._listen()
            except InfraError:
                continue  # a store that is away for a moment; the next commit says so if it stays away

    def _rest(self, seconds: float) -> bool:
        with self._changed:
            while not self._held and not self._closed:
                self._changed.wait()
            if not self._closed:
                self._changed.wait_for(lambda: self._closed, seconds)
            return not self._closed

    def _present(self) -> list[HeldLease]:
        with self._changed:
            return list(self._held.values())

    def _renew(self) -> None:
        with self._renewing:
            present = self._present()
            ours = {
                lease.run_id
                for lease in self._store.renew_all([held.lease for held in present], self._clock.now(), self.duration)
            }
        for held in present:
            if held.lease.run_id not in ours:
                with self._changed:
                    self._held.pop(held.lease.run_id, None)
                held.lose()

    def _listen(self) -> None:
        present = {held.lease.run_id: held for held in self._present()}
        for request in self._store.cancel_requests(list(present)) if present else ():
            present[request.run_id].cancel(request.force)
