"""`penstock models tag`: words of yours on a model or a version."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command
from penstock.cli.models import naming


@click.command(cls=Command)
@naming.any_reference
@click.argument("tags", metavar="[KEY=VALUE]...", nargs=-1)
@click.option("--remove", multiple=True, metavar="KEY", help="Take a tag away; can be given several times.")
@click.option("--description", metavar="TEXT", help="Say in words what it is.")
@options.json
@options.home
def tag(
    reference: str,
    tags: tuple[str, ...],
    remove: tuple[str, ...],
    description: str | None,
    as_json: bool,
    home: Path | None,
) -> int:
    """Tag or describe a model (taxi), or a version (taxi/3)."""
    from penstock.cli.models.portrait import model_portrait, version_portrait
    from penstock.cli.session import session

    changes: dict[str, str | None] = dict(map(pair, tags))
    changes |= dict.fromkeys(remove)
    if not changes and description is None:
        raise click.UsageError("nothing to change: give KEY=VALUE, --remove KEY or --description TEXT")
    with session(home, json=as_json) as here:
        registry, now = here.store.registry, here.system.clock.now()
        if "@" in reference or "/" in reference:
            found = here.system.models.resolve(reference)
            version = registry.update_version(found.name, found.version, now=now, description=description, tags=changes)
            if as_json:
                here.write_json(version)
            else:
                here.screen.print(*version_portrait(here, version))
            return 0
        model = registry.update_model(reference, now=now, description=description, tags=changes)
        if as_json:
            here.write_json(model)
        else:
            here.screen.print(*model_portrait(here, model))
    return 0


def pair(text: str) -> tuple[str, str]:
    """`key=value` as two texts."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.UsageError(f"'{text}' is not of the form KEY=VALUE")
    return key, value
