"""`penstock run`: compile a pipeline, run it, and show how it goes."""

from pathlib import Path
from typing import Annotated

import typer

from penstock.cli.options import Home, Json

Target = Annotated[
    str,
    typer.Argument(
        metavar="TARGET",
        help="`file.py`, `file.py:pipeline`, `module:pipeline`, or a compiled `.yaml` or `.json`.",
        show_default=False,
    ),
]
Param = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter of the pipeline. May be repeated."),
]
Params = Annotated[
    Path | None,
    typer.Option("--params", metavar="FILE", help="Parameters from a JSON or YAML file.", show_default=False),
]
MaxParallel = Annotated[
    int | None,
    typer.Option(
        "--max-parallel", min=1, metavar="N", help="At most this many tasks at once.", show_default="one per core"
    ),
]


def run(
    target: Target,
    param: Param = None,
    params: Params = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Run every task, whatever is known.")] = False,
    inline: Annotated[bool, typer.Option("--inline", help="Run tasks in this process, one at a time.")] = False,
    pdb: Annotated[bool, typer.Option("--pdb", help="Debug where a component fails; implies --inline.")] = False,
    max_parallel: MaxParallel = None,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="A name for the run.", show_default=False)] = "",
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write an HTML report.", show_default=False)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing unless the run fails.")] = False,
    json: Json = False,
    home: Home = None,
) -> int:
    """Run a pipeline, and show how it goes.

    Tasks whose code, parameters and inputs are those of an earlier run are served from cache.
    """
    from penstock.cli.parameters import read_arguments
    from penstock.cli.session import session
    from penstock.cli.watch.drive import Show, drive
    from penstock.platform.options import RunOptions

    executor = "inline" if inline or pdb else None
    with session(home, json=json, executor=executor, max_parallel=max_parallel) as here:
        document, source = here.system.compile(target)
        options = RunOptions(
            cache=not no_cache,
            executor=here.settings.executor,
            pdb=pdb,
            max_parallel=here.settings.max_parallel,
            cwd=str(Path.cwd()),
        )
        arguments = read_arguments(document.pipeline, params, param or [])
        submitted = here.system.submit(document, arguments, options=options, source=source, display_name=name)
        show = Show(quiet=quiet, picture=options.executor != "inline", report=report)
        return drive(
            here,
            submitted,
            document,
            lambda on_change: here.system.drive(submitted.run_id, on_change=on_change, options=options),
            show,
        )
