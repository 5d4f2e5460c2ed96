"""Options that `resume` and `retry` share."""

from pathlib import Path
from typing import Annotated

import typer

MaxParallel = Annotated[
    int | None,
    typer.Option(
        "--max-parallel", min=1, metavar="N", help="At most this many tasks at once.", show_default="one per core"
    ),
]
Report = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="Write an HTML report.", show_default=False)
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing unless the run fails.")]
