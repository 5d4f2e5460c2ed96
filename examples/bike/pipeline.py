"""How many bikes will be rented in each hour of the coming week?

A forecast from the calendar alone, held against what was known at eight moments of 2012:

    penstock run examples/bike/pipeline.py

The weather is in the table too. It is left out: nobody knows next week's, and with it the backtest would promise more
than any forecast can keep.
"""

from pathlib import Path

import polars as pl
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline, make_pipeline

from penstock import component, pipeline
from penstock.compiled import to_float32
from penstock.components import Backtest, backtest

HOURS = Path(__file__).parent / "data" / "bike_hourly.csv"

CALENDAR = ["hour", "weekday", "workingday", "holiday", "month", "year"]
"""What is known of any hour to come."""


@component
def load(source: Path) -> pl.DataFrame:
    """Read the hours. `casual` and `registered` add up to `count`, so they go."""
    return pl.read_csv(source, try_parse_dates=True).drop("casual", "registered")


@component(cpu=1)
def train(hours: pl.DataFrame, learning_rate: float = 0.1) -> Pipeline:
    """Fit boosted trees on the calendar, for counts that are never negative."""
    model = make_pipeline(
        make_column_transformer(("passthrough", CALENDAR)),
        to_float32(),
        HistGradientBoostingRegressor(loss="poisson", learning_rate=learning_rate, random_state=0),
    )
    return model.fit(hours.select(CALENDAR), hours["count"])


@pipeline
def bikes(
    hours: Path = HOURS,
    horizon: str = "7d",
    windows: int = 8,
    step: str = "28d",
    width: str = "",
    learning_rate: float = 0.1,
) -> Backtest:
    """What would the forecast have said, and how far would it have been off?

    Windows expand: each learns from all hours before its cutoff. With a `width`, `--param width=90d`, they slide.
    """
    return backtest(
        lambda known: train(known, learning_rate),
        load(hours),
        "count",
        time="timestamp",
        horizon=horizon,
        windows=windows,
        step=step,
        width=width,
        season="7d",
    )
