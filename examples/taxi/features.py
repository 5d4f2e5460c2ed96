"""What is known of a taxi trip when the card reader lights up: the label, the clean-up and the model's inputs.

Plain functions from a table to a table. The pipeline's components call them; a notebook or a test can too.
"""

import polars as pl

TARGET = "big_tip"

CATEGORIES = ["company"]
"""Inputs that are names."""

NUMBERS = [
    "fare",
    "trip_miles",
    "trip_seconds",
    "dollars_per_mile",
    "miles_per_hour",
    "trip_start_month",
    "trip_start_day",
    "trip_start_hour",
    "pickup_community_area",
    "dropoff_community_area",
    "pickup_latitude",
    "pickup_longitude",
    "dropoff_latitude",
    "dropoff_longitude",
]
"""Inputs that are numbers. `tips` is not among them: the label is made of it."""


def label(trips: pl.DataFrame) -> pl.DataFrame:
    """The trips whose tip is known, with the label: is it more than a fifth of the fare?

    A tip in cash goes from hand to hand and is recorded as 0. To call those trips "no big tip" would teach a
    model to read `payment_type`, to an AUC of 0.94 that is worth nothing. So only card payments are kept.
    """
    big_tip = pl.col("tips") > 0.2 * pl.col("fare")
    return trips.filter(pl.col("payment_type") == "Credit Card").with_columns(big_tip.alias(TARGET))


def clean(trips: pl.DataFrame) -> pl.DataFrame:
    """Without the trips that did not happen, or not as they were written down."""
    return trips.filter(
        pl.col("fare").is_between(3, 200),
        pl.col("trip_seconds") > 0,
        pl.col("trip_miles") < 100,
    )


def derive(trips: pl.DataFrame) -> pl.DataFrame:
    """With the ratios that a passenger feels: the price of a mile, and the speed (null where a length is 0)."""
    miles, hours = pl.col("trip_miles"), pl.col("trip_seconds") / 3600
    return trips.with_columns(
        dollars_per_mile=pl.when(miles > 0).then(pl.col("fare") / miles),
        miles_per_hour=pl.when((miles > 0) & (hours > 0)).then(miles / hours),
    )
