"""`penstock approvals show`: one question, what to decide by, and its answer."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.approvals import naming
from penstock.cli.command import Command


@click.command(cls=Command)
@naming.approval_id
@options.json
@options.home
def show(approval: str, as_json: bool, home: Path | None) -> int:
    """Show what is asked, what to decide by, and the answer."""
    from penstock.cli.approvals.table import approval_portrait
    from penstock.cli.session import session
    from penstock.platform.approvals import find_approval, standing_of

    with session(home, json=as_json) as here:
        found = find_approval(here.store, approval)
        if as_json:
            here.write_json(found)
        else:
            here.screen.print(*approval_portrait(found, standing_of(here.store, [found])[found.approval_id]))
    return 0
