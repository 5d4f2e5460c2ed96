"""`penstock runs logs`: what tasks printed."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command(cls=Command)
@options.run_id
@options.optional_task
@click.option("--follow", "-f", is_flag=True, help="Go on printing until the run has finished.")
@click.option("--attempt", type=click.IntRange(min=1), metavar="N", help="Which attempt.  [default: the last]")
@options.home
def logs(run: str, task: str | None, follow: bool, attempt: int | None, home: Path | None) -> int:
    """Print what tasks wrote to their output and error.

    Without TASK, all tasks of the run, one after another.
    """
    from penstock.cli.runs.logbook import Logbook
    from penstock.cli.session import session

    with session(home) as here:
        logbook = Logbook(here, here.find_run(run), task, attempt)
        if follow:
            logbook.follow()
        else:
            logbook.print_all()
    return 0
