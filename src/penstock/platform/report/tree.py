"""A run as a tree of places: nested pipelines as branches, the iterations of a loop laid on top of each other.

A *place* is a task where it stands in the pipeline, whatever the iteration: `for-loop-1[0].train` to
`for-loop-1[999].train` are one place, with counts. So what is drawn is as large as the pipeline, not as the run.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from penstock.core.ids import TaskPath
from penstock.engine.plan import Plan
from penstock.metadata.records import Execution, ExecutionKind, State
from penstock.platform.report.order import topological_order
from penstock.platform.report.words import CACHED, elapsed, shown_state


class Place:
    """A task in the pipeline, and how its executions fare. Read it; `RunTree` writes it."""

    def __init__(self, execution: Execution, parent: "Place | None") -> None:
        self.task = execution.task
        self.component = execution.component
        self.kind = execution.kind
        self.condition = ""
        """What must hold for it to run, in CEL; empty where there is no condition or the pipeline is not known."""
        self.parent = parent
        self.children: dict[str, Place] = {}
        self.index = 0
        """Its place among its siblings."""
        self.counts: Counter[str] = Counter()
        """Executions by the state shown; of a loop's body, iterations are not counted here."""
        self.iterations: Counter[str] = Counter()
        """Of a loop: its iterations, by state."""
        self.latest = execution
        """The execution that changed last; of a loop, the loop's own."""
        self.started: datetime | None = None
        self.finished: datetime | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """The tasks' names from the root to here."""
        return () if self.parent is None else (*self.parent.key, self.task)

    @property
    def rank(self) -> tuple[int, ...]:
        """Sorts places into the order of the pipeline."""
        return () if self.parent is None else (*self.parent.rank, self.index)

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def state(self) -> str:
        """One word for all executions here: the most pressing one."""
        for word in ("FAILED", "CANCELING", "RUNNING", "CANCELED", "PENDING", "SUCCEEDED", CACHED, "SKIPPED"):
            if self.counts[word]:
                if word == "PENDING" and (self.counts["SUCCEEDED"] or self.counts[CACHED]):
                    return "RUNNING"
                return word
        return "PENDING"

    def seconds(self, now: datetime | None = None) -> float | None:
        """From the first start to the last end, or to `now` while anything here runs."""
        if self.total == 1:
            return elapsed(self.latest.started_at, self.latest.finished_at, now)
        running = self.counts["RUNNING"] or self.counts["CANCELING"]
        return elapsed(self.started, None if running else self.finished, now)

    def walk(self) -> Iterator["Place"]:
        """This place and all below it, in order."""
        yield self
        for child in self.children.values():
            yield from child.walk()


class RunTree:
    """The places of one run, kept up to date from its executions as they change.

    Args:
        executions: Those known already, parents before children.
        plan: The pipeline; places are then in the order in which their tasks depend on each other.
    """

    def __init__(self, executions: Iterable[Execution] = (), plan: Plan | None = None) -> None:
        self.root: Place | None = None
        self.plan = plan
        self.steps: Counter[str] = Counter()
        """All tasks of the run, iterations counted singly, by the state shown; importers are not counted."""
        self._executions: dict[TaskPath, Execution] = {}
        self._places: dict[TaskPath, Place] = {}
        self.update(executions)

    def update(self, executions: Iterable[Execution]) -> list[Execution]:
        """Take in new or changed executions; costs nothing for the others. Returns those whose state is new."""
        return [execution for execution in executions if self._take(execution)]

    def execution(self, path: TaskPath) -> Execution | None:
        return self._executions.get(path)

    def place(self, path: TaskPath) -> Place | None:
        """Where the execution of that path stands."""
        return self._places.get(path)

    def executions(self) -> Iterable[Execution]:
        """All of them, in the order of their creation."""
        return self._executions.values()

    def _take(self, execution: Execution) -> bool:
        before = self._executions.get(execution.path)
        place = self._places.get(execution.path) or self._settle(execution)
        self._executions[execution.path] = execution
        self._places[execution.path] = place
        word, old = shown_state(execution), None if before is None else shown_state(before)
        if old != word:
            for counter in self._counters(place, execution):
                counter[word] += 1
                if old is not None:
                    counter[old] -= 1
        if not (place.kind is ExecutionKind.LOOP and is_iteration(execution)):
            place.latest = execution
        if execution.started_at and (place.started is None or execution.started_at < place.started):
            place.started = execution.started_at
        if execution.finished_at and (place.finished is None or execution.finished_at > place.finished):
            place.finished = execution.finished_at
        return old != word

    def _settle(self, execution: Execution) -> Place:
        parent = None if execution.parent is None else self._places.get(execution.parent)
        if parent is None:
            place = Place(execution, None)
            self.root = self.root or place
            return place
        if is_iteration(execution) and parent.kind is ExecutionKind.LOOP:
            return parent
        known = parent.children.get(execution.task)
        if known is None:
            known = parent.children[execution.task] = Place(execution, parent)
            known.condition = self._condition(parent, execution)
            known.index = len(parent.children) - 1
            parent.children = self._ordered(parent)
        return known

    def _condition(self, parent: Place, execution: Execution) -> str:
        if self.plan is None:
            return ""
        task = self.plan.dag(parent.component).spec.tasks.get(execution.task)
        policy = None if task is None else task.trigger_policy
        return "" if policy is None else policy.condition

    def _ordered(self, parent: Place) -> dict[str, Place]:
        """The children in the order of the pipeline's edges, sorted once, when the last one has come."""
        if self.plan is None:
            return parent.children
        upstream = self.plan.dag(parent.component).upstream
        if len(parent.children) < len(upstream):
            return parent.children
        ordered = {name: parent.children[name] for name in topological_order(upstream)}
        for index, child in enumerate(ordered.values()):
            child.index = index
        return ordered

    def _counters(self, place: Place, execution: Execution) -> Iterator[Counter[str]]:
        yield place.iterations if place.kind is ExecutionKind.LOOP and is_iteration(execution) else place.counts
        if execution.kind is ExecutionKind.TASK:
            yield self.steps


def is_iteration(execution: Execution) -> bool:
    """Whether it is the body of a loop, once."""
    return execution.kind is ExecutionKind.DAG and execution.iteration is not None


CONSEQUENCE = "ENG005"
"""The code of the error of a DAG or a loop that failed only because something inside it did."""


def failures(executions: Iterable[Execution]) -> list[Execution]:
    """What failed by itself, in order: what a person has to look at. The run's own error is in its record."""
    return [
        item
        for item in executions
        if item.state is State.FAILED
        and item.parent is not None
        and (item.error is None or item.error.code != CONSEQUENCE)
    ]
