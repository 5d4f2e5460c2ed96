"""`penstock models history`: who put what into production when, and what was there on a day."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command
from penstock.cli.models import naming


@click.command(cls=Command)
@naming.model_name
@click.option("--on", metavar="DAY", help="What was in production that day (2026-03-01) or moment (2026-03-01T14:30).")
@click.option("--alias", metavar="ALIAS", help="Only of this alias.")
@options.json
@options.home
def history(name: str, on: str | None, alias: str | None, as_json: bool, home: Path | None) -> int:
    """Say who put which version into production, when and why.

    A model that was removed still has its history.
    """
    from penstock.cli.models.table import log_lines, stay_lines
    from penstock.cli.session import session
    from penstock.cli.text import line
    from penstock.platform.models import parse_day

    with session(home, json=as_json) as here:
        if on is not None:
            stays = here.system.models.on(name, parse_day(on), alias)
            if as_json:
                here.write_json(stays)
            elif stays:
                here.screen.print(*stay_lines(stays, here.screen.width))
            else:
                here.screen.print(line((f"nothing of {name} was in production then", "dim")))
            return 0
        log = here.system.models.history(name, alias)
        if as_json:
            here.write_json(log)
        elif log:
            here.screen.print(*log_lines(log, here.screen.width))
        else:
            here.screen.print(line((f"nothing of {name} was ever promoted", "dim")))
    return 0
