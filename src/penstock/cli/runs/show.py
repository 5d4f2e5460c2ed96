"""`penstock runs show`: one run, its graph, what it gave and what failed."""

from penstock.cli.options import Home, Json, RunId


def show(run: RunId, json: Json = False, home: Home = None) -> int:
    """Show a run: its graph with states and times, its outputs, metrics and failures."""
    from penstock.cli.session import session
    from penstock.cli.watch.progress import Progress

    with session(home, json=json) as here:
        found = here.find_run(run)
        progress = Progress(
            found, here.plan(found), here.store.executions(found.run_id), here.store.attempts(found.run_id)
        )
        if json:
            from penstock.cli.watch.drive import run_as_json

            executions = list(progress.tree.executions())
            here.write_json({**run_as_json(here, progress), "executions": executions})
        else:
            from penstock.cli.runs.portrait import portrait_lines

            here.screen.print(*portrait_lines(here, progress))
    return 0
