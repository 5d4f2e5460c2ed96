"""Runs as a table."""

from collections.abc import Sequence

from penstock.cli.text import Line, columns, line
from penstock.cli.watch.rows import sign, state_span
from penstock.metadata.records import Run
from penstock.platform.report.words import duration, elapsed, moment, one_line


def run_lines(runs: Sequence[Run], width: int) -> list[Line]:
    """A head, and one line a run."""
    head = [line((name, "dim")) for name in ("RUN", "STATE", "PIPELINE", "STARTED", "TOOK", "FROM")]
    rows = [_row(run) for run in runs]
    return columns([head, *rows], limit=width, right=(4,), shrink=((5, 16), (2, 12), (5, 0)))


def _row(run: Run) -> list[Line]:
    name = run.pipeline if not run.display_name else f"{run.pipeline}: {run.display_name}"
    return [
        line(run.run_id),
        line(sign(run.state), " ", state_span(run.state)),
        line((one_line(name), "bold")),
        line(moment(run.started_at or run.created_at)),
        line(duration(elapsed(run.started_at, run.finished_at))),
        line((one_line(run.source), "dim")),
    ]
