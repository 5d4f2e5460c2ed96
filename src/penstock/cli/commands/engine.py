"""`penstock engine`: a worker process that drives the runs of a store."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command(cls=Command)
@click.option("--once", is_flag=True, help="Drive what waits now, and leave.")
@click.option("--until-idle", is_flag=True, help="Leave when every run has ended, here and on other engines.")
@click.option(
    "--max-parallel", type=click.IntRange(min=1), metavar="N", help="Cores for all runs.  [default: all of them]"
)
@click.option(
    "--max-runs",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    metavar="N",
    help="At most this many runs at once.",
)
@options.quiet
@options.json
@options.home
def engine(
    once: bool,
    until_idle: bool,
    max_parallel: int | None,
    max_runs: int,
    quiet: bool,
    as_json: bool,
    home: Path | None,
) -> int:
    """Drive the runs that were submitted or cut off.

    `penstock run --detach` submits. Any number of engines share a store. One that is gone is replaced by the others
    within the lease. Ctrl-C or SIGTERM: runs are given back and go on elsewhere; the second time, at once.

    The exit code is 1 if a run was lost to another engine, or could not be driven. --json prints a line for each thing
    that happens.
    """
    from penstock.cli.session import session
    from penstock.cli.watch.engine import EnginePrinter, stops_with_signals
    from penstock.platform.engines import EngineService

    with session(home, json=as_json, max_parallel=max_parallel) as here:
        printer = EnginePrinter(here, quiet=quiet)
        cores = here.system.cores
        service = EngineService(here.system, cores=cores, max_runs=max_runs, say=printer)
        with stops_with_signals(service):
            printer.begin(cores)
            service.serve(once=once, until_idle=until_idle)
        return 1 if service.lost or service.failed else 0
