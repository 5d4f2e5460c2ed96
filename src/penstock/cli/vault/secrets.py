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
    from penstock.cli.text import line
    from penstock.cli.vault.opening import open_vault
    from penstock.cli.vault.values import read_values
    from penstock.platform.vault.values import check_key, checked_name

    checked_name(name, "secret")
    for key in keys:
        check_key(key.partition("=")[0])
    vault, screen = open_vault(home)
    values = read_values(keys, from_file, from_env, secret=True)
    vault.secrets.set(name, values)
    screen.print(line(("✓", "good"), " secret ", (name, "bold"), ("  set ", "dim"), ", ".join(values)))
    return 0


@click.command("list", cls=Command)
@options.json
@options.home
def list_secrets(as_json: bool, home: Path | None) -> int:
    """List secrets and their keys, without values."""
    from penstock.cli.vault.opening import list_values, open_vault

    vault, screen = open_vault(home, json=as_json)
    return list_values(vault.secrets, screen, what="secrets", json=as_json)


@click.command("delete", cls=Command)
@_name
@click.argument("keys", metavar="[KEY...]", nargs=-1)
@options.home
def delete_secret(name: str, keys: tuple[str, ...], home: Path | None) -> int:
    """Delete a secret, or some of its keys."""
    from penstock.cli.text import line
    from penstock.cli.vault.opening import open_vault

    vault, screen = open_vault(home)
    vault.secrets.delete(name, keys)
    screen.print(line(("✓", "good"), " secret ", (name, "bold"), ("  deleted ", "dim"), ", ".join(keys)))
    return 0
