"""`penstock run`: compile a pipeline, run it, and show how it goes."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command(cls=Command)
@options.target
@click.option(
    "--param", "-p", multiple=True, metavar="NAME=VALUE", help="An argument of the pipeline. May be repeated."
)
@click.option("--params", type=options.FILE, metavar="FILE", help="Arguments from a JSON or YAML file.")
@click.option("--no-cache", is_flag=True, help="Run every task, whatever is known.")
@click.option("--host-commands", is_flag=True, help="Run containers' commands on this host, without their images.")
@click.option("--inline", is_flag=True, help="Run tasks in this process, one at a time.")
@click.option("--pdb", is_flag=True, help="Open a debugger where a component fails; implies --inline.")
@options.max_parallel
@click.option("--name", default="", metavar="NAME", help="A name for the run.")
@options.report
@options.quiet
@options.json
@options.home
def run(
    target: str,
    param: tuple[str, ...],
    params: Path | None,
    no_cache: bool,
    host_commands: bool,
    inline: bool,
    pdb: bool,
    max_parallel: int | None,
    name: str,
    report: Path | None,
    quiet: bool,
    as_json: bool,
    home: Path | None,
) -> int:
    """Run a pipeline, and show how it goes.

    Tasks whose code, parameters and inputs are those of an earlier run are served from cache.
    """
    from penstock.cli.parameters import read_arguments
    from penstock.cli.session import check_writable, session
    from penstock.cli.watch.drive import Show, drive
    from penstock.platform.options import RunOptions

    check_writable(report)
    executor = "inline" if inline or pdb else None
    with session(home, json=as_json, executor=executor, max_parallel=max_parallel) as here:
        document, source = here.system.compile(target)
        options = RunOptions(
            cache=not no_cache,
            executor=here.settings.executor,
            pdb=pdb,
            host_commands=host_commands,
            max_parallel=here.settings.max_parallel,
            cwd=str(Path.cwd()),
        )
        arguments = read_arguments(document.pipeline, params, param)
        submitted = here.system.submit(document, arguments, options=options, source=source, display_name=name)
        return drive(
            here,
            submitted,
            document,
            lambda on_change: here.system.drive(submitted.run_id, on_change=on_change, options=options),
            Show(quiet=quiet, picture=options.executor != "inline", report=report),
        )
