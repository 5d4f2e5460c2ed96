"""The state of a run: its records, and what is derived from them so that each decision costs the same.

`RunState` is changed by `apply` only. `Draft` is a decision in the making: it reads through to the state and
keeps its own writes apart, so that deciding never changes the state.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, structs

from penstock.core.ids import ArtifactId, Fingerprint, TaskPath
from penstock.engine.errors import NotAList
from penstock.engine.events import EngineCommand
from penstock.engine.inputs import loop_items
from penstock.engine.plan import ROOT, Plan
from penstock.ir.spec import TaskSpec
from penstock.metadata.records import (
    Artifact,
    Attempt,
    Bindings,
    Changes,
    Event,
    Execution,
    ExecutionKind,
    Run,
    State,
)


class Decision(Struct, frozen=True, kw_only=True):
    """What follows from an event: records to store, counters to keep, commands to perform."""

    changes: Changes
    commands: list[EngineCommand]
    waiting: dict[TaskPath, int]
    open_children: dict[TaskPath, int]
    next_iterations: dict[TaskPath, int]


class RunState:
    """One run in memory. Counters: how many upstream tasks a task waits for, how many children are unfinished."""

    def __init__(self, plan: Plan, run: Run, places: Mapping[str, str] | None = None) -> None:
        self.plan = plan
        self.run = run
        self.places = dict(places or {})
        """Where the run's folders are on this machine: `pipeline_root`, `workspace_path`."""
        self.executions: dict[TaskPath, Execution] = {}
        self.artifacts: dict[ArtifactId, Artifact] = {}
        self.waiting: dict[TaskPath, int] = {}
        self.open_children: dict[TaskPath, int] = {}
        self.next_iterations: dict[TaskPath, int] = {}
        self.attempts_started: dict[tuple[TaskPath, int], datetime] = {}
        self.items: dict[TaskPath, tuple[Bindings, list[Any]]] = {}
        """What each loop goes over, and the inputs that say so; parsed once."""

    @classmethod
    def load(
        cls,
        plan: Plan,
        run: Run,
        executions: Iterable[Execution],
        attempts: Iterable[Attempt],
        artifacts: dict[ArtifactId, Artifact],
        places: Mapping[str, str] | None = None,
    ) -> "RunState":
        """The state as its records tell it."""
        state = cls(plan, run, places)
        state.artifacts.update(artifacts)
        state.attempts_started = {(attempt.path, attempt.number): attempt.started_at for attempt in attempts}
        state.executions = {execution.path: execution for execution in executions}
        for execution in state.executions.values():
            state._count(execution)
        return state

    def _count(self, execution: Execution) -> None:
        if execution.parent is None or execution.state.finished:
            return
        parent = self.executions[execution.parent]
        self.open_children[parent.path] = self.open_children.get(parent.path, 0) + 1
        if parent.kind is ExecutionKind.DAG:
            upstream = self.plan.dag(parent.component).upstream[execution.task]
            siblings = (self.executions[child_path(parent.path, name)] for name in upstream)
            self.waiting[execution.path] = sum(not sibling.state.finished for sibling in siblings)

    def apply(self, decision: Decision) -> None:
        """Make a decision part of the state."""
        changes = decision.changes
        if changes.run is not None:
            self.run = changes.run
        for execution in changes.executions:
            self.executions[execution.path] = execution
        for artifact in changes.artifacts:
            self.artifacts[artifact.artifact_id] = artifact
        for attempt in changes.attempts:
            self.attempts_started[attempt.path, attempt.number] = attempt.started_at
        self.waiting.update(decision.waiting)
        self.open_children.update(decision.open_children)
        self.next_iterations.update(decision.next_iterations)


def child_path(parent: TaskPath, task: str) -> TaskPath:
    """The path of a task in a DAG."""
    return TaskPath(f"{parent}.{task}") if parent != ROOT else TaskPath(task)


def iteration_path(loop: TaskPath, index: int) -> TaskPath:
    """The path of one iteration of a loop."""
    return TaskPath(f"{loop}[{index}]")


class Draft:
    """A decision in the making, over a state that stays as it is."""

    def __init__(self, state: RunState, now: datetime) -> None:
        self.state = state
        self.plan = state.plan
        self.now = now
        self.commands: list[EngineCommand] = []
        self.ready: deque[TaskPath] = deque()
        """Tasks whose upstream tasks are all finished: to be looked at."""
        self.finished: deque[TaskPath] = deque()
        """Executions that have just finished: their neighbours are to be told."""
        self.idle: deque[TaskPath] = deque()
        """DAGs and loops that were opened again and hold nothing to do: they are to be completed again."""
        self._run: Run | None = None
        self._next_order = len(state.executions)
        self._executions: dict[TaskPath, Execution] = {}
        self._artifacts: dict[ArtifactId, Artifact] = {}
        self._attempts: dict[tuple[TaskPath, int], Attempt] = {}
        self._events: list[Event] = []
        self._cached: list[tuple[Fingerprint, TaskPath]] = []
        self._waiting: dict[TaskPath, int] = {}
        self._open_children: dict[TaskPath, int] = {}
        self._next_iterations: dict[TaskPath, int] = {}

    # --- reading --------------------------------------------------------------------------------------------

    @property
    def run(self) -> Run:
        return self._run or self.state.run

    def find(self, path: TaskPath) -> Execution | None:
        return self._executions.get(path) or self.state.executions.get(path)

    def execution(self, path: TaskPath) -> Execution:
        execution = self.find(path)
        assert execution is not None, path
        return execution

    def parent(self, execution: Execution) -> Execution:
        assert execution.parent is not None
        return self.execution(execution.parent)

    def waits_for(self, path: TaskPath) -> int:
        return self._waiting[path] if path in self._waiting else self.state.waiting.get(path, 0)

    def unfinished_children(self, path: TaskPath) -> int:
        if path in self._open_children:
            return self._open_children[path]
        return self.state.open_children.get(path, 0)

    def next_iteration(self, path: TaskPath) -> int:
        """The index of the first iteration of a loop that was not entered yet."""
        if path in self._next_iterations:
            return self._next_iterations[path]
        return self.state.next_iterations.get(path, 0)

    def attempt_started(self, path: TaskPath, number: int) -> datetime:
        return self.state.attempts_started[path, number]

    def children(self, execution: Execution) -> list[Execution]:
        """The executions that `execution` holds, in order; none if it was not entered."""
        if execution.kind is ExecutionKind.DAG:
            names = self.plan.dag(execution.component).order
            found = (self.find(child_path(execution.path, name)) for name in names)
            return [child for child in found if child is not None]
        children: list[Execution] = []
        if execution.kind is ExecutionKind.LOOP:
            while (child := self.find(iteration_path(execution.path, len(children)))) is not None:
                children.append(child)
        return children[: self._present_items(execution)] if children else children

    def _present_items(self, loop: Execution) -> int | None:
        """How many of a loop's iterations count: an earlier time round may have had more items. None for all."""
        if loop.inputs == Bindings():  # it was not entered since then, or its list is in the document
            return None
        try:
            return len(self.items(loop))
        except NotAList:
            return 0

    def task_spec(self, execution: Execution) -> TaskSpec:
        """The task that an execution was made from; for an iteration, its loop's."""
        parent = self.parent(execution)
        if parent.kind is ExecutionKind.LOOP:
            return self.task_spec(parent)
        return self.plan.dag(parent.component).spec.tasks[execution.task]

    def items(self, loop: Execution) -> list[Any]:
        """What a loop goes over. Memoised in the state: it is derived, and the same however often it is parsed."""
        known = self.state.items.get(loop.path)
        if known is None or known[0] is not loop.inputs:
            known = self.state.items[loop.path] = (loop.inputs, loop_items(loop, self.task_spec(loop)))
        return known[1]

    # --- writing --------------------------------------------------------------------------------------------

    def change_run(self, **changes: Any) -> None:
        self._run = structs.replace(self.run, **changes)

    def create(self, executions: list[Execution]) -> None:
        """Add executions below one parent, all unfinished."""
        for execution in executions:
            known = self.find(execution.path)
            if known is None:
                execution = structs.replace(execution, order=self._next_order)
                self._next_order += 1
            else:  # entered again by a retry: attempts go on counting, so that none overwrites an older one
                execution = structs.replace(execution, order=known.order, attempt=known.attempt)
            self._executions[execution.path] = execution
        if executions and executions[0].parent is not None:
            parent = executions[0].parent
            self._open_children[parent] = self.unfinished_children(parent) + len(executions)

    def set_waiting(self, path: TaskPath, count: int) -> None:
        self._waiting[path] = count

    def set_unfinished_children(self, path: TaskPath, count: int) -> None:
        self._open_children[path] = count

    def set_next_iteration(self, path: TaskPath, index: int) -> None:
        self._next_iterations[path] = index

    def change(self, path: TaskPath, **changes: Any) -> Execution:
        """Change an execution that does not finish by it."""
        execution = structs.replace(self.execution(path), **changes)
        self._executions[path] = execution
        return execution

    def finish(self, path: TaskPath, state: State, **changes: Any) -> None:
        """Give an execution its last state; its neighbours are told when the agenda gets there."""
        self.change(path, state=state, finished_at=self.now, not_before=None, **changes)
        self.finished.append(path)

    def put_attempt(self, attempt: Attempt) -> None:
        self._attempts[attempt.path, attempt.number] = attempt

    def put_artifact(self, artifact: Artifact) -> None:
        self._artifacts[artifact.artifact_id] = artifact

    def put_event(self, event: Event) -> None:
        self._events.append(event)

    def put_cached(self, fingerprint: Fingerprint, path: TaskPath) -> None:
        self._cached.append((fingerprint, path))

    def decision(self) -> Decision:
        return Decision(
            changes=Changes(
                run=self._run,
                executions=list(self._executions.values()),
                attempts=list(self._attempts.values()),
                artifacts=list(self._artifacts.values()),
                events=self._events,
                cached=self._cached,
            ),
            commands=self.commands,
            waiting=self._waiting,
            open_children=self._open_children,
            next_iterations=self._next_iterations,
        )
