"""What a run gave: the pipeline's outputs by name, and the numbers of its metrics."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

from penstock.core.json import Json
from penstock.metadata.records import Artifact, Execution
from penstock.metadata.store import MetadataStore
from penstock.platform.report.logged import logged_by
from penstock.platform.report.words import STEPS

METRICS = "system.Metrics"
LOGGED = "logged"
"""Stands for the name of an output where metrics were logged."""
UNNAMED = "Output"
"""What the IR calls the only output of a component; where it came from or goes says more."""
MOST_TASKS_WITH_METRICS = 500
"""Of a run with more tasks than this that produced something, the metrics of the first ones are gathered."""


class Output(Struct, frozen=True, kw_only=True):
    """One output of an execution: a parameter's value, or artifacts."""

    name: str
    value: Json = None
    artifacts: list[Artifact] = field(default_factory=list)
    is_artifact: bool = False


class TaskMetrics(Struct, frozen=True, kw_only=True):
    """The numbers that one task measured."""

    path: str
    name: str
    """The output's name."""
    values: dict[str, float]


def outputs_of(store: MetadataStore, execution: Execution) -> list[Output]:
    """The outputs of an execution, of the run itself if it is the root: parameters first."""
    bound = execution.outputs
    ids = [ident for idents in bound.artifacts.values() for ident in idents]
    known = store.artifacts(ids) if ids else {}
    outputs = [Output(name=name, value=value) for name, value in bound.parameters.items()]
    for name, idents in bound.artifacts.items():
        artifacts = [known[ident] for ident in idents if ident in known]
        outputs.append(Output(name=name, artifacts=artifacts, is_artifact=True))
    return outputs


def metrics_of(store: MetadataStore, executions: Iterable[Execution]) -> list[TaskMetrics]:
    """The numbers of all Metrics artifacts that `executions` produced, in order; then the last that they logged."""
    executions = list(executions)
    logged = (
        TaskMetrics(path=one.path, name=LOGGED, values={key: point.value for key, point in one.metrics.items()})
        for one in logged_by(store, executions)
        if one.metrics
    )
    return [*_measured(store, executions), *logged]


def _measured(store: MetadataStore, executions: Iterable[Execution]) -> list[TaskMetrics]:
    found: list[tuple[Execution, str, Any]] = []
    for execution in executions:
        if execution.kind in STEPS and execution.outputs.artifacts:
            found += [(execution, name, i) for name, ids in execution.outputs.artifacts.items() for i in ids]
            if len(found) > MOST_TASKS_WITH_METRICS:
                break
    known = store.artifacts([ident for _, _, ident in found]) if found else {}
    return [
        TaskMetrics(path=execution.path, name=name, values=values)
        for execution, name, ident in found
        if ident in known and known[ident].type == METRICS and (values := numbers(known[ident].metadata))
    ]


def kind_of(artifact: Artifact) -> str:
    """What an artifact is, in a word: its type, or where that says nothing, what its bytes are."""
    title = artifact.type.removeprefix("system.")
    kind = artifact.metadata.get("kind")
    if title == "Artifact" and isinstance(kind, str) and kind:
        return kind[:1].upper() + kind[1:]
    return title or "Artifact"


def numbers(metadata: dict[str, Any]) -> dict[str, float]:
    """The numbers among an artifact's facts."""
    return {
        name: value
        for name, value in metadata.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
