"""`penstock runs compare`: parameters and metrics of several runs side by side."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command(cls=Command)
@click.argument(
    "runs", nargs=-1, required=True, metavar="RUN…", help="Two runs or more: ids, starts of ids, or 'last'."
)
@click.option("--differing", is_flag=True, help="Only what is not the same in all of them.")
@options.json
@options.home
def compare(runs: tuple[str, ...], differing: bool, as_json: bool, home: Path | None) -> int:
    """Show parameters and metrics of runs side by side.

    Differences are those of the last run named to the first.
    """
    from penstock.cli.session import session
    from penstock.platform.comparison import compare as compare_runs

    if len(runs) < 2:
        raise click.UsageError("there is nothing to compare one run with")
    with session(home, json=as_json) as here:
        found = [here.find_run(text) for text in runs]
        rows = [row for row in compare_runs(here.store, found) if row.differs or not differing]
        if as_json:
            from penstock.cli.runs.comparison_table import comparison_as_json

            here.write_json(comparison_as_json(found, rows))
        else:
            from penstock.cli.runs.comparison_table import comparison_lines

            here.screen.print(*comparison_lines(found, rows, here.screen.width))
    return 0
