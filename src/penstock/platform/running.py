"""Running a pipeline from Python or a notebook: what `taxi.run(…)` does."""

import os
import sys
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar

from penstock.core.errors import UserError
from penstock.dsl.pipeline import Pipeline
from penstock.engine.plan import Plan
from penstock.metadata.records import Run, State
from penstock.platform.handle import RunResult
from penstock.platform.options import RunOptions
from penstock.platform.progress import ProgressLines, somebody_watches
from penstock.platform.settings import load_settings
from penstock.platform.system import System


@dataclass(kw_only=True, eq=False)
class InputUnknown(UserError, TypeError):
    """A run was given something that is neither an input of its pipeline nor an option of a run."""

    code: ClassVar[str] = "PLA016"
    pipeline: str
    names: list[str]
    inputs: list[str]

    def message(self) -> str:
        names = ", ".join(f"`{name}`" for name in self.names)
        return f"pipeline '{self.pipeline}' has no input {names}, and a run has no such option"

    def hint(self) -> str:
        close = get_close_matches(self.names[0], self.inputs, 1)
        if close:
            return f"did you mean `{close[0]}`?"
        return f"it takes {', '.join(f'`{name}`' for name in self.inputs) or 'no inputs'}"


def run_pipeline(
    pipeline: Pipeline[Any, Any],
    arguments: dict[str, Any],
    *,
    home: Path | str | None = None,
    cache: bool = True,
    inline: bool = False,
    host_commands: bool = False,
    max_parallel: int | None = None,
    timeout: float | None = None,
    workspace: Path | str = "",
    name: str = "",
    quiet: bool | None = None,
    **unknown: Any,
) -> RunResult:
    """Compile `pipeline` in this process and run it to its end.

    Args:
        pipeline: What to run.
        arguments: Its inputs by name; files and folders as paths.
        home: Where state lives; by default as for the command line.
        cache: Whether earlier results may be taken.
        inline: Run the components in this very process, so that breakpoints hit.
        host_commands: Run the commands of container components on this host, without their images.
        max_parallel: Cores to use at once.
        timeout: Seconds that the run may take.
        workspace: A folder of yours for the workspace that tasks share; by default one of the run's own.
        name: What to call the run.
        quiet: Whether to say nothing while it goes; by default, a line for each task at a terminal and in a notebook.
        **unknown: Nothing. A misspelt input arrives here, and is refused.

    Returns:
        The run and its outputs, however it ended; `raise_for_state()` raises if it did not succeed.

    Raises:
        CompilationFailed: The pipeline has mistakes; all of them are in the error.
        UserError: An argument is missing, unknown or wrong.
        KeyboardInterrupt: Ctrl-C. The run is cancelled, its record clean.
    """
    if unknown:
        raise InputUnknown(pipeline=pipeline.name, names=list(unknown), inputs=list(pipeline.signature.parameters))
    from penstock.compiler import compile_pipeline
    from penstock.compiler.code.project import find_root

    cwd = Path.cwd()
    settings = load_settings(os.environ, cwd, home=home, max_parallel=max_parallel)
    document = compile_pipeline(pipeline, project_root=find_root(_folder(pipeline, cwd))).document
    options = RunOptions(
        cache=cache,
        executor="inline" if inline else settings.executor,
        host_commands=host_commands,
        kfp=settings.kfp,
        max_parallel=max_parallel,
        timeout=timeout,
        workspace=str(workspace),
        cwd=str(cwd),
    )
    system = System.open(settings)
    try:
        given = encode_arguments(pipeline, arguments)
        run = system.submit(document, given, options=options, source=_source(pipeline, cwd), display_name=name)
        silent = not somebody_watches(sys.stderr) if quiet is None else quiet
        finished = system.drive(run.run_id, on_change=None if silent else _progress(system, run))
        if finished.state is State.CANCELED:
            raise KeyboardInterrupt(f"run {run.run_id} was cancelled")
        return RunResult(system.store, system.artifacts, finished)
    finally:
        system.close_workers()


def encode_arguments(pipeline: Pipeline[Any, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments, those that are parameters as JSON: what the pipeline's annotations make of them.

    Raises:
        WrongType: A value is not of the type that the pipeline declares.
    """
    from penstock.data import ParameterUse, classify, encode_parameter

    encoded = dict(arguments)
    for name, value in arguments.items():
        annotation = pipeline.signature.parameters[name].annotation
        if isinstance(classify(annotation), ParameterUse):
            where = f"input {name!r} of pipeline {pipeline.name!r}"
            encoded[name] = encode_parameter(value, annotation, where=where)
    return encoded


def _progress(system: System, run: Run) -> ProgressLines:
    from penstock.platform.questions import Questions

    return ProgressLines(sys.stderr, Questions(Plan(system.document(run.spec))))


def _source(pipeline: Pipeline[Any, Any], cwd: Path) -> str:
    """What ran, for people, as they would name it on the command line; of a notebook, the pipeline alone."""
    file, function = Path(pipeline.function.__code__.co_filename), pipeline.function.__name__
    if not file.is_file():
        return function
    return f"{file.relative_to(cwd) if file.is_relative_to(cwd) else file}:{function}"


def _folder(pipeline: Pipeline[Any, Any], cwd: Path) -> Path:
    """Where the author's file lies; of a notebook, where it was started."""
    file = pipeline.function.__code__.co_filename
    return Path(file).parent if Path(file).is_file() else cwd
