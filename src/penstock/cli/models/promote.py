"""`penstock models promote`: put a version into production."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command
from penstock.cli.models import naming


@click.command(cls=Command)
@naming.version_reference
@naming.alias
@naming.reason
@click.option(
    "--expect",
    metavar="VERSION",
    help="Only if the alias is at this version now, or at 'none'; otherwise nothing is changed.",
)
@options.json
@options.home
def promote(reference: str, alias: str, reason: str, expect: str | None, as_json: bool, home: Path | None) -> int:
    """Put a version into production: make it the champion.

    VERSION is taxi/3, taxi@challenger or taxi/latest. Who did it, when and why is kept in a log that nobody
    can change.
    """
    from penstock.cli.models.saying import moved_line
    from penstock.cli.session import session
    from penstock.metadata.registry import ANY

    with session(home, json=as_json) as here:
        if "@" not in reference and "/" not in reference:
            here.system.models.model(reference)  # so that a mistyped name is told first
            raise naming.which_version(reference)
        version = here.system.models.resolve(reference)
        before = here.system.models.aliases(version.name).get(alias)
        moved = here.system.models.promote(
            version.name,
            version.version,
            alias,
            reason=reason,
            expected=ANY if expect is None else _expected(expect),
        )
        if as_json:
            here.write_json(moved)
        elif before == version.version:
            here.screen.print(moved_line(moved, already=True))
        else:
            here.screen.print(moved_line(moved))
    return 0


def _expected(text: str) -> int | None:
    if text == "none":
        return None
    if not (text.isascii() and text.isdigit()):
        raise click.BadParameter(f"'{text}' is neither the number of a version nor 'none'", param_hint="'--expect'")
    return int(text)
