"""`penstock runs report`: a run as one page of HTML."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command(cls=Command)
@options.run_id
@click.option("--output", "-o", type=options.FILE, metavar="FILE", help="Where to write it.  [default: RUN.html]")
@options.home
def report(run: str, output: Path | None, home: Path | None) -> int:
    """Write a run as one page of HTML.

    The page needs no other file, runs no scripts and fetches nothing.
    """
    from penstock.cli.session import session
    from penstock.cli.text import line

    with session(home) as here:
        found = here.find_run(run)
        target = output or Path(f"{found.run_id}.html")
        here.write_report(found, target)
        here.screen.print(line(("report ", "dim"), str(target)))
    return 0
