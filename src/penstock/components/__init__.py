"""Ready components, and the reference pipelines made of them. Names are looked up when first used.

No module here is called like one of the names: importing it would put the module in the name's place.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.components.backtesting import Backtest, backtest
    from penstock.components.batch_inference import Chosen, batch_predict, batch_predict_files, pick_model
    from penstock.components.cross_validation import CrossValidation, cross_validate
    from penstock.components.evaluation import evaluate
    from penstock.components.explanation import explain

_HOMES = {
    "penstock.components.backtesting": ("Backtest", "backtest"),
    "penstock.components.batch_inference": ("Chosen", "batch_predict", "batch_predict_files", "pick_model"),
    "penstock.components.cross_validation": ("CrossValidation", "cross_validate"),
    "penstock.components.evaluation": ("evaluate",),
    "penstock.components.explanation": ("explain",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Backtest",
    "Chosen",
    "CrossValidation",
    "backtest",
    "batch_predict",
    "batch_predict_files",
    "cross_validate",
    "evaluate",
    "explain",
    "pick_model",
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
