"""`penstock secrets`: set, list, delete. Values come in and never out."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command

_name = click.argument("name", metavar="NAME")
from_file = click.option("--from-file", type=options.FILE, metavar="FILE", help="The value is what the file holds.")
from_env = click.option("--from-env", metavar="VARIABLE", help="The value is that of an environment variable.")


@click.command("set", cls=Command)
@_name
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
@from_file
@from_env
@options.home
def set_secret(
    name: str, keys: tuple[str, ...], from_file: Path | None, from_env: str | None, home: Path | None
) -> int:
    """Set keys of a secret; its other keys stay.

    Values are asked for without being shown, or read from standard input, from which one line end is removed.
    """
    from penstock.cli.vault.keyed import set_values

    return set_values("secret", name, keys, from_file, from_env, home)


@click.command("list", cls=Command)
@options.json
@options.home
def list_secrets(as_json: bool, home: Path | None) -> int:
    """List secrets and their keys, without values."""
    from penstock.cli.vault.keyed import list_values

    return list_values("secret", home, json=as_json)


@click.command("delete", cls=Command)
@_name
@click.argument("keys", metavar="[KEY...]", nargs=-1)
@options.home
def delete_secret(name: str, keys: tuple[str, ...], home: Path | None) -> int:
    """Delete a secret, or some of its keys."""
    from penstock.cli.vault.keyed import delete_values

    return delete_values("secret", name, keys, home)
