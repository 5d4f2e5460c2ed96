"""Runs foreign code as a task: localize its inputs, let it run, collect its outputs, write the output file."""

from collections.abc import Callable
from pathlib import Path

from penstock.artifacts.outside import read_outside
from penstock.artifacts.store import ArtifactStore
from penstock.core.faults import fault_point
from penstock.ir.runtime import ExecutorInput, ExecutorOutput
from penstock.ir.spec import ComponentOutputs
from penstock.launcher.errors import InputChanged
from penstock.launcher.foreign.inputs import Fetch, localized
from penstock.launcher.foreign.outputs import collect
from penstock.launcher.shared import SharedInputs
from penstock.launcher.task import encode_output, write_whole


def run_foreign(
    given: ExecutorInput,
    declared: ComponentOutputs,
    store: ArtifactStore,
    folder: Path,
    component: str,
    run: Callable[[ExecutorInput], None],
    *,
    fetch: Fetch | None = read_outside,
) -> ExecutorOutput:
    """Run foreign code once. As `run_task`, it writes the engine's output file last, and in one step.

    Args:
        given: From the engine.
        declared: The component's outputs.
        store: The artifact store.
        folder: The attempt's folder.
        component: Its name, for messages.
        run: Runs the code with the executor input that it is handed; raises if the code failed.
        fetch: See `localized`.

    Returns:
        What was written to the output file.

    Raises:
        InputChanged: The code wrote to an artifact that it was given.
        OutputUnreadable, OutputsMissing: See `collect`.
        BaseException: Whatever `run` raised, as it is.
    """
    seen = localized(given, store, folder, fetch=fetch)
    shared = SharedInputs(given.inputs, store)
    fault_point("launcher.before_call")
    try:
        run(seen)
    finally:
        changed = shared.discard_changed()
    if changed:
        raise InputChanged(component=component, inputs=changed)
    output = collect(seen, given, declared, store, component)
    fault_point("launcher.before_report")
    if given.outputs.output_file:
        write_whole(Path(given.outputs.output_file), encode_output(output, component))
    return output
