"""`evaluate`: what it infers, what it finds, what it keeps."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from penstock.data.errors import ConversionError
from penstock.evaluation import METRICS, Evaluation, Predicted, choose_threshold, evaluate
from penstock.evaluation.errors import WrongOption

from .samples import ROWS, Answers, Probable, people

FAST = {"bootstrap": 100, "explain": False}


def test_two_classes_are_judged_with_intervals_around_each_number() -> None:
    found = evaluate(Probable(), people(), "y", explain=False)
    assert (found.task, found.rows, found.skipped, found.positive) == ("binary", ROWS, 0, 1)
    assert list(found.metrics) == [name for name in METRICS if name in found.metrics]
    for name, one in found.metrics.items():
        assert one.value is not None
        if name != "calibration_error":
            assert one.low is not None
            assert one.high is not None
            assert one.low <= one.value <= one.high
    assert found.curves is not None
    assert found.calibration is not None
    assert sum(one.rows for one in found.calibration.bins) == ROWS
    assert found.confusion is not None
    assert sum(map(sum, found.confusion.counts)) == ROWS


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_intervals() -> None:
    one = evaluate(Probable(), people(), "y", slices=["group"], sensitive=["group"], bootstrap=200)
    assert evaluate(Probable(), people(), "y", slices=["group"], sensitive=["group"], bootstrap=200) == one
    other = evaluate(Probable(), people(), "y", seed=1, **FAST)
    assert other.metrics["auc"].value == one.metrics["auc"].value
    assert other.metrics["auc"].low != one.metrics["auc"].low


def test_an_evaluation_survives_json() -> None:
    found = evaluate(Probable(), people().assign(y=0), "y", slices=["x"], sensitive=["group"], bootstrap=100)
    assert found.metrics["auc"].value is None
    assert Evaluation.from_json(found.to_json()) == found


def test_what_is_no_evaluation_is_refused() -> None:
    with pytest.raises(ConversionError, match="task"):
        Evaluation.from_json("{}")
    with pytest.raises(ConversionError, match="a newer Penstock wrote it"):
        Evaluation.from_json('{"format": 99}')


@pytest.mark.parametrize("form", [pl.DataFrame, pa.Table.from_pandas, lambda frame: frame.to_dict("records")])
def test_any_form_of_table_gives_the_same(form: object) -> None:
    assert callable(form)
    table = people()
    assert evaluate(Probable(), form(table), "y", **FAST) == evaluate(Probable(), table, "y", **FAST)


def test_parquet_is_read_in_batches(tmp_path: object) -> None:
    path = f"{tmp_path}/rows.parquet"
    people().to_parquet(path, row_group_size=50)
    assert evaluate(Probable(), path, "y", **FAST).metrics == evaluate(Probable(), people(), "y", **FAST).metrics


def test_the_task_is_inferred_from_the_model_or_from_the_target() -> None:
    table = people().assign(price=lambda rows: rows["x"] * 3 + 100, word=lambda rows: np.where(rows["x"] > 0, "b", "a"))
    three = Answers(lambda rows: np.where(rows["x"] > 1, "c", np.where(rows["x"] > 0, "b", "a")))
    assert evaluate(Answers(lambda rows: rows["x"].to_numpy()), table, "price", **FAST).task == "regression"
    assert evaluate(three, table, "word", **FAST).task == "multiclass"
    assert evaluate(Answers(lambda rows: (rows["x"] > 0).astype(int)), table, "y", **FAST).task == "binary"
    as_scores = evaluate(Answers(lambda rows: 1 / (1 + np.exp(-rows["x"].to_numpy()))), table, "y", **FAST)
    assert as_scores.metrics["auc"] == evaluate(Probable(), table, "y", **FAST).metrics["auc"]


def test_only_the_columns_that_a_model_names_are_given_to_it() -> None:
    seen: list[str] = []

    class Noting(Probable):
        def predict(self, rows: pd.DataFrame) -> np.ndarray:
            seen[:] = list(rows.columns)
            return super().predict(rows)

    evaluate(Noting(), people(), "y", sensitive=["group"], **FAST)
    assert seen == ["x", "noise"]


def test_weights_count_rows_and_a_weight_of_zero_leaves_one_out() -> None:
    table = people().assign(weight=lambda rows: (rows["group"] == "a").astype(float))
    model = Probable()
    weighed = evaluate(model, table, "y", weights="weight", **FAST)
    alone = evaluate(model, table[table["group"] == "a"], "y", **FAST)
    for name in ("auc", "log_loss", "f1", "mcc", "calibration_error"):
        tolerance = 0.1 if name == "calibration_error" else 1e-9  # its bins are made of all rows
        assert float(weighed.metrics[name]) == pytest.approx(float(alone.metrics[name]), abs=tolerance)


def test_rows_of_one_group_are_drawn_together() -> None:
    table = pd.concat([people()] * 4, ignore_index=True)
    table["person"] = np.tile(np.arange(ROWS), 4)
    alone = evaluate(Probable(), table, "y", **FAST).metrics["auc"]
    together = evaluate(Probable(), table, "y", groups="person", **FAST).metrics["auc"]
    assert alone.low is not None
    assert together.low is not None
    assert together.low < alone.low  # copies are no news
    few = evaluate(Probable(), table, "y", groups="group", **FAST)
    assert any("few groups (2)" in note for note in few.notes)


def test_a_threshold_decides_instead_of_the_model() -> None:
    found = evaluate(Probable(), people(), "y", threshold=0.9, **FAST)
    assert float(found.metrics["recall"]) < float(evaluate(Probable(), people(), "y", **FAST).metrics["recall"])
    assert found.threshold == 0.9


def test_the_threshold_that_is_chosen_is_the_best_one() -> None:
    truth, score = people()["y"] == 1, 1 / (1 + np.exp(-people()["x"]))
    chosen = choose_threshold(truth, score, by="f1")

    def f1(threshold: float) -> float:
        called = score >= threshold
        return 2 * (truth & called).sum() / (truth.sum() + called.sum())

    assert f1(chosen) == max(map(f1, score))
    strict = choose_threshold(truth, score, by="f1", min_precision=0.9)
    assert (truth & (score >= strict)).sum() / (score >= strict).sum() >= 0.9
    assert choose_threshold(truth, score, by="cost", costs=(10, 1)) > choose_threshold(
        truth, score, by="cost", costs=(1, 10)
    )
    with pytest.raises(WrongOption, match="the precision is at most"):
        choose_threshold(truth, score, min_precision=0.999, min_recall=0.999)


def test_predictions_of_the_past_are_judged_like_a_model() -> None:
    table = people().assign(p=lambda rows: 1 / (1 + np.exp(-rows["x"])), said=lambda rows: (rows["x"] > 0).astype(int))
    asked = evaluate(Probable(), table, "y", **FAST).metrics
    assert evaluate(Predicted("said", probability="p"), table, "y", **FAST).metrics == asked
    assert evaluate(Predicted(probability={1: "p"}), table, "y", **FAST).metrics == asked


def test_metrics_and_gaps_are_found_by_name() -> None:
    found = evaluate(Probable(), people(), "y", sensitive=["group", ["group"]], **FAST)
    assert found.metric("auc") is found.metrics["auc"]
    gaps = found.fairness[0].gaps
    assert found.metric("demographic_parity_difference") == gaps["demographic_parity_difference"]
    assert found.fairness_gap == max(
        (gaps["demographic_parity_difference"], gaps["equalized_odds_difference"]), key=float
    )
    assert found.numbers()["group.accuracy_difference"] == gaps["accuracy_difference"].value
    with pytest.raises(LookupError, match="there is no metric 'rmse' of binary; there are: auc"):
        found.metric("rmse")


def test_the_rows_that_a_model_is_most_wrong_about_come_first() -> None:
    table = people()
    worst = evaluate(Probable(), table, "y", **FAST).worst
    assert [one.loss for one in worst] == sorted((one.loss for one in worst), reverse=True)
    first = table.iloc[worst[0].row]
    assert (worst[0].truth, worst[0].values["x"]) == (first["y"], first["x"])
    assert worst[0].truth != worst[0].predicted


def test_the_column_that_the_target_follows_is_the_important_one() -> None:
    found = evaluate(Probable(), people(), "y", bootstrap=100)
    assert list(found.importance) == ["x", "noise"]
    assert float(found.importance["x"]) > 0.05
    assert found.importance["noise"].value == 0
    assert found.explanations is not None
    for one in found.explanations.samples:
        assert one.base + sum(one.contributions.values()) == pytest.approx(one.answer, abs=1e-4)


def test_numbers_are_judged_with_the_quantile_that_they_stand_for() -> None:
    table = people()
    found = evaluate(Answers(lambda rows: rows["noise"].to_numpy()), table.drop(columns="y"), "x", quantile=0.9, **FAST)
    assert found.task == "regression"
    assert found.metrics["pinball"].value is not None
    assert found.residuals is not None
    with pytest.raises(WrongOption, match="it is not between 0 and 1"):
        evaluate(Answers(lambda rows: rows["noise"].to_numpy()), table, "x", quantile=2, **FAST)


def test_a_constant_answer_is_what_a_model_is_held_against() -> None:
    found = evaluate(Probable(), people(), "y", **FAST)
    [constant] = found.baselines.values()
    assert float(constant["accuracy"]) < float(found.metrics["accuracy"])
    assert float(constant["log_loss"]) > float(found.metrics["log_loss"])
