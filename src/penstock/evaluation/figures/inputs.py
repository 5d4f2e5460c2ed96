"""Figures of what a model goes by: the importance of each column, and what made up single answers."""

from typing import TYPE_CHECKING

from penstock.evaluation.estimates import shown
from penstock.evaluation.figures.style import BAND, FAINT, INK, MODEL, OTHER, axes, dress, figure_of, short
from penstock.evaluation.parts import Explained, Explanations
from penstock.evaluation.result import Evaluation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST = 20
_MOST_OF_A_ROW = 6


def draw(evaluation: Evaluation) -> "dict[str, Figure]":
    """Those that the evaluation holds something for."""
    explanations = evaluation.explanations
    if explanations is None or not explanations.importance:
        return {}
    found = {"importance": _importance(explanations)}
    if explanations.samples:
        found["explanations"] = _samples(explanations)
    return found


def _importance(explanations: Explanations) -> "Figure":
    kept = explanations.importance[:_MOST]
    made = axes(
        "Importance of the columns",
        f"How much the {explanations.loss} grows when it is shuffled",
        "",
        height=1.3 + 0.25 * len(kept),
        grid="x",
    )
    made.axvline(0, color=FAINT, linewidth=1)
    for place, one in enumerate(kept):
        value, low, high = float(one.increase), one.increase.low, one.increase.high
        made.barh(-place, value, height=0.62, color=MODEL, alpha=0.35)
        if low is not None and high is not None:
            made.plot([low, high], [-place, -place], color=MODEL, linewidth=1.8, solid_capstyle="round")
    made.set_yticks([-place for place in range(len(kept))], [short(one.column, 28) for one in kept])
    return figure_of(made)


def _samples(explanations: Explanations) -> "Figure":
    from matplotlib.figure import Figure

    rows = explanations.samples[:8]
    lines = min(_MOST_OF_A_ROW, len(explanations.importance))
    across = min(2, len(rows))
    down = -(-len(rows) // across)
    figure = Figure(figsize=(5.2 * across, down * (0.75 + 0.27 * lines) + 0.4), layout="constrained")
    for number, row in enumerate(rows):
        made = figure.add_subplot(down, across, number + 1)
        dress(made, "", "", "", grid="x")
        _sample(made, row, lines)
    figure.suptitle(f"What made up the {explanations.of}", x=0.01, ha="left", fontsize=11, fontweight="bold", color=INK)
    return figure


def _sample(made: object, row: Explained, lines: int) -> None:
    from matplotlib.axes import Axes

    assert isinstance(made, Axes)
    kept = list(row.contributions.items())[:lines]
    made.set_title(f"row {row.row}: {shown(row.answer)}, from {shown(row.base)}", loc="left", fontsize=9, color=INK)
    made.axvline(0, color=FAINT, linewidth=1)
    for place, (_, value) in enumerate(kept):
        made.barh(-place, value, height=0.66, color=MODEL if value >= 0 else OTHER, alpha=BAND * 3)
    names = [f"{short(name, 18)} = {short(str(row.values.get(name)), 16)}" for name, _ in kept]
    made.set_yticks([-place for place in range(len(kept))], names)
    made.locator_params(axis="x", nbins=4)
