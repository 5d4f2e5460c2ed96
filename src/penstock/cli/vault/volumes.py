"""`penstock volumes`: create, list, delete."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command

_name = click.argument("name", metavar="NAME")


@click.command("create", cls=Command)
@_name
@click.option("--at", type=options.FILE, metavar="FOLDER", help="A folder of yours that is to be the volume.")
@options.home
def create_volume(name: str, at: Path | None, home: Path | None) -> int:
    """Make a volume, below the home or at a folder of yours.

    Tasks find it by its name.
    """
    from penstock.cli.text import line
    from penstock.cli.vault.opening import open_vault

    vault, screen = open_vault(home)
    place = vault.volumes.create(name, at)
    screen.print(line(("✓", "good"), " volume ", (name, "bold"), ("  at ", "dim"), str(place)))
    return 0


@click.command("list", cls=Command)
@options.json
@options.home
def list_volumes(as_json: bool, home: Path | None) -> int:
    """List volumes and where they are."""
    from penstock.cli.session import write_json
    from penstock.cli.text import columns, line
    from penstock.cli.vault.opening import open_vault

    vault, screen = open_vault(home, json=as_json)
    found = vault.volumes.entries()
    if as_json:
        write_json(found)
    elif found:
        head = [line((name, "dim")) for name in ("NAME", "FOLDER")]
        rows = [[line((one.name, "bold")), line(one.folder)] for one in found]
        screen.print(*columns([head, *rows], limit=screen.width))
    else:
        screen.print(line(("there are no volumes", "dim")))
    return 0


@click.command("delete", cls=Command)
@_name
@options.home
def delete_volume(name: str, home: Path | None) -> int:
    """Delete a volume and what is in it. A folder of yours stays as it is, and is merely a volume no more."""
    from penstock.cli.text import line
    from penstock.cli.vault.opening import open_vault

    vault, screen = open_vault(home)
    vault.volumes.delete(name)
    screen.print(line(("✓", "good"), " volume ", (name, "bold"), ("  deleted", "dim")))
    return 0
