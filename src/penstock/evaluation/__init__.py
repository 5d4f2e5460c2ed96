"""How good a model is: metrics with intervals, slices, fairness, explanations, comparisons, checks of models and data.

Names are looked up when first used, so that the types are known wherever components are read, and cost nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.evaluation.behaviour import Direction, Invariance, MinimumFunctionality, check_model
    from penstock.evaluation.checks import Check, Checked
    from penstock.evaluation.comparing import Comparison, compare
    from penstock.evaluation.curves import choose_threshold
    from penstock.evaluation.data_checks import check_data
    from penstock.evaluation.errors import (
        ColumnsMissing,
        NothingToEvaluate,
        PackageMissing,
        UnclearTask,
        UnusablePredictions,
        WrongOption,
    )
    from penstock.evaluation.estimates import METRICS, Estimate, Metric
    from penstock.evaluation.evaluating import evaluate
    from penstock.evaluation.parts import Explained
    from penstock.evaluation.predicted import Predicted
    from penstock.evaluation.result import Evaluation
    from penstock.evaluation.row_explanations import explain_rows

_HOMES = {
    "penstock.evaluation.behaviour": ("Direction", "Invariance", "MinimumFunctionality", "check_model"),
    "penstock.evaluation.checks": ("Check", "Checked"),
    "penstock.evaluation.comparing": ("Comparison", "compare"),
    "penstock.evaluation.curves": ("choose_threshold",),
    "penstock.evaluation.data_checks": ("check_data",),
    "penstock.evaluation.errors": (
        "ColumnsMissing",
        "NothingToEvaluate",
        "PackageMissing",
        "UnclearTask",
        "UnusablePredictions",
        "WrongOption",
    ),
    "penstock.evaluation.estimates": ("METRICS", "Estimate", "Metric"),
    "penstock.evaluation.evaluating": ("evaluate",),
    "penstock.evaluation.parts": ("Explained",),
    "penstock.evaluation.predicted": ("Predicted",),
    "penstock.evaluation.result": ("Evaluation",),
    "penstock.evaluation.row_explanations": ("explain_rows",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "METRICS",
    "Check",
    "Checked",
    "ColumnsMissing",
    "Comparison",
    "Direction",
    "Estimate",
    "Evaluation",
    "Explained",
    "Invariance",
    "Metric",
    "MinimumFunctionality",
    "NothingToEvaluate",
    "PackageMissing",
    "Predicted",
    "UnclearTask",
    "UnusablePredictions",
    "WrongOption",
    "check_data",
    "check_model",
    "choose_threshold",
    "compare",
    "evaluate",
    "explain_rows",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
