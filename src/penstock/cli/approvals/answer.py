"""`penstock approvals approve` and `reject`: a person's answer, on record with who gave it."""

from pathlib import Path
from typing import Literal

import click

from penstock.cli import options
from penstock.cli.approvals import naming
from penstock.cli.command import Command

_note = click.option("--note", default="", metavar="TEXT", help="Why; kept with the answer.")


@click.command(cls=Command)
@naming.approval_id
@_note
@options.json
@options.home
def approve(approval: str, note: str, as_json: bool, home: Path | None) -> int:
    """Say yes: the run goes on."""
    return _answer(approval, "approved", note, home, as_json=as_json)


@click.command(cls=Command)
@naming.approval_id
@_note
@options.json
@options.home
def reject(approval: str, note: str, as_json: bool, home: Path | None) -> int:
    """Say no: the task fails with the note, and what depends on it does not happen."""
    return _answer(approval, "rejected", note, home, as_json=as_json)


def _answer(
    text: str, decision: Literal["approved", "rejected"], note: str, home: Path | None, *, as_json: bool
) -> int:
    from penstock.cli.approvals.table import standing_spans
    from penstock.cli.driven import is_cut_off
    from penstock.cli.session import session
    from penstock.cli.text import line
    from penstock.platform.approvals import answer, find_approval
    from penstock.platform.report.words import one_line
    from penstock.registry.models import user_name

    with session(home, json=as_json) as here:
        found = find_approval(here.store, text)
        decided = answer(here.store, here.system.clock, found, decision, by=user_name(), note=note)
        if as_json:
            here.write_json(decided)
            return 0
        subject = (one_line(decided.subject), "bold")
        here.screen.print(
            line(*standing_spans(decision), "  ", subject, (f"  by {one_line(decided.decided_by)}", "dim"))
        )
        run = here.store.run(decided.run_id)
        if is_cut_off(here.store, run, here.system.clock.now()):
            here.screen.print(
                line(f"  penstock runs resume {run.run_id}", ("  nobody drives this run; go on with it", "dim"))
            )
    return 0
