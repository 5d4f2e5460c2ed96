"""`penstock runs explain`: why each task was executed or served from cache."""

from penstock.cli.options import Home, Json, OptionalTaskName, RunId


def explain(run: RunId, task: OptionalTaskName = None, json: Json = False, home: Home = None) -> int:
    """Say why each task of a run, or one of them, was executed or served from cache."""
    from penstock.cli.runs.reasons import explained, reason_lines
    from penstock.cli.session import session

    with session(home, json=json) as here:
        found = explained(here, here.find_run(run), task)
        if json:
            here.write_json([item.record() for item in found])
        else:
            here.screen.print(*reason_lines(found, here.screen.width))
    return 0
