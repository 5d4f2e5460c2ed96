"""Five tasks over a table: read, drop outliers, split, boosted trees, evaluate."""

from typing import NamedTuple

import polars as pl
import tabular_steps as steps
from sklearn.ensemble import HistGradientBoostingClassifier

from penstock import Metrics, component, pipeline


class Parts(NamedTuple):
    train: pl.DataFrame
    test: pl.DataFrame


@component
def load(path: str) -> pl.DataFrame:
    return steps.read(path)


@component
def clean(rows: pl.DataFrame) -> pl.DataFrame:
    return steps.drop_outliers(rows)


@component
def split(rows: pl.DataFrame) -> Parts:
    return Parts(*steps.halves(rows))


@component(cpu=2)
def train(rows: pl.DataFrame) -> HistGradientBoostingClassifier:
    return steps.fit(rows)


@component
def evaluate(model: HistGradientBoostingClassifier, rows: pl.DataFrame) -> Metrics:
    return Metrics(auc=steps.score(model, rows))


@pipeline
def tabular(path: str) -> None:
    train_rows, test_rows = split(clean(load(path)))
    evaluate(train(train_rows), test_rows)
