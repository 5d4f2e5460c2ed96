"""`penstock models register`: put a model on record as the next version of a name."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command
from penstock.cli.models import naming


@click.command(cls=Command)
@naming.model_name
@click.argument("model", metavar="MODEL")
@click.option("--no-replay", is_flag=True, help="Do not load it in a clean environment first; that is kept on record.")
@click.option(
    "--budget",
    type=options.Seconds(),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long it may take to load and predict there.",
)
@click.option("--trust", is_flag=True, help="Load it whatever it is: that runs its maker's code.")
@click.option("--promote", is_flag=True, help="Promote it at once.")
@naming.alias
@naming.reason
@click.option("--description", default="", metavar="TEXT", help="Say in words what it is.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="Tag it; can be given several times.")
@options.json
@options.home
def register(
    name: str,
    model: str,
    no_replay: bool,
    budget: float,
    trust: bool,
    promote: bool,
    alias: str,
    reason: str,
    description: str,
    tags: tuple[str, ...],
    as_json: bool,
    home: Path | None,
) -> int:
    """Register a model as the next version of NAME.

    MODEL is an artifact's id or the start of one; 'last' or a run's id, for the model that it gave (RUN/TASK if it
    gave several); or the folder or URL of an MLflow model. It is loaded in a clean environment made from its own
    lock first, and is refused, kept and marked if it does not predict there what it predicted where it was trained.
    """
    from penstock.cli.models.saying import moved_line, registered_lines
    from penstock.cli.models.tag import pair
    from penstock.cli.session import session
    from penstock.platform.models import find_model, replayed
    from penstock.registry.references import check_alias, check_name

    check_name(name)
    check_alias(alias)
    given = dict(map(pair, tags))
    with session(home, json=as_json) as here:
        found = find_model(here.store, model)
        outcome = None if no_replay else replayed(here.system, found, budget, trust=trust)
        version = here.system.models.register(name, found, replay=outcome, description=description, tags=given)
        moved = None
        if promote and version.status == "READY":
            moved = here.system.models.promote(name, version.version, alias, reason=reason)
        if as_json:
            here.write_json(version)
        else:
            here.screen.print(*registered_lines(version))
            if moved is not None:
                here.screen.print(moved_line(moved))
    return 0 if version.status == "READY" else 1
