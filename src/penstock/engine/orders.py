"""Work orders: everything about one attempt that an executor needs, put together from the state of the run."""

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from penstock.client import variables
from penstock.core.ids import RunId, TaskPath
from penstock.engine.executor import AttemptKey, Limits, WorkOrder
from penstock.engine.run_values import run_values
from penstock.engine.state import RunState
from penstock.ir.placeholders import IN_WORKSPACE, artifact_path, resolve_constant
from penstock.ir.resources import Resources, parse_resources
from penstock.ir.runtime import (
    ArtifactList,
    ExecutorInput,
    OutputFile,
    RuntimeArtifact,
    TaskInputValues,
    TaskOutputPlaces,
)
from penstock.ir.spec import ArtifactType, ComponentSpec
from penstock.metadata.records import Artifact, Execution

OUTPUT_FILE = "executor_output.json"
LOG_FILE = "log.txt"
SPOOL_FILE = "tracking.jsonl"
_FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\[\]-]{0,199}")


def work_folder(home: Path, run: RunId) -> Path:
    """Where the attempts of a run have their folders while it goes."""
    return home / "work" / run


def attempt_folder(work: Path, path: TaskPath, number: int) -> Path:
    """The folder of one attempt below the run's own folder.

    It bears the task's path, unless no folder can: deep nesting makes long paths, and a document may say anything.
    """
    name = path if _FOLDER_NAME.fullmatch(path) else hashlib.sha256(path.encode(errors="surrogatepass")).hexdigest()
    return work / f"{name}#{number}"


def work_order(state: RunState, path: TaskPath, work: Path, cwd: Path) -> WorkOrder:
    """The order for the present attempt of an execution."""
    execution = state.executions[path]
    folder = attempt_folder(work, path, execution.attempt)
    component = state.plan.component(execution.component)
    container = state.plan.container(execution.component)
    return WorkOrder(
        key=AttemptKey(execution.run_id, path, execution.attempt),
        label=path,
        component=component,
        container=container,
        executor_input=ExecutorInput(inputs=_inputs(state, execution), outputs=_output_places(component, folder)),
        folder=folder,
        log=folder / LOG_FILE,
        cwd=cwd,
        limits=_limits(state, execution),
        values={"pipeline_root": str(work)} | run_values(state, execution),
        surroundings={
            variables.RUN_ID: execution.run_id,
            variables.TASK: path,
            variables.TRACKING_FILE: str(folder / SPOOL_FILE),
        },
        environment=_environment(state, component),
    )


def _environment(state: RunState, component: ComponentSpec) -> dict[str, str]:
    """What the component's requirements came to when the run was submitted: a resume takes the same."""
    environments: Any = state.run.options.get("environments") or {}
    return dict(environments.get(component.executor_label, {}))


def _inputs(state: RunState, execution: Execution) -> TaskInputValues:
    workspace = state.places.get("workspace_path", "")
    artifacts = {
        name: ArtifactList(artifacts=[_in_workspace(runtime_artifact(state.artifacts[id]), workspace) for id in ids])
        for name, ids in execution.inputs.artifacts.items()
    }
    return TaskInputValues(parameter_values=execution.inputs.parameters, artifacts=artifacts)


def runtime_artifact(artifact: Artifact) -> RuntimeArtifact:
    """A record as a task sees it."""
    return RuntimeArtifact(
        name=artifact.name,
        uri=artifact.uri,
        type=ArtifactType(schema_title=artifact.type, schema_version="0.0.1"),
        metadata=artifact.metadata,
        digest=artifact.digest or "",
        size=artifact.size,
    )


def _in_workspace(artifact: RuntimeArtifact, workspace: str) -> RuntimeArtifact:
    """What was imported into the run's workspace is found there; in the store, or where it came from, it lies too."""
    if artifact.metadata.get(IN_WORKSPACE) is not True:
        return artifact
    place = artifact_path(artifact, workspace)
    if os.path.exists(place):  # noqa: PTH110
        return replace(artifact, custom_path=place)
    metadata = {name: value for name, value in artifact.metadata.items() if name != IN_WORKSPACE}
    return replace(artifact, metadata=metadata)


def _output_places(component: ComponentSpec, folder: Path) -> TaskOutputPlaces:
    declared = component.output_definitions
    outputs = folder / "outputs"
    return TaskOutputPlaces(
        parameters={name: OutputFile(output_file=str(outputs / name)) for name in declared.parameters},
        artifacts={
            name: ArtifactList(artifacts=[RuntimeArtifact(name=name, uri=str(outputs / name), type=spec.artifact_type)])
            for name, spec in declared.artifacts.items()
        },
        output_file=str(folder / OUTPUT_FILE),
    )


def _limits(state: RunState, execution: Execution) -> Limits:
    asked = resources(state, execution)
    return Limits(cpu=asked.cpu, memory=asked.memory, gpu=asked.gpu, timeout=state.plan.timeout(execution.component))


def resources(state: RunState, execution: Execution) -> Resources:
    """What a task asks for; placeholders stand for its parameters."""
    container = state.plan.container(execution.component)
    values = run_values(state, execution)
    return parse_resources(
        container.resources, lambda text: str(resolve_constant(text, execution.inputs.parameters, values))
    )
