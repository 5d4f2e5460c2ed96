"""When what ran: one row a task, one bar an attempt, as HTML that scales with the page."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from penstock.metadata.records import Attempt, Run
from penstock.platform.report.markup import Markup, tag
from penstock.platform.report.tree import Place, RunTree
from penstock.platform.report.words import CACHED, STEPS, duration, elapsed, one_line

MOST_ROWS = 80
MOST_BARS = 4000
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)


def draw_timeline(run: Run, tree: RunTree, attempts: Sequence[Attempt]) -> Markup | None:
    """The timeline, or None if nothing has run."""
    begin = run.started_at or run.created_at
    ends = [attempt.finished_at for attempt in attempts if attempt.finished_at]
    end = run.finished_at or max(ends, default=None)
    if tree.root is None or end is None or not attempts:
        return None
    span = max((end - begin).total_seconds(), 0.001)
    places = [place for place in tree.root.walk() if place.kind in STEPS]
    by_place: dict[int, list[Attempt]] = {}
    for attempt in attempts[:MOST_BARS]:
        place = tree.place(attempt.path)
        by_place.setdefault(id(place), []).append(attempt)
    rows = [_row(place, by_place, begin, span, end) for place in places[:MOST_ROWS]]
    more = len(places) - MOST_ROWS
    note = tag("p", f"… and {more} more tasks", class_="note") if more > 0 else ""
    return tag("div", axis(span), *rows, note, class_="timeline")


def _row(place: Place, by_place: Mapping[int, list[Attempt]], begin: datetime, span: float, end: datetime) -> Markup:
    bars = [_bar(attempt, begin, span, end) for attempt in by_place.get(id(place), [])]
    if place.counts[CACHED] and place.latest.finished_at is not None:
        left = _percent((place.latest.finished_at - begin).total_seconds(), span)
        bars.append(tag("i", class_="tick s-cached", style=f"left:{left}", title="served from cache"))
    name = one_line(".".join(place.key))
    return tag("div", tag("span", name, class_="label", title=name), tag("div", *bars, class_="lane"), class_="row")


def _bar(attempt: Attempt, begin: datetime, span: float, end: datetime) -> Markup:
    start = (attempt.started_at - begin).total_seconds()
    seconds = elapsed(attempt.started_at, attempt.finished_at, end) or 0.0
    style = f"left:{_percent(start, span)};width:{_percent(seconds, span)}"
    title = f"{one_line(attempt.path)}, attempt {attempt.number}: {attempt.state}, {duration(seconds)}"
    return tag("i", class_=f"bar s-{attempt.state.lower()}", style=style, title=title)


def axis(span: float) -> Markup:
    """Marks at round moments, each with its time."""
    step = next((step for step in _STEPS if span / step <= 8), _STEPS[-1]) if span > 4 else _fraction(span)
    marks: list[Markup] = []
    at = 0.0
    while at <= span and len(marks) < 20:
        marks.append(tag("span", _moment(at, step), style=f"left:{_percent(at, span)}"))
        at += step
    return tag("div", tag("span", "", class_="label"), tag("div", *marks, class_="lane"), class_="row axis")


def _moment(at: float, step: float) -> str:
    """Like `duration`, but no two marks are the same."""
    if not at:
        return "0"
    return f"{at:.2f}s" if at >= 0.1 and step < 0.1 else duration(at)


def _fraction(span: float) -> float:
    for step in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5):
        if span / step <= 8:
            return step
    return 0.5


def _percent(part: float, whole: float) -> str:
    return f"{max(0.0, min(100.0, 100 * part / whole)):.3f}%"
