"""From a run to another one of the same document: with other parameters, or with some of its tasks done anew."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from penstock.core.ids import TaskPath, new_run_id
from penstock.core.json import Json
from penstock.engine.behaviour import BEHAVIOUR
from penstock.engine.plan import Plan
from penstock.engine.reuse import ANEW, RERUN_OF, depending_on
from penstock.metadata.records import Run
from penstock.platform.arguments import fit_arguments, store_inputs
from penstock.platform.options import RunOptions

if TYPE_CHECKING:
    from penstock.platform.system import System

_OF_ONE_RUN = (ANEW, RERUN_OF, "begun_again", "detached")
"""Options that say something of one run and not of how a run is to be done."""


def submit_rerun(
    system: "System",
    of: Run,
    given: Mapping[str, Any],
    *,
    from_task: TaskPath | None = None,
    detached: bool = False,
) -> Run:
    """Put a run on record that does again what `of` did, ready to be driven.

    What is not done anew is taken over from `of` where its inputs are the same, also for tasks whose caching is off.

    Args:
        system: Where `of` is on record.
        of: The earlier run; it may have ended in any way.
        given: Arguments that are to be others.
        from_task: Is done anew, with all that depends on it, whatever is known.
        detached: Whether it is for an engine to drive.

    Raises:
        UserError: An argument is unknown or wrong; a file does not exist.
    """
    document = system.document(of.spec)
    options = {name: value for name, value in of.options.items() if name not in _OF_ONE_RUN}
    cwd = Path(str(options.get("cwd") or Path.cwd()))
    inputs = document.pipeline.root.input_definitions
    artifacts = {name: spec for name, spec in inputs.artifacts.items() if name in given}
    fitted = fit_arguments(structs.replace(inputs, artifacts=artifacts), {**of.parameters, **given}, cwd)
    kept = options.get("inputs")
    files: dict[str, Json] = (dict(kept) if isinstance(kept, dict) else {}) | store_inputs(
        system.artifacts, fitted.files
    )
    anew: list[Json] = []
    if from_task is not None:
        executions = {execution.path: execution for execution in system.store.executions(of.run_id)}
        anew = list(depending_on(Plan(document), executions, from_task))
    now = system.clock.now()
    own: dict[str, Json] = {
        "inputs": files,
        RERUN_OF: of.run_id,
        ANEW: anew,
        "detached": detached,
        "behaviour": BEHAVIOUR,
    }
    run = structs.replace(
        Run(run_id=new_run_id(now), pipeline=of.pipeline, spec=of.spec, created_at=now),
        display_name=of.display_name,
        parameters=fitted.parameters,
        options=options | own,
        source=of.source,
    )
    system.check_runnable(document, RunOptions.of_record(run.options))
    system.store.create_run(run, system.store.spec(of.spec))
    return run
