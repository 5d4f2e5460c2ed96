"""`penstock runs retry`: run again what failed."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command(cls=Command)
@options.run_id
@click.option("--from", "from_task", metavar="TASK", help="Run again from this task, though it succeeded.")
@options.max_parallel
@options.report
@options.quiet
@options.json
@options.home
def retry(
    run: str,
    from_task: str | None,
    max_parallel: int | None,
    report: Path | None,
    quiet: bool,
    as_json: bool,
    home: Path | None,
) -> int:
    """Run again what failed or was canceled in a run.

    What depends on it runs again too; the rest is kept.
    """
    from penstock.cli.runs.drift import say_drift
    from penstock.cli.session import check_writable, session
    from penstock.cli.watch.drive import Show, drive
    from penstock.platform.finding import find_task

    check_writable(report)
    with session(home, json=as_json, max_parallel=max_parallel) as here:
        found = here.find_run(run)
        path = None
        if from_task is not None:
            path = find_task(found.run_id, here.store.executions(found.run_id), from_task).path
        if not quiet:
            say_drift(here, found)
        return drive(
            here,
            found,
            here.system.document(found.spec),
            lambda on_change: here.system.retry(found.run_id, from_task=path, on_change=on_change),
            Show(quiet=quiet, report=report),
        )
