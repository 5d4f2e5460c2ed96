"""`penstock models rollback`: back to what was in production before."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command
from penstock.cli.models import naming


@click.command(cls=Command)
@naming.model_name
@click.option("--alias", default="champion", show_default=True, metavar="ALIAS", help="Which alias goes back.")
@naming.reason
@options.json
@options.home
def rollback(name: str, alias: str, reason: str, as_json: bool, home: Path | None) -> int:
    """Go back to the version that was in production before.

    Once more goes one further back. What was rolled back, removed or refused is skipped.
    """
    from penstock.cli.models.saying import moved_line
    from penstock.cli.session import session

    with session(home, json=as_json) as here:
        moved = here.system.models.rollback(name, alias, reason=reason)
        if as_json:
            here.write_json(moved)
        else:
            here.screen.print(moved_line(moved))
    return 0
