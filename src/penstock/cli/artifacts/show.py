"""`penstock artifacts show`: one artifact, what is known of it, and what is in it."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command(cls=Command)
@options.artifact_id
@click.option(
    "--rows",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="N",
    help="Rows of a table, or lines of a text, to show.",
)
@options.json
@options.home
def show(artifact: str, rows: int, as_json: bool, home: Path | None) -> int:
    """Show an artifact: what made and used it, a preview."""
    from penstock.cli.artifacts.portrait import artifact_portrait
    from penstock.cli.session import session
    from penstock.platform.finding import find_artifact

    with session(home, json=as_json) as here:
        found = find_artifact(here.store, artifact)
        if as_json:
            import msgspec

            from penstock.cli.keep import holds_on

            events = here.store.events(artifacts=[found.artifact_id])
            kept = holds_on(here.store, "artifact", found.artifact_id)
            here.write_json({**msgspec.structs.asdict(found), "events": events, "kept": kept})
        else:
            here.screen.print(*artifact_portrait(here, found, rows))
    return 0
