"""Whether a model treats groups of people alike: rates by group, and the gaps between the groups, with intervals.

The definitions are Fairlearn's, and held against it in tests; here all resamples are computed at once.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.binary import BinarySample
from penstock.evaluation.estimates import Estimate
from penstock.evaluation.judged import Judged, Sample
from penstock.evaluation.multiclass import MulticlassSample
from penstock.evaluation.numbers import NumberSample
from penstock.evaluation.parts import Fairness, Group
from penstock.evaluation.resampling import Floats, Resampling, draw, measure_once, with_intervals
from penstock.evaluation.slicing import MISSING, SMALL, Part, parts_of

if TYPE_CHECKING:
    import pandas as pd

_RATIO = "demographic_parity_ratio"
_BINARY_GAPS: dict[str, tuple[str, ...]] = {
    "demographic_parity_difference": ("selection_rate",),
    "equalized_odds_difference": ("true_positive_rate", "false_positive_rate"),
    "equal_opportunity_difference": ("true_positive_rate",),
    "accuracy_difference": ("accuracy",),
    _RATIO: ("selection_rate",),
}


def fairness_of(
    judged: Judged, attributes: Sequence[tuple[str, ...]], plan: Resampling, groups: NDArray[np.intp] | None = None
) -> list[Fairness]:
    """How each attribute's groups are treated. Several columns as one attribute are the groups where they cross."""
    return [_of_attribute(judged, names, plan, groups) for names in attributes]


def _of_attribute(
    judged: Judged, names: tuple[str, ...], plan: Resampling, together: NDArray[np.intp] | None
) -> Fairness:
    columns = [judged.facts[name] for name in names]
    parts = list(parts_of(columns))
    judgeable = [
        place for place, part in enumerate(parts) if len(part.rows) >= SMALL and MISSING not in part.value.split(", ")
    ]
    measured = _Groups(judged.sample, parts, judgeable)
    values = measure_once(measured.measure, len(judged.sample), judged.weights)
    drawn = draw(measured.measure, len(judged.sample), plan, weights=judged.weights, groups=together)
    estimates = with_intervals(values, drawn, plan)
    groups = [
        Group(
            value=part.value,
            rows=len(part.rows),
            small=place not in judgeable,
            rates=_bounded({rate: estimates[f"{place}/{rate}"] for rate in measured.rates}, judged.sample),
        )
        for place, part in enumerate(parts)
    ]
    return Fairness(
        attribute=" × ".join(names),
        groups=groups,
        gaps={name: estimates[name] for name in measured.gaps},
        notes=_notes(columns, parts, judgeable),
    )


class _Groups:
    """Rates of each group, and the gaps between those that can be judged, for many resamples at once."""

    def __init__(self, sample: Sample, parts: list[Part], judgeable: list[int]) -> None:
        self._parts = parts
        self._judged = judgeable
        self._of, self._where = _rows_and_conditions(sample)
        self.rates = list(self._of)
        self.gaps = _gaps(sample) if len(judgeable) > 1 else {}
        self._terms = np.column_stack([*self._of.values(), *self._where.values()]).astype(np.float64)

    def measure(self, counts: Floats) -> dict[str, Floats]:
        """Each rate of each group as `place/rate`, and each gap."""
        found: dict[str, Floats] = {}
        width = len(self._of)
        for place, part in enumerate(self._parts):
            sums = counts[:, part.rows] @ self._terms[part.rows]
            for column, rate in enumerate(self._of):
                found[f"{place}/{rate}"] = sums[:, column] / sums[:, width + column]
        for gap, rates in self.gaps.items():
            ends = [self._ends([found[f"{place}/{rate}"] for place in self._judged]) for rate in rates]
            spread = [low / high if gap == _RATIO else high - low for low, high in ends]
            found[gap] = np.fmax.reduce(spread)
        return found

    @staticmethod
    def _ends(rates: list[Floats]) -> tuple[Floats, Floats]:
        """The lowest and the highest; a group whose rate is undefined is left out."""
        table = np.stack(rates)
        return np.fmin.reduce(table), np.fmax.reduce(table)


def _rows_and_conditions(sample: Sample) -> tuple[dict[str, Any], dict[str, Any]]:
    """What each row adds to each rate, and whether the row counts for it."""
    ones = np.ones(len(sample))
    if isinstance(sample, BinarySample):
        right = sample.truth == sample.predicted
        rates = {
            "selection_rate": (sample.predicted, ones),
            "true_positive_rate": (sample.truth & sample.predicted, sample.truth),
            "false_positive_rate": (~sample.truth & sample.predicted, ~sample.truth),
            "accuracy": (right, ones),
            "base_rate": (sample.truth, ones),
        }
    elif isinstance(sample, MulticlassSample):
        rates = {"accuracy": (sample.truth == sample.predicted, ones)}
    else:
        rates = {"mae": (np.abs(sample.error), ones), "mean_error": (sample.error, ones)}
    return {name: pair[0] for name, pair in rates.items()}, {name: pair[1] for name, pair in rates.items()}


def _gaps(sample: Sample) -> dict[str, tuple[str, ...]]:
    if isinstance(sample, BinarySample):
        return dict(_BINARY_GAPS)
    if isinstance(sample, MulticlassSample):
        return {"accuracy_difference": ("accuracy",)}
    return {"mae_difference": ("mae",), "mean_error_difference": ("mean_error",)}


def _bounded(rates: dict[str, Estimate], sample: Sample) -> dict[str, Estimate]:
    """Shares stay within 0 to 1, also where the interval is made of standard deviations."""
    if isinstance(sample, NumberSample):
        return rates
    return {
        name: one if one.low is None or one.high is None else Estimate(one.value, max(0.0, one.low), min(1.0, one.high))
        for name, one in rates.items()
    }


def _notes(columns: "list[pd.Series[Any]]", parts: list[Part], judgeable: list[int]) -> list[str]:
    notes = []
    missing = int(np.any([column.isna().to_numpy(dtype=bool) for column in columns], axis=0).sum())
    if missing:
        notes.append(f"{missing} of {len(columns[0])} rows have no value; they are a group of their own, and in no gap")
    few = [part.value for part in parts if len(part.rows) < SMALL]
    if few:
        notes.append(f"groups of fewer than {SMALL} rows are in no gap: {', '.join(few[:8])}")
    if len(judgeable) < 2:
        notes.append("there are no two groups that could be compared")
    return notes
