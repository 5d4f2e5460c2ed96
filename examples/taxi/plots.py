"""Two figures that say how good a classifier is."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay


def confusion_matrix(actual: Sequence[bool], predicted: Sequence[bool]) -> Figure:
    """How often each answer was given to each truth."""
    figure = Figure(figsize=(5, 4), layout="constrained")
    names = ["small tip", "big tip"]
    ConfusionMatrixDisplay.from_predictions(
        actual, predicted, display_labels=names, cmap="Blues", colorbar=False, ax=figure.subplots()
    )
    return figure


def roc_curve(actual: Sequence[bool], probability: Sequence[float]) -> Figure:
    """What share of the big tips is found, for each share of false alarms."""
    figure = Figure(figsize=(5, 4), layout="constrained")
    RocCurveDisplay.from_predictions(actual, probability, plot_chance_level=True, name="model", ax=figure.subplots())
    return figure
