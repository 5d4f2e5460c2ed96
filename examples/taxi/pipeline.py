"""Will a taxi passenger in Chicago tip more than a fifth of the fare?

From the city's raw trips to a model and an honest account of it:

    penstock run examples/taxi/pipeline.py --param learning_rate=0.05

Every component is a plain function: call it, test it, step through it without Penstock.
"""

from pathlib import Path
from typing import NamedTuple

import features
import plots
import polars as pl
from matplotlib.figure import Figure
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from penstock import Markdown, Metrics, component, pipeline
from penstock.data.schema import infer_schema, validate as find_anomalies

DATA = Path(__file__).parent / "data" / "chicago_taxi.csv"


class Checked(NamedTuple):
    trips: pl.DataFrame
    anomalies: Markdown


class Halves(NamedTuple):
    train: pl.DataFrame
    test: pl.DataFrame


class Account(NamedTuple):
    metrics: Metrics
    confusion_matrix: Figure
    roc_curve: Figure


@component
def load(source: Path) -> pl.DataFrame:
    """The trips as the city publishes them."""
    return pl.read_csv(source, infer_schema_length=None)


@component
def validate(trips: pl.DataFrame, reference_year: int) -> Checked:
    """Infer a schema from one year's trips, and hold all the others to it."""
    ...


@component
def drop_outliers(trips: pl.DataFrame) -> pl.DataFrame:
    """The trips that can be believed and whose tip is known, with the label and the derived inputs."""
    return features.derive(features.clean(features.label(trips)))


@component
def split(trips: pl.DataFrame, test_share: float) -> Halves:
    """By time, as life does it: learn from the past, be judged on what came after."""
    start = pl.col("trip_start_timestamp")
    cut = trips["trip_start_timestamp"].quantile(1 - test_share)
    return Halves(train=trips.filter(start < cut), test=trips.filter(start >= cut))


@component(cpu=1, memory="2G", retries=2)
def train(trips: pl.DataFrame, target: str, learning_rate: float = 0.1) -> Pipeline:
    """Boosted trees behind the encoding of names: one object from a row of the table to a probability."""
    encode = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1)
    model = make_pipeline(
        make_column_transformer((encode, features.CATEGORIES), ("passthrough", features.NUMBERS)),
        HistGradientBoostingClassifier(
            learning_rate=learning_rate,
            max_leaf_nodes=8,
            categorical_features=list(range(len(features.CATEGORIES))),
            random_state=0,
        ),
    )
    return model.fit(trips, trips[target])


@component
def evaluate(model: Pipeline, trips: pl.DataFrame, target: str) -> Account:
    """How good the model is on trips that it has not seen, beside the answer "always a big tip"."""
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


@pipeline
def taxi(source: Path = DATA, learning_rate: float = 0.1, test_share: float = 0.2):
    """Train and judge a model of big tips."""
    trips = load(source)
    checked = validate(trips, reference_year=2013)
    kept = drop_outliers(checked.trips)
    train_trips, test_trips = split(kept, test_share)
    model = train(train_trips, features.TARGET, learning_rate)
    evaluate(model, test_trips, features.TARGET)
