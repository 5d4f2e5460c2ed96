"""`penstock runs report`: a run as one page of HTML."""

from pathlib import Path
from typing import Annotated

import typer

from penstock.cli.options import Home, RunId

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Where to write it.", show_default="RUN.html"),
]


def report(run: RunId, output: Output = None, home: Home = None) -> int:
    """Write a run as one page of HTML that needs nothing else."""
    from penstock.cli.session import session

    with session(home) as here:
        found = here.find_run(run)
        here.write_report(found, output or Path(f"{found.run_id}.html"))
    return 0
