"""Lineage as a tree: artifacts, and between them the tasks that made one from another."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from penstock.cli.text import Line, crop, line
from penstock.core.ids import ArtifactId
from penstock.metadata.lineage import Lineage, Place, downstream, upstream
from penstock.metadata.records import Artifact, EventType, Execution
from penstock.metadata.store import MetadataStore
from penstock.platform.report.facts import UNNAMED, kind_of
from penstock.platform.report.words import one_line, shorten, size, value

MOST_EXECUTIONS = 500
MOST_DEPTH = 100
MOST_CODE = 60


class Step(Struct, kw_only=True):
    """A task, and the artifacts on its far side."""

    execution: Execution
    artifacts: list["Traced"] = field(default_factory=list)

    @property
    def code(self) -> list[str]:
        """The files and definitions that it was made of."""
        parts = self.execution.key.parts if self.execution.key is not None else {}
        return [name.removeprefix("code:") for name in parts if name.startswith("code:")]


class Traced(Struct, kw_only=True):
    """An artifact, and the tasks beyond it."""

    artifact: Artifact
    role: str = ""
    """The input's or output's name at the task it was reached by."""
    again: bool = False
    """Whether it stands elsewhere in the tree already, with what is beyond it."""
    steps: list[Step] = field(default_factory=list)


def trace(store: MetadataStore, artifact: Artifact, *, down: bool) -> Traced:
    """Everything that `artifact` was made from, or with `down` everything that was made from it."""
    search = downstream if down else upstream
    found = search(store, [artifact.artifact_id], depth=MOST_DEPTH, limit=MOST_EXECUTIONS)
    near, far = (EventType.INPUT, EventType.OUTPUT) if down else (EventType.OUTPUT, EventType.INPUT)
    beyond: dict[ArtifactId, dict[Place, None]] = {}
    reached: dict[Place, dict[tuple[ArtifactId, str], None]] = {}
    for edge in found.edges:
        place = (edge.run_id, edge.path)
        if edge.type is near:
            beyond.setdefault(edge.artifact_id, {})[place] = None
        if edge.type is far:
            reached.setdefault(place, {})[edge.artifact_id, edge.name] = None
    return _Tree(found, beyond, reached).artifact(artifact, "", set())


class _Tree:
    """Unfolds a graph into a tree; what was unfolded once is not unfolded again."""

    def __init__(
        self,
        found: Lineage,
        beyond: Mapping[ArtifactId, dict[Place, None]],
        reached: Mapping[Place, dict[tuple[ArtifactId, str], None]],
    ) -> None:
        self.found, self.beyond, self.reached = found, beyond, reached

    def artifact(self, artifact: Artifact, role: str, seen: set[ArtifactId]) -> Traced:
        if artifact.artifact_id in seen:
            return Traced(artifact=artifact, role=role, again=bool(self.beyond.get(artifact.artifact_id)))
        seen.add(artifact.artifact_id)
        places = [place for place in self.beyond.get(artifact.artifact_id, {}) if place in self.found.executions]
        return Traced(artifact=artifact, role=role, steps=[self._step(place, seen) for place in places])

    def _step(self, place: Place, seen: set[ArtifactId]) -> Step:
        known = self.found.artifacts
        artifacts = [self.artifact(known[i], name, seen) for i, name in self.reached.get(place, {}) if i in known]
        return Step(execution=self.found.executions[place], artifacts=artifacts)


def trace_lines(traced: Traced, width: int) -> list[Line]:
    """The tree as lines."""
    return [crop(one, width) for one in _artifact_lines(traced, "", "")]


def _artifact_lines(traced: Traced, first: str, rest: str) -> list[Line]:
    artifact = traced.artifact
    name = traced.role if traced.role and artifact.name == UNNAMED else artifact.name
    role = f"{traced.role} = " if traced.role and traced.role != name else ""
    lines = [
        line(
            (first, "dim"),
            (one_line(role), "dim"),
            (one_line(name), "bold"),
            f"  {kind_of(artifact)}",
            (f"  {size(artifact.size)}" if artifact.size >= 0 else "", "dim"),
            (f"  {artifact.artifact_id}", "dim"),
            ("  (see above)" if traced.again else "", "dim"),
        )
    ]
    for index, step in enumerate(traced.steps):
        last = index == len(traced.steps) - 1
        lines += _step_lines(step, rest + ("╰─ " if last else "├─ "), rest + ("   " if last else "│  "))
    return lines


def _step_lines(step: Step, first: str, rest: str) -> list[Line]:
    execution = step.execution
    given = execution.inputs.parameters.items()
    parameters = ", ".join(f"{one_line(name)}={one_line(value(data, 30))}" for name, data in given)
    lines = [line((first, "dim"), (one_line(execution.path), "title"), ("  run ", "dim"), execution.run_id)]
    lead = rest + ("│  " if step.artifacts else "   ")
    if step.code:
        lines.append(line((f"{lead}code ", "dim"), shorten(one_line(", ".join(step.code)), MOST_CODE)))
    if parameters:
        lines.append(line((f"{lead}with ", "dim"), parameters))
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
    return {"artifact": traced.artifact, "role": traced.role, "repeated": traced.again, "executions": steps}
