"""`penstock models alias`: any other name for a version, and its end."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command
from penstock.cli.models import naming


@click.command(cls=Command)
@naming.any_reference
@click.argument("alias", metavar="ALIAS")
@click.option("--remove", is_flag=True, help="Take the alias away from the model.")
@naming.reason
@options.json
@options.home
def alias(reference: str, alias: str, remove: bool, reason: str, as_json: bool, home: Path | None) -> int:
    """Give a version an alias, or take one away.

    `penstock models alias taxi/3 blue` gives it; `penstock models alias taxi blue --remove` takes it away. As
    with a promotion, the log says who did it.
    """
    from penstock.cli.models.saying import moved_line
    from penstock.cli.session import session

    with session(home, json=as_json) as here:
        registry = here.system.models
        if remove:
            name = reference.partition("@")[0].partition("/")[0]
            moved = registry.remove_alias(name, alias, reason=reason)
        elif "@" in reference or "/" in reference:
            version = registry.resolve(reference)
            moved = registry.promote(version.name, version.version, alias, reason=reason)
        else:
            registry.model(reference)
            raise naming.which_version(reference)
        if as_json:
            here.write_json(moved)
        else:
            here.screen.print(moved_line(moved))
    return 0
