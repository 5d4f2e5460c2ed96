"""`penstock artifacts list`: what runs produced, newest first."""

from typing import Annotated

import typer

from penstock.cli.options import Home, Json, Limit

Type = Annotated[
    str | None,
    typer.Option("--type", help="Only artifacts of this type: Dataset, Model, Metrics, …", show_default=False),
]
Name = Annotated[str | None, typer.Option("--name", help="Only outputs of this name.", show_default=False)]


def list_artifacts(
    type: Type = None, name: Name = None, limit: Limit = 20, json: Json = False, home: Home = None
) -> int:
    """List artifacts, newest first."""
    from penstock.cli.artifacts.table import artifact_lines
    from penstock.cli.session import session
    from penstock.cli.text import line

    title = type if type is None or "." in type else f"system.{type[:1].upper()}{type[1:]}"
    with session(home, json=json) as here:
        found = here.store.find_artifacts(type=title, name=name, limit=limit)
        if json:
            here.write_json(found)
        elif found:
            here.screen.print(*artifact_lines(here.store, found, here.screen.width))
        else:
            here.screen.print(line(("no such artifacts here", "dim")))
    return 0
