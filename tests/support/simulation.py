"""The engine's `decide` in a world of its own: no disk, no processes, time that is told, crashes on demand."""

import random
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from penstock.core.ids import ArtifactId, Digest, RunId, TaskPath
from penstock.core.json import Json
from penstock.engine.behaviour import BEHAVIOUR
from penstock.engine.decide import decide
from penstock.engine.entering import parallelism
from penstock.engine.events import (
    AttemptEnded,
    CacheAnswered,
    Cancel,
    CancelAttempt,
    EngineEvent,
    Enqueue,
    ImportArtifact,
    ImportEnded,
    Launch,
    LookUpCache,
    Recover,
    Retry,
    SetTimer,
    Start,
    StartAttempt,
    TimerFired,
    Wait,
)
from penstock.engine.executor import Canceled, Failed, Outcome, Succeeded
from penstock.engine.fingerprint import cache_key, fingerprint
from penstock.engine.plan import Plan
from penstock.engine.state import Draft, RunState
from penstock.ir.runtime import ExecutorOutput, TaskFailure
from penstock.ir.spec import PipelineDocument
from penstock.metadata.records import Artifact, Attempt, CachedResult, Execution, ExecutionKind, Run, State, Usage

Behaviour = Callable[[Execution], "dict[str, Json] | TaskFailure"]
"""What an attempt does: the execution as it runs → its output parameters, or its failure."""

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def succeed(execution: Execution) -> dict[str, Json]:
    return {}


def failure(kind: str = "task", message: str = "boom") -> TaskFailure:
    return TaskFailure(kind=kind, code="LAU001", message=message)


class Simulation:
    """One run. `records` is what a store would hold; `state` is what the engine holds in memory."""

    def __init__(
        self,
        document: PipelineDocument,
        behaviour: Behaviour = succeed,
        *,
        parameters: dict[str, Json] | None = None,
        seed: int = 0,
        cache: bool = True,
        known: dict[str, CachedResult] | None = None,
        behaviour_version: int = BEHAVIOUR,
    ) -> None:
        self.plan = Plan(document)
        self.behaviour = behaviour
        self.random = random.Random(seed)
        self.now = BEGIN
        self.known = {} if known is None else known
        self.stored_run = Run(
            run_id=RunId("r"),
            pipeline="test",
            spec=Digest("sha256:0"),
            created_at=BEGIN,
            parameters=parameters or {},
            options={"cache": cache, "behaviour": behaviour_version},
        )
        self.stored: dict[TaskPath, Execution] = {}
        self.attempts: dict[tuple[TaskPath, int], Attempt] = {}
        self.artifacts: dict[str, Artifact] = {}
        self.state = RunState(self.plan, self.stored_run)
        self.running: dict[tuple[TaskPath, int], Execution] = {}
        self.finished_order: list[TaskPath] = []
        self.holders: dict[TaskPath, Wait] = {}
        """Tasks that another run computes at this moment."""
        self.calls: list[TaskPath] = []
        self.most_at_once = 0
        self.timers: list[tuple[datetime, TaskPath]] = []
        self.imports: list[ImportArtifact] = []
        """Not answered yet; lost in a crash."""
        self.imported: Callable[[ImportArtifact], Artifact | TaskFailure] = self._at

    # --- the shell, in small ------------------------------------------------------------------------------

    def tell(self, event: EngineEvent) -> None:
        """One event, with all its immediate consequences."""
        agenda: deque[EngineEvent] = deque([event])
        while agenda:
            decision = decide(self.state, agenda.popleft(), self.now)
            self.state.apply(decision)
            self._store(decision.changes)
            for command in decision.commands:
                match command:
                    case LookUpCache():
                        agenda.append(self._look_up(command.path))
                    case ImportArtifact():
                        self.imports.append(command)
                    case Enqueue():
                        agenda.append(Launch(path=command.path, log=""))
                    case SetTimer():
                        self.timers.append((command.at, command.path))
                    case StartAttempt():
                        self._start(command)
                    case CancelAttempt():
                        self.running.pop((command.path, command.number), None)
                        agenda.append(
                            AttemptEnded(path=command.path, number=command.number, outcome=Canceled(usage=Usage()))
                        )
        self.check()

    def _store(self, changes) -> None:
        self.stored_run = changes.run or self.stored_run
        for execution in changes.executions:
            before = self.stored.get(execution.path)
            if execution.state.finished and (before is None or not before.state.finished):
                self.finished_order.append(execution.path)
            self.stored[execution.path] = execution
        for attempt in changes.attempts:
            self.attempts[attempt.path, attempt.number] = attempt
        for artifact in changes.artifacts:
            self.artifacts[artifact.artifact_id] = artifact
        for print_, path in changes.cached:
            outputs = self.stored[path].outputs
            self.known[print_] = CachedResult(
                fingerprint=print_, run_id=RunId("r"), path=path, outputs=outputs, artifacts={}
            )

    def _look_up(self, path: TaskPath) -> CacheAnswered:
        execution = self.state.executions[path]
        key = cache_key(self.plan.work(execution.component, {}), execution.inputs, self.state.artifacts)
        print_ = fingerprint(key)
        hit, wait = self.known.get(print_), self.holders.get(path)
        return CacheAnswered(path=path, fingerprint=print_, key=key, hit=hit, wait=wait)

    def _start(self, command: StartAttempt) -> None:
        self.running[command.path, command.number] = self.state.executions[command.path]
        self.most_at_once = max(self.most_at_once, len(self.running))

    # --- the world ----------------------------------------------------------------------------------------

    def _at(self, asked: ImportArtifact) -> Artifact:
        ident = ArtifactId(f"at {asked.uri}")
        return Artifact(artifact_id=ident, name="artifact", type="system.Dataset", uri=asked.uri, created_at=self.now)

    def start(self) -> "Simulation":
        self.tell(Start(artifacts={}))
        return self

    def outcome(self, execution: Execution) -> Outcome:
        self.calls.append(execution.path)
        given = self.behaviour(execution)
        if isinstance(given, TaskFailure):
            return Failed(failure=given, usage=Usage())
        return Succeeded(output=ExecutorOutput(parameter_values=given), usage=Usage())

    def step(self) -> bool:
        """End one running attempt, by lot, or let the next timer fire; False when there is neither."""
        if self.running:
            path, number = self.random.choice(sorted(self.running))
            execution = self.running.pop((path, number))
            self.now += timedelta(seconds=1)
            self.tell(AttemptEnded(path=path, number=number, outcome=self.outcome(execution)))
            return True
        if self.imports:
            asked = self.imports.pop(self.random.randrange(len(self.imports)))
            self.calls.append(asked.path)
            self.tell(ImportEnded(path=asked.path, result=self.imported(asked)))
            return True
        if self.timers:
            self.timers.sort()
            at, path = self.timers.pop(0)
            self.now = max(self.now, at)
            self.tell(TimerFired(path=path))
            return True
        return False

    def finish(self) -> "Simulation":
        for _ in range(100_000):
            if not self.step():
                break
        assert self.state.run.state.finished, self.state.run.state
        return self

    def crash(self) -> None:
        """The engine is gone, its attempts with it; another one takes over from the records."""
        self.running.clear()
        self.timers.clear()
        self.imports.clear()
        self.state = self.reloaded()
        self.tell(Recover(outcomes={}))

    def retry(self, path: str | None = None) -> "Simulation":
        self.state = self.reloaded()
        self.tell(Retry(path=None if path is None else TaskPath(path)))
        return self

    def cancel(self) -> None:
        self.tell(Cancel())

    def reloaded(self) -> RunState:
        executions = sorted(self.stored.values(), key=lambda execution: execution.order)
        return RunState.load(self.plan, self.stored_run, executions, self.attempts.values(), self.artifacts)

    def check(self) -> None:
        """What the engine counts along the way equals what its records tell."""
        told = self.reloaded()
        for path, execution in told.executions.items():
            if not execution.state.finished:
                assert self.state.waiting.get(path, 0) == told.waiting.get(path, 0), path
                assert self.state.open_children.get(path, 0) == told.open_children.get(path, 0), path

    def check_limits(self) -> None:
        """No loop has more iterations at once than it may."""
        draft = Draft(self.state, self.now)
        for loop in self.stored.values():
            if loop.kind is ExecutionKind.LOOP and loop.state is State.RUNNING:
                open_ = [child for child in draft.children(loop) if child.state is State.RUNNING]
                assert len(open_) <= (parallelism(draft, loop) or len(open_)), loop.path

    # --- looking ------------------------------------------------------------------------------------------

    def states(self) -> dict[str, str]:
        return {path: execution.state.value for path, execution in self.stored.items() if path}

    def outputs(self, path: str = "") -> dict[str, Json]:
        return self.stored[TaskPath(path)].outputs.parameters

    @property
    def run_state(self) -> State:
        return self.stored_run.state
