"""A compiled pipeline does what the original does, down to what is missing, unseen, refused or not there at all."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler, TargetEncoder

from penstock.compiled import (
    CompiledModel,
    NoOnnx,
    NotCompiled,
    RefusedRows,
    UnfitRows,
    UnreadableGraph,
    UnusableSample,
    WrongPipeline,
    check_parity,
    compile_model,
    to_float32,
)
from penstock.compiled import (
    model as model_module,
)
from penstock.compiled.thresholds import floor_float32
from unit.compiled.cases import NUMBERS, TEXTS, amount, preprocessing, table, tier


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return table()


@pytest.fixture(scope="module")
def original(frame: pd.DataFrame) -> Any:
    return make_pipeline(preprocessing(), to_float32(), LogisticRegression(max_iter=500)).fit(frame, tier(frame))


@pytest.fixture(scope="module")
def compiled(original: Any, frame: pd.DataFrame) -> CompiledModel:
    made = compile_model(original, frame)
    assert isinstance(made, CompiledModel), made
    return made


def test_rows_of_any_table_give_what_the_original_gives(original: Any, compiled: CompiledModel, frame: Any) -> None:
    expected = original.predict_proba(frame)
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    for same in (frame, pl.from_pandas(frame), pa.Table.from_pandas(frame), rows, frame[frame.columns[::-1]]):
        answer = compiled.predict(same)
        assert np.abs(answer.probabilities - expected).max() < 1e-6
        assert answer.predictions.tolist() == original.predict(frame).tolist()
        assert answer.classes.tolist() == ["high", "low", "middle"]


def test_one_row_and_no_rows_are_answered(original: Any, compiled: CompiledModel, frame: pd.DataFrame) -> None:
    assert compiled.predict(frame.head(1)).predictions.tolist() == original.predict(frame.head(1)).tolist()
    for nothing in (frame.head(0), []):
        assert compiled.predict(nothing).probabilities.shape == (0, 3)


def test_a_saved_graph_loads_and_keeps_its_figures(compiled: CompiledModel, frame: Any, tmp_path: Path) -> None:
    loaded = CompiledModel.load(compiled.save(tmp_path / "model.onnx"))
    assert loaded.about["parity"]["passed"]
    assert [column.name for column in loaded.columns] == [*NUMBERS, *TEXTS]
    assert np.array_equal(loaded.predict(frame).probabilities, compiled.predict(frame).probabilities)


def test_what_is_no_graph_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("hello")
    with pytest.raises(UnreadableGraph, match="holds no compiled model"):
        CompiledModel.load(tmp_path / "text.onnx")
    with pytest.raises(UnreadableGraph, match="No such file"):
        CompiledModel.load(tmp_path / "none.onnx")


def test_rows_that_do_not_fit_are_named(compiled: CompiledModel, frame: pd.DataFrame) -> None:
    with pytest.raises(UnfitRows, match="column 'city' is missing"):
        compiled.predict(frame[NUMBERS])
    with pytest.raises(UnfitRows, match="'distance' holds numbers"):
        compiled.predict(frame.assign(distance="far"))
    with pytest.raises(UnfitRows, match="'city' holds texts, but a `int`"):
        compiled.predict(frame.assign(city=1))


def test_rows_that_the_original_refuses_are_refused_by_position(compiled: CompiledModel, frame: pd.DataFrame) -> None:
    odd = frame.head(4).astype({"distance": float})
    odd.loc[2, "distance"] = np.inf
    with pytest.raises(RefusedRows, match=r"1 row\(s\) .* at position 2"):
        compiled.predict(odd)
    assert compiled.predict(odd, refuse=False).refused.tolist() == [False, False, True, False]


def test_an_encoder_that_must_not_see_new_categories_refuses_them(frame: pd.DataFrame) -> None:
    features = ColumnTransformer([("texts", OneHotEncoder(), ["payment"])])
    rows = frame[["payment"]]
    made = compile_model(make_pipeline(features, to_float32(), LinearRegression()).fit(rows, amount(frame)), rows)
    assert made, made
    with pytest.raises(RefusedRows):
        made.predict([{"payment": "shells"}])


def test_boosting_that_was_trained_on_float64_is_not_compiled_and_told_how(frame: pd.DataFrame) -> None:
    model = make_pipeline(preprocessing(), HistGradientBoostingClassifier(max_iter=3)).fit(frame, tier(frame))
    made = compile_model(model, frame)
    assert isinstance(made, NotCompiled)
    assert not made
    assert "to_float32" in made.reason


def test_the_gate_shows_the_worst_row_of_a_graph_of_another_model(compiled: CompiledModel, frame: pd.DataFrame) -> None:
    other = make_pipeline(preprocessing(), to_float32(), LogisticRegression(C=0.01)).fit(frame, tier(frame))
    report = check_parity(other, compiled, frame)
    assert not report.passed
    assert report.worst_error > 0.01
    assert report.worst_row is not None
    assert set(report.worst_row) == {*NUMBERS, *TEXTS}


def test_the_gate_finds_a_threshold_that_is_off_by_one_ulp(frame: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = frame[["minutes"]]
    features = ColumnTransformer([("scaled", StandardScaler(), ["minutes"])])
    model = make_pipeline(features, to_float32(), HistGradientBoostingRegressor(max_iter=5)).fit(rows, amount(frame))
    assert compile_model(model, rows)
    monkeypatch.setattr(
        "penstock.compiled.thresholds.floor_float32",
        lambda values: np.nextafter(floor_float32(values).astype(np.float32), np.float32(np.inf)).astype(np.float64),
    )
    refused = compile_model(model, rows)
    assert isinstance(refused, NotCompiled)
    assert refused.parity is not None
    assert refused.parity.worst_kind == "at a jump of the answer in 'minutes'"


def test_a_missing_text_is_not_an_empty_one(frame: pd.DataFrame) -> None:
    filled = make_pipeline(SimpleImputer(strategy="constant", fill_value="none"), OneHotEncoder(sparse_output=False))
    features = ColumnTransformer([("texts", filled, ["city"])])
    texts = frame[["city"]].astype(object).where(frame[["city"]].notna(), np.nan)
    model = make_pipeline(features, to_float32(), LinearRegression()).fit(texts, amount(frame))
    made = compile_model(model, texts)
    assert made, made
    empty, gone = made.predict([{"city": ""}, {"city": None}]).predictions
    assert abs(empty - gone) > 1e-3


@pytest.mark.parametrize(
    ("thing", "reason"),
    [
        (make_pipeline(StandardScaler(), LinearRegression()), "it is not fitted"),
        (StandardScaler(), "it has no `predict`"),
        (None, "it has no `predict`"),
    ],
)
def test_what_is_no_fitted_pipeline_is_refused(thing: Any, reason: str, frame: pd.DataFrame) -> None:
    with pytest.raises(WrongPipeline, match=reason):
        compile_model(thing, frame)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda frame: frame.head(0), "it has no rows"),
        (lambda frame: frame[NUMBERS], "it lacks the column 'city'"),
        (lambda frame: frame.to_numpy(), "has no named columns"),
        (lambda frame: pd.concat([frame, frame], axis=1), "two columns are called 'distance'"),
        (lambda frame: frame.assign(distance=pd.Timestamp("2026-01-01")), "the pipeline itself fails on it"),
        (lambda frame: frame.assign(distance=pd.Timedelta("1s")), "'distance' holds neither numbers nor texts"),
        (lambda frame: frame.astype({"minutes": "float32"}), "'minutes' is float32"),
        (lambda frame: frame.assign(city=pd.Series([None, np.nan, "x"] * 40, dtype=object)), "both None and NaN"),
        (lambda frame: frame.assign(city=np.nan), "the pipeline itself fails on it"),
    ],
)
def test_a_sample_that_does_not_say_what_the_columns_are_is_refused(
    original: Any, frame: pd.DataFrame, spoil: Any, reason: str
) -> None:
    frame = frame.astype({"city": object, "payment": object})
    with pytest.raises(UnusableSample, match=reason):
        compile_model(original, spoil(frame))


@pytest.mark.parametrize("name", ["scores", "penstock:1", "estimator/variable"])
def test_a_column_called_like_a_part_of_the_graph_is_named(frame: pd.DataFrame, name: str) -> None:
    rows = pd.DataFrame({name: frame["minutes"]})
    made = compile_model(LinearRegression().fit(rows, amount(frame)), rows)
    assert isinstance(made, NotCompiled)
    assert repr(name) in made.reason


def test_several_predictions_a_row_are_not_compiled(frame: pd.DataFrame) -> None:
    model = LinearRegression().fit(frame[["minutes"]], np.c_[amount(frame), amount(frame)])
    assert str(compile_model(model, frame[["minutes"]])) == "not compiled: it predicts several values a row"


@pytest.mark.filterwarnings("ignore:Skipping features without any observed values")
def test_a_column_that_was_always_missing_is_left_out_as_scikit_learn_does(frame: pd.DataFrame) -> None:
    rows = frame.assign(distance=np.nan)
    model = make_pipeline(preprocessing(), to_float32(), LinearRegression()).fit(rows, amount(frame))
    made = compile_model(model, rows)
    assert made, made
    assert np.allclose(made.predict(rows).predictions, model.predict(rows), rtol=1e-5)


def test_categories_are_encoded_by_a_target_of_several_classes(frame: pd.DataFrame) -> None:
    features = ColumnTransformer([("texts", TargetEncoder(), TEXTS)])
    rows = frame[TEXTS]
    model = make_pipeline(features, to_float32(), LogisticRegression()).fit(rows, tier(frame))
    made = compile_model(model, rows)
    assert made, made
    assert model[:1].transform(rows).shape == (len(rows), 6)


def test_ten_thousand_categories_and_integers_beyond_float64_are_told_apart() -> None:
    rows = pd.DataFrame({"id": np.arange(10_000) + 2**60})
    encoded = ColumnTransformer([("ids", OneHotEncoder(handle_unknown="ignore"), ["id"])])
    model = make_pipeline(encoded, LinearRegression(fit_intercept=False)).fit(rows, np.arange(10_000) % 7.0)
    made = compile_model(model, rows.head(50))
    assert made, made
    assert np.allclose(made.predict(rows.tail(9)).predictions, np.arange(9_991, 10_000) % 7.0, atol=1e-3)


def test_the_cast_is_saved_by_skops_and_made_of_what_is_trusted() -> None:
    from skops import io

    stored = io.dumps(to_float32())
    names = io.get_untrusted_types(data=stored)
    assert set(names) <= {"numpy.dtype", "sklearn.utils.validation.check_array"}
    assert io.loads(stored, trusted=names).transform([[0.1]]).dtype == np.float32


def test_without_onnx_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch, frame: Any, original: Any) -> None:
    def gone(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(model_module, "import_module", gone)
    with pytest.raises(NoOnnx, match=r"penstock\[onnx\]"):
        compile_model(original, frame)


def test_thresholds_are_lowered_to_float32_and_no_further() -> None:
    assert floor_float32([0.1, 0.5, -0.1]).tolist() == [0.09999999403953552, 0.5, -0.10000000149011612]


def test_importing_the_package_loads_neither_onnx_nor_scikit_learn() -> None:
    heavy = {"onnx", "onnxruntime", "skl2onnx", "sklearn", "pandas"}
    code = f"import sys, penstock.compiled; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
