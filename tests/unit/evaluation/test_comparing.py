"""`compare`: what is asked, and what is said of ties and few rows. How often it errs is in the property tests."""

import math

import numpy as np
import pytest

from penstock.evaluation import UnclearTask, WrongOption, compare
from penstock.evaluation.chance import chance_of, chance_of_wins

from .samples import Answers, Probable, people


class Coin(Probable):
    """A classifier that knows nothing."""

    def predict_proba(self, rows: object) -> np.ndarray:
        second = np.random.default_rng(0).random(len(rows))  # type: ignore[arg-type]
        return np.column_stack([1 - second, second])

    def predict(self, rows: object) -> np.ndarray:
        return (self.predict_proba(rows)[:, 1] > 0.5).astype(int)


@pytest.mark.parametrize("metric", ["auc", "accuracy", "log_loss", "f1", "brier", "mcc"])
def test_a_model_is_not_better_than_itself(metric: str) -> None:
    found = compare(Probable(), Probable(), people(), "y", metric)
    assert (found.better, found.p_value, found.difference, found.disagreements) == (False, 1.0, 0.0, 0)
    assert any("nothing to tell them apart" in note for note in found.notes)


@pytest.mark.parametrize(
    ("metric", "method"),
    [("auc", "DeLong's test"), ("accuracy", "McNemar's exact test"), ("log_loss", "1000 bootstrap resamples")],
)
def test_the_better_one_is_found_by_the_test_of_the_metric(metric: str, method: str) -> None:
    found = compare(Coin(), Probable(), people(), "y", metric)
    assert found.better
    assert found.method == method
    assert found.low <= found.difference <= found.high
    assert (found.difference > 0) == found.higher_is_better
    assert "the challenger is better" in str(found)


def test_groups_are_drawn_together_and_few_are_named() -> None:
    found = compare(Coin(), Probable(), people(), "y", "auc", groups="group")
    assert found.method.endswith("bootstrap resamples")
    assert any("few groups (2)" in note for note in found.notes)


def test_numbers_are_compared_by_their_errors() -> None:
    table = people()
    noise, zero = Answers(lambda rows: rows["noise"].to_numpy()), Answers(lambda rows: np.zeros(len(rows)))
    assert compare(noise, zero, table, "x", "mae").better
    assert not compare(zero, noise, table, "x", "mae").better


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": "aucc"}, "there is no such metric"),
        ({"metric": "mae"}, "it is no metric of binary"),
        ({"metric": "auc", "significance": 0}, "above 0 and at most 0.5"),
        ({"metric": "auc", "margin": -1}, "it is at least 0"),
        ({"metric": "auc", "bootstrap": 10}, "at least 100 resamples"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(WrongOption, match=message):
        compare(Coin(), Probable(), people(), "y", **options)  # type: ignore[arg-type]


def test_what_is_undefined_or_of_another_kind_is_not_compared() -> None:
    with pytest.raises(WrongOption, match="it is undefined on these rows"):
        compare(Coin(), Probable(), people().assign(y=1), "y", "auc")
    numbers = Answers(lambda rows: rows["noise"].to_numpy())
    with pytest.raises(UnclearTask, match="the champion's answers are binary, and the challenger's are regression"):
        compare(Probable(), numbers, people(), "y", "auc")


def test_chances_are_those_of_the_books() -> None:
    assert chance_of(1.6449, 1.0) == pytest.approx(0.05, abs=1e-4)
    assert (chance_of(0.0, 0.0), chance_of(0.1, 0.0), chance_of(1.0, math.inf)) == (1.0, 0.0, 1.0)
    assert chance_of_wins(8, 10) == pytest.approx(56 / 1024)
    assert chance_of_wins(0, 0) == 1.0
    assert chance_of_wins(530, 1001) == pytest.approx(0.0336, abs=1e-3)
