"""Cells of a table as JSON can hold them."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from penstock.core.json import Json

if TYPE_CHECKING:
    import pandas as pd

_LONGEST = 200


def plain_value(value: Any) -> Json:
    """The value in a plain type; what is missing is None, long texts are cut, other types are their text."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is True or value is False:
        return value
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
    text = str(value)
    if text in ("<NA>", "NaT"):
        return None
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def plain_row(row: "pd.Series[Any]") -> dict[str, Json]:
    """A row by column."""
    return {str(name): plain_value(value) for name, value in row.items()}
