"""Room for tasks: as many cores at once as this machine is allowed to use."""

from collections import deque

from penstock.core.ids import TaskPath


class Slots:
    """First come, first served. A task takes the cores that it asks for (at least one, at most all)."""

    def __init__(self, cores: int) -> None:
        self._free = float(cores)
        self._cores = float(cores)
        self._line: deque[tuple[TaskPath, float]] = deque()
        self._taken: dict[TaskPath, float] = {}

    def queue(self, path: TaskPath, cores: float | None) -> None:
        """Put a task at the end of the line."""
        self._line.append((path, min(max(cores or 1.0, 1.0), self._cores)))

    def next(self) -> TaskPath | None:
        """The first task in line, if there is room for it; it takes its place."""
        if not self._line or self._line[0][1] > self._free:
            return None
        path, cores = self._line.popleft()
        self._taken[path] = cores
        self._free -= cores
        return path

    def free(self, path: TaskPath) -> None:
        """Give a task's place back; nothing happens if it has none."""
        self._free += self._taken.pop(path, 0.0)
