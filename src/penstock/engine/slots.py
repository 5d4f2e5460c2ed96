"""Room for tasks: the cores that this process may use at once, shared fairly by the runs that it drives.

Each run has a line of its own. Room goes to the run that has the least of it, and in a run to whoever came first:
so a fan-out of 10,000 does not keep a small run waiting, and no task waits for ever because it asks for much.
"""

import itertools
import threading
from collections import deque
from collections.abc import Callable

from penstock.core.ids import TaskPath


class Room:
    """The cores of this process. Lines belong to different threads."""

    def __init__(self, cores: int) -> None:
        self.cores = float(cores)
        self._free = float(cores)
        self._lock = threading.Lock()
        self._waiting: dict[Slots, None] = {}
        """Lines that somebody waits in."""
        self._turns = itertools.count()

    def line(self, limit: int | None = None, wake: Callable[[], None] | None = None) -> "Slots":
        """A line for one run.

        Args:
            limit: At most this many cores for the run at once.
            wake: Called from any thread when there is room for the run although it has not asked: see `Slots.next`.
        """
        return Slots(self, min(float(limit or self.cores), self.cores), wake)

    def join(self, line: "Slots", path: TaskPath, cores: float | None) -> None:
        """Put a task at the end of a line."""
        with self._lock:
            line.waiting.append((path, min(max(cores or 1.0, 1.0), line.limit)))
            self._waiting[line] = None

    def take(self, line: "Slots") -> TaskPath | None:
        """The next task of that line that has a place."""
        with self._lock:
            woken = [] if line.granted else self._serve(line)
            path = line.granted.popleft() if line.granted else None
        _wake(woken)
        return path

    def give_back(self, line: "Slots", path: TaskPath) -> None:
        """A task's place is free again; nothing happens if it has none."""
        with self._lock:
            cores = line.taken.pop(path, 0.0)
            if not cores:
                return
            line.used -= cores
            self._free += cores
            woken = self._serve(line)
        _wake(woken)

    def leave(self, line: "Slots") -> None:
        """A run is over: its places are free."""
        with self._lock:
            self._waiting.pop(line, None)
            self._free += line.used
            line.used = 0.0
            line.waiting.clear()
            line.taken.clear()
            line.granted.clear()
            woken = self._serve(line)
        _wake(woken)

    def _serve(self, asking: "Slots") -> "list[Slots]":
        """Give places as long as there are any. Who got one and has to be told. Called with the lock held."""
        woken: dict[Slots, None] = {}
        while self._waiting and self._free >= 1.0:
            able = [line for line in self._waiting if line.used + line.waiting[0][1] <= line.limit]
            if not able:
                break
            line = min(able, key=lambda line: (line.used, line.turn))
            path, cores = line.waiting[0]
            if cores > self._free and path not in line.taken:
                break  # nobody overtakes it, else it might wait for ever
            line.waiting.popleft()
            if not line.waiting:
                del self._waiting[line]
            if path in line.taken:
                continue  # it was in line twice
            line.taken[path] = cores
            line.used += cores
            line.turn = next(self._turns)
            self._free -= cores
            line.granted.append(path)
            if line is not asking:
                woken[line] = None
        return list(woken)


def _wake(lines: "list[Slots]") -> None:
    for line in lines:
        if line.wake is not None:
            line.wake()


class Slots:
    """The line of one run. A task takes the cores that it asks for: at least one, at most all that the run may have."""

    def __init__(self, room: Room, limit: float, wake: Callable[[], None] | None) -> None:
        self.limit = limit
        self.wake = wake
        self.waiting: deque[tuple[TaskPath, float]] = deque()
        self.granted: deque[TaskPath] = deque()
        """Have a place and do not know it yet."""
        self.taken: dict[TaskPath, float] = {}
        self.used = 0.0
        self.turn = -1
        """When it last got a place."""
        self._room = room

    def queue(self, path: TaskPath, cores: float | None) -> None:
        """Put a task at the end of the line."""
        self._room.join(self, path, cores)

    def next(self) -> TaskPath | None:
        """The first task in line, if there is room for it; it takes its place."""
        return self._room.take(self)

    def free(self, path: TaskPath) -> None:
        """Give a task's place back; nothing happens if it has none."""
        self._room.give_back(self, path)

    def close(self) -> None:
        """Give every place back: the run is over, or somebody else's."""
        self._room.leave(self)
