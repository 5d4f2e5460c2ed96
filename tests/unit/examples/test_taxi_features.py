"""The taxi example's features, as plain functions."""

from types import ModuleType

import polars as pl

TRIP = {
    "payment_type": "Credit Card",
    "fare": 10.0,
    "tips": 2.5,
    "trip_seconds": 1800,
    "trip_miles": 4.0,
    "company": "Blue Ribbon",
}


def trips(**columns: list[object]) -> pl.DataFrame:
    """As many trips as the columns are long, like `TRIP` where nothing is said."""
    count = len(next(iter(columns.values())))
    return pl.DataFrame({name: columns.get(name, [value] * count) for name, value in TRIP.items()})


def test_a_big_tip_is_more_than_a_fifth_of_the_fare(features: ModuleType) -> None:
    labelled = features.label(trips(tips=[1.9, 2.0, 2.1]))
    assert labelled[features.TARGET].to_list() == [False, False, True]


def test_trips_whose_tip_nobody_recorded_are_left_out(features: ModuleType) -> None:
    labelled = features.label(trips(payment_type=["Cash", "Credit Card", "No Charge"]))
    assert labelled["payment_type"].to_list() == ["Credit Card"]


def test_trips_that_cannot_be_are_cleaned_away(features: ModuleType) -> None:
    fares = features.clean(trips(fare=[0.0, 10.0, 700.0]))["fare"]
    assert fares.to_list() == [10.0]
    seconds = features.clean(trips(trip_seconds=[0, None, 1800]))["trip_seconds"]
    assert seconds.to_list() == [1800]
    miles = features.clean(trips(trip_miles=[0.0, 4.0, 1e6]))["trip_miles"]
    assert miles.to_list() == [0.0, 4.0]


def test_ratios_are_null_where_there_is_nothing_to_divide_by(features: ModuleType) -> None:
    derived = features.derive(trips(trip_miles=[0.0, 4.0]))
    assert derived["dollars_per_mile"].to_list() == [None, 2.5]
    assert derived["miles_per_hour"].to_list() == [None, 8.0]


def test_the_inputs_do_not_know_the_tip(features: ModuleType) -> None:
    assert {"tips", "payment_type", features.TARGET}.isdisjoint(features.NUMBERS + features.CATEGORIES)
