"""Several decisions as one transaction: of each record, the last version only."""

from typing import TYPE_CHECKING

from penstock.core.ids import ArtifactId, Fingerprint, TaskPath
from penstock.metadata.records import Artifact, Attempt, Changes, Event, Execution, Run

if TYPE_CHECKING:
    from penstock.metadata.tracking import Logged


class Transaction:
    """Collects changes until they are taken."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._run: Run | None = None
        self._executions: dict[TaskPath, Execution] = {}
        self._attempts: dict[tuple[TaskPath, int], Attempt] = {}
        self._artifacts: dict[ArtifactId, Artifact] = {}
        self._events: list[Event] = []
        self._cached: list[tuple[Fingerprint, TaskPath]] = []
        self._logged: list[Logged] = []

    @property
    def size(self) -> int:
        """How many records it holds."""
        return len(self._executions) + len(self._attempts) + len(self._artifacts) + len(self._events)

    def add(self, changes: Changes) -> None:
        """Add what one decision changed."""
        self._run = changes.run or self._run
        for execution in changes.executions:
            self._executions[execution.path] = execution
        for attempt in changes.attempts:
            self._attempts[attempt.path, attempt.number] = attempt
        for artifact in changes.artifacts:
            self._artifacts[artifact.artifact_id] = artifact
        self._events.extend(changes.events)
        self._cached.extend(changes.cached)

    @property
    def points(self) -> int:
        """How many points of metrics it holds."""
        return sum(len(part.metrics) for part in self._logged)

    def log(self, part: "Logged") -> None:
        """Add what an attempt logged."""
        self._logged.append(part)

    def take_logged(self) -> Changes:
        """What attempts logged, apart from all else."""
        logged, self._logged = self._logged, []
        return Changes(logged=logged)

    def take(self) -> Changes:
        """All that was added since the last time."""
        changes = Changes(
            run=self._run,
            executions=list(self._executions.values()),
            attempts=list(self._attempts.values()),
            artifacts=list(self._artifacts.values()),
            events=self._events,
            cached=self._cached,
            logged=self._logged,
        )
        self._clear()
        return changes
