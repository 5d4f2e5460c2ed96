"""`penstock secrets import`: secrets and config maps from Kubernetes manifests."""

import sys
from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command("import", cls=Command)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))
@options.home
def import_secrets(file: Path, home: Path | None) -> int:
    """Take over secrets and config maps from Kubernetes manifests.

    FILE is YAML or JSON, or - for standard input: kubectl get secret db -o yaml | penstock secrets import -
    """
    from penstock.cli.text import line
    from penstock.cli.vault.manifests import read_manifests
    from penstock.cli.vault.opening import open_vault
    from penstock.cli.vault.values import FileUnreadable
    from penstock.platform.vault.values import check_key, checked_name

    try:
        found = read_manifests(sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        reason = "it is not text in UTF-8" if isinstance(error, UnicodeDecodeError) else reason
        raise FileUnreadable(path=str(file), reason=reason) from None
    if not found:
        raise FileUnreadable(path=str(file), reason="there is no Secret and no ConfigMap in it")
    for one in found:
        checked_name(one.name, one.store)
        for key in one.values:
            check_key(key)
    vault, screen = open_vault(home)
    for one in found:
        vault.values(one.store).set(one.name, one.values)
        keys = ", ".join(one.values)
        screen.print(line(("✓", "good"), f" {one.store} ", (one.name, "bold"), ("  set ", "dim"), keys))
    return 0
