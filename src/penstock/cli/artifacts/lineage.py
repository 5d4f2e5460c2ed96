"""`penstock artifacts lineage`: where an artifact came from, or where it went."""

from typing import Annotated

import typer

from penstock.cli.options import ArtifactId, Home, Json

Down = Annotated[bool, typer.Option("--down", help="Forward: what was made from it.")]


def lineage(artifact: ArtifactId, down: Down = False, json: Json = False, home: Home = None) -> int:
    """Trace an artifact back to the tasks, data and runs that it came from, or forward with --down."""
    from penstock.cli.artifacts.trace import trace, trace_json, trace_lines
    from penstock.cli.session import session
    from penstock.platform.finding import find_artifact

    with session(home, json=json) as here:
        found = find_artifact(here.store, artifact)
        traced = trace(here.store, found, down=down)
        if json:
            here.write_json(trace_json(traced))
        else:
            here.screen.print(*trace_lines(traced, here.screen.width))
    return 0
