"""`penstock artifacts show`: one artifact, what is known of it, and what is in it."""

from typing import Annotated

import typer

from penstock.cli.options import ArtifactId, Home, Json

Rows = Annotated[int, typer.Option("--rows", min=0, help="Rows of a table, or lines of a text, to show.")]


def show(artifact: ArtifactId, rows: Rows = 10, json: Json = False, home: Home = None) -> int:
    """Show an artifact: its facts, what made and used it, and a preview."""
    from penstock.cli.artifacts.portrait import artifact_portrait
    from penstock.cli.session import session
    from penstock.platform.finding import find_artifact

    with session(home, json=json) as here:
        found = find_artifact(here.store, artifact)
        if json:
            import msgspec

            events = here.store.events(artifacts=[found.artifact_id])
            here.write_json({**msgspec.structs.asdict(found), "events": events})
        else:
            here.screen.print(*artifact_portrait(here, found, rows))
    return 0
