"""Runs as a table."""

from collections.abc import Callable, Sequence
from datetime import datetime

from penstock.cli.text import Line, columns, line
from penstock.cli.watch.rows import sign, state_span
from penstock.metadata.records import Run
from penstock.platform.report.words import duration, elapsed, moment, one_line


def run_lines(runs: Sequence[Run], width: int, now: datetime, cut_off: Callable[[Run], bool]) -> list[Line]:
    """A head, and one line a run.

    Args:
        runs: In the order in which to show them.
        width: Columns.
        now: For the time that unfinished runs have taken so far.
        cut_off: Whether nobody drives a run any more that has not finished.
    """
    head = [line((name, "dim")) for name in ("RUN", "STATE", "PIPELINE", "STARTED", "TOOK", "FROM")]
    rows = [_row(run, now, cut_off=cut_off(run)) for run in runs]
    return columns([head, *rows], limit=width, right=(4,), shrink=((5, 16), (2, 12), (5, 0)))


def _row(run: Run, now: datetime, *, cut_off: bool) -> list[Line]:
    name = run.pipeline if not run.display_name else f"{run.pipeline}: {run.display_name}"
    return [
        line(run.run_id),
        line(sign(run.state), " ", state_span(run.state), (" cut off" if cut_off else "", "warn")),
        line((one_line(name), "bold")),
        line(moment(run.started_at or run.created_at)),
        line("" if cut_off else duration(elapsed(run.started_at, run.finished_at, now))),
        line((one_line(run.source), "dim")),
    ]
