"""Metrics, fairness and tests of significance, held against scikit-learn, Fairlearn and what they promise."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from penstock.evaluation.binary import BinarySample
from penstock.evaluation.delong import auc_difference
from penstock.evaluation.multiclass import MulticlassSample
from penstock.evaluation.numbers import NumberSample
from penstock.evaluation.resampling import Resampling, draw, measure_once

EXAMPLES = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 10_000)
sizes = st.integers(2, 60)
levels = st.sampled_from([2, 5, 1000])


def _binary(seed: int, size: int, distinct: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    truth = generator.random(size) < 0.4
    truth[:2] = [True, False]
    score = np.round(generator.random(size) * distinct) / distinct
    return truth, score, generator.integers(0, 3, size).astype(float) + (np.arange(size) < 2)


@EXAMPLES
@given(seeds, sizes, levels)
def test_metrics_of_two_classes_are_scikit_learns(seed: int, size: int, distinct: int) -> None:
    truth, score, weights = _binary(seed, size, distinct)
    called = score >= 0.5
    found = measure_once(BinarySample(truth, called, score).measure, size, weights)
    given = {"sample_weight": weights}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = {
            "auc": reference.roc_auc_score(truth, score, **given),
            "average_precision": reference.average_precision_score(truth, score, **given),
            "log_loss": reference.log_loss(truth, score, **given),
            "brier": reference.brier_score_loss(truth, score, **given),
            "accuracy": reference.accuracy_score(truth, called, **given),
            "balanced_accuracy": reference.balanced_accuracy_score(truth, called, **given),
            "f1": reference.f1_score(truth, called, **given),
            "precision": reference.precision_score(truth, called, **given),
            "recall": reference.recall_score(truth, called, **given),
            "specificity": reference.recall_score(~truth, ~called, **given),
            "mcc": reference.matthews_corrcoef(truth, called, **given),
        }
    assert found == pytest.approx(expected, abs=1e-9)


@EXAMPLES
@given(seeds, st.integers(6, 60), st.integers(3, 6))
def test_metrics_of_several_classes_are_scikit_learns(seed: int, size: int, classes: int) -> None:
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, classes, size)
    truth[:classes] = np.arange(classes)
    probabilities = generator.dirichlet(np.ones(classes), size)
    predicted = probabilities.argmax(axis=1)
    weights = generator.integers(1, 4, size).astype(float)
    at = probabilities[np.arange(size), truth]
    sample = MulticlassSample(
        truth,
        predicted,
        classes,
        given=at,
        squares=(probabilities**2).sum(axis=1),
        better=(probabilities > at[:, None]).sum(axis=1).astype(float),
        probabilities=probabilities,
    )
    found = measure_once(sample.measure, size, weights)
    given = {"sample_weight": weights}
    mean = {"average": "macro", "zero_division": 0.0, **given}
    known = {"labels": np.arange(classes)}
    expected = {
        "accuracy": reference.accuracy_score(truth, predicted, **given),
        "balanced_accuracy": reference.balanced_accuracy_score(truth, predicted, **given),
        "f1": reference.f1_score(truth, predicted, **mean),
        "precision": reference.precision_score(truth, predicted, **mean),
        "recall": reference.recall_score(truth, predicted, **mean),
        "mcc": reference.matthews_corrcoef(truth, predicted, **given),
        "log_loss": reference.log_loss(truth, probabilities, **known, **given),
        "brier": np.average(((probabilities - np.eye(classes)[truth]) ** 2).sum(axis=1), weights=weights),
        "auc": np.mean(
            [reference.roc_auc_score(truth == code, probabilities[:, code], **given) for code in range(classes)]
        ),
    }
    if classes > 5:
        expected["top_5_accuracy"] = reference.top_k_accuracy_score(truth, probabilities, k=5, **known, **given)
    assert found == pytest.approx(expected, abs=1e-9)


@EXAMPLES
@given(seeds, sizes, st.sampled_from([0.1, 0.5, 0.9]), st.sampled_from([0.0, 1e9]))
def test_metrics_of_numbers_are_scikit_learns(seed: int, size: int, quantile: float, offset: float) -> None:
    generator = np.random.default_rng(seed)
    truth = generator.normal(0, 10, size) + offset
    predicted = truth + generator.normal(0, 5, size)
    weights = generator.integers(1, 4, size).astype(float)
    found = measure_once(NumberSample(truth, predicted, quantile).measure, size, weights)
    given = {"sample_weight": weights}
    expected = {
        "mae": reference.mean_absolute_error(truth, predicted, **given),
        "rmse": reference.root_mean_squared_error(truth, predicted, **given),
        "r2": reference.r2_score(truth, predicted, **given),
        "mape": reference.mean_absolute_percentage_error(truth, predicted, **given),
        "pinball": reference.mean_pinball_loss(truth, predicted, alpha=quantile, **given),
        "median_absolute_error": np.median(np.repeat(np.abs(truth - predicted), weights.astype(int))),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-7, abs=1e-7)


@EXAMPLES
@given(seeds, st.integers(2, 40))
def test_a_resample_counts_rows_as_if_they_were_there_as_often(seed: int, size: int) -> None:
    truth, score, _ = _binary(seed, size, 7)
    sample = BinarySample(truth, score >= 0.4, score)
    plan = Resampling(repeats=3, seed=seed)
    drawn = draw(sample.measure, size, plan)
    for place, counts in enumerate(np.concatenate(list(plan.counts(size)))):
        rows = np.repeat(np.arange(size), counts.astype(int))
        again = measure_once(sample.take(rows).measure, len(rows))
        for name, values in drawn.items():
            assert values[place] == pytest.approx(again[name], nan_ok=True), name


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_fairness_gaps_are_fairlearns(seed: int) -> None:
    import pandas as pd
    from fairlearn.metrics import (
        demographic_parity_difference,
        demographic_parity_ratio,
        equal_opportunity_difference,
        equalized_odds_difference,
    )

    from penstock.evaluation import Predicted, evaluate

    generator = np.random.default_rng(seed)
    size = 600
    table = pd.DataFrame(
        {
            "group": generator.choice(["a", "b", "c"], size),
            "truth": generator.integers(0, 2, size),
            "said": generator.integers(0, 2, size),
        }
    )
    found = evaluate(Predicted("said"), table, "truth", sensitive=["group"], bootstrap=0, explain=False)
    answers = {"y_true": table["truth"], "y_pred": table["said"], "sensitive_features": table["group"]}
    gaps = {name: gap.value for name, gap in found.fairness[0].gaps.items()}
    del gaps["accuracy_difference"]
    assert gaps == pytest.approx(
        {
            "demographic_parity_difference": demographic_parity_difference(**answers),
            "demographic_parity_ratio": demographic_parity_ratio(**answers),
            "equalized_odds_difference": equalized_odds_difference(**answers),
            "equal_opportunity_difference": equal_opportunity_difference(**answers),
        },
        abs=1e-9,
    )


@EXAMPLES
@given(seeds, st.integers(6, 40), levels)
def test_delongs_difference_is_that_of_the_aucs(seed: int, size: int, distinct: int) -> None:
    truth, score, _ = _binary(seed, size, distinct)
    truth[:4] = [True, True, False, False]
    other = np.random.default_rng(seed + 1).random(size)
    difference, error = auc_difference(truth, score, other)
    expected = reference.roc_auc_score(truth, other) - reference.roc_auc_score(truth, score)
    assert difference == pytest.approx(expected, abs=1e-12)
    assert error >= 0
    assert auc_difference(truth, score, score) == (0.0, 0.0)


@pytest.mark.parametrize("metric", ["auc", "accuracy", "log_loss", "f1"])
def test_two_equal_models_are_told_apart_as_often_as_is_stated(metric: str) -> None:
    """The same quality, other noise: "better" is said of about 5 % of such pairs (of 120, at most 12 with 99.5 %)."""
    import pandas as pd

    from penstock.evaluation import Predicted, compare

    pairs, rows = 120, 150
    generator = np.random.default_rng(7)
    said = 0
    for _ in range(pairs):
        truth = generator.random(rows) < 0.5
        logits = np.where(truth, 0.7, -0.7) + generator.normal(0, 1, rows)
        table = pd.DataFrame({"truth": truth.astype(int)})
        for name in ("one", "other"):
            table[name] = 1 / (1 + np.exp(-(logits + generator.normal(0, 0.8, rows))))
        one, other = (Predicted(probability={1: name}) for name in ("one", "other"))
        said += compare(one, other, table, "truth", metric, bootstrap=200).better
    assert said <= 12
    if metric != "accuracy":  # McNemar's exact test is cautious
        assert said >= 1


def test_a_better_model_is_found_and_a_margin_asks_for_more() -> None:
    import pandas as pd

    from penstock.evaluation import Predicted, compare

    generator = np.random.default_rng(3)
    truth = generator.random(800) < 0.5
    logits = np.where(truth, 1.0, -1.0)
    table = pd.DataFrame({"truth": truth.astype(int)})
    table["noisy"] = 1 / (1 + np.exp(-(logits + generator.normal(0, 3, 800))))
    table["good"] = 1 / (1 + np.exp(-(logits + generator.normal(0, 1, 800))))
    noisy, good = Predicted(probability={1: "noisy"}), Predicted(probability={1: "good"})
    for metric in ("auc", "accuracy", "log_loss", "brier", "f1", "average_precision", "mcc"):
        assert compare(noisy, good, table, "truth", metric).better, metric
        assert not compare(good, noisy, table, "truth", metric).better, metric
    found = compare(noisy, good, table, "truth", "auc")
    assert found.low < found.difference < found.high
    assert not compare(noisy, good, table, "truth", "auc", margin=found.difference).better


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_contributions_add_up_and_are_exact_for_sums(seed: int) -> None:
    import pandas as pd

    from penstock.evaluation.shapley import shapley_values

    generator = np.random.default_rng(seed)
    rows = pd.DataFrame({"x": generator.normal(size=6), "y": generator.normal(size=6), "s": list("ababab")})
    usual = pd.DataFrame({"x": generator.normal(size=9), "y": generator.normal(size=9), "s": list("aabbababb")})

    def answers(frame: pd.DataFrame) -> np.ndarray:
        return 2 * frame["x"].to_numpy() - frame["y"].to_numpy() + 3 * (frame["s"] == "a").to_numpy()

    base, table = shapley_values(answers, rows, usual, np.random.default_rng(seed))
    assert base + table.sum(axis=1) == pytest.approx(answers(rows))
    assert table[:, 0] == pytest.approx(2 * (rows["x"] - usual["x"].mean()).to_numpy())
    assert table[:, 2] == pytest.approx(3 * ((rows["s"] == "a") - (usual["s"] == "a").mean()).to_numpy())
