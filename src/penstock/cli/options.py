"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", help="The folder that holds all state.", show_default=False, metavar="FOLDER", file_okay=False
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print records as JSON; words for people go to standard error.")]
RunId = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's id, the start of one, or `last`.", show_default=False)
]
TaskName = Annotated[
    str, typer.Argument(metavar="TASK", help="A task's path or, if only one has it, its name.", show_default=False)
]
OptionalTaskName = Annotated[
    str | None,
    typer.Argument(metavar="[TASK]", help="A task's path or, if only one has it, its name.", show_default=False),
]
ArtifactId = Annotated[
    str, typer.Argument(metavar="ARTIFACT", help="An artifact's id, or the start of one.", show_default=False)
]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="At most this many.")]
