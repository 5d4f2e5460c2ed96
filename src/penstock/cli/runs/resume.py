"""`penstock runs resume`: go on with a run whose process was killed."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command(cls=Command)
@options.run_id
@options.max_parallel
@options.report
@options.quiet
@options.json
@options.home
def resume(
    run: str, max_parallel: int | None, report: Path | None, quiet: bool, as_json: bool, home: Path | None
) -> int:
    """Go on with a run whose process was killed.

    It goes on where it was; no finished task runs twice.
    """
    from penstock.cli.runs.drift import say_drift
    from penstock.cli.session import check_writable, session
    from penstock.cli.watch.drive import Show, drive

    check_writable(report)
    with session(home, json=as_json, max_parallel=max_parallel) as here:
        found = here.find_run(run)
        if not quiet and not found.state.finished:
            say_drift(here, found)
        return drive(
            here,
            found,
            here.system.document(found.spec),
            lambda on_change: here.system.resume(found.run_id, on_change=on_change),
            Show(quiet=quiet, report=report),
        )
