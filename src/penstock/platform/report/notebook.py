"""A run in a notebook's cell: state, tasks and metrics, in the notebook's own colors."""

from collections.abc import Sequence

from penstock.engine.plan import Plan
from penstock.ir.document import parse_canonical
from penstock.metadata.records import Execution, Run
from penstock.metadata.store import MetadataStore
from penstock.platform.report.facts import TaskMetrics, metrics_of
from penstock.platform.report.markup import Markup, tag
from penstock.platform.report.tree import Place, RunTree, failures
from penstock.platform.report.words import CACHED, GLYPHS, duration, elapsed, number, one_line

MOST_TASKS = 60
MOST_METRICS = 20

_COLORS = {
    "SUCCEEDED": "#15803d",
    CACHED: "#0e7490",
    "RUNNING": "#2563eb",
    "FAILED": "#dc2626",
    "CANCELED": "#b45309",
    "CANCELING": "#b45309",
}
_CELL = "padding:2px 18px 2px 0;text-align:left;background:none"
_NUMBER = "padding:2px 18px 2px 0;text-align:right;background:none;font-variant-numeric:tabular-nums"


def render_card(store: MetadataStore, run: Run, executions: Sequence[Execution]) -> str:
    """A fragment of HTML."""
    tree = RunTree(executions, Plan(parse_canonical(store.spec(run.spec))))
    seconds = duration(elapsed(run.started_at or run.created_at, run.finished_at))
    head = tag(
        "div",
        _state(run.state),
        " ",
        tag("b", one_line(run.display_name or run.pipeline)),
        f" {seconds} ",
        tag("code", run.run_id),
    )
    problems = [
        tag("pre", (item.error.traceback or item.error.message), style="color:#dc2626;margin:6px 0")
        for item in failures(executions)[:3]
        if item.error is not None
    ]
    return tag("div", head, *problems, _tasks(tree), _metrics(metrics_of(store, executions)))


def _state(word: str) -> Markup:
    color = _COLORS.get(word, "#64748b")
    return tag("span", f"{GLYPHS.get(word, '')} {word}", style=f"color:{color};font-weight:600")


def _tasks(tree: RunTree) -> Markup:
    if tree.root is None:
        return Markup("")
    places = [place for place in tree.root.walk() if place.parent is not None]
    rows = [_row(place) for place in places[:MOST_TASKS]]
    if len(places) > MOST_TASKS:
        rows.append(tag("tr", tag("td", f"… and {len(places) - MOST_TASKS} more", colspan=3, style=_CELL)))
    return tag("table", *rows, style="margin:6px 0;border:0")


def _row(place: Place) -> Markup:
    shown = place.iterations or place.counts
    word = _state(place.state)
    if shown.total() > 1:
        word = tag("span", *(tag("span", _state(key), f" {count:,} ") for key, count in shown.items() if count))
    indent = f"padding-left:{18 * (len(place.key) - 1)}px"
    return tag(
        "tr",
        tag("td", one_line(place.task), style=f"{_CELL};{indent}"),
        tag("td", word, style=_CELL),
        tag("td", duration(place.seconds()) if place.state != CACHED else "", style=_NUMBER),
    )


def _metrics(measured: Sequence[TaskMetrics]) -> Markup:
    rows = [
        tag("tr", tag("td", one_line(item.path), style=_CELL), tag("td", name, style=_CELL), _amount(amount))
        for item in measured
        for name, amount in item.values.items()
    ]
    return tag("table", *rows[:MOST_METRICS], style="margin:6px 0;border:0") if rows else Markup("")


def _amount(value: float) -> Markup:
    return tag("td", tag("b", number(value)), style=_NUMBER)
