"""`penstock runs cancel`: stop a run, wherever it is driven."""

from pathlib import Path

import click

from penstock.cli import options
from penstock.cli.command import Command


@click.command(cls=Command)
@options.run_id
@click.option("--force", is_flag=True, help="Kill what runs at once, without the time to end by itself.")
@options.json
@options.home
def cancel(run: str, force: bool, as_json: bool, home: Path | None) -> int:
    """Stop a run, wherever it is driven.

    Its tasks get a few seconds to end, with all that they started; then they are killed. Finished tasks keep
    their results: `penstock runs retry` goes on from there.
    """
    from penstock.cli.session import session
    from penstock.cli.text import line
    from penstock.cli.watch.rows import state_span

    with session(home, json=as_json) as here:
        canceled = here.system.cancel(here.find_run(run).run_id, force=force)
        if as_json:
            here.write_json(canceled)
        elif canceled.state.finished:
            here.screen.print(line(("run ", "dim"), canceled.run_id, "  ", state_span(canceled.state.value)))
        else:
            note = "its engine is told" if not force else "its engine is told to kill what runs"
            here.screen.print(
                line(("run ", "dim"), canceled.run_id, "  ", state_span("CANCELING"), (f"  {note}", "dim"))
            )
    return 0
