"""Model packages become versions that answer: by their graphs, or by their originals where they have none."""

import asyncio
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import BaggingClassifier
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.tree import DecisionTreeClassifier

from penstock import Model
from penstock.serving.application import Application
from penstock.serving.loading import NotServable, OriginalRunner, load_served
from penstock.serving.running import GraphRunner

from .conftest import Reply, ask


def reply(model: Model, rows: Any) -> Reply:
    served = load_served(model, "m", "1")
    try:
        return asyncio.run(ask(Application(served), "/predict", rows))
    finally:
        served.close()


def as_json(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def test_a_package_with_a_graph_answers_as_its_original(pipeline: Pipeline, rows: pd.DataFrame) -> None:
    model = Model(pipeline, data=rows)
    served = load_served(model, "tips", "7")
    assert isinstance(served.batcher._runner, GraphRunner)
    served.close()
    answered = reply(model, as_json(rows.head(50))).json
    assert answered["predictions"] == pipeline.predict(rows.head(50)).tolist()
    np.testing.assert_allclose(answered["probabilities"], pipeline.predict_proba(rows.head(50)), atol=1e-6)


def test_a_package_without_one_does_too(pipeline: Pipeline, rows: pd.DataFrame) -> None:
    labels = pipeline.predict(rows) == "big"
    bagged = BaggingClassifier(DecisionTreeClassifier(max_depth=3), n_estimators=3, random_state=0)
    original = make_pipeline(pipeline[0], bagged).fit(rows, labels)
    model = Model(original, data=rows)
    served = load_served(model, "tips", "8")
    assert isinstance(served.batcher._runner, OriginalRunner)
    assert served.example[0].keys() == dict.fromkeys(rows.columns).keys()
    served.close()
    answered = reply(model, as_json(rows.head(20))).json
    assert answered["predictions"] == original.predict(rows.head(20)).tolist()
    assert answered["classes"] == [False, True]


def test_rows_that_an_original_cannot_bear_are_named(rows: pd.DataFrame) -> None:
    numbers = rows[["year"]].assign(miles=1.0)
    model = Model(_Picky().fit(numbers, numbers["year"]), data=numbers)
    answered = reply(model, [{"year": 2014, "miles": 1.0}, {"year": 2013, "miles": -1.0}, {"year": 2013, "miles": 1}])
    assert (answered.status, answered.error["code"]) == (422, "SRV007")
    assert "the model refuses row 1" in answered.error["message"]
    assert "no trip is that short" in answered.error["message"]


class _Picky(LinearRegression):
    def predict(self, rows: pd.DataFrame) -> Any:
        if (rows["miles"] < 0).any():
            raise ValueError("no trip is that short")
        return super().predict(rows)


def test_classes_keep_their_type(rows: pd.DataFrame, pipeline: Pipeline) -> None:
    truth = pipeline.predict(rows) == "big"
    model = Model(
        make_pipeline(pipeline[0], pipeline[1], DecisionTreeClassifier(max_depth=2)).fit(rows, truth), data=rows
    )
    answered = reply(model, as_json(rows.head(5))).json
    assert {type(label) for label in answered["predictions"]} == {bool}


def test_a_model_whose_columns_are_not_known_is_not_served() -> None:
    with pytest.raises(NotServable, match="cannot be served"):
        load_served(Model(LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0])), "m", "1")
