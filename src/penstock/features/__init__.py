"""Preprocessing that scales: ordinary scikit-learn, fitted and applied in batches of data larger than memory."""

from penstock.features.accumulator import Accumulator, register
from penstock.features.errors import CannotFit, MemoryFallback, NoRows, NotNumbers, UnknownColumns
from penstock.features.fitting import fit
from penstock.features.matrices import batches

__all__ = [
    "Accumulator",
    "CannotFit",
    "MemoryFallback",
    "NoRows",
    "NotNumbers",
    "UnknownColumns",
    "batches",
    "fit",
    "register",
]
