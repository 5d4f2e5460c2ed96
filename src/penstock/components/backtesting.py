"""Backtesting as a pipeline: what would a model have said, at moments of the past, of the time after them?

Each window is trained and judged in tasks of its own, side by side, beside naive forecasts from the same past.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import numpy as np
import polars as pl
from matplotlib.figure import Figure

from penstock.components.baselines import naive_forecasts
from penstock.components.errors import CannotCut, NotPredicted
from penstock.components.forecast_errors import backtest_report, by_horizon, by_window, draw_horizons, summary
from penstock.components.windows import Window, ahead, cut, known, require_time
from penstock.core.json import Json
from penstock.data.values import Markdown, Metrics
from penstock.dsl import component, each
from penstock.dsl.trace import need_trace
from penstock.models import Model


class Backtest(NamedTuple):
    """How good forecasts would have been."""

    metrics: Metrics
    """Errors over all windows, of the model and of the naive methods; `skill` is by how much the model's mean absolute
    error is below that of the best of these: 0 is no better, 1 is perfect."""
    windows: pl.DataFrame
    """The same for each window."""
    horizons: pl.DataFrame
    """The same by how far ahead was looked: `ahead` is the time since the last that was known."""
    predictions: pl.DataFrame
    """Each forecast: `window`, the time, `ahead`, `actual`, `predicted`, and what the naive methods said."""
    report: Markdown
    error_by_horizon: Figure


class WindowPart(NamedTuple):
    """What one window learns from, and what it is judged by."""

    train: pl.DataFrame
    test: pl.DataFrame


def backtest(
    fit: Callable[[Any], Any],
    rows: Any,
    target: str,
    *,
    time: str,
    horizon: str,
    windows: int = 5,
    step: str = "",
    width: str = "",
    gap: str = "",
    season: str = "",
    series: str = "",
    parallelism: int = 0,
) -> Backtest:
    """Train on what was known at several moments, judge by what came after them. To be called in a pipeline.

    ```python
    @pipeline
    def tested(hours: Path) -> Backtest:
        return backtest(train, load(hours), "count", time="timestamp", horizon="24h", windows=14, season="7d")
    ```

    Windows expand: each learns from all that was known. With `width` they slide: each learns from the time of that
    length before its cutoff. Inputs of the model must be known at the moment of forecasting for the time ahead, such as
    the calendar; what is not (tomorrow's weather) makes a backtest too good to be true.

    Args:
        fit: Places the training, as for `cross_validate`: gives the model's handle for the handle of its rows.
        rows: The table, of any library, with a row for each moment (of each series), in any order.
        target: The column to forecast.
        time: The column of times, or of whole numbers that count steps.
        horizon: How far each window looks ahead, as in Polars: `"24h"`, `"7d"`, `"1mo"`; of steps, `"24"`.
        windows: How many moments to forecast from; the last window ends with the table.
        step: How far one window is from the next; as far as the horizon, if not given.
        width: Learn only from so much time before each cutoff; from all, if not given.
        gap: Leave out so much time between what is learned from and what is judged.
        season: After which time things repeat, for the seasonal naive forecast.
        series: A column that tells several series in the table apart.
        parallelism: At most so many windows at once; 0 is as many as there is room for.

    Raises:
        OutsidePipeline: It was called elsewhere.
    """
    need_trace("components.backtest")
    found = []
    for window in each(cut_windows(rows, time, horizon, windows, step, width, gap), parallelism=parallelism):
        part = take_window(rows, time, window)
        found.append(forecast(fit(part.train), part.train, part.test, window, target, time, season, series))
    return summarise_windows(found, target, time)


@component(name="cut-windows")
def cut_windows(
    rows: pl.LazyFrame, time: str, horizon: str, windows: int = 5, step: str = "", width: str = "", gap: str = ""
) -> list[dict[str, Json]]:
    """The moments to forecast from, the oldest first."""
    require_time(pl.DataFrame(schema=rows.collect_schema()), {"time": time})
    times = rows.select(time).collect().to_series()
    found = cut(times, horizon=horizon, windows=windows, step=step, width=width, gap=gap)
    return [msgspec.to_builtins(window) for window in found]


@component(name="take-window")
def take_window(rows: pl.DataFrame, time: str, window: dict[str, Json]) -> WindowPart:
    """What was known at a moment, and what came in the time after it; both in order of time."""
    chosen = msgspec.convert(window, Window)
    part = WindowPart(known(rows, time, chosen), ahead(rows, time, chosen))
    if not len(part.train) or not len(part.test):
        what = "to learn from" if not len(part.train) else "to be judged by"
        raise CannotCut(reason=f"the window from {chosen.cutoff_text} to {chosen.until_text} has no rows {what}")
    return part


@component
def forecast(
    model: Model,
    train: pl.DataFrame,
    test: pl.DataFrame,
    window: dict[str, Json],
    target: str,
    time: str,
    season: str = "",
    series: str = "",
) -> pl.DataFrame:
    """What a model and the naive methods say of the time after a window's cutoff."""
    require_time(test, {"target": target, "series": series})
    chosen = msgspec.convert(window, Window)
    predicted = np.asarray(model.predict(test), dtype=np.float64)
    wrong = int((~np.isfinite(predicted)).sum())
    if wrong:
        raise NotPredicted(rows=wrong, of=len(test), where=f"after {chosen.cutoff_text}")
    naive = naive_forecasts(train, test, time=time, target=target, series=series, season=season)
    moment = test[time]
    cutoff = pl.Series([chosen.cutoff], dtype=pl.Int64).cast(moment.to_physical().dtype).cast(moment.dtype)
    columns = [
        pl.repeat(chosen.number, len(test), dtype=pl.Int64, eager=True).alias("window"),
        *([test[series]] if series else []),
        moment,
        (moment - cutoff.item()).alias("ahead"),
        test[target].cast(pl.Float64).alias("actual"),
        pl.Series("predicted", predicted),
    ]
    return pl.DataFrame(columns).hstack(naive)


@component(name="summarise-windows")
def summarise_windows(forecasts: list[pl.DataFrame], target: str, time: str) -> Backtest:
    """Put together what the windows gave."""
    found = pl.concat(forecasts)
    judged = found.filter(pl.col("actual").is_not_null() & pl.col("actual").is_not_nan())
    if not len(judged):
        raise CannotCut(reason=f"'{target}' is missing in all rows that are to be judged by", advice="leave them out")
    windows, horizons = by_window(judged, time), by_horizon(judged)
    metrics = Metrics(summary(judged, windows))
    report = Markdown(backtest_report(metrics, windows, horizons, target))
    return Backtest(metrics, windows, horizons, found, report, draw_horizons(horizons, target))
