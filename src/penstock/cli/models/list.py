"""`penstock models list`: the models that there are."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command("list", cls=Command)
@options.json
@options.home
def list_models(as_json: bool, home: Path | None) -> int:
    """List registered models."""
    from penstock.cli.models.table import model_lines
    from penstock.cli.session import session
    from penstock.cli.text import line

    with session(home, json=as_json) as here:
        models = here.store.registry.models()
        if as_json:
            from penstock.cli.models.portrait import model_as_json

            here.write_json([model_as_json(here.store, model) for model in models])
        elif models:
            here.screen.print(*model_lines(here.store, models, here.screen.width))
        else:
            here.screen.print(line(("no registered models here", "dim")))
    return 0
