"""Will a taxi passenger in Chicago tip more than a fifth of the fare?

From the city's raw trips to a model and an honest account of it:

    penstock run examples/taxi/pipeline.py --param learning_rate=0.05

Every component is a plain function: call it, test it, step through it without Penstock.
"""

from pathlib import Path
from typing import NamedTuple

import polars as pl
from matplotlib.figure import Figure
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

import features
import penstock.data
import plots
from penstock import Markdown, Metrics, component, pipeline
from penstock.compiled import to_float32
from penstock.data import TableSchema, infer_schema

TRIPS = Path(__file__).parent / "data" / "chicago_taxi.csv"


@component
def load(source: Path) -> pl.DataFrame:
    """Read the trips as the city publishes them."""
    trips = pl.read_csv(source, infer_schema_length=None)
    return trips.with_columns(pl.from_epoch("trip_start_timestamp"))


class Checked(NamedTuple):
    """Trips that fit their schema, and what does not fit quite."""

    trips: pl.DataFrame
    schema: TableSchema
    anomalies: Markdown


@component
def validate(trips: pl.DataFrame, reference_year: int, tolerance: float = 0.01) -> Checked:
    """Infer a schema from one year's trips, hold all years to it, and explain what does not fit.

    Strange values are for the next steps to drop. But when more than a share of `tolerance` of the rows does not
    fit, the data is not what it was, and a model of it would be wrong: then this fails.
    """
    reference = trips.filter(pl.col("trip_start_timestamp").dt.year() == reference_year)
    schema = infer_schema(reference)
    anomalies = penstock.data.validate(trips, schema)
    for anomaly in anomalies:
        if anomaly.rows > tolerance * len(trips):
            raise ValueError(f"the trips are not like those of {reference_year}: {anomaly}")
    known = f"The trips of {reference_year}, {len(reference):,} of {len(trips):,}, are the reference."
    lines = [f"- {anomaly}" for anomaly in anomalies] or ["All others are like them."]
    return Checked(trips, schema, Markdown("\n".join(["# Anomalies", "", known, "", *lines])))


@component
def label(trips: pl.DataFrame) -> pl.DataFrame:
    """Keep the trips whose tip is known, and say for each whether it was big."""
    return features.label(trips)


@component
def drop_outliers(trips: pl.DataFrame) -> pl.DataFrame:
    """Leave out the trips that did not happen as they were written down."""
    return features.clean(trips)


@component
def derive_inputs(trips: pl.DataFrame) -> pl.DataFrame:
    """Add what the model sees besides the raw columns."""
    return features.derive(trips)


class Halves(NamedTuple):
    """The past, and what came after."""

    train: pl.DataFrame
    test: pl.DataFrame


@component
def split(trips: pl.DataFrame, test_share: float) -> Halves:
    """Split by time, as life does: learn from the past, be judged on what came after."""
    start = pl.col("trip_start_timestamp")
    border = trips.select(start.quantile(1 - test_share)).item()
    return Halves(train=trips.filter(start < border), test=trips.filter(start >= border))


@component(cpu=1, memory="2G", retries=2)
def train(trips: pl.DataFrame, target: str, learning_rate: float) -> Pipeline:
    """Fit boosted trees behind the encoding of names: one object from a row of the table to a probability."""
    encode = OneHotEncoder(handle_unknown="ignore", min_frequency=20, sparse_output=False)
    model = make_pipeline(
        make_column_transformer((encode, features.CATEGORIES), ("passthrough", features.NUMBERS)),
        to_float32(),
        HistGradientBoostingClassifier(learning_rate=learning_rate, max_leaf_nodes=8, random_state=0),
    )
    return model.fit(trips.select(features.CATEGORIES + features.NUMBERS), trips[target])


class Account(NamedTuple):
    """How good a model is, in numbers and pictures."""

    metrics: Metrics
    confusion_matrix: Figure
    roc_curve: Figure


@component
def evaluate(model: Pipeline, trips: pl.DataFrame, target: str) -> Account:
    """Judge the model on trips that it has not seen, beside the answer "always a big tip"."""
    actual = trips[target].to_numpy()
    probability = model.predict_proba(trips)[:, 1]
    predicted = probability > 0.5
    metrics = Metrics(
        accuracy=accuracy_score(actual, predicted),
        accuracy_of_always_yes=actual.mean(),
        auc=roc_auc_score(actual, probability),
        log_loss=log_loss(actual, probability),
    )
    return Account(metrics, plots.confusion_matrix(actual, predicted), plots.roc_curve(actual, probability))


class Trained(NamedTuple):
    """A model, an account of it, and the trips that it has not seen."""

    model: Pipeline
    metrics: Metrics
    confusion_matrix: Figure
    roc_curve: Figure
    test: pl.DataFrame


@pipeline
def taxi(source: Path = TRIPS, learning_rate: float = 0.1, test_share: float = 0.2) -> Trained:
    """Train a model of big tips, and judge it."""
    checked = validate(load(source), reference_year=2013)
    believable = drop_outliers(label(checked.trips))
    train_trips, test_trips = split(derive_inputs(believable), test_share)
    model = train(train_trips, features.TARGET, learning_rate)
    metrics, confusion_matrix, roc_curve = evaluate(model, test_trips, features.TARGET)
    return Trained(model, metrics, confusion_matrix, roc_curve, test_trips)
