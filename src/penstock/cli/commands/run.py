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
@click.option("--kfp", metavar="VERSION", help="The kfp for lightweight components, whatever compiled them.")
@click.option("--upgrade-packages", is_flag=True, help="Find newer packages for components' requirements.")
@click.option("--inline", is_flag=True, help="Run tasks in this process, one at a time.")
@click.option("--pdb", is_flag=True, help="Open a debugger where a component fails; implies --inline.")
@options.max_parallel
@click.option("--timeout", type=options.Seconds(), metavar="SECONDS", help="For the whole run.")
@click.option(
    "--workspace", type=options.FILE, metavar="FOLDER", help="A folder of yours for the workspace that tasks share."
)
@click.option("--detach", is_flag=True, help="Only submit it, for a `penstock engine` to drive; print its id.")
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
    kfp: str | None,
    upgrade_packages: bool,
    inline: bool,
    pdb: bool,
    max_parallel: int | None,
    timeout: float | None,
    workspace: Path | None,
    detach: bool,
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
    from penstock.cli.watch.drive import Show, drive, submit_only
    from penstock.platform.options import RunOptions

    check_writable(report)
    if detach and (inline or pdb or report):
        raise click.UsageError("--detach leaves the run to an engine: it does not go with --inline, --pdb or --report")
    executor = "inline" if inline or pdb else None
    with session(home, json=as_json, executor=executor, max_parallel=max_parallel, kfp=kfp) as here:
        document, source = here.system.compile(target)
        options = RunOptions(
            cache=not no_cache,
            executor=here.settings.executor,
            pdb=pdb,
            host_commands=host_commands,
            kfp=here.settings.kfp,
            upgrade_packages=upgrade_packages,
            max_parallel=here.settings.max_parallel,
            timeout=timeout,
            workspace=str(workspace or ""),
            detached=detach,
            cwd=str(Path.cwd()),
        )
        arguments = read_arguments(document.pipeline, params, param)
        submitted = here.system.submit(document, arguments, options=options, source=source, display_name=name)
        if host_commands and not quiet:
            from penstock.cli.watch.host_commands import host_command_lines

            here.screen.print(*host_command_lines(here.system.host_commands(document)))
        if detach:
            return submit_only(here, submitted)
        return drive(
            here,
            submitted,
            document,
            lambda on_change: here.system.drive(submitted.run_id, on_change=on_change, options=options),
            Show(quiet=quiet, picture=options.executor != "inline", report=report),
        )
