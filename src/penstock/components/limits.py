"""The limits of a gate: `min_auc=0.7`, `max_log_loss=0.6`, for any metric of an evaluation."""

import math
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from msgspec import Struct

from penstock.components.errors import UnknownLimit
from penstock.evaluation.estimates import METRICS

_SIDES = {"min": "at least", "max": "at most"}


class Limit(Struct, frozen=True):
    """What a metric must be."""

    metric: str
    side: str
    """`min` or `max`."""
    bound: float

    @property
    def words(self) -> str:
        """`at least 0.7`."""
        return f"{_SIDES[self.side]} {self.bound:g}"

    def holds(self, value: float) -> bool:
        """Whether a value keeps it; what is no number keeps none."""
        if not math.isfinite(value):
            return False
        return value >= self.bound if self.side == "min" else value <= self.bound


def write_limits(given: Mapping[str, Any]) -> str:
    """Limits as one text, in which the bounds may be values that exist only when the pipeline runs.

    Raises:
        UnknownLimit: A name is no `min_` or `max_` of a metric.
    """
    for name in given:
        _parse_name(name)
    return " ".join(f"{name}={bound}" for name, bound in given.items())


def read_limits(text: str) -> list[Limit]:
    """What `write_limits` wrote. Raises `UnknownLimit`."""
    found = []
    for item in text.split():
        name, _, bound = item.partition("=")
        side, metric = _parse_name(name)
        try:
            value = float(bound)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise UnknownLimit(limit=name, value=bound, advice=f"write a number, as in `{name}=0.7`")
        found.append(Limit(metric, side, value))
    return found


def _parse_name(name: str) -> tuple[str, str]:
    side, _, metric = name.partition("_")
    if side in _SIDES and metric in METRICS:
        return side, metric
    close = get_close_matches(name, [f"{one}_{metric}" for one in _SIDES for metric in METRICS], n=1)
    known = ", ".join(METRICS)
    raise UnknownLimit(
        limit=name, advice=f"did you mean `{close[0]}`?" if close else f"write `min_` or `max_` and one of: {known}"
    )
