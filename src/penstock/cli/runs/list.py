"""`penstock runs list`: what was run, newest first."""

from typing import Annotated

import typer

from penstock.cli.options import Home, Json, Limit

Pipeline = Annotated[str | None, typer.Option("--pipeline", help="Only runs of this pipeline.", show_default=False)]
InState = Annotated[
    list[str] | None, typer.Option("--state", metavar="STATE", help="Only runs in this state. May be repeated.")
]


def list_runs(
    pipeline: Pipeline = None, state: InState = None, limit: Limit = 20, json: Json = False, home: Home = None
) -> int:
    """List runs, newest first."""
    from penstock.cli.runs.table import run_lines
    from penstock.cli.session import session
    from penstock.cli.text import line
    from penstock.metadata.records import State

    states = [State(_known_state(word, list(State))) for word in state or []]
    with session(home, json=json) as here:
        runs = here.store.runs(pipeline=pipeline, states=states, limit=limit)
        if json:
            here.write_json(runs)
        elif runs:
            here.screen.print(*run_lines(runs, here.screen.width))
        else:
            here.screen.print(line(("no runs here; ", "dim"), "`penstock run TARGET`", (" makes one", "dim")))
    return 0


def _known_state(word: str, known: list[str]) -> str:
    if word.upper() not in known:
        raise typer.BadParameter(f"{word!r} is none of {', '.join(known)}", param_hint="--state")
    return word.upper()
