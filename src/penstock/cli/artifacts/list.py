"""`penstock artifacts list`: what runs produced, newest first."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command("list", cls=Command)
@click.option("--type", metavar="TYPE", help="Only artifacts of this type: Dataset, Model, Metrics, …")
@click.option("--name", metavar="NAME", help="Only outputs of this name.")
@options.limit
@options.json
@options.home
def list_artifacts(type: str | None, name: str | None, limit: int, as_json: bool, home: Path | None) -> int:
    """List artifacts, newest first."""
    from penstock.cli.artifacts.table import artifact_lines
    from penstock.cli.session import session
    from penstock.cli.text import line

    title = type if type is None or "." in type else f"system.{type[:1].upper()}{type[1:]}"
    with session(home, json=as_json) as here:
        found = here.store.find_artifacts(type=title, name=name, limit=limit)
        if as_json:
            here.write_json(found)
        elif found:
            here.screen.print(*artifact_lines(here.store, found, here.screen.width))
        else:
            here.screen.print(line(("no such artifacts here", "dim")))
    return 0
