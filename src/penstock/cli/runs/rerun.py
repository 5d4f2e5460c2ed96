"""`penstock runs rerun`: a new run of what an earlier one ran, with changes."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command(cls=Command)
@options.run_id
@click.option("--from", "from_task", metavar="TASK", help="Do this task anew, and all that depends on it.")
@click.option("--param", "-p", multiple=True, metavar="NAME=VALUE", help="Another argument. May be repeated.")
@click.option("--params", type=options.FILE, metavar="FILE", help="Other arguments, from a JSON or YAML file.")
@click.option("--detach", is_flag=True, help="Only submit it, for a `penstock engine` to drive; print its id.")
@options.max_parallel
@options.report
@options.quiet
@options.json
@options.home
def rerun(
    run: str,
    from_task: str | None,
    param: tuple[str, ...],
    params: Path | None,
    detach: bool,
    max_parallel: int | None,
    report: Path | None,
    quiet: bool,
    as_json: bool,
    home: Path | None,
) -> int:
    """Run again what a run ran, with other arguments, as a new run.

    It is the same pipeline, with the code that it had then. Results of the earlier run are taken over where the inputs
    are the same, also of tasks that are not cached; with --from, that task and all that depends on it run anew.
    """
    from penstock.cli.parameters import read_arguments
    from penstock.cli.session import check_writable, session
    from penstock.cli.watch.drive import Show, drive, submit_only
    from penstock.platform.finding import find_task
    from penstock.platform.rerunning import submit_rerun

    check_writable(report)
    if detach and report:
        raise click.UsageError("--detach leaves the run to an engine: it does not go with --report")
    with session(home, json=as_json, max_parallel=max_parallel) as here:
        found = here.find_run(run)
        document = here.system.document(found.spec)
        given = read_arguments(document.pipeline, params, param)
        path = None
        if from_task is not None:
            path = find_task(found.run_id, here.store.executions(found.run_id), from_task).path
        submitted = submit_rerun(here.system, found, given, from_task=path, detached=detach)
        if detach:
            return submit_only(here, submitted)
        return drive(
            here,
            submitted,
            document,
            lambda on_change: here.system.drive(submitted.run_id, on_change=on_change),
            Show(quiet=quiet, report=report),
        )
