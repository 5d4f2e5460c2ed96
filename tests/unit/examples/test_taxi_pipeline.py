"""The taxi example's components, called as the plain functions that they are, on the real trips."""

from types import ModuleType
from typing import Any

import polars as pl
import pytest
from sklearn.pipeline import Pipeline


@pytest.fixture(scope="module")
def trips(taxi: ModuleType) -> pl.DataFrame:
    return taxi.load(taxi.TRIPS)


@pytest.fixture(scope="module")
def halves(taxi: ModuleType, trips: pl.DataFrame) -> Any:
    believable = taxi.drop_outliers(taxi.label(trips))
    return taxi.split(taxi.derive_inputs(believable), test_share=0.2)


@pytest.fixture(scope="module")
def model(taxi: ModuleType, halves: Any) -> Pipeline:
    return taxi.train(halves.train, taxi.features.TARGET, learning_rate=0.1)


def test_the_trips_are_read_with_their_times(trips: pl.DataFrame) -> None:
    assert len(trips) == 15_002
    assert trips["trip_start_timestamp"].dt.year().unique().sort().to_list() == [2013, 2014, 2015, 2016]


def test_what_does_not_fit_the_schema_is_explained(taxi: ModuleType, trips: pl.DataFrame) -> None:
    checked = taxi.validate(trips, reference_year=2013)
    assert checked.trips is trips
    assert "4,388 of 15,002" in checked.anomalies
    assert "column 'fare': too large; expected at most 96.8" in checked.anomalies
    assert "'Prcard'" in checked.anomalies


def test_trips_like_their_reference_have_nothing_to_explain(taxi: ModuleType, trips: pl.DataFrame) -> None:
    first = trips.filter(pl.col("trip_start_timestamp").dt.year() == 2013)
    assert taxi.validate(first, reference_year=2013).anomalies.endswith("All others are like them.")


def test_data_that_is_not_what_it_was_stops_the_pipeline(taxi: ModuleType, trips: pl.DataFrame) -> None:
    in_meters = trips.with_columns(
        pl.when(pl.col("trip_start_timestamp").dt.year() > 2013)
        .then(pl.col("trip_miles") * 1609)
        .otherwise(pl.col("trip_miles"))
    )
    with pytest.raises(ValueError, match=r"not like those of 2013: column 'trip_miles': too large"):
        taxi.validate(in_meters, reference_year=2013)


def test_nothing_that_is_learned_from_comes_after_what_is_judged_by(taxi: ModuleType, trips: pl.DataFrame) -> None:
    halves = taxi.split(trips, test_share=0.2)
    assert len(halves.train) + len(halves.test) == len(trips)
    assert halves.train["trip_start_timestamp"].max() < halves.test["trip_start_timestamp"].min()
    assert len(halves.test) / len(trips) == pytest.approx(0.2, abs=0.01)


def test_the_model_beats_the_obvious_answer(taxi: ModuleType, halves: Any, model: Pipeline) -> None:
    metrics, confusion_matrix, roc_curve = taxi.evaluate(model, halves.test, taxi.features.TARGET)
    assert metrics["accuracy"] > metrics["accuracy_of_always_yes"] > 0.6
    assert 0.68 < metrics["auc"] < 0.75
    assert len(confusion_matrix.axes) == len(roc_curve.axes) == 1


def test_a_company_that_was_never_seen_is_no_obstacle(halves: Any, model: Pipeline) -> None:
    strange = halves.test.head(1).with_columns(company=pl.lit("Yesterday's Cabs"))
    assert 0 < model.predict_proba(strange)[0, 1] < 1
