"""`penstock runs show`: one run, its graph, what it gave and what failed."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command(cls=Command)
@options.run_id
@options.json
@options.home
def show(run: str, as_json: bool, home: Path | None) -> int:
    """Show a run: graph, outputs, metrics, failures."""
    from penstock.cli.session import session
    from penstock.cli.watch.progress import Progress

    with session(home, json=as_json) as here:
        found = here.find_run(run)
        attempts = here.store.attempts(found.run_id)
        progress = Progress(found, here.plan(found), here.store.executions(found.run_id), attempts)
        if as_json:
            from penstock.cli.keep import holds_on
            from penstock.cli.watch.drive import run_as_json
            from penstock.platform.report.logged import logged_as_json

            executions = list(progress.tree.executions())
            kept = holds_on(here.store, "run", found.run_id)
            logged = logged_as_json(here.store, executions)
            told = {"executions": executions, "attempts": attempts, "logged": logged, "kept": kept}
            here.write_json({**run_as_json(here, progress), **told})
        else:
            from penstock.cli.runs.portrait import portrait_lines

            here.screen.print(*portrait_lines(here, progress))
    return 0
