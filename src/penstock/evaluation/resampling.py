"""The bootstrap: how much a number would vary with other rows of the same kind. Vectorised, and the same for a seed."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.estimates import METRICS, Estimate, estimate

Floats = NDArray[np.float64]
Measure = Callable[[Floats], Mapping[str, Floats]]
"""Takes `[resamples, rows]`, how much each row counts in each, and gives each number for each resample."""

_BLOCK = 1 << 21
_FEWEST = 60
_ENOUGH_FOR_PERCENTILES = 400
_ENOUGH_GROUPS = 20


@dataclass(frozen=True, kw_only=True)
class Resampling:
    """How to draw: rows with replacement, or whole groups of them.

    An interval is made of percentiles. Where there are so many rows that fewer than 400 resamples are drawn (`drawn`
    rows in all, but at least 60 resamples), it is the value and 1.96 standard deviations to each side.
    """

    repeats: int = 1000
    """How often; 0 draws nothing, and there are no intervals."""
    seed: int = 0
    confidence: float = 0.95
    drawn: int = 50_000_000
    """About how many rows to draw in all."""

    def repeats_for(self, rows: int) -> int:
        """How many resamples of so many rows are drawn."""
        return min(self.repeats, max(_FEWEST, self.drawn // max(1, rows)))

    def counts(self, rows: int, groups: NDArray[np.intp] | None = None) -> Iterator[Floats]:
        """How often each row is in each resample, in blocks of `[resamples, rows]`.

        Args:
            rows: How many there are.
            groups: The group of each row, from 0 on. Rows of one group are drawn together.
        """
        generator = np.random.default_rng(self.seed)
        units = rows if groups is None else int(groups.max()) + 1
        left = self.repeats_for(rows) if rows else 0
        while left > 0:
            size = min(left, max(1, _BLOCK // max(1, rows)))
            block = np.empty((size, units))
            for row in block:
                row[:] = np.bincount(generator.integers(0, units, units), minlength=units)
            left -= size
            yield block if groups is None else block[:, groups]


def few_groups(groups: NDArray[np.intp] | None) -> list[str]:
    """A note where groups are too few for intervals that hold what they promise."""
    count = None if groups is None else len(np.unique(groups))
    if count is None or count >= _ENOUGH_GROUPS:
        return []
    return [f"there are few groups ({count}) to draw from: the intervals are narrower than they should be"]


def draw(
    measure: Measure,
    rows: int,
    plan: Resampling,
    *,
    weights: Floats | None = None,
    groups: NDArray[np.intp] | None = None,
) -> dict[str, Floats]:
    """Every number that `measure` gives, for each resample."""
    parts: dict[str, list[Floats]] = {}
    units = rows if groups is None else len(np.unique(groups))
    if units < 2:
        return {}
    for block in plan.counts(rows, groups):
        for name, values in quietly(measure, block if weights is None else block * weights).items():
            parts.setdefault(name, []).append(np.asarray(values, dtype=np.float64))
    return {name: np.concatenate(values) for name, values in parts.items()}


def measure_once(measure: Measure, rows: int, weights: Floats | None = None) -> dict[str, float]:
    """Every number that `measure` gives for the rows as they are."""
    once = np.ones((1, rows)) if weights is None else weights[np.newaxis, :]
    return {name: float(values[0]) for name, values in quietly(measure, once).items()}


def with_intervals(values: Mapping[str, float], draws: Mapping[str, Floats], plan: Resampling) -> dict[str, Estimate]:
    """Each value with its interval."""
    none = np.empty(0)
    return {
        name: estimate(value, *interval(value, draws.get(name, none), plan, name)) for name, value in values.items()
    }


def interval(value: float, drawn: Floats, plan: Resampling, name: str = "") -> tuple[float, float]:
    """The ends of the interval around `value`; NaN where it cannot be told.

    Args:
        value: Of all rows.
        drawn: Of the resamples; those where it is undefined are left out, if they are fewer than a tenth.
        plan: How sure it should be.
        name: Of the metric, which says where the ends of its scale are.
    """
    defined = drawn[np.isfinite(drawn)]
    if not math.isfinite(value) or len(defined) < max(2, 0.9 * len(drawn)):
        return math.nan, math.nan
    outside = (1 - plan.confidence) / 2
    if len(defined) >= _ENOUGH_FOR_PERCENTILES:
        low, high = np.quantile(defined, [outside, 1 - outside])
    else:
        from statistics import NormalDist

        reach = NormalDist().inv_cdf(1 - outside) * float(defined.std(ddof=1))
        low, high = value - reach, value + reach
    known = METRICS.get(name)
    if known is not None:
        low, high = max(low, known.lowest), min(high, known.highest)
    return min(float(low), value), max(float(high), value)


def quietly(measure: Measure, counts: Floats) -> Mapping[str, Any]:
    """What it gives, where a division by zero is an undefined number and no warning."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return measure(counts)
