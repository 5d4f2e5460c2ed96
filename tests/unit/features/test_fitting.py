"""Fitting in passes: what data it takes, how many passes it needs, what it says of what it cannot do."""

import datetime as dt
import logging
from pathlib import Path
from typing import Any, Self

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
import skops.io
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from penstock.data.errors import WrongType
from penstock.features import Accumulator, CannotFit, MemoryFallback, NoRows, UnknownColumns, fit, register
from penstock.features.accumulator import _REGISTRY
from penstock.features.quantiles import RANK_ERROR
from support.fitted import assert_same

TABLE = pa.table({"x": [1.0, None, 3.0, 8.0], "s": ["a", "b", None, "a"], "y": [0, 1, 1, 0]})


def forms(folder: Path) -> dict[str, Any]:
    """One table in every form."""
    pq.write_table(TABLE, folder / "t.parquet")
    (folder / "parts").mkdir()
    pq.write_table(TABLE.slice(0, 1), folder / "parts" / "0.parquet")
    pq.write_table(TABLE.slice(1), folder / "parts" / "1.parquet")
    return {
        "path": folder / "t.parquet",
        "text": str(folder / "t.parquet"),
        "folder": folder / "parts",
        "dataset": ds.dataset(folder / "parts"),
        "table": TABLE,
        "pandas": TABLE.to_pandas(),
        "polars": pl.DataFrame(TABLE),
        "lazy": pl.scan_parquet(folder / "t.parquet"),
        "duckdb": duckdb.read_parquet(str(folder / "t.parquet")),
        "batches": TABLE.to_batches(max_chunksize=1),
        "iterator": iter(TABLE.to_batches(max_chunksize=3)),
        "frames": (pl.DataFrame(batch) for batch in TABLE.to_batches(max_chunksize=3)),
        "reader": pa.RecordBatchReader.from_batches(TABLE.schema, TABLE.to_batches()),
    }


def whole() -> ColumnTransformer:
    return make_column_transformer(
        (make_pipeline(StandardScaler(), KBinsDiscretizer(2, strategy="uniform")), ["y"]),
        (OneHotEncoder(), ["s"]),
        remainder=StandardScaler(),
    )


@pytest.mark.parametrize(
    "form",
    [
        *["path", "text", "folder", "dataset", "table", "pandas", "polars", "lazy", "duckdb"],
        *["batches", "iterator", "frames", "reader"],
    ],
)
def test_every_form_of_a_table_gives_the_same(form: str, tmp_path: Path) -> None:
    assert_same(fit(whole(), forms(tmp_path)[form], rows=2), whole().fit(TABLE.to_pandas()))


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(WrongType, match="is declared as `a table, or batches of one`, but a `int` came"):
        fit(StandardScaler(), 3)
    with pytest.raises(WrongType, match="a batch is declared as"):
        fit(StandardScaler(), [[1, 2]])
    with pytest.raises(FileNotFoundError, match="no file or folder 'nowhere'"):
        fit(StandardScaler(), "nowhere")


@pytest.mark.parametrize("empty", [TABLE.slice(0, 0), TABLE.slice(0, 0).to_pandas(), [], iter([])])
def test_no_rows_are_refused(empty: Any) -> None:
    with pytest.raises(NoRows, match="it has no rows"):
        fit(StandardScaler(), empty)


def test_unknown_and_double_columns_are_named() -> None:
    with pytest.raises(UnknownColumns, match=r"`target=` names 'z', .*\n.*the columns are: x, s, y"):
        fit(StandardScaler(), TABLE, target="z")
    with pytest.raises(UnknownColumns, match="'numbers' of the ColumnTransformer names 'nope'"):
        fit(ColumnTransformer([("numbers", StandardScaler(), ["x", "nope"])]), TABLE)
    with pytest.raises(UnknownColumns, match="more than one column called 'x'"):
        fit(StandardScaler(), pa.table([[1], [2]], names=["x", "x"]))


def test_a_column_that_does_not_fit_is_named() -> None:
    rows = pa.table({"fine": [1.0, 2.0], "bad": [1.0, float("inf")]})
    with pytest.raises(CannotFit, match=r"scale \(StandardScaler\) cannot be fitted on bad: Input X contains infinity"):
        fit(ColumnTransformer([("scale", StandardScaler(), ["fine", "bad"])]), rows, rows=1)
    with pytest.raises(CannotFit, match=r"StandardScaler cannot be fitted on s: could not convert"):
        fit(StandardScaler(), TABLE, columns=["x", "s"])
    with pytest.raises(CannotFit, match="pass `target=`"):
        fit(TargetEncoder(), TABLE, columns=["s"])
    with pytest.raises(CannotFit, match=r"logisticregression .* it is no transformer"):
        fit(make_pipeline(StandardScaler(), LogisticRegression()), TABLE, columns=["x"])


def test_parts_share_a_pass_and_steps_need_one_each(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "penstock.features")
    fit(make_column_transformer((StandardScaler(), ["x"]), (OneHotEncoder(), ["s"])), TABLE)
    assert len(caplog.records) == 1
    caplog.clear()
    identity = FunctionTransformer()
    fit(make_pipeline(identity, StandardScaler(), identity, RobustScaler()), TABLE, columns=["x"])
    assert len(caplog.records) == 2


def test_what_learns_nothing_needs_no_pass(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "penstock.features")
    fitted = fit(make_pipeline(FunctionTransformer(np.log1p, feature_names_out="one-to-one")), TABLE, columns=["x"])
    assert not caplog.records
    assert list(fitted.get_feature_names_out()) == ["x"]


def test_what_has_no_streaming_fit_is_fitted_in_memory_and_says_so() -> None:
    power = make_column_transformer((PowerTransformer(), ["x"]), remainder="drop")
    with pytest.warns(
        MemoryFallback, match=r"powertransformer \(PowerTransformer\) is fitted in memory .* of x: no str"
    ):
        fitted = fit(power, TABLE, rows=1, workers=2)
    assert_same(fitted, clone(power).fit(TABLE.to_pandas()))


def test_the_given_object_stays_unfitted() -> None:
    given = whole()
    fit(given, TABLE)
    assert not hasattr(given, "transformers_")
    assert not hasattr(given.transformers[1][1], "categories_")


def test_the_fitted_object_is_stored_without_pickle() -> None:
    fitted = fit(whole(), TABLE)
    stored = skops.io.dumps(fitted)
    usual = skops.io.get_untrusted_types(data=skops.io.dumps(whole().fit(TABLE.to_pandas())))
    assert skops.io.get_untrusted_types(data=stored) == usual  # nothing of ours
    again = skops.io.loads(stored, trusted=usual)
    assert_same(again.transform(TABLE.to_pandas()), fitted.transform(TABLE.to_pandas()))


def test_frames_as_output_stay_frames() -> None:
    given = make_column_transformer((StandardScaler(), ["x"]), ("passthrough", ["y"])).set_output(transform="pandas")
    made = fit(given, TABLE).transform(TABLE.to_pandas())
    assert list(made.columns) == ["standardscaler__x", "passthrough__y"]


def test_dates_go_through_a_function() -> None:
    days = pa.table({"day": [dt.datetime(2026, 1, d) for d in (1, 2, 8)]})
    fitted = fit(make_pipeline(FunctionTransformer(weekday), OneHotEncoder(sparse_output=False)), days, rows=2)
    assert fitted.transform(days.to_pandas()).tolist() == [[1, 0], [0, 1], [1, 0]]


def weekday(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.apply(lambda column: column.dt.day_of_week)


def test_sketched_quantiles_keep_their_bound() -> None:
    values = np.random.default_rng(7).lognormal(size=200_000)
    fitted = fit(QuantileTransformer(n_quantiles=101), pa.table({"x": values}), rows=10_000)
    ranks = np.searchsorted(np.sort(values), fitted.quantiles_[:, 0], side="right") / len(values)
    assert np.abs(ranks - fitted.references_).max() < 2 * RANK_ERROR  # 101 of them, each within it at 99 %
    assert fitted.quantiles_[0, 0] == values.min()
    assert fitted.quantiles_[-1, 0] == values.max()


class Centre(TransformerMixin, BaseEstimator):
    def fit(self, X: Any, y: Any = None) -> Self:
        self.mean_ = np.mean(np.asarray(X), axis=0)
        return self

    def transform(self, X: Any) -> Any:
        return np.asarray(X) - self.mean_


class Sum(Accumulator):
    total: Any = 0.0
    count = 0

    def update(self, X: Any, y: Any = None) -> None:
        self.total = self.total + np.asarray(X).sum(axis=0)
        self.count += len(X)

    def merge(self, other: Self) -> None:
        self.total = self.total + other.total
        self.count += other.count

    def finish(self) -> Centre:
        made = clone(self.transformer)
        made.mean_ = self.total / self.count
        return made


def test_a_transformer_of_ones_own_can_be_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_REGISTRY, "unused", Sum)  # what is registered below is forgotten with it
    monkeypatch.setattr("penstock.features.accumulator._REGISTRY", dict(_REGISTRY))
    register(Centre, Sum)
    assert fit(Centre(), TABLE, columns=["y"], rows=1).mean_.tolist() == [0.5]
