"""Figures of parts of the rows: slices, and the groups of sensitive attributes, each with its interval."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from penstock.evaluation.estimates import MAIN, METRICS, Estimate
from penstock.evaluation.figures.style import FAINT, GRID, INK, MODEL, OTHER, axes, dress, figure_of, short
from penstock.evaluation.parts import Fairness, Slice
from penstock.evaluation.result import Evaluation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST = 40
_RATES = {
    "selection_rate": "Called positive",
    "true_positive_rate": "Found of the positive",
    "false_positive_rate": "Called so wrongly",
    "accuracy": "Right",
    "mae": "Mean absolute error",
    "mean_error": "Mean error",
}


def draw(evaluation: Evaluation) -> "dict[str, Figure]":
    """Those that the evaluation holds something for."""
    found = {}
    if evaluation.slices:
        defined = [name for name, one in evaluation.metrics.items() if one.value is not None]
        metric = next((name for name in MAIN[evaluation.task] if name in defined), defined[0])
        found["slices"] = _slices(evaluation.slices, metric, evaluation.metrics[metric])
    for fairness in evaluation.fairness:
        found[f"fairness_{fairness.attribute}"] = _fairness(fairness)
    return found


def _slices(slices: Sequence[Slice], metric: str, overall: Estimate) -> "Figure":
    kept = list(slices[:_MOST])
    columns = list(dict.fromkeys(one.column for one in kept))
    lines = len(kept) + len(columns)
    made = axes(f"{METRICS[metric].title} by slice", "", "", width=7.6, height=1.0 + 0.235 * lines, grid="x")
    if overall.value is not None:
        made.axvline(overall.value, color=FAINT, linewidth=1, linestyle=(0, (4, 3)))
    labels, places, place = [], [], 0.0
    for column in columns:
        labels.append(short(column))
        places.append(place)
        place -= 1
        for one in (one for one in kept if one.column == column):
            note = "  few rows" if one.small else "  worse" if one.worse else ""
            labels.append(f"{short(one.value, 30)}  ({one.rows:,}){note}")
            places.append(place)
            _point(made, one.metrics.get(metric), place, FAINT if one.small else OTHER if one.worse else MODEL)
            place -= 1
    made.set_yticks(places, labels)
    for label, text in zip(made.get_yticklabels(), labels, strict=True):
        if text in {short(column) for column in columns}:
            label.set_fontweight("bold")
        elif text.endswith("worse"):
            label.set_color(OTHER)
    made.set_ylim(place + 0.3, 0.7)
    return figure_of(made)


def _fairness(fairness: Fairness) -> "Figure":
    from matplotlib.figure import Figure

    rates = [name for name in fairness.groups[0].rates if name in _RATES] if fairness.groups else []
    count = max(1, len(rates))
    figure = Figure(figsize=(1.6 + 1.75 * count, 1.15 + 0.27 * len(fairness.groups)), layout="constrained")
    first: Axes | None = None
    for number, rate in enumerate(rates):
        made = figure.add_subplot(1, count, number + 1, sharey=first)
        dress(made, "", "", "", grid="x")
        made.set_title(_RATES[rate], loc="left", fontsize=9, color=INK)
        for place, group in enumerate(fairness.groups):
            _point(made, group.rates.get(rate), -place, FAINT if group.small else MODEL)
        judged = [group.rates[rate].value for group in fairness.groups if not group.small]
        known = [value for value in judged if value is not None]
        if len(known) > 1:
            made.axvspan(min(known), max(known), color=GRID, alpha=0.6, linewidth=0, zorder=0)
        if first is None:
            first = made
            names = [f"{short(one.value, 24)}  ({one.rows:,})" for one in fairness.groups]
            made.set_yticks([-place for place in range(len(names))], names)
            made.set_ylim(-len(names) + 0.4, 0.6)
        else:
            made.tick_params(labelleft=False)
        made.locator_params(axis="x", nbins=3)
    figure.suptitle(
        f"How the groups of {short(fairness.attribute)} are treated", x=0.01, ha="left", fontsize=11,
        fontweight="bold", color=INK,
    )  # fmt: skip
    return figure


def _point(made: "Axes", one: Estimate | None, place: float, colour: str) -> None:
    if one is None or one.value is None:
        return
    if one.low is not None and one.high is not None:
        made.plot([one.low, one.high], [place, place], color=colour, linewidth=1.8, solid_capstyle="round", alpha=0.55)
    made.plot([one.value], [place], color=colour, marker="o", markersize=4.5)
