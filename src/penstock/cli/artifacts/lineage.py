"""`penstock artifacts lineage`: where an artifact came from, or where it went."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command(cls=Command)
@options.artifact_id
@click.option("--down", is_flag=True, help="Forward: what was made from it.")
@options.json
@options.home
def lineage(artifact: str, down: bool, as_json: bool, home: Path | None) -> int:
    """Trace where an artifact came from, or where it went.

    Back to the tasks, their code and parameters, and the data before them; with --down, forward.
    """
    from penstock.cli.artifacts.trace import trace, trace_json, trace_lines
    from penstock.cli.session import session
    from penstock.platform.finding import find_artifact

    with session(home, json=as_json) as here:
        found = find_artifact(here.store, artifact)
        traced = trace(here.store, found, down=down)
        if as_json:
            here.write_json(trace_json(traced))
        else:
            here.screen.print(*trace_lines(traced, here.screen.width))
    return 0
