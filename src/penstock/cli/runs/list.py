"""`penstock runs list`: what was run, newest first."""

from datetime import UTC, datetime
from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command

STATES = ["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELING", "CANCELED"]


@click.command("list", cls=Command)
@click.option("--pipeline", metavar="NAME", help="Only runs of this pipeline.")
@click.option(
    "--state",
    multiple=True,
    type=click.Choice(STATES, case_sensitive=False),
    metavar="STATE",
    help="Only runs in this state. May be repeated.",
)
@options.limit
@options.json
@options.home
def list_runs(pipeline: str | None, state: tuple[str, ...], limit: int, as_json: bool, home: Path | None) -> int:
    """List runs, newest first."""
    from penstock.cli.driven import is_cut_off
    from penstock.cli.runs.table import run_lines
    from penstock.cli.session import session
    from penstock.cli.text import line
    from penstock.metadata.records import State

    with session(home, json=as_json) as here:
        runs = here.store.runs(pipeline=pipeline, states=[State(word) for word in state], limit=limit)
        if as_json:
            here.write_json(runs)
        elif runs:
            now = datetime.now(UTC)
            lines = run_lines(runs, here.screen.width, now, lambda run: is_cut_off(here.store, run, now))
            here.screen.print(*lines)
        else:
            here.screen.print(line(("no runs here; ", "dim"), "`penstock run TARGET`", (" makes one", "dim")))
    return 0
