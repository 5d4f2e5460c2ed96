"""`penstock models export`: to an MLflow server."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command
from penstock.cli.models import naming


@click.command(cls=Command)
@naming.any_reference
@click.option("--to", "uri", required=True, metavar="URI", help="The server, as MLFLOW_TRACKING_URI has it.")
@options.json
@options.home
def export(reference: str, uri: str, as_json: bool, home: Path | None) -> int:
    """Copy a model to an MLflow server.

    All of its versions go, or one: taxi/3, taxi@champion. Each takes along its package, its parameters and
    metrics, its tags and aliases. What is there already is not copied again; refused versions are left out.
    """
    from penstock.cli.models.carrying import carried_lines
    from penstock.cli.session import session
    from penstock.platform.exchange import export_model

    with session(home, json=as_json) as here:
        done = export_model(here.system, reference, uri)
        if as_json:
            here.write_json(done)
        else:
            here.screen.print(*carried_lines(done))
    return 0
