"""`penstock config-maps`: set, list, delete."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command
from penstock.cli.vault.secrets import from_env, from_file

_name = click.argument("name", metavar="NAME")


@click.command("set", cls=Command)
@_name
@click.argument("keys", metavar="KEY[=VALUE]...", nargs=-1, required=True)
@from_file
@from_env
@options.home
def set_config_map(
    name: str, keys: tuple[str, ...], from_file: Path | None, from_env: str | None, home: Path | None
) -> int:
    """Set keys of a config map; its other keys stay.

    A value that is not given is read from standard input, from which one line end is removed, or asked for.
    """
    from penstock.cli.vault.keyed import set_values

    return set_values("config map", name, keys, from_file, from_env, home)


@click.command("list", cls=Command)
@options.json
@options.home
def list_config_maps(as_json: bool, home: Path | None) -> int:
    """List config maps and their keys."""
    from penstock.cli.vault.keyed import list_values

    return list_values("config map", home, json=as_json)


@click.command("delete", cls=Command)
@_name
@click.argument("keys", metavar="[KEY...]", nargs=-1)
@options.home
def delete_config_map(name: str, keys: tuple[str, ...], home: Path | None) -> int:
    """Delete a config map, or some of its keys."""
    from penstock.cli.vault.keyed import delete_values

    return delete_values("config map", name, keys, home)
