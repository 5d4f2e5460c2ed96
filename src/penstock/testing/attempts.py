"""Attempts for tests of executors: components from source text, started and waited for."""

import base64
import io
import itertools
import select
import textwrap
import zipfile
from collections.abc import Iterable, Mapping
from os import close, pidfd_open
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from penstock.core.ids import RunId, TaskPath
from penstock.core.json import Json
from penstock.engine.executor import AttemptKey, Executor, Failed, Grants, Limits, Outcome, Succeeded, WorkOrder
from penstock.ir.manifest import ComponentManifest, manifest_arguments
from penstock.ir.runtime import (
    ArtifactList,
    ExecutorInput,
    OutputFile,
    RuntimeArtifact,
    TaskFailure,
    TaskInputValues,
    TaskOutputPlaces,
)
from penstock.ir.spec import ComponentSpec, ContainerSpec, EnvVar

PATIENCE = 60.0
"""Seconds after which a test gives up; what it waits for takes milliseconds."""


def code_package(files: Mapping[str, str]) -> str:
    """A code package: a zip of `files`, in base64."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return base64.b64encode(buffer.getvalue()).decode()


def component_container(
    source: str,
    function: str = "task",
    *,
    module: str = "pipeline",
    files: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
    **manifest: Any,
) -> ContainerSpec:
    """The container of the component `function` in a module with that `source` (dedented here)."""
    code = {f"{module}.py": textwrap.dedent(source), **(files or {})}
    described = ComponentManifest(module=module, function=function, **manifest)
    return ContainerSpec(
        image="python:3.11",
        command=["sh", "-ec", 'exec "$0" "$@"', "python3", "-m", "penstock.launcher"],
        args=manifest_arguments(described, code_package(code)),
        env=[EnvVar(name=name, value=value) for name, value in (env or {}).items()],
    )


class Attempts:
    """Starts attempts on an executor and waits for what is reported of them."""

    def __init__(self, executor: Executor, folder: Path) -> None:
        self.executor = executor
        self.folder = folder
        self._numbers = itertools.count(1)
        self._reports: SimpleQueue[tuple[AttemptKey, Outcome]] = SimpleQueue()
        self._early: dict[AttemptKey, Outcome] = {}

    def run(self, container: ContainerSpec | str, **options: Any) -> Outcome:
        """Start an attempt and wait for its outcome. A text is the source of a component called `task`."""
        return self.wait(self.start(container, **options))

    def start(
        self,
        container: ContainerSpec | str,
        *,
        inputs: Mapping[str, Json] | None = None,
        artifacts: Mapping[str, Iterable[RuntimeArtifact]] | None = None,
        outputs: Iterable[str] = (),
        saved: Iterable[str] = (),
        cwd: Path | None = None,
        memory: int | None = None,
        timeout: float | None = None,
        component: ComponentSpec | None = None,
        values: Mapping[str, str] | None = None,
        grants: Grants | None = None,
        surroundings: Mapping[str, str] | None = None,
    ) -> WorkOrder:
        """Start an attempt.

        Args:
            container: What to run; a text is the source of a component called `task`.
            inputs: Values of its parameters.
            artifacts: Its input artifacts.
            outputs: Names of its output parameters.
            saved: Names of its output artifacts.
            cwd: Where it works; the folder of all attempts by default.
            memory: Its limit in bytes.
            timeout: Its limit in seconds.
            component: Its interface, where it counts: code that is not Penstock's declares no types of its own.
            values: What the run says of itself.
            grants: Secrets and the like.
        """
        if isinstance(container, str):
            container = component_container(container)
        number = next(self._numbers)
        folder = self.folder / f"task {number} 😀"
        folder.mkdir()
        places = TaskOutputPlaces(
            parameters={name: OutputFile(output_file=str(folder / name)) for name in outputs},
            artifacts={
                name: ArtifactList(artifacts=[RuntimeArtifact(name=name, uri=str(folder / name))]) for name in saved
            },
            output_file=str(folder / "executor_output.json"),
        )
        given = TaskInputValues(
            parameter_values=dict(inputs or {}),
            artifacts={name: ArtifactList(artifacts=list(those)) for name, those in (artifacts or {}).items()},
        )
        order = WorkOrder(
            key=AttemptKey(RunId("run"), TaskPath(f"task-{number}"), 1),
            label=f"task-{number}",
            component=component or ComponentSpec(),
            container=container,
            executor_input=ExecutorInput(inputs=given, outputs=places),
            folder=folder,
            log=folder / "log.txt",
            cwd=cwd or self.folder,
            limits=Limits(memory=memory, timeout=timeout),
            values=dict(values or {}),
            grants=grants or Grants(),
            surroundings=dict(surroundings or {}),
        )
        self.executor.start(order, lambda key, outcome: self._reports.put((key, outcome)))
        return order

    def wait(self, order: WorkOrder) -> Outcome:
        """The outcome of an attempt; raises `queue.Empty` if none is reported."""
        while order.key not in self._early:
            key, outcome = self._reports.get(timeout=PATIENCE)
            if key in self._early:
                raise AssertionError(f"the outcome of {key} was reported twice")
            self._early[key] = outcome
        return self._early.pop(order.key)


def wait_until_gone(pid: int) -> None:
    """Return when there is no process `pid` any more; raises `AssertionError` if it stays."""
    try:
        handle = pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        ready, _, _ = select.select([handle], [], [], PATIENCE)
    finally:
        close(handle)
    if not ready:
        raise AssertionError(f"process {pid} is still there")


def values_of(outcome: Outcome) -> dict[str, Any]:
    """The output parameters of a success."""
    assert isinstance(outcome, Succeeded), outcome
    return outcome.output.parameter_values


def artifacts_of(outcome: Outcome) -> dict[str, list[RuntimeArtifact]]:
    """The output artifacts of a success."""
    assert isinstance(outcome, Succeeded), outcome
    return {name: those.artifacts for name, those in outcome.output.artifacts.items()}


def failure_of(outcome: Outcome) -> TaskFailure:
    """Why an attempt failed."""
    assert isinstance(outcome, Failed), outcome
    return outcome.failure
