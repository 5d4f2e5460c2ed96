"""Two figures that say how good a classifier is."""

from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay


def confusion_matrix(actual: ArrayLike, predicted: ArrayLike) -> Figure:
    """How often each answer was given to each truth."""
    figure = Figure(figsize=(5, 4), layout="constrained")
    names = ["small tip", "big tip"]
    ConfusionMatrixDisplay.from_predictions(
        actual, predicted, display_labels=names, cmap="Blues", colorbar=False, ax=figure.subplots()
    )
    return figure


def roc_curve(actual: ArrayLike, probability: ArrayLike) -> Figure:
    """What share of the big tips is found, for each share of false alarms."""
    figure = Figure(figsize=(5, 4), layout="constrained")
    RocCurveDisplay.from_predictions(actual, probability, plot_chance_level=True, name="model", ax=figure.subplots())
    return figure
