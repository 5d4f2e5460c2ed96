"""Lineage as a tree: artifacts, and between them the executions that made one from another."""

from typing import Any

from msgspec import Struct, field

from penstock.cli.artifacts.table import producer
from penstock.cli.text import Line, crop, line
from penstock.core.ids import ArtifactId, RunId, TaskPath
from penstock.metadata.records import Artifact, Event, EventType, Execution
from penstock.metadata.store import MetadataStore
from penstock.platform.report.words import one_line, shorten, size, value

MOST_ARTIFACTS = 500
MOST_DEPTH = 100
MOST_PARAMETERS = 60


class Step(Struct, kw_only=True):
    """An execution, and the artifacts on its far side."""

    execution: Execution
    code: list[str] = field(default_factory=list)
    """What its code was: the files and definitions."""
    artifacts: list["Traced"] = field(default_factory=list)


class Traced(Struct, kw_only=True):
    """An artifact, and the executions beyond it."""

    artifact: Artifact
    role: str = ""
    """The input's or output's name at the execution it was reached by."""
    again: bool = False
    """Whether it stands elsewhere in the tree already, with what is beyond it."""
    cut: bool = False
    """Whether what is beyond it is left out, because the tree is large enough."""
    steps: list[Step] = field(default_factory=list)


def trace(store: MetadataStore, artifact: Artifact, *, down: bool) -> Traced:
    """Everything that `artifact` was made from, or with `down` everything that was made from it."""
    return _Tracer(store, down=down).artifact(artifact, "", 0)


class _Tracer:
    def __init__(self, store: MetadataStore, *, down: bool) -> None:
        self.store = store
        self.near, self.far = (EventType.INPUT, EventType.OUTPUT) if down else (EventType.OUTPUT, EventType.INPUT)
        self.down = down
        self.seen: set[ArtifactId] = set()

    def artifact(self, artifact: Artifact, role: str, depth: int) -> Traced:
        traced = Traced(artifact=artifact, role=role)
        traced.again = artifact.artifact_id in self.seen
        traced.cut = not traced.again and (len(self.seen) >= MOST_ARTIFACTS or depth >= MOST_DEPTH)
        if traced.again or traced.cut:
            return traced
        self.seen.add(artifact.artifact_id)
        events = self.store.events(artifacts=[artifact.artifact_id])
        for run_id, path in self._executions(events, artifact):
            execution = self.store.execution(run_id, path)
            if execution is not None and execution.parent is not None:
                traced.steps.append(self._step(execution, depth + 1))
        return traced

    def _executions(self, events: list[Event], artifact: Artifact) -> list[tuple[RunId, TaskPath]]:
        if not self.down:
            made = producer(events, artifact)
            return [] if made is None else [(made.run_id, made.path)]
        return list(dict.fromkeys((event.run_id, event.path) for event in events if event.type is self.near))

    def _step(self, execution: Execution, depth: int) -> Step:
        events = self.store.events(executions=[(execution.run_id, execution.path)])
        beyond = [event for event in events if event.type is self.far]
        known = self.store.artifacts([event.artifact_id for event in beyond])
        parts = execution.key.parts if execution.key is not None else {}
        step = Step(
            execution=execution, code=[name.removeprefix("code:") for name in parts if name.startswith("code:")]
        )
        for event in beyond:
            if event.artifact_id in known:
                step.artifacts.append(self.artifact(known[event.artifact_id], event.name, depth))
        return step


def trace_lines(traced: Traced, width: int) -> list[Line]:
    """The tree as lines."""
    return [crop(one, width) for one in _artifact_lines(traced, "", "")]


def _artifact_lines(traced: Traced, first: str, rest: str) -> list[Line]:
    artifact = traced.artifact
    more = "  (see above)" if traced.again else "  …" if traced.cut else ""
    role = f"{traced.role} = " if traced.role and traced.role != artifact.name else ""
    kind = artifact.type.removeprefix("system.")
    head = line(
        (first, "dim"),
        (role, "dim"),
        (one_line(artifact.name), "bold"),
        f"  {kind}",
        (f"  {size(artifact.size)}  {artifact.artifact_id}", "dim"),
        (more, "dim"),
    )
    lines = [head]
    for index, step in enumerate(traced.steps):
        last = index == len(traced.steps) - 1
        lines += _step_lines(step, rest + ("╰─ " if last else "├─ "), rest + ("   " if last else "│  "))
    return lines


def _step_lines(step: Step, first: str, rest: str) -> list[Line]:
    execution = step.execution
    parameters = ", ".join(
        f"{one_line(name)}={one_line(value(data, 30))}" for name, data in execution.inputs.parameters.items()
    )
    head = line((first, "dim"), (one_line(execution.path), "title"), ("  run ", "dim"), execution.run_id)
    lines = [head]
    beyond = "│  " if step.artifacts else "   "
    if step.code:
        lines.append(line((f"{rest}{beyond}code ", "dim"), shorten(one_line(", ".join(step.code)), MOST_PARAMETERS)))
    if parameters:
        lines.append(line((f"{rest}{beyond}with ", "dim"), parameters))
    for index, traced in enumerate(step.artifacts):
        last = index == len(step.artifacts) - 1
        lines += _artifact_lines(traced, rest + ("╰─ " if last else "├─ "), rest + ("   " if last else "│  "))
    return lines


def trace_json(traced: Traced) -> dict[str, Any]:
    """The tree as objects."""
    steps = [
        {
            "run_id": step.execution.run_id,
            "path": step.execution.path,
            "parameters": step.execution.inputs.parameters,
            "code": step.code,
            "artifacts": [trace_json(beyond) for beyond in step.artifacts],
        }
        for step in traced.steps
    ]
    return {
        "artifact": traced.artifact,
        "role": traced.role,
        "repeated": traced.again,
        "cut": traced.cut,
        "executions": steps,
    }
