"""The parts of cross-validation and backtesting, called as the plain functions that they are."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from penstock.components.backtesting import backtest, cut_windows, forecast, summarise_windows, take_window
from penstock.components.cross_validation import assign, cross_validate, score_fold, summarise_folds, take_fold
from penstock.components.errors import CannotCut, NotPredicted
from penstock.dsl.trace import OutsidePipeline
from penstock.features.errors import UnknownColumns
from penstock.models import Model

DAYS = pl.DataFrame(
    {"day": pl.datetime_range(datetime(2024, 1, 1), datetime(2024, 3, 1), "1d", eager=True)}
).with_columns(sold=pl.col("day").dt.weekday().cast(pl.Float64))


class Says:
    """A model of one answer."""

    def __init__(self, answer: float) -> None:
        self.answer = answer

    def predict(self, rows: pl.DataFrame) -> np.ndarray[Any, Any]:
        return np.full(len(rows), self.answer)


def test_each_fold_learns_from_the_rows_that_do_not_judge_it(rows: pl.DataFrame) -> None:
    table = rows.with_row_index("id")
    assigned = assign(table, "won", folds=3, repeats=2)
    assert assigned.numbers == list(range(6))
    judged = []
    for number in assigned.numbers:
        part = take_fold(table, assigned.folds, number)
        assert set(part.train["id"]).isdisjoint(part.test["id"])
        assert len(part.train) + len(part.test) == len(table)
        judged += part.test["id"].to_list()
    assert sorted(judged) == sorted([*range(len(table))] * 2), "each row judges once in each repeat"


def test_folds_are_summed_up_with_their_spread_and_each_rows_prediction(better: Model, rows: pl.DataFrame) -> None:
    assigned = assign(rows, "won", folds=3)
    scores = [
        score_fold(better, take_fold(rows, assigned.folds, number).test, "won", number) for number in assigned.numbers
    ]
    found = summarise_folds(assigned.folds, [one.metrics for one in scores], [one.predictions for one in scores])
    assert 0.8 < found.metrics["auc"] < 0.95
    assert 0 < found.metrics["auc_std"] < 0.1
    assert found.folds["rows"].sum() == len(rows)
    by_row = found.predictions.sort("row")
    assert by_row["row"].to_list() == list(range(len(rows)))
    assert (by_row["actual"] == rows["won"]).all()
    np.testing.assert_allclose(by_row["probability"], better.predict_proba(rows)[:, 1], atol=1e-6)
    assert "3 folds of 500 rows" in found.report


def test_a_target_that_is_not_there_is_said_first(rows: pl.DataFrame) -> None:
    with pytest.raises(UnknownColumns, match="`target=` names 'wonn'"):
        assign(rows, "wonn")


def whole_backtest(answer: float, **options: Any) -> Any:
    windows = cut_windows(DAYS.lazy(), "day", "7d", **options)
    forecasts = []
    for window in windows:
        part = take_window(DAYS, "day", window)
        assert part.train["day"].max() < part.test["day"].min()
        model: Any = Says(answer)
        forecasts.append(forecast(model, part.train, part.test, window, "sold", "day", "7d"))
    return summarise_windows(forecasts, "sold", "day")


def test_a_backtest_holds_a_model_against_naive_forecasts() -> None:
    found = whole_backtest(4.0, windows=3)
    assert found.metrics["mae_seasonal"] == 0, "the week repeats itself exactly"
    assert found.metrics["mae"] == pytest.approx(12 / 7)
    assert found.windows["rows"].to_list() == [7, 7, 7]
    assert found.horizons["ahead"].to_list() == [timedelta(days=n) for n in range(1, 8)]
    assert found.horizons["rows"].to_list() == [3] * 7
    assert "The model is no better than the best naive forecast" in found.report
    assert len(found.error_by_horizon.axes) == 1
    assert found.predictions.columns == ["window", "day", "ahead", "actual", "predicted", "last_value", "seasonal"]


def test_a_model_that_gives_no_number_is_not_judged_by_the_rest() -> None:
    with pytest.raises(NotPredicted, match=r"for 7 of 7 rows after 2024-02-09 00:00:00 \[CMT022\]"):
        whole_backtest(float("nan"), windows=3)


def test_rows_without_a_target_do_not_judge() -> None:
    part = DAYS.with_columns(pl.when(pl.col("day") < datetime(2024, 2, 20)).then("sold").alias("sold"))
    (window,) = cut_windows(part.lazy(), "day", "7d", windows=1)
    taken = take_window(part, "day", window)
    model: Any = Says(1.0)
    done = forecast(model, taken.train, taken.test, window, "sold", "day")
    with pytest.raises(CannotCut, match="'sold' is missing in all rows"):
        summarise_windows([done], "sold", "day")


def test_both_belong_into_a_pipeline(rows: pl.DataFrame) -> None:
    with pytest.raises(OutsidePipeline):
        cross_validate(lambda part: part, rows, "won")
    with pytest.raises(OutsidePipeline):
        backtest(lambda part: part, DAYS, "sold", time="day", horizon="7d")
