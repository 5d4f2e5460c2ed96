"""A worker process for a shared store: takes up the runs that wait for an engine, and drives many at once.

```
main thread:  look for runs ──► a thread for each: Driver ──► one executor, one room of cores, one heartbeat
     ▲              │ every second, or when one has ended
     └──────────────┘
```

A thread that drives a run sleeps until something happens to it, so a hundred of them cost memory for their stacks
and nothing else. Cores are shared by all runs (`engine.slots`), heartbeats are one transaction (`engine.lease`).
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from queue import Empty, SimpleQueue

from msgspec import Struct

from penstock.core.errors import InfraError
from penstock.core.ids import EngineId, RunId
from penstock.engine.driver import Driver
from penstock.engine.errors import RunIsLive
from penstock.engine.lease import is_dead
from penstock.engine.slots import Room
from penstock.metadata.errors import LeaseLost
from penstock.metadata.records import Run, State
from penstock.platform.system import System

_UNFINISHED = (State.PENDING, State.RUNNING, State.CANCELING)
_LOOK = 1.0
"""Seconds between two looks for runs."""
_PATIENCE = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds until a run that could not be driven is tried again. After the last one it is left alone, unless it was
the ground that gave way."""


class Notice(Struct, frozen=True, kw_only=True):
    """Something that an engine tells people."""

    word: str
    """`begun`, `taken over`, `ended`, `given back`, `lost`, `failed`: what became of the run here."""
    run: Run
    error: Exception | None = None


class EngineService:
    """Drives what waits, until it is told to stop.

    Args:
        system: The stores and the executor.
        cores: Of all runs together.
        max_runs: At most this many runs at once; the others wait. Those that only wait for people do not count.
        say: Told what happens, from any thread.
    """

    def __init__(
        self, system: System, *, cores: int, max_runs: int = 100, say: Callable[[Notice], None] = lambda _: None
    ) -> None:
        self.lost = 0
        """How many runs were taken from us, because we were not heard of in time."""
        self.failed: set[RunId] = set()
        """Runs that could not be driven, or not to an end, for a reason that is not in the pipeline."""
        self._system = system
        self._room = Room(cores)
        self._max_runs = max_runs
        self._say = say
        self._threads: dict[RunId, threading.Thread] = {}
        self._drivers: dict[RunId, Driver] = {}
        self._failures: dict[RunId, tuple[int, float]] = {}
        """How often a run could not be driven, and when it may be tried again."""
        self._news: SimpleQueue[RunId | None] = SimpleQueue()
        """Runs that this engine is done with; None wakes the main thread."""
        self._stops = 0

    def stop(self) -> None:
        """Leave: runs are given back, what runs of them is ended gently; the second time, at once. Signal-safe."""
        self._stops += 1
        for driver in list(self._drivers.values()):
            driver.stop(force=self._stops > 1)
        self._news.put(None)

    def serve(self, *, once: bool = False, until_idle: bool = False) -> None:
        """Drive runs.

        Args:
            once: Look once, drive what waits then, and leave.
            until_idle: Leave when every run has ended, here and on other engines.
        """
        others = until_idle and self._others()
        waiting = self._look()
        while not self._stops:
            if once and not self._threads:
                break
            if until_idle and not self._threads and not waiting and not others:
                break
            self._rest()
            if not once and not self._stops:
                others = until_idle and self._others()
                waiting = self._look()
        while self._threads:
            self._rest()

    # --- the main thread ----------------------------------------------------------------------------------

    def _rest(self) -> None:
        """Wait for news, but not long, then tidy up after runs that this engine is done with."""
        try:
            news = self._news.get(timeout=_LOOK)
            while True:
                if news is not None:
                    self._threads.pop(news).join()
                news = self._news.get_nowait()
        except Empty:
            return

    def _look(self) -> bool:
        """Take up what waits. Whether anything is left waiting that is for an engine to drive."""
        room = self._max_runs - sum(not self._only_waits(run) for run in self._threads)
        try:
            found = self._system.store.drivable(self._system.clock.now(), self._max_runs + 50, dead=self._dead())
        except InfraError:
            return True  # the store is away for a moment; the runs are not
        runs = [run for run in found if run.run_id not in self._threads and self._is_ours(run)]
        due = [run for run in runs if self._is_due(run.run_id)]
        for run in due[: max(room, 0)]:
            thread = threading.Thread(target=self._drive, args=(run,), name=f"penstock run {run.run_id}", daemon=True)
            self._threads[run.run_id] = thread
            thread.start()
        return bool(runs)

    def _only_waits(self, run: RunId) -> bool:
        """Whether a run does nothing but wait for people, for days perhaps: others must not wait for that."""
        driver = self._drivers.get(run)
        return driver is not None and driver.only_waits

    def _dead(self) -> list[EngineId]:
        """Engines of this machine whose leases hold although they are gone."""
        holders = self._system.store.engines(self._system.clock.now())
        return [owner for owner in holders if owner != self._system.engine_id and is_dead(owner)]

    def _others(self) -> bool:
        """Whether some other engine drives something: should it die, we are needed.

        A run that has not ended counts too, whoever has its lease: that may run out or be renewed at this very moment.
        """
        store = self._system.store
        try:
            holders = store.engines(self._system.clock.now())
            unfinished = store.runs(states=_UNFINISHED, limit=self._max_runs + 50)
        except InfraError:
            return True
        return any(owner != self._system.engine_id for owner in holders) or any(map(self._is_ours, unfinished))

    def _is_ours(self, run: Run) -> bool:
        """Not runs for a debugger, nor those that whoever submitted them is about to drive."""
        if run.options.get("executor") == "inline" or self._failures.get(run.run_id, (0, 0.0))[0] > len(_PATIENCE):
            return False
        fresh = run.created_at > self._system.clock.now() - timedelta(seconds=self._system.settings.lease)
        return bool(run.options.get("detached")) or run.state is not State.PENDING or not fresh

    def _is_due(self, run: RunId) -> bool:
        return self._failures.get(run, (0, 0.0))[1] <= time.monotonic()

    # --- a thread for each run ----------------------------------------------------------------------------

    def _drive(self, run: Run) -> None:
        def begun(driver: Driver) -> None:
            self._drivers[run.run_id] = driver
            self._say(Notice(word="begun" if run.started_at is None else "taken over", run=run))
            if self._stops:  # it came before it could be passed on
                driver.stop(force=self._stops > 1)

        try:
            finished = self._system.drive_among_others(run, self._room, begun)
            self._failures.pop(run.run_id, None)
            self.failed.discard(run.run_id)
            self._say(Notice(word="ended" if finished.state.finished else "given back", run=finished))
        except RunIsLive:
            pass  # another engine was quicker
        except LeaseLost as error:
            self.lost += 1
            self._say(Notice(word="lost", run=run, error=error))
        except Exception as error:  # noqa: BLE001 - one run's trouble is not that of the others
            times = self._failures.get(run.run_id, (0, 0.0))[0]
            pause = _PATIENCE[min(times, len(_PATIENCE) - 1)]
            patient = isinstance(error, InfraError)  # the ground may come back however long it takes
            times = min(times + 1, len(_PATIENCE) - 1) if patient else times + 1
            self._failures[run.run_id] = times, time.monotonic() + pause
            self.failed.add(run.run_id)
            self._say(Notice(word="failed", run=run, error=error))
        finally:
            self._drivers.pop(run.run_id, None)
            self._news.put(run.run_id)
