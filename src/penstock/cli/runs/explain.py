"""`penstock runs explain`: why each task was executed or served from cache."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command(cls=Command)
@options.run_id
@options.optional_task
@options.json
@options.home
def explain(run: str, task: str | None, as_json: bool, home: Path | None) -> int:
    """Say why tasks were executed or served from cache.

    Without TASK, all tasks of the run.
    """
    from penstock.cli.runs.reasons import explained, reason_lines
    from penstock.cli.session import session

    with session(home, json=as_json) as here:
        found = explained(here, here.find_run(run), task)
        if as_json:
            here.write_json([item.record() for item in found])
        else:
            here.screen.print(*reason_lines(found, here.screen.width))
    return 0
