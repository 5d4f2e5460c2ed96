"""Replay: what is held against what was recorded, and what each cause is called. (Real ones: tests/acceptance.)"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from penstock import Model, models
from penstock.models.package import Expected, Package
from penstock.models.replayed import _said
from penstock.models.replaying import _judged
from penstock.models.verdicts import compared

ROWS = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
RECORDED = Expected(predictions=["x", "y"], probabilities=[[0.25, 0.75], [1.0, 0.0]])


def said(**change: Any) -> dict[str, Any]:
    same = {"predictions": ["x", "y"], "probabilities": [[0.25, 0.75], [1.0, 0.0]], "load": 1.0, "predict": 0.5}
    return {**same, "processors": 1.25, "rows": 2, **change}


def test_the_same_is_the_same_to_the_last_bits() -> None:
    assert compared(RECORDED, said()) == ("", "")
    assert compared(RECORDED, said(probabilities=[[0.25 + 1e-12, 0.75], [1.0, 0.0]])) == ("", "")


@pytest.mark.parametrize(
    ("change", "cause", "reason"),
    [
        (
            {"predictions": ["x", "x"]},
            "changed",
            "its predictions are not those that were recorded: row 1 was y, and is x",
        ),
        ({"predictions": ["x"]}, "changed", "2 rows before, 1 now"),
        ({"probabilities": [[0.2, 0.8], [1.0, 0.0]]}, "changed", "its probabilities are not"),
        ({"probabilities": None}, "changed", "2 rows before, none now"),
        ({"predictions": ["x", None]}, "nan", "it predicts NaN for row 1 of its own example"),
        ({"predictions": [["inf"], [1.0]]}, "nan", "it predicts an infinity for row 0"),
    ],
)
def test_what_differs_is_named(change: dict[str, Any], cause: str, reason: str) -> None:
    found, why = compared(RECORDED, said(**change))
    assert found == cause
    assert reason in why


@pytest.mark.parametrize(
    ("answer", "cause", "reason"),
    [
        ({"slow": True}, "slow", "it did not load and predict within 24 s, where 1 s are allowed"),
        (said(), "slow", "loading and predicting took 1.2 s, where 1 s are allowed"),
        ({"ended": "its process ended with -11: "}, "fails", "ended with -11"),
        (
            {"missing": "hypothesis"},
            "distribution",
            "'hypothesis' of the package 'hypothesis', which is not in its lock",
        ),
        ({"missing": "support"}, "helper", "'support', a module of the project that does not travel with it"),
        ({"missing": "nowhere_at_all"}, "helper", "which is in no package of its lock and not in the package itself"),
    ],
)
def test_each_cause_has_its_words(answer: dict[str, Any], cause: str, reason: str) -> None:
    verdict = _judged(answer, Package(flavour="sklearn", class_="x", expected=RECORDED), budget=1.0)
    assert (verdict.passed, verdict.cause) == (False, cause)
    assert reason in verdict.reason
    assert not verdict


def test_within_its_budget_it_passes() -> None:
    verdict = _judged(said(), Package(flavour="sklearn", class_="x", expected=RECORDED), budget=2.0)
    assert verdict
    assert (verdict.seconds, verdict.load_seconds, verdict.predict_seconds, verdict.rows) == (1.25, 1.0, 0.5, 2)


def test_a_model_without_an_example_cannot_be_replayed(tmp_path: Path) -> None:
    Model(LinearRegression().fit(ROWS, [1, 2, 3])).save(tmp_path / "model")
    found = _said(tmp_path / "model", trusted=False)
    assert found["cause"] == "example"
    assert found["reason"].endswith("neither `data=` nor `example=` was passed")


def test_a_pickle_is_refused(tmp_path: Path) -> None:
    estimator = make_pipeline(FunctionTransformer(lambda rows: rows), LinearRegression()).fit(ROWS, [1, 2, 3])
    Model(estimator, data=ROWS, allow_pickle=True).save(tmp_path / "model")
    assert _said(tmp_path / "model", trusted=False)["cause"] == "pickle"
    assert _said(tmp_path / "model", trusted=True)["rows"] == 3


def test_what_it_says_is_what_was_recorded(tmp_path: Path) -> None:
    folder = Model(LinearRegression().fit(ROWS, [1, 2, 3]), data=ROWS).save(tmp_path / "model")
    expected = Model.load(folder).package.expected
    assert expected is not None
    np.testing.assert_allclose(_said(folder, trusted=False)["predictions"], expected.predictions)


def test_an_edited_lock_makes_no_environment(tmp_path: Path) -> None:
    folder = Model(LinearRegression().fit(ROWS, [1, 2, 3]), data=ROWS).save(tmp_path / "model")
    (folder / "penstock" / "environment.txt").write_text("--index-url http://127.0.0.1:1/\nevil==1\n")
    verdict = models.replay(folder, environments=tmp_path / "environments")
    assert (verdict.passed, verdict.cause) == (False, "damaged")
    assert "'penstock/environment.txt' is not what was packaged" in verdict.reason
    record = json.loads((folder / "penstock" / "package.json").read_text())
    record["files"] = {}
    (folder / "penstock" / "package.json").write_text(json.dumps(record))
    (folder / "requirements.txt").write_text("evil @ file:///tmp/evil\n")
    assert "which is no version" in models.replay(folder, environments=tmp_path / "environments").reason
    assert not (tmp_path / "environments").exists()
