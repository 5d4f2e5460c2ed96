"""`penstock models show`: one model with its versions, or one version."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command
from penstock.cli.models import naming


@click.command(cls=Command)
@naming.any_reference
@options.json
@options.home
def show(reference: str, as_json: bool, home: Path | None) -> int:
    """Show a model with its versions, or one version.

    MODEL is a name, or says which version: taxi/3, taxi@champion, taxi/latest.
    """
    from penstock.cli.models.portrait import model_as_json, model_portrait, version_as_json, version_portrait
    from penstock.cli.session import session

    with session(home, json=as_json) as here:
        registry = here.system.models
        if "@" in reference or "/" in reference:
            version = registry.resolve(reference)
            if as_json:
                here.write_json(version_as_json(here.store, version))
            else:
                here.screen.print(*version_portrait(here, version))
            return 0
        model = registry.model(reference)
        if as_json:
            here.write_json(model_as_json(here.store, model))
        else:
            here.screen.print(*model_portrait(here, model))
    return 0
