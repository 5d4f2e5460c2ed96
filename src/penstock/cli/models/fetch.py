"""`penstock models import`: from an MLflow server."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command("import", cls=Command)
@click.argument("reference", metavar="MODEL")
@click.option("--from", "uri", required=True, metavar="URI", help="The server, as MLFLOW_TRACKING_URI has it.")
@options.json
@options.home
def fetch(reference: str, uri: str, as_json: bool, home: Path | None) -> int:
    """Register the versions that a model has on an MLflow server.

    All of its versions come, or one: taxi/3. Each keeps its signature, its description and its tags. What
    came before does not come again. An alias is set only if the model has none of that name here.
    """
    from penstock.cli.models.carrying import carried_lines
    from penstock.cli.session import session
    from penstock.platform.exchange import import_model

    with session(home, json=as_json) as here:
        done = import_model(here.system, reference, uri)
        if as_json:
            here.write_json(done)
        else:
            here.screen.print(*carried_lines(done))
    return 1 if any(one.outcome == "left out" for one in done) else 0
