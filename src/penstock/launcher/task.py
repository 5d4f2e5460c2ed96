"""Runs one task: author's code and inputs in, outputs out, in the process that it is called in."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from penstock.artifacts.store import ArtifactStore
from penstock.core.faults import fault_point
from penstock.data.given import giving
from penstock.ir.manifest import ComponentManifest
from penstock.ir.runtime import ExecutorInput, ExecutorOutput
from penstock.launcher.errors import InputChanged, NoRoom, OutputUnsaved
from penstock.launcher.inputs import given_to, load_arguments
from penstock.launcher.modules import import_component
from penstock.launcher.outputs import save_outputs
from penstock.launcher.shared import SharedInputs
from penstock.launcher.signature import resolve_annotations


def run_task(
    manifest: ComponentManifest,
    code_folder: Path,
    executor_input: ExecutorInput,
    artifacts: ArtifactStore | None,
    *,
    function: Callable[..., Any] | None = None,
) -> ExecutorOutput:
    """Run one component once: import it, load its inputs, call it, store its outputs, and write the output file.

    The output file, `outputs.outputFile` of `executor_input`, is written last and in one step: where it is, the task
    is done, and every artifact that it names is stored.

    Args:
        manifest: Which function of which module.
        code_folder: Where its code package was unpacked.
        executor_input: Its inputs, and where its outputs go.
        artifacts: The store. None on Kubeflow: inputs are read where they are mounted, outputs are written where
            Kubeflow's own launcher picks them up.
        function: The author's function, where the caller has imported it.

    Returns:
        What was written to the output file.

    Raises:
        PenstockError: Something around the author's function went wrong.
        BaseException: Whatever the author's function raised, as it is; `describe` puts it in words.
    """
    component = manifest.function
    call = function or import_component(manifest.module, component, code_folder)
    annotations = resolve_annotations(call, component)
    given = load_arguments(call, annotations, executor_input.inputs, artifacts, component)
    shared = SharedInputs(executor_input.inputs, artifacts)
    fault_point("launcher.before_call")
    try:
        result = call(**given)
    finally:
        changed = shared.discard_changed()
    if changed:
        raise InputChanged(component=component, inputs=changed)
    given.clear()  # nothing of ours keeps large inputs alive while the outputs are written
    with giving(partial(given_to, executor_input.inputs, artifacts)):
        output = save_outputs(result, annotations.get("return"), executor_input.outputs, artifacts, component)
    fault_point("launcher.before_report")
    if executor_input.outputs.output_file:
        write_whole(Path(executor_input.outputs.output_file), encode_output(output, component))
    return output


def encode_output(output: ExecutorOutput, component: str) -> bytes:
    """An output as JSON. Raises `OutputUnsaved` where JSON has no words for something in it."""
    try:
        return msgspec.json.encode(output)
    except (ValueError, TypeError, OverflowError) as error:  # a lone surrogate, an odd value in somebody's metadata
        raise OutputUnsaved(where=f"a result of component {component!r}", reason=str(error)) from error


def write_whole(target: Path, data: bytes) -> None:
    """Write a file so that it is there with all of `data`, or not at all. Raises `NoRoom`."""
    part = f"{target}.part"
    try:
        try:
            file = open(part, "wb")  # noqa: PTH123, SIM115 - on the path of every task
        except FileNotFoundError:
            target.parent.mkdir(parents=True, exist_ok=True)
            file = open(part, "wb")  # noqa: PTH123, SIM115
        with file:
            file.write(data)
        os.replace(part, target)  # noqa: PTH105
    except OSError as error:
        raise NoRoom(path=str(target), reason=error.strerror or str(error)) from error
