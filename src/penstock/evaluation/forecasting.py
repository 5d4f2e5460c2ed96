"""Forecasts: by how far ahead they look, and against those that need no model.

A row is one forecast: the time it is for, how many steps ahead it was made, what was predicted and what came. The naive
forecasts of the same row use what was known when it was made: the last value, and the one of the last season.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.errors import UnclearTask, WrongOption
from penstock.evaluation.judged import Judged
from penstock.evaluation.numbers import NumberSample
from penstock.evaluation.parts import Horizon
from penstock.evaluation.resampling import Floats, Resampling, draw, measure_once, with_intervals
from penstock.evaluation.slicing import groups_of, parts_of
from penstock.evaluation.table import open_table, read_columns

if TYPE_CHECKING:
    import pandas as pd

_FEWEST_BLOCKS = 10


@dataclass(frozen=True, kw_only=True)
class Forecasts:
    """Which columns say what of a forecast."""

    time: str | None = None
    """What time it is for. Needed for naive forecasts that are not in the data."""
    horizon: str | None = None
    """How many steps ahead it was made; 1 where there is no such column."""
    season: int | None = None
    """How many steps a season has: 24 for hours with a daily rhythm."""
    series: str | None = None
    """Which series it is of, where there are several."""
    history: Any = None
    """A table of times and values before those of the data."""
    baselines: Mapping[str, str] | None = None
    """Columns that hold naive forecasts, by what they are called."""

    @property
    def columns(self) -> list[str]:
        """Those named, of the data."""
        named = (self.time, self.horizon, self.series, *(self.baselines or {}).values())
        return [name for name in named if name is not None]

    @property
    def no_inputs(self) -> list[str]:
        """Those of them that a model should not see, unless it names them."""
        return list((self.baselines or {}).values())

    @property
    def given(self) -> bool:
        """Whether anything says that these are forecasts."""
        return bool(self.columns) or self.season is not None or self.history is not None


def steps_ahead(facts: "pd.DataFrame", forecasts: Forecasts) -> NDArray[np.intp]:
    """How far ahead each row looks."""
    if forecasts.horizon is None:
        return np.ones(len(facts), dtype=np.intp)
    column = facts[forecasts.horizon].to_numpy(dtype=np.float64, na_value=np.nan)
    if not (np.isfinite(column) & (column >= 1) & (column == np.round(column))).all():
        advice = "count the steps between the last known value and the time that is forecast"
        reason = f"`{forecasts.horizon}` is not a whole number of steps, at least 1, in each row"
        raise UnclearTask(reason=reason, advice=advice)
    return column.astype(np.intp)


def naive_forecasts(judged: Judged, target: str, forecasts: Forecasts) -> dict[str, Floats]:
    """What each naive forecast says for each row; NaN where it knew nothing."""
    found = {
        name: judged.facts[column].to_numpy(dtype=np.float64, na_value=np.nan)
        for name, column in (forecasts.baselines or {}).items()
    }
    if forecasts.time is None:
        return found
    if forecasts.season is not None and forecasts.season < 2:
        raise WrongOption(option="season", value=str(forecasts.season), reason="a season has at least 2 steps")
    known = _Known(judged.facts, target, forecasts)
    ahead = steps_ahead(judged.facts, forecasts)
    found["last value"] = known.before(ahead)
    if forecasts.season is not None:
        found[f"season of {forecasts.season}"] = known.before(-(-ahead // forecasts.season) * forecasts.season)
    return {name: values for name, values in found.items() if np.isfinite(values).any()}


class _Known:
    """The values of each series by time."""

    def __init__(self, facts: "pd.DataFrame", target: str, forecasts: Forecasts) -> None:
        import pandas as pd

        assert forecasts.time is not None
        keys = [name for name in (forecasts.series, forecasts.time) if name is not None]
        table = facts[[*keys, target]]
        if forecasts.history is not None:
            source = open_table(forecasts.history)
            lacking = [name for name in (*keys, target) if name not in source.names]
            if lacking:
                reason = f"it has no column {', '.join(map(repr, lacking))}"
                raise WrongOption(option="history", value=source.title, reason=reason)
            table = pd.concat([read_columns(source, [*keys, target]), table], ignore_index=True)
        self._now = _ticks(facts[forecasts.time])
        ticks = _ticks(table[forecasts.time])
        series = np.zeros(len(table), dtype=np.intp)
        self._series = np.zeros(len(facts), dtype=np.intp)
        if forecasts.series is not None:
            series = pd.factorize(table[forecasts.series])[0].astype(np.intp)
            self._series = series[len(table) - len(facts) :]
        self._step = _step(ticks, forecasts.time)
        values = table[target].to_numpy(dtype=np.float64, na_value=np.nan)
        present = np.isfinite(values)
        self._values = pd.Series(values[present], index=pd.MultiIndex.from_arrays([series[present], ticks[present]]))
        self._values = self._values[~self._values.index.duplicated(keep="last")]

    def before(self, steps: NDArray[np.intp]) -> Floats:
        """The value so many steps before the time of each row."""
        import pandas as pd

        wanted = pd.MultiIndex.from_arrays([self._series, self._now - steps * self._step])
        return self._values.reindex(wanted).to_numpy(dtype=np.float64)


def _ticks(column: "pd.Series[Any]") -> NDArray[np.int64]:
    """Times as whole numbers."""
    import pandas as pd

    if pd.api.types.is_integer_dtype(column):
        return np.asarray(column, dtype=np.int64)
    try:
        return np.asarray(pd.to_datetime(column).astype("datetime64[s]").astype("int64"), dtype=np.int64)
    except (TypeError, ValueError) as error:
        reason = f"`{column.name}` should be times: {str(error).splitlines()[0]}"
        raise UnclearTask(reason=reason, advice="pass a column of dates, or of whole numbers of steps") from error


def _step(ticks: NDArray[np.int64], name: str) -> int:
    """How far apart two times are that follow each other: the usual distance."""
    gaps = np.diff(np.unique(ticks))
    if not len(gaps):
        reason = f"`{name}` is the same in all rows, so what came before is not known"
        raise UnclearTask(reason=reason, advice="pass the values before it as `history=`")
    sizes, counts = np.unique(gaps, return_counts=True)
    return int(sizes[np.argmax(counts)])


def time_blocks(judged: Judged, forecasts: Forecasts) -> NDArray[np.intp] | None:
    """Rows of neighbouring times as one group: their errors are alike, and an interval must not take them for many.

    None where there are too few times for at least ten blocks.
    """
    if forecasts.time is None:
        return None
    times, places = np.unique(_ticks(judged.facts[forecasts.time]), return_inverse=True)
    furthest = int(steps_ahead(judged.facts, forecasts).max())
    length = max(furthest, forecasts.season or 1, round(len(times) ** (1 / 3)))
    length = min(length, len(times) // _FEWEST_BLOCKS)
    return (places // length).astype(np.intp) if length >= 1 else None


class AgainstNaive:
    """The errors of a model and of naive forecasts of the same rows, for many resamples at once."""

    def __init__(self, sample: NumberSample, naive: Mapping[str, Floats]) -> None:
        self._error = np.abs(sample.error)
        self._terms = []
        self.names = list(naive)
        for values in naive.values():
            known = np.isfinite(values)
            off = np.abs(np.where(known, values, 0.0) - sample.truth) * known
            self._terms.append(np.column_stack([known, self._error * known, off]).astype(np.float64))

    def measure(self, counts: Floats) -> dict[str, Floats]:
        """The error of each as `mae of NAME`, and `skill`: how much of the best one's error the model saves."""
        found, skills = {}, []
        for name, terms in zip(self.names, self._terms, strict=True):
            known, model, off = (counts @ terms).T
            found[f"mae of {name}"] = off / known
            skills.append(1 - model / off)
        return found | ({"skill": np.fmin.reduce(skills)} if skills else {})


def horizons_of(
    judged: Judged,
    naive: Mapping[str, Floats],
    forecasts: Forecasts,
    plan: Resampling,
    blocks: NDArray[np.intp] | None,
) -> list[Horizon]:
    """How good the forecasts of each distance are; of many distances, in quarters."""
    import pandas as pd

    if forecasts.horizon is None:
        return []
    assert isinstance(judged.sample, NumberSample)
    ahead = pd.Series(steps_ahead(judged.facts, forecasts))
    return [
        _horizon(judged, part.value, part.rows, naive, plan, groups_of(blocks, part.rows)) for part in parts_of([ahead])
    ]


def _horizon(
    judged: Judged,
    name: str,
    rows: NDArray[np.intp],
    naive: Mapping[str, Floats],
    plan: Resampling,
    blocks: NDArray[np.intp] | None,
) -> Horizon:
    assert isinstance(judged.sample, NumberSample)
    sample = judged.sample.take(rows)
    weights = None if judged.weights is None else judged.weights[rows]
    against = AgainstNaive(sample, {key: values[rows] for key, values in naive.items()})

    def measure(counts: Floats) -> dict[str, Floats]:
        return sample.measure(counts) | against.measure(counts)

    values = measure_once(measure, len(sample), weights)
    estimates = with_intervals(values, draw(measure, len(sample), plan, weights=weights, groups=blocks), plan)
    baselines = {key: estimates.pop(f"mae of {key}") for key in against.names}
    return Horizon(horizon=name, rows=len(sample), metrics=estimates, baselines=baselines)


def described(naive: Mapping[str, Floats], rows: int, blocks: NDArray[np.intp] | None) -> Iterator[str]:
    """What a reader should know of how the naive forecasts and the intervals were made."""
    for name, values in naive.items():
        unknown = int((~np.isfinite(values)).sum())
        if unknown:
            yield (
                f"the naive forecast '{name}' knows nothing for {unknown} of {rows} rows, whose values before are not"
                " in the data; it is compared on the others (pass what came before as `history=`)"
            )
    if blocks is not None:
        count = len(np.unique(blocks))
        yield f"errors of neighbouring times are alike: intervals are made of {count} blocks of time"
