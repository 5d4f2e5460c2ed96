"""Figures of classifiers: ROC, precision and recall, calibration, thresholds, confusion."""

from typing import TYPE_CHECKING

from penstock.evaluation.estimates import Estimate, shown
from penstock.evaluation.figures.style import BAND, FAINT, GRID, INK, MODEL, OTHER, axes, figure_of, legend, short
from penstock.evaluation.parts import Calibration, Confusion, Curves
from penstock.evaluation.result import Evaluation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WRITTEN = 12
"""Matrices of more classes show colours only."""


def draw(evaluation: Evaluation) -> "dict[str, Figure]":
    """Those that the evaluation holds something for."""
    found = {}
    metrics = evaluation.metrics
    if evaluation.curves is not None:
        share = (evaluation.baselines or {}).get("always the share of the positive class", {})
        found["roc"] = _roc(evaluation.curves, metrics.get("auc"))
        found["precision_recall"] = _precision_recall(
            evaluation.curves, metrics.get("average_precision"), share.get("average_precision")
        )
        found["thresholds"] = _thresholds(evaluation.curves, evaluation.threshold)
    if evaluation.calibration is not None:
        of = "the predicted class" if evaluation.positive is None else str(evaluation.positive)
        found["calibration"] = _calibration(evaluation.calibration, of)
    if evaluation.confusion is not None:
        found["confusion"] = _confusion(evaluation.confusion)
    return found


def _roc(curves: Curves, auc: Estimate | None) -> "Figure":
    made = axes("ROC curve", "False positive rate", "True positive rate (recall)")
    made.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (4, 3)), label="chance")
    label = f"model: AUC {auc}" if auc is not None else "model"
    x, y = [0.0, *curves.false_positive_rate], [0.0, *curves.recall]
    made.fill_between(x, y, color=MODEL, alpha=BAND / 2, linewidth=0)
    made.plot(x, y, color=MODEL, linewidth=2, label=label)
    made.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02))
    legend(made, loc="lower right")
    return figure_of(made)


def _precision_recall(curves: Curves, area: Estimate | None, share: Estimate | None) -> "Figure":
    made = axes("Precision and recall", "Recall", "Precision")
    if share is not None and share.value is not None:
        made.axhline(share.value, color=FAINT, linewidth=1, linestyle=(0, (4, 3)), label="share of the positive class")
    label = f"model: average precision {area}" if area is not None else "model"
    made.plot(curves.recall, curves.precision, color=MODEL, linewidth=2, label=label)
    made.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02))
    legend(made, loc="lower left")
    return figure_of(made)


def _thresholds(curves: Curves, chosen: float | None) -> "Figure":
    made = axes("What each threshold gives", "Threshold: called positive from this score on", "")
    made.plot(curves.thresholds, curves.precision, color=MODEL, linewidth=1.8, label="precision")
    made.plot(curves.thresholds, curves.recall, color=OTHER, linewidth=1.8, label="recall")
    made.plot(curves.thresholds, curves.f1, color=INK, linewidth=1.8, label="F1")
    made.plot(
        curves.thresholds, curves.selected, color=FAINT, linewidth=1.4, linestyle=(0, (4, 3)), label="called positive"
    )
    if chosen is not None:
        made.axvline(chosen, color=FAINT, linewidth=1)
        made.annotate(f" {chosen:.3g}", (chosen, 1.0), fontsize=8.5, color=INK, va="top")
    made.set(ylim=(-0.01, 1.02))
    legend(made, loc="best", ncols=2)
    return figure_of(made)


def _calibration(calibration: Calibration, of: str) -> "Figure":
    made = axes("Calibration", f"Predicted probability of {short(of, 24)}", "How often it happened", grid="both")
    made.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (4, 3)), label="as predicted")
    x = [one.predicted for one in calibration.bins]
    y = [float(one.observed) for one in calibration.bins]
    low = [float(one.observed) - (one.observed.low or 0.0) for one in calibration.bins]
    high = [(one.observed.high or 0.0) - float(one.observed) for one in calibration.bins]
    label = f"model: error {shown(calibration.error)}"
    made.errorbar(
        x, y, yerr=[low, high], color=MODEL, marker="o", markersize=4.5, linewidth=1.6, elinewidth=1.2, label=label
    )
    made.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    legend(made, loc="upper left")
    return figure_of(made)


def _confusion(confusion: Confusion) -> "Figure":
    from matplotlib.colors import LinearSegmentedColormap

    size = len(confusion.labels)
    side = max(3.7, 1.4 + 0.28 * size)
    made = axes("Confusion", "Predicted", "What happened", width=side + 1.2, height=side, grid="none")
    totals = [max(1, sum(row)) for row in confusion.counts]
    shares = [[count / total for count in row] for row, total in zip(confusion.counts, totals, strict=True)]
    colours = LinearSegmentedColormap.from_list("shares", ["#f1f5f6", MODEL])
    made.imshow(shares, cmap=colours, vmin=0, vmax=1, aspect="auto")
    names = [short(label, 18) for label in confusion.labels]
    steep = size * max(map(len, names)) > 40
    made.set_xticks(range(size), names, rotation=45 if steep else 0, ha="right" if steep else "center")
    made.set_yticks(range(size), names)
    for edge in range(1, size):
        made.axhline(edge - 0.5, color=GRID, linewidth=0.6)
        made.axvline(edge - 0.5, color=GRID, linewidth=0.6)
    if size <= _WRITTEN:
        for row in range(size):
            for column in range(size):
                share, count = shares[row][column], confusion.counts[row][column]
                text = f"{count:,}\n{share:.0%}" if size <= 6 else f"{count:,}"
                colour = "#ffffff" if share > 0.55 else "#22303a"
                made.text(column, row, text, ha="center", va="center", fontsize=9 if size <= 6 else 7.5, color=colour)
    return figure_of(made)
