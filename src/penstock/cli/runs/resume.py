"""`penstock runs resume`: go on with a run whose process was killed."""

from penstock.cli.options import Home, Json, RunId
from penstock.cli.runs.going_on import MaxParallel, Quiet, Report


def resume(
    run: RunId,
    max_parallel: MaxParallel = None,
    report: Report = None,
    quiet: Quiet = False,
    json: Json = False,
    home: Home = None,
) -> int:
    """Go on with a run that was cut off: killed, or lost with its machine. No finished task runs twice."""
    from penstock.cli.session import session
    from penstock.cli.watch.drive import Show, drive

    with session(home, json=json, max_parallel=max_parallel) as here:
        found = here.find_run(run)
        return drive(
            here,
            found,
            here.system.document(found.spec),
            lambda on_change: here.system.resume(found.run_id, on_change=on_change),
            Show(quiet=quiet, report=report),
        )
