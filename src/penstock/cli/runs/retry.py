"""`penstock runs retry`: run again what failed."""

from typing import Annotated

import typer

from penstock.cli.options import Home, Json, RunId
from penstock.cli.runs.going_on import MaxParallel, Quiet, Report

FromTask = Annotated[
    str | None,
    typer.Option("--from", metavar="TASK", help="Run again from this task, though it succeeded.", show_default=False),
]


def retry(
    run: RunId,
    from_task: FromTask = None,
    max_parallel: MaxParallel = None,
    report: Report = None,
    quiet: Quiet = False,
    json: Json = False,
    home: Home = None,
) -> int:
    """Run again what failed or was canceled in a run, and all that depends on it. The rest is kept."""
    from penstock.cli.session import session
    from penstock.cli.watch.drive import Show, drive
    from penstock.platform.finding import find_task

    with session(home, json=json, max_parallel=max_parallel) as here:
        found = here.find_run(run)
        path = None
        if from_task is not None:
            path = find_task(found.run_id, here.store.executions(found.run_id), from_task).path
        return drive(
            here,
            found,
            here.system.document(found.spec),
            lambda on_change: here.system.retry(found.run_id, from_task=path, on_change=on_change),
            Show(quiet=quiet, report=report),
        )
