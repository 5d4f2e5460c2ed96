"""Runs written into a store by hand, as an engine would leave them: for tests of what shows runs to people."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import structs

from penstock.artifacts.store import ArtifactStore
from penstock.core.ids import ArtifactId, EngineId, Fingerprint, RunId, TaskPath
from penstock.core.json import Json
from penstock.engine.plan import Plan
from penstock.ir.document import canonical_json, digest
from penstock.ir.runtime import TaskFailure
from penstock.ir.spec import PipelineDocument
from penstock.metadata.records import (
    Artifact,
    Attempt,
    Bindings,
    CacheKey,
    Changes,
    Event,
    EventType,
    Execution,
    ExecutionKind,
    Reuse,
    Run,
    State,
    Usage,
)
from penstock.metadata.store import MetadataStore

BEGIN = datetime(2026, 11, 21, 17, 45, 1, tzinfo=UTC)
ROOT = TaskPath("")


class RecordedRun:
    """One run in the making. Every call is one transaction; `changes` keeps them all, in order."""

    def __init__(
        self,
        store: MetadataStore,
        document: PipelineDocument,
        run_id: str = "20261121-174501-4k7qpz",
        *,
        parameters: dict[str, Json] | None = None,
        source: str = "examples/taxi/pipeline.py:taxi",
        display_name: str = "",
        begin: datetime = BEGIN,
    ) -> None:
        self.store = store
        self.plan = Plan(document)
        self.begin = begin
        self.changes: list[Changes] = []
        self.executions: dict[str, Execution] = {}
        self.made = 0
        self.run = Run(
            run_id=RunId(run_id),
            pipeline=document.pipeline.pipeline_info.name,
            display_name=display_name,
            spec=digest(document),
            parameters=parameters or {},
            options={"cache": True, "executor": "process"},
            created_at=begin,
            source=source,
        )
        store.create_run(self.run, canonical_json(document))
        self.lease = store.acquire(self.run.run_id, EngineId("test:1:1"), begin, timedelta(days=1))
        root = self._new(ROOT, None, "", "root", ExecutionKind.DAG, 0, state=State.RUNNING, started_at=begin)
        self.run = structs.replace(self.run, state=State.RUNNING, started_at=begin)
        self.commit(run=self.run, executions=[root, *self._children(root, 0)])

    def at(self, seconds: float) -> datetime:
        return self.begin + timedelta(seconds=seconds)

    def commit(self, **records: Any) -> None:
        changes = Changes(**records)
        for execution in changes.executions:
            self.executions[execution.path] = execution
        self.store.commit(self.lease, changes)
        self.changes.append(changes)

    # --- what happens -------------------------------------------------------------------------------------

    def starts(self, path: str, at: float, *, attempt: int = 1, log: str = "") -> None:
        """An attempt of a task begins."""
        before = self.executions[path]
        self.commit(
            executions=[
                structs.replace(
                    before,
                    state=State.RUNNING,
                    attempt=attempt,
                    started_at=before.started_at or self.at(at),
                    not_before=None,
                )
            ],
            attempts=[self._attempt(path, attempt, State.RUNNING, at, log=log)],
        )

    def fails(self, path: str, at: float, error: TaskFailure, *, again: bool = False, log: str = "") -> None:
        """The running attempt fails; `again`: another one follows."""
        before = self.executions[path]
        attempt = self._attempt(path, before.attempt, State.FAILED, at, finish=at, error=error, log=log)
        state = State.PENDING if again else State.FAILED
        after = structs.replace(
            before,
            state=state,
            error=error,
            failures=before.failures + 1,
            finished_at=None if again else self.at(at),
            not_before=self.at(at + 1) if again else None,
        )
        self.commit(executions=[after], attempts=[attempt])

    def succeeds(
        self,
        path: str,
        at: float,
        *,
        parameters: dict[str, Json] | None = None,
        artifacts: Mapping[str, Artifact] | None = None,
        inputs: Mapping[str, Artifact] | None = None,
        key: dict[str, str] | None = None,
        log: str = "",
        usage: Usage | None = None,
    ) -> None:
        """The running attempt succeeds."""
        before = self.executions[path]
        made, taken = dict(artifacts or {}), dict(inputs or {})
        after = structs.replace(
            before,
            state=State.SUCCEEDED,
            error=None,
            finished_at=self.at(at),
            outputs=Bindings(parameters=parameters or {}, artifacts=_ids(made)),
            inputs=Bindings(artifacts=_ids(taken)),
            key=CacheKey(parts=key) if key else None,
            fingerprint=Fingerprint(f"{sum(map(ord, path)):064x}") if key else None,
        )
        done = self._attempt(path, before.attempt, State.SUCCEEDED, at, finish=at, log=log, usage=usage)
        events = [*self._events(path, made, EventType.OUTPUT), *self._events(path, taken, EventType.INPUT)]
        self.commit(executions=[after], attempts=[done], artifacts=list(made.values()), events=events)

    def runs(self, path: str, start: float, finish: float, **details: Any) -> None:
        """A task starts, and succeeds the first time."""
        self.starts(path, start)
        self.succeeds(path, finish, **details)

    def is_cached(self, path: str, at: float, run_id: str, **outputs: Any) -> None:
        """A task is served from an earlier run."""
        before = self.executions[path]
        bound = Bindings(parameters=outputs.get("parameters", {}), artifacts=_ids(outputs.get("artifacts", {})))
        reuse = Reuse(run_id=RunId(run_id), path=TaskPath(path))
        after = structs.replace(
            before, state=State.SUCCEEDED, reused=reuse, outputs=bound, started_at=self.at(at), finished_at=self.at(at)
        )
        self.commit(executions=[after], artifacts=list(outputs.get("artifacts", {}).values()))

    def becomes(self, path: str, state: State, at: float, **changes: Any) -> None:
        """Any other transition."""
        times = {"finished_at": self.at(at)} if state.finished else {"started_at": self.at(at)}
        self.commit(executions=[structs.replace(self.executions[path], state=state, **{**times, **changes})])

    def enters(self, path: str, at: float, iterations: int = 0) -> None:
        """A nested DAG begins, with its tasks; or a loop, with its iterations, whose tasks are made as well."""
        holder = structs.replace(self.executions[path], state=State.RUNNING, started_at=self.at(at))
        made = [holder]
        if holder.kind is ExecutionKind.LOOP:
            for index in range(iterations):
                place = TaskPath(f"{path}[{index}]")
                body = self._new(
                    place,
                    holder.path,
                    holder.task,
                    holder.component,
                    ExecutionKind.DAG,
                    at,
                    iteration=index,
                    state=State.RUNNING,
                    started_at=self.at(at),
                )
                made += [body, *self._children(body, at, offset=len(made) + 1)]
        else:
            made += self._children(holder, at)
        self.commit(executions=made)

    def ends(
        self, state: State, at: float, *, error: TaskFailure | None = None, outputs: Bindings | None = None
    ) -> None:
        """The run is over."""
        root = structs.replace(
            self.executions[ROOT], state=state, finished_at=self.at(at), outputs=outputs or Bindings(), error=error
        )
        self.run = structs.replace(self.run, state=state, finished_at=self.at(at), error=error)
        self.commit(run=self.run, executions=[root])
        self.store.release(self.lease)

    def artifact(self, path: str, name: str, type: str, stored: Any = None, **metadata: Any) -> Artifact:
        """An artifact for `succeeds`; `stored` is what the artifact store returned."""
        self.made += 1
        digits = f"{self.made:04x}{sum(map(ord, path + name)):06x}"
        return Artifact(
            artifact_id=ArtifactId("a" + digits.ljust(20, "0")),
            name=name,
            type=f"system.{type}",
            uri=stored.uri if stored else f"/nowhere/{name}",
            digest=stored.digest if stored else None,
            size=stored.size if stored else -1,
            metadata=metadata,
            created_at=self.at(len(self.changes)),
        )

    # --- records ------------------------------------------------------------------------------------------

    def _children(self, holder: Execution, at: float, offset: int = 1) -> list[Execution]:
        plan = self.plan.dag(holder.component)
        found = []
        for name, task in plan.spec.tasks.items():
            path = TaskPath(f"{holder.path}.{name}" if holder.path else name)
            kind = self.plan.kind(task)
            made = self._new(path, holder.path, name, task.component_ref.name, kind, at)
            found.append(structs.replace(made, order=len(self.executions) + offset + len(found)))
        return found

    def _new(
        self, path: TaskPath, parent: Any, task: str, component: str, kind: ExecutionKind, at: float, **more: Any
    ) -> Execution:
        return Execution(
            run_id=self.run.run_id,
            path=path,
            parent=parent,
            task=task,
            component=component,
            kind=kind,
            created_at=self.at(at),
            order=len(self.executions),
            **more,
        )

    def _attempt(self, path: str, number: int, state: State, at: float, **more: Any) -> Attempt:
        finish = more.pop("finish", None)
        known = [a for changes in self.changes for a in changes.attempts if a.path == path and a.number == number]
        return Attempt(
            run_id=self.run.run_id,
            path=TaskPath(path),
            number=number,
            state=state,
            started_at=known[0].started_at if known else self.at(at),
            finished_at=None if finish is None else self.at(finish),
            **more,
        )

    def _events(self, path: str, artifacts: Mapping[str, Artifact], type: EventType) -> Iterator[Event]:
        for name, artifact in artifacts.items():
            yield Event(
                run_id=self.run.run_id, path=TaskPath(path), artifact_id=artifact.artifact_id, type=type, name=name
            )


def _ids(artifacts: Mapping[str, Artifact]) -> dict[str, list[ArtifactId]]:
    return {name: [artifact.artifact_id] for name, artifact in artifacts.items()}


def put_text(artifacts: ArtifactStore, name: str, text: str | bytes) -> Any:
    """Store some text under a name."""
    source: Path = artifacts.staging() / name
    source.write_bytes(text.encode() if isinstance(text, str) else text)
    return artifacts.put(source, name)
