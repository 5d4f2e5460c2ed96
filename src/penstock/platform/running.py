"""Running a pipeline from Python or a notebook: what `taxi.run(…)` does."""

import os
from pathlib import Path
from typing import Any

from penstock.dsl.pipeline import Pipeline
from penstock.platform.handle import RunResult
from penstock.platform.options import RunOptions
from penstock.platform.settings import load_settings
from penstock.platform.system import System


def run_pipeline(
    pipeline: Pipeline[Any, Any],
    arguments: dict[str, Any],
    *,
    home: Path | str | None = None,
    cache: bool = True,
    inline: bool = False,
    max_parallel: int | None = None,
    timeout: float | None = None,
    name: str = "",
) -> RunResult:
    """Compile `pipeline` in this process and run it to its end.

    Args:
        pipeline: What to run.
        arguments: Its inputs by name; files and folders as paths.
        home: Where state lives; by default as for the command line.
        cache: Whether earlier results may be taken.
        inline: Run the components in this very process, so that breakpoints hit.
        max_parallel: Cores to use at once.
        timeout: Seconds that the run may take.
        name: What to call the run.

    Returns:
        The run and its outputs, however it ended; `raise_for_state()` raises if it did not succeed.

    Raises:
        CompilationFailed: The pipeline has mistakes; all of them are in the error.
        UserError: An argument is missing, unknown or wrong.
    """
    from penstock.compiler import compile_pipeline
    from penstock.compiler.code.project import find_root

    cwd = Path.cwd()
    settings = load_settings(os.environ, cwd, home=home, max_parallel=max_parallel)
    document = compile_pipeline(pipeline, project_root=find_root(_folder(pipeline, cwd))).document
    options = RunOptions(
        cache=cache,
        executor="inline" if inline else settings.executor,
        max_parallel=max_parallel,
        timeout=timeout,
        cwd=str(cwd),
    )
    system = System.open(settings)
    try:
        run = system.submit(document, arguments, options=options, source=pipeline.name, display_name=name)
        return RunResult(system.store, system.artifacts, system.drive(run.run_id))
    finally:
        system.close_workers()


def _folder(pipeline: Pipeline[Any, Any], cwd: Path) -> Path:
    """Where the author's file lies; of a notebook, where it was started."""
    file = pipeline.function.__code__.co_filename
    return Path(file).parent if Path(file).is_file() else cwd
