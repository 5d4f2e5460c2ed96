"""`penstock approvals list`: what waits for an answer."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command("list", cls=Command)
@click.option("--all", "all_of_them", is_flag=True, help="Also what was decided, and what nobody waits for any more.")
@options.json
@options.home
def list_approvals(all_of_them: bool, as_json: bool, home: Path | None) -> int:
    """List what waits for an answer."""
    from penstock.cli.approvals.table import approval_lines
    from penstock.cli.session import session
    from penstock.cli.text import line
    from penstock.platform.approvals import standing_of, waiting

    with session(home, json=as_json) as here:
        found = here.store.registry.approvals() if all_of_them else waiting(here.store)
        if as_json:
            here.write_json(found)
        elif found:
            standing = standing_of(here.store, found)
            here.screen.print(*approval_lines(found, standing, here.screen.width, here.system.clock.now()))
        else:
            here.screen.print(line(("nothing waits for an answer here", "dim")))
    return 0
