"""A run's graph as text: rails, tasks, states and times; what a task holds is drawn inside it."""

from datetime import datetime

from penstock.cli.rails import draw
from penstock.cli.text import Line, columns, line
from penstock.cli.watch.progress import Progress
from penstock.cli.watch.rows import TASK_SHRINK, state_cells, title
from penstock.metadata.records import ExecutionKind
from penstock.platform.report.tree import Place

MOST_ROWS = 400


def graph_lines(progress: Progress, width: int, now: datetime) -> list[Line]:
    """The graph, at most `width` wide; of very many tasks the first ones."""
    if progress.tree.root is None:
        return []
    rows = _rows(progress, progress.tree.root, line("  "), now)
    lines = columns(rows[:MOST_ROWS], limit=width, right=(2,), shrink=TASK_SHRINK)
    if len(rows) > MOST_ROWS:
        lines.append(line((f"  … and {len(rows) - MOST_ROWS} more lines", "dim")))
    return lines


def _rows(progress: Progress, holder: Place, lead: Line, now: datetime) -> list[list[Line]]:
    """The rows of all that `holder` holds, each with `lead` in front."""
    upstream = progress.plan.dag(holder.component).upstream
    known = {name: [source for source in sources if source in holder.children] for name, sources in upstream.items()}
    drawing = draw({name: sources for name, sources in known.items() if name in holder.children})
    if drawing is None:
        return [
            row for place in holder.children.values() for row in _place_rows(progress, place, lead, "", "", "  ", now)
        ]
    rows: list[list[Line]] = []
    for row in drawing:
        if row.node is None:
            rows.append([line(*lead, (row.before, "dim"))])
        else:
            place = holder.children[row.node]
            rows += _place_rows(progress, place, lead, row.before, row.after, row.below, now)
    return rows


def _place_rows(
    progress: Progress, place: Place, lead: Line, before: str, after: str, below: str, now: datetime
) -> list[list[Line]]:
    glyph, _, *name = title(place)
    head = line(*lead, (before, "dim"), glyph, " ", (after, "dim"), *name)
    rows = [[head, *state_cells(progress, place, now)]]
    if place.kind in (ExecutionKind.DAG, ExecutionKind.LOOP) and place.children:
        rows += _rows(progress, place, line(*lead, (below, "dim")), now)
    return rows
