"""One run as lines: where it came from, its parameters, its graph, its results."""

from penstock.cli.driven import is_cut_off
from penstock.cli.graph import graph_lines
from penstock.cli.keep import holds_on, said
from penstock.cli.session import Session
from penstock.cli.text import Line, columns, line
from penstock.cli.watch.notes import note_lines
from penstock.cli.watch.progress import Progress
from penstock.cli.watch.summary import heading, result_blocks
from penstock.core.clock import SystemClock
from penstock.platform.report.logged import logged_by
from penstock.platform.report.words import moment, one_line, value


def portrait_lines(session: Session, progress: Progress) -> list[Line]:
    """Everything that `penstock runs show` prints."""
    run, width, now = progress.run, session.screen.width, SystemClock().now()
    facts = [
        *([[line(("  from", "dim")), line(one_line(run.source))]] if run.source else []),
        [line(("  started", "dim")), line(moment(run.started_at or run.created_at))],
        *([[line(("  finished", "dim")), line(moment(run.finished_at))]] if run.finished_at else []),
        *([line(("  kept", "dim")), line(one_line(said(hold)))] for hold in holds_on(session.store, "run", run.run_id)),
    ]
    blocks = [[*heading(progress), *columns(facts, limit=width, shrink=((1, 8),))]]
    if notes := note_lines(run):
        blocks.append([line(("notes", "bold")), *notes])
    if run.parameters:
        rows = [[line("  ", one_line(name)), line(one_line(value(data)))] for name, data in run.parameters.items()]
        blocks.append([line(("parameters", "bold")), *columns(rows, limit=width, shrink=((1, 16), (0, 8)))])
    if graph := graph_lines(progress, width, now):
        blocks.append([line(("tasks", "bold")), *graph])
    blocks += _logged_blocks(session, progress, width)
    blocks += result_blocks(progress, session.store, width, session.log_place)
    if is_cut_off(session.store, run, now):
        resume = line(
            "  penstock runs resume ", run.run_id, ("  nobody drives this run; go on where it was cut off", "dim")
        )
        blocks.append([line(("next", "bold")), resume])
    return [one for index, block in enumerate(blocks) for one in ([()] * (index > 0) + block)]


def _logged_blocks(session: Session, progress: Progress, width: int) -> list[list[Line]]:
    """What tasks logged besides metrics: a block for each that there is."""
    logged = logged_by(session.store, progress.tree.executions())
    if not logged:
        return []
    from penstock.cli.runs.logged_parameters import parameter_lines, problem_lines

    blocks = []
    if parameters := parameter_lines(logged, width):
        blocks.append([line(("logged parameters", "bold")), *parameters])
    if problems := problem_lines(logged):
        blocks.append([line(("logged in vain", "bold")), *problems])
    return blocks
