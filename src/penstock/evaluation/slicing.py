"""By slice: whether a model that is good on the whole is bad for some rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.binary import BinarySample
from penstock.evaluation.chance import chance_of
from penstock.evaluation.estimates import MAIN, METRICS, Estimate, shown
from penstock.evaluation.judged import Judged
from penstock.evaluation.parts import Slice
from penstock.evaluation.resampling import Floats, Resampling, draw, measure_once, with_intervals

if TYPE_CHECKING:
    import pandas as pd

MISSING = "missing"
SMALL = 30
"""Fewer rows than that are not judged; nor are fewer than 5 of one of two classes."""
_FEWEST_OF_A_CLASS = 5
_MOST_VALUES = 20
_QUANTILES = 4


@dataclass(frozen=True)
class Part:
    """The rows of a slice."""

    value: str
    rows: NDArray[np.intp]


def parts_of(columns: "Sequence[pd.Series[Any]]") -> Iterator[Part]:
    """The rows by the values of one column, or by those of several at once; each row is in one part."""
    coded = [_coded(column) for column in columns]
    together = coded[0][0].astype(np.int64)
    for codes, labels in coded[1:]:
        together = together * len(labels) + codes
    for code in np.unique(together):
        names, rest = [], int(code)
        for _, labels in reversed(coded):
            rest, place = divmod(rest, len(labels))
            names.append(labels[place])
        yield Part(", ".join(reversed(names)), np.flatnonzero(together == code))


def slices_of(
    judged: Judged,
    columns: Sequence[tuple[str, ...]],
    plan: Resampling,
    overall: dict[str, Estimate],
    groups: NDArray[np.intp] | None = None,
) -> list[Slice]:
    """Each slice of each column, in the order of the values; those that are surely worse are marked."""
    main = next((name for name in MAIN[judged.task] if name in overall and overall[name].value is not None), None)
    found: list[Slice] = []
    for names in columns:
        for part in parts_of([judged.facts[name] for name in names]):
            found.append(_slice(judged, " × ".join(names), part, plan, main, overall, groups))
    return _marked(found)


def _slice(
    judged: Judged,
    column: str,
    part: Part,
    plan: Resampling,
    main: str | None,
    overall: dict[str, Estimate],
    groups: NDArray[np.intp] | None,
) -> Slice:
    sample = judged.sample.take(part.rows)
    weights = None if judged.weights is None else judged.weights[part.rows]
    small = is_small(sample)
    values = measure_once(sample.measure, len(sample), weights)
    drawn = (
        {} if small else draw(sample.measure, len(sample), plan, weights=weights, groups=groups_of(groups, part.rows))
    )
    metrics = with_intervals(values, drawn, plan)
    p_value = None
    if main is not None and main in drawn and metrics[main].value is not None:
        p_value = _chance(float(metrics[main]), float(overall[main]), drawn[main], METRICS[main].higher_is_better)
    return Slice(column=column, value=part.value, rows=len(sample), small=small, metrics=metrics, p_value=p_value)


def groups_of(groups: NDArray[np.intp] | None, rows: NDArray[np.intp]) -> NDArray[np.intp] | None:
    """The groups of some rows, numbered anew."""
    return None if groups is None else np.unique(groups[rows], return_inverse=True)[1].astype(np.intp)


def is_small(sample: Any) -> bool:
    """Whether the rows are too few to judge a model by."""
    if len(sample) < SMALL:
        return True
    if not isinstance(sample, BinarySample):
        return False
    positives = int(sample.truth.sum())
    return 0 < min(positives, len(sample) - positives) < _FEWEST_OF_A_CLASS


def _chance(value: float, reference: float, drawn: Floats, higher_is_better: bool) -> float | None:
    """How probable so bad a value is if the slice is as good as all rows: by the spread of the resamples."""
    spread = float(np.nanstd(drawn))
    if not spread > 0:
        return None
    worse_by = (reference - value) if higher_is_better else (value - reference)
    return float(f"{chance_of(worse_by, spread):.3g}")


def _marked(slices: list[Slice], significance: float = 0.05) -> list[Slice]:
    """Holm's rule: with twenty slices, one of them looks bad by chance."""
    import msgspec

    judged = sorted((one for one in slices if one.p_value is not None), key=lambda one: one.p_value or 0.0)
    worse: set[int] = set()
    for place, one in enumerate(judged):
        if one.p_value is None or one.p_value > significance / (len(judged) - place):
            break
        worse.add(id(one))
    return [msgspec.structs.replace(one, worse=True) if id(one) in worse else one for one in slices]


def _coded(column: "pd.Series[Any]") -> tuple[NDArray[np.intp], list[str]]:
    """The number of each row's value, and what each number stands for."""
    import pandas as pd

    kind = pd.api.types
    if kind.is_bool_dtype(column) or not (kind.is_numeric_dtype(column) or kind.is_datetime64_any_dtype(column)):
        return _by_value(column)
    return _by_value(column) if column.nunique() <= _MOST_VALUES // 2 else _by_range(column)


def _by_value(column: "pd.Series[Any]") -> tuple[NDArray[np.intp], list[str]]:
    """Values as they are; the rarest as one, where there are more than twenty."""
    import pandas as pd

    places, uniques = pd.factorize(column, use_na_sentinel=True)
    texts = [_text(value) for value in uniques]
    counts = np.bincount(places[places >= 0], minlength=len(texts))
    most = len(texts) if len(texts) <= _MOST_VALUES else _MOST_VALUES - 1
    kept = sorted(np.argsort(-counts, kind="stable")[:most].tolist(), key=lambda place: _sorting(texts[place]))
    labels = [texts[place] for place in kept]
    lookup = np.full(len(texts) + 1, len(labels))
    lookup[kept] = np.arange(len(kept))
    codes = lookup[places].astype(np.float64)
    if len(texts) > len(kept):
        labels.append(f"{len(texts) - len(kept)} other values")
    return _with_missing(codes, labels, pd.isna(column).to_numpy(dtype=bool))


def _by_range(column: "pd.Series[Any]") -> tuple[NDArray[np.intp], list[str]]:
    """Quarters of the rows, by growing value; fewer where a value repeats."""
    import pandas as pd

    missing = pd.isna(column).to_numpy(dtype=bool)
    is_time = pd.api.types.is_datetime64_any_dtype(column)
    plain = column.astype("int64") if is_time else column
    numbers = plain.to_numpy(dtype=np.float64, na_value=np.nan)
    present = numbers[~missing]
    edges = np.unique(np.quantile(present, np.linspace(0, 1, _QUANTILES + 1)[1:-1], method="lower"))
    edges = edges[edges > present.min()]
    codes = np.searchsorted(edges, numbers, side="right").astype(np.float64)

    def name(edge: float) -> str:
        if is_time:
            return str(column[~missing][plain[~missing] >= edge].min().date())
        return f"{edge:g}" if abs(edge) < 1e6 and float(edge).is_integer() else shown(edge)

    names = [name(edge) for edge in edges]
    ranges = [f"{low} to below {high}" for low, high in pairwise(names)]
    labels = [f"below {names[0]}", *ranges, f"{names[-1]} and more"] if names else ["any"]
    return _with_missing(codes, labels, missing)


def _with_missing(
    codes: NDArray[np.float64], labels: list[str], missing: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], list[str]]:
    if missing.any():
        codes = np.where(missing, len(labels), codes)
        labels = [*labels, MISSING]
    return codes.astype(np.intp), labels


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _sorting(text: str) -> tuple[bool, float, str]:
    try:
        return False, float(text), text
    except ValueError:
        return True, 0.0, text
