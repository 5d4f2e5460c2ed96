"""What a model or a table can do wrong, and what is said about it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from penstock.evaluation import (
    ColumnsMissing,
    NothingToEvaluate,
    UnclearTask,
    UnusablePredictions,
    WrongOption,
    evaluate,
)

from .samples import Answers, Probable, people

FAST = {"bootstrap": 100, "explain": False}


def _with_probabilities(make: Callable[[int], Any]) -> Probable:
    model = Probable()
    model.predict_proba = lambda rows: make(len(rows))  # type: ignore[method-assign]
    return model


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Answers(lambda rows: np.where(rows["x"] > 1, np.nan, 1.0)), r"not a finite number in \d+ of 240 rows \(row"),
        (Answers(lambda rows: np.where(rows["x"] > 1, None, 1)), r"the prediction is missing in \d+ of 240 rows"),
        (Answers(lambda rows: [1, 0]), r"rows got an answer of shape \(2,\)"),
        (_with_probabilities(lambda n: np.full((n, 2), np.nan)), "a probability is not a number in 240 of 240"),
        (_with_probabilities(lambda n: np.tile([-0.5, 1.5], (n, 1))), "a probability is outside of 0 to 1"),
        (_with_probabilities(lambda n: np.full((n, 2), 0.2)), "the probabilities do not add up to 1"),
        (_with_probabilities(lambda n: np.full((n, 3), 1 / 3)), r"shape \(240, 3\) do not fit 2 classes"),
    ],
)
def test_answers_that_are_no_predictions_are_refused_with_their_rows(model: Any, message: str) -> None:
    with pytest.raises(UnusablePredictions, match=message):
        evaluate(model, people(), "y", **FAST)


@pytest.mark.parametrize(
    ("changes", "options", "error", "message"),
    [
        ({}, {"target": "z"}, ColumnsMissing, "`target=` names 'z'"),
        ({}, {"slices": ["z"]}, ColumnsMissing, "`slices=` names 'z'"),
        ({}, {"slices": "group"}, WrongOption, "it is one text and no list"),
        ({}, {"positive": "yes"}, WrongOption, "there is no such class"),
        ({}, {"bootstrap": -1}, WrongOption, "it is 0 for no intervals"),
        ({}, {"task": "clustering"}, WrongOption, "it is one of binary"),
        ({}, {"weights": "x"}, WrongOption, "weights must be finite"),
        ({"y": None}, {}, NothingToEvaluate, "in none of its 240 rows is there a 'y'"),
        ({"y": "1"}, {}, UnclearTask, "`y` holds '1', and the model knows 0, 1"),
        ({"y": [1, "1"] * 120}, {}, UnclearTask, "mixes texts and numbers"),
        ({"y": [0, 1, 2] * 80}, {"task": "binary"}, UnclearTask, "two classes were expected, and there are 0, 1, 2"),
        ({"y": np.inf}, {"task": "regression"}, UnclearTask, "`y` is infinite in 240 rows"),
        ({"y": "x"}, {"task": "regression"}, UnclearTask, "`y` should be a number"),
        ({}, {"task": "regression", "threshold": 0.5}, WrongOption, "there are no classes"),
    ],
)
def test_what_cannot_be_judged_is_named(changes: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        evaluate(Probable(), people().assign(**changes), **{"target": "y", **FAST, **options})


def test_no_rows_are_refused() -> None:
    with pytest.raises(NothingToEvaluate, match="it has no rows"):
        evaluate(Probable(), people()[:0], "y")


def test_a_model_must_predict_and_find_its_columns() -> None:
    with pytest.raises(WrongOption, match="it has no `predict`"):
        evaluate(object(), people(), "y")
    with pytest.raises(ColumnsMissing, match="the model names 'noise'"):
        evaluate(Probable(), people().drop(columns="noise"), "y")


def test_classes_that_do_not_say_which_is_positive_are_asked_about() -> None:
    table = people().assign(y=lambda rows: np.where(rows["y"] == 1, ">50K", "<=50K"))
    with pytest.raises(UnclearTask, match=r"positive='>50K'"):
        evaluate(Probable(["<=50K", ">50K"]), table, "y", **FAST)
    assert evaluate(Probable(["<=50K", ">50K"]), table, "y", positive=">50K", **FAST).positive == ">50K"


@pytest.mark.parametrize("kind", [bool, float, "Int64"])
def test_ones_and_zeros_are_the_same_classes_in_any_type(kind: Any) -> None:
    table = people().assign(y=lambda rows: rows["y"].astype(kind))
    assert evaluate(Probable(), table, "y", **FAST).metrics == evaluate(Probable(), people(), "y", **FAST).metrics


def test_rows_without_a_target_are_left_out_and_counted() -> None:
    table = people()
    table["y"] = table["y"].where(table["x"] > -1)
    found = evaluate(Probable(), table, "y", slices=["group"], **FAST)
    assert found.skipped == int((table["x"] <= -1).sum())
    assert any("have no `y` and are left out" in note for note in found.notes)
    assert {one.row for one in found.worst} <= set(np.flatnonzero(table["x"] > -1))


def test_a_class_that_the_model_does_not_know_counts_as_wrong() -> None:
    table = people()
    table.loc[table["x"] > 1.5, "y"] = 2
    found = evaluate(Probable(), table, "y", **FAST)
    assert found.task == "multiclass"
    assert found.classes == [0, 1, 2]
    assert any("classes that the model does not know (2)" in note for note in found.notes)
    right = Probable().predict(table) == table["y"]
    assert float(found.metrics["accuracy"]) == pytest.approx(right.mean())


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize("label", [0, 1])
def test_one_class_or_one_row_leaves_undefined_what_is_undefined(rows: int, label: int) -> None:
    table = people()[:rows].assign(y=label)
    found = evaluate(Probable(), table, "y", slices=["group"], sensitive=["group"], **FAST)
    assert found.metrics["auc"].value is None
    assert found.metrics["accuracy"].value is not None
    assert any("what compares two classes is undefined" in note for note in found.notes)
    assert "<h1>" in found.html()


def test_constant_predictions_are_no_better_than_nothing() -> None:
    found = evaluate(_with_probabilities(lambda n: np.full((n, 2), 0.5)), people(), "y", **FAST)
    assert found.metrics["auc"].value == 0.5
    number = evaluate(Answers(lambda rows: np.ones(len(rows))), people(), "x", task="regression", **FAST)
    assert float(number.metrics["r2"]) < 0


def test_ten_thousand_classes_are_judged_in_bounded_memory() -> None:
    classes = 10_000
    generator = np.random.default_rng(0)
    table = pd.DataFrame({"x": generator.normal(size=3000), "y": generator.integers(0, classes, 3000)})
    largest = 0

    class Many(Probable):
        def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
            nonlocal largest
            largest = max(largest, len(rows))
            return np.full((len(rows), classes), 1 / classes)

        def predict(self, rows: pd.DataFrame) -> np.ndarray:
            return np.zeros(len(rows), dtype=int)

    found = evaluate(Many(range(classes), columns=["x"]), table, "y", **FAST)
    assert largest < 500
    assert float(found.metrics["log_loss"]) == pytest.approx(np.log(classes))
    assert len(found.classes) == 1000
    assert found.confusion is not None
    assert found.confusion.labels[-1].endswith("others")
    assert len(found.to_json()) < 100_000


def test_any_script_and_sign_may_be_in_a_name() -> None:
    labels = ["да 🐈", "нет <b>"]
    table = people().assign(y=lambda rows: np.take(labels, rows["y"]))
    table["列 $x_1^"] = np.where(table["noise"] > 0, "好的 & $1", "坏|的")
    found = evaluate(
        Probable(labels), table, "y", positive=labels[0], slices=["列 $x_1^"], sensitive=["列 $x_1^"], **FAST
    )
    page = found.html()
    assert "нет &lt;b&gt;" in page
    assert "<b>нет" not in page
    assert "坏\\|的" in found.markdown()
    assert _through_json(found) == found


def _through_json(found: Any) -> Any:
    """What is left after JSON."""
    return type(found).from_json(found.to_json())
