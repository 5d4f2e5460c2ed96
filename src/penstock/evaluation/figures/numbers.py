"""Figures of predicted numbers: predictions against what came, errors along the prediction, forecasts by horizon."""

from typing import TYPE_CHECKING

from penstock.evaluation.estimates import METRICS, Estimate
from penstock.evaluation.figures.style import BAND, FAINT, MODEL, OTHER, axes, figure_of, legend, short
from penstock.evaluation.parts import Horizon, Residuals
from penstock.evaluation.result import Evaluation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DASHES = ((0, (4, 3)), (0, (1, 2)), (0, (6, 2, 1, 2)))


def draw(evaluation: Evaluation) -> "dict[str, Figure]":
    """Those that the evaluation holds something for."""
    found = {}
    if evaluation.residuals is not None:
        found["predictions"] = _predictions(evaluation.residuals, evaluation.target, evaluation.metrics.get("r2"))
        if len(evaluation.residuals.quantiles) > 1:
            found["errors"] = _errors(evaluation.residuals, evaluation.target)
    if len(evaluation.horizons) > 1:
        found["horizons"] = _horizons(evaluation.horizons)
    return found


def _predictions(residuals: Residuals, target: str, r2: Estimate | None) -> "Figure":
    made = axes("Predicted and true", f"Predicted {short(target, 24)}", f"True {short(target, 24)}")
    low = min([*residuals.truth, *residuals.predicted])
    high = max([*residuals.truth, *residuals.predicted])
    made.plot([low, high], [low, high], color=FAINT, linewidth=1, linestyle=(0, (4, 3)), label="as predicted")
    label = f"{len(residuals.truth)} rows" + (f": R² {r2}" if r2 is not None and r2.value is not None else "")
    made.scatter(residuals.predicted, residuals.truth, s=11, color=MODEL, alpha=0.45, linewidths=0, label=label)
    legend(made, loc="upper left")
    return figure_of(made)


def _errors(residuals: Residuals, target: str) -> "Figure":
    made = axes("Errors along the prediction", f"Predicted {short(target, 24)}", "Predicted less true")
    x, low, middle, high = zip(*residuals.quantiles, strict=True)
    made.axhline(0, color=FAINT, linewidth=1, linestyle=(0, (4, 3)))
    made.fill_between(x, low, high, color=MODEL, alpha=BAND, linewidth=0, label="80 % of the errors")
    made.plot(x, middle, color=MODEL, linewidth=2, label="median error")
    legend(made, loc="best")
    return figure_of(made)


def _horizons(horizons: list[Horizon]) -> "Figure":
    made = axes("Error by horizon", "Steps ahead", METRICS["mae"].title, width=6.4)
    places = list(range(len(horizons)))
    names = [one.horizon for one in horizons]
    for number, name in enumerate(horizons[0].baselines):
        values = [float(one.baselines[name]) if name in one.baselines else float("nan") for one in horizons]
        style = _DASHES[number % len(_DASHES)]
        made.plot(places, values, color=OTHER, linewidth=1.5, linestyle=style, marker=".", label=short(name))
    errors = [one.metrics["mae"] for one in horizons]
    low = [float(one) if one.low is None else one.low for one in errors]
    high = [float(one) if one.high is None else one.high for one in errors]
    made.fill_between(places, low, high, color=MODEL, alpha=BAND, linewidth=0)
    made.plot(places, [float(one) for one in errors], color=MODEL, linewidth=2, marker="o", markersize=4, label="model")
    steep = len(names) > 12 or max(map(len, names)) > 8
    made.set_xticks(places, names, rotation=45 if steep else 0, ha="right" if steep else "center")
    made.set_ylim(bottom=0)
    legend(made, loc="best")
    return figure_of(made)
