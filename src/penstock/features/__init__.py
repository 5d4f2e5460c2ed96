"""Preprocessing that scales: ordinary scikit-learn, fitted and applied in batches of data larger than memory."""

from typing import TYPE_CHECKING, Any

from penstock.features.accumulator import Accumulator, register
from penstock.features.errors import CannotFit, MemoryFallback, NoRows, NotNumbers, UnknownColumns
from penstock.features.fitting import fit
from penstock.features.matrices import batches

if TYPE_CHECKING:
    from penstock.features.crosses import FeatureCross
    from penstock.features.dates import CyclicDateParts, DateParts
    from penstock.features.hashing import CategoryHasher

_TRANSFORMERS = {
    "CategoryHasher": "hashing",
    "CyclicDateParts": "dates",
    "DateParts": "dates",
    "FeatureCross": "crosses",
}
"""Which module each is in: they derive from scikit-learn's classes, and it is not imported before one is asked for."""

__all__ = [
    "Accumulator",
    "CannotFit",
    "CategoryHasher",
    "CyclicDateParts",
    "DateParts",
    "FeatureCross",
    "MemoryFallback",
    "NoRows",
    "NotNumbers",
    "UnknownColumns",
    "batches",
    "fit",
    "register",
]


def __getattr__(name: str) -> Any:
    home = _TRANSFORMERS.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{home}"), name)
