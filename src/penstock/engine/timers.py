"""What a driver waits for besides news: tasks that pause before they are tried again, and the run's own time limit."""

import heapq
from datetime import datetime, timedelta

from penstock.core.clock import Clock
from penstock.core.ids import TaskPath
from penstock.engine.errors import DeadlinePassed, failure_of
from penstock.engine.events import Cancel, EngineEvent, TimerFired
from penstock.engine.handover import begun_at
from penstock.engine.state import RunState
from penstock.metadata.records import State


class Timers:
    """The moments at which something of one run is due."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pauses: list[tuple[datetime, TaskPath]] = []
        self._deadline: datetime | None = None
        self._limit = 0.0

    def set(self, at: datetime, path: TaskPath) -> None:
        """Have a task looked at again at that moment."""
        heapq.heappush(self._pauses, (at, path))

    def set_deadline(self, state: RunState) -> None:
        """From the run's start on, or from the last retry; whoever drives it, and however often it was taken over."""
        limit = _time_limit(state)
        if limit is not None and state.run.state is State.RUNNING:
            began = begun_at(state.run) or self._clock.now()
            self._deadline, self._limit = began + timedelta(seconds=limit), limit

    def left(self) -> float | None:
        """Seconds until something is due; None for never."""
        moments = [self._pauses[0][0]] if self._pauses else []
        moments += [self._deadline] if self._deadline is not None else []
        return max(0.0, (min(moments) - self._clock.now()).total_seconds()) if moments else None

    def due(self) -> list[EngineEvent]:
        """What is due now; each is told once."""
        now = self._clock.now()
        events: list[EngineEvent] = []
        while self._pauses and self._pauses[0][0] <= now:
            events.append(TimerFired(path=heapq.heappop(self._pauses)[1]))
        if self._deadline is not None and now >= self._deadline:
            self._deadline = None
            events.append(Cancel(reason=failure_of(DeadlinePassed(seconds=self._limit))))
        return events


def _time_limit(state: RunState) -> float | None:
    """Seconds that the run may take."""
    seconds = state.run.options.get("timeout") or state.plan.deadline
    return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else None
