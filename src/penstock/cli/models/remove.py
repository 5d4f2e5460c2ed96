"""`penstock models remove`: take a version, or a model, off the record."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command
from penstock.cli.models import naming


@click.command(cls=Command)
@naming.any_reference
@click.option("--force", is_flag=True, help="Also what has an alias.")
@naming.reason
@options.home
def remove(reference: str, force: bool, reason: str, home: Path | None) -> int:
    """Take a version (taxi/3), or a whole model (taxi), off the record.

    Its files go with the next `penstock gc`, unless something else names them. The history of promotions stays.
    """
    from penstock.cli.session import session
    from penstock.cli.text import line

    with session(home) as here:
        registry = here.system.models
        if "@" in reference or "/" in reference:
            version = registry.resolve(reference)
            registry.remove(version.name, version.version, force=force, reason=reason)
            here.screen.print(line((f"{version.name}/{version.version}", "bold"), " is not registered any more"))
        else:
            count = len(registry.versions(reference))
            registry.remove(reference, force=force, reason=reason)
            versions = "1 version" if count == 1 else f"{count} versions"
            here.screen.print(line((reference, "bold"), f" with {versions} is not registered any more"))
    return 0
