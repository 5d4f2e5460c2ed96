"""`penstock runs logs`: what tasks printed."""

from typing import Annotated

import typer

from penstock.cli.options import Home, OptionalTaskName, RunId

Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on printing until the run has finished.")]
Number = Annotated[
    int | None, typer.Option("--attempt", min=1, metavar="N", help="Which attempt.", show_default="the last")
]


def logs(
    run: RunId, task: OptionalTaskName = None, follow: Follow = False, attempt: Number = None, home: Home = None
) -> int:
    """Print what a task, or every task of a run, wrote to its standard output and error."""
    from penstock.cli.runs.logbook import Logbook
    from penstock.cli.session import session

    with session(home) as here:
        logbook = Logbook(here, here.find_run(run), task, attempt)
        if follow:
            logbook.follow()
        else:
            logbook.print_all()
    return 0
