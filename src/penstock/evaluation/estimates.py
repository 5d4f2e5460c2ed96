"""Numbers with their precision, and the table of metrics: what each is called, and which way is better."""

import math
from typing import Literal

from msgspec import Struct

Task = Literal["binary", "multiclass", "regression", "forecasting"]


class Estimate(Struct, frozen=True):
    """A number, with the interval that it is known to within."""

    value: float | None
    """None where it is undefined, such as the AUC of rows of one class."""
    low: float | None = None
    high: float | None = None
    """The interval's ends; None where there is none, e.g. for a single row."""

    def __float__(self) -> float:
        return math.nan if self.value is None else self.value

    def __str__(self) -> str:
        if self.value is None:
            return "–"
        if self.low is None or self.high is None:
            return shown(self.value)
        return f"{shown(self.value)} ({shown(self.low)} to {shown(self.high)})"


class Metric(Struct, frozen=True):
    """What a metric is called, and how it is read."""

    name: str
    title: str
    higher_is_better: bool
    tasks: tuple[Task, ...]
    lowest: float = -math.inf
    highest: float = math.inf

    def is_better(self, one: float, other: float) -> bool:
        """Whether `one` is better than `other`; what is undefined is better than nothing."""
        if math.isnan(one) or math.isnan(other):
            return not math.isnan(one) and math.isnan(other)
        return one > other if self.higher_is_better else one < other


_BINARY: tuple[Task, ...] = ("binary",)
_CLASSES: tuple[Task, ...] = ("binary", "multiclass")
_NUMBERS: tuple[Task, ...] = ("regression", "forecasting")

_TABLE = (
    Metric("auc", "ROC AUC", True, _CLASSES, 0, 1),
    Metric("average_precision", "Average precision", True, _BINARY, 0, 1),
    Metric("log_loss", "Log loss", False, _CLASSES, 0),
    Metric("brier", "Brier score", False, _CLASSES, 0, 2),
    Metric("calibration_error", "Calibration error (ECE)", False, _CLASSES, 0, 1),
    Metric("accuracy", "Accuracy", True, _CLASSES, 0, 1),
    Metric("balanced_accuracy", "Balanced accuracy", True, _CLASSES, 0, 1),
    Metric("f1", "F1", True, _CLASSES, 0, 1),
    Metric("precision", "Precision", True, _CLASSES, 0, 1),
    Metric("recall", "Recall", True, _CLASSES, 0, 1),
    Metric("specificity", "Specificity", True, _BINARY, 0, 1),
    Metric("mcc", "Matthews correlation", True, _CLASSES, -1, 1),
    Metric("top_5_accuracy", "Top 5 accuracy", True, ("multiclass",), 0, 1),
    Metric("mae", "Mean absolute error", False, _NUMBERS, 0),
    Metric("rmse", "Root mean squared error", False, _NUMBERS, 0),
    Metric("r2", "R²", True, _NUMBERS, highest=1),
    Metric("median_absolute_error", "Median absolute error", False, _NUMBERS, 0),
    Metric("mape", "Mean absolute percentage error", False, _NUMBERS, 0),
    Metric("smape", "Symmetric percentage error", False, _NUMBERS, 0, 2),
    Metric("pinball", "Pinball loss", False, _NUMBERS, 0),
    Metric("absolute_bias", "Absolute bias", False, _NUMBERS, 0),
    Metric("skill", "Skill over the best naive baseline", True, ("forecasting",), highest=1),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _TABLE}
"""Every metric by name, in the order in which they are shown."""

MAIN: dict[str, tuple[str, ...]] = {
    "binary": ("auc", "accuracy"),
    "multiclass": ("accuracy",),
    "regression": ("mae",),
    "forecasting": ("mae",),
}
"""The metric that slices are judged by, of each task: the first that is defined."""


def estimate(value: float, low: float = math.nan, high: float = math.nan) -> Estimate:
    """An `Estimate` of plain numbers; what is not finite becomes None, and noise behind the tenth digit goes."""
    ends = (_plain(low), _plain(high)) if math.isfinite(low) and math.isfinite(high) else (None, None)
    return Estimate(_plain(value), *ends)


def shown(number: float | None) -> str:
    """A number as people read it: three digits behind the point, or four that count; thousands set apart."""
    if number is None or math.isnan(number):
        return "–"
    size = abs(number)
    if size >= 1000:
        return f"{number:,.0f}" if size < 1e9 else f"{number:.3g}"
    if size >= 10:
        return f"{number:.2f}" if size < 100 else f"{number:.1f}"
    return f"{number:.3f}" if size >= 0.01 or number == 0 else f"{number:.2g}"


def _plain(number: float) -> float | None:
    return float(f"{float(number):.10g}") if math.isfinite(number) else None
