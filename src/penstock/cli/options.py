"""Arguments and options that several commands share."""

from math import isfinite
from pathlib import Path
from typing import Any

import click


class _Place(click.Path):
    """A file or folder that may not be there yet. An empty text, as of a shell's variable that is not set, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(value, param, ctx) if value else self.fail("it is empty", param, ctx)


FILE = _Place(path_type=Path)


class Seconds(click.FloatRange):
    """A length of time that is more than nothing and comes to an end: `nan` and `inf` are numbers, too."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        return seconds if isfinite(seconds) else self.fail(f"{value!r} is no length of time", param, ctx)


home = click.option(
    "--home",
    type=_Place(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="The folder that holds all state.",
)
json = click.option(
    "--json", "as_json", is_flag=True, help="Print records as JSON; words for people go to standard error."
)
run_id = click.argument("run", metavar="RUN", help="A run's id, the start of one, or 'last'.")
optional_task = click.argument(
    "task", metavar="[TASK]", required=False, help="A task's path or, if only one has it, its name."
)
artifact_id = click.argument("artifact", metavar="ARTIFACT", help="An artifact's id, or the start of one.")
target = click.argument(
    "target", metavar="TARGET", help="file.py, file.py:pipeline, module:pipeline, or a compiled .yaml or .json."
)
limit = click.option(
    "--limit", "-n", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="At most this many."
)
max_parallel = click.option(
    "--max-parallel",
    type=click.IntRange(min=1),
    metavar="N",
    help="At most this many tasks at once.  [default: one per core]",
)
report = click.option("--report", type=FILE, metavar="FILE", help="Write an HTML report.")
quiet = click.option("--quiet", "-q", is_flag=True, help="Say nothing unless the run fails.")
