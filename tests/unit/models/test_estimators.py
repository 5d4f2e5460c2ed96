"""Fitted estimators: stored as MLflow models without pickle, with the same predictions afterwards."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import Birch
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, SplineTransformer, StandardScaler

from penstock.artifacts.digest import content_of
from penstock.data import converter_for
from penstock.data.converter import Converter
from penstock.models import NotPackaged, UnreadablePackage

RNG = np.random.default_rng(0)
X = RNG.random((200, 4))
Y = (X[:, 0] + 0.1 * RNG.random(200) > 0.5).astype(int)
FRAME = pd.DataFrame(X, columns=list("abcd")).assign(city=np.where(X[:, 1] > 0.5, "Rome", "Oslo"), gap=np.nan)


def preprocess() -> ColumnTransformer:
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), list("abcd")),
            ("city", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["city"]),
        ]
    )


MODELS: dict[str, tuple[Any, Any]] = {
    "HistGradientBoosting": (HistGradientBoostingClassifier(max_iter=10), X),
    "RandomForest": (RandomForestRegressor(10, random_state=0), X),
    "LogisticRegression": (LogisticRegression(), X),
    "pipeline of columns": (make_pipeline(preprocess(), LogisticRegression()), FRAME),
    "boosted pipeline": (make_pipeline(preprocess(), HistGradientBoostingClassifier(max_iter=10)), FRAME),
    "native categories": (
        HistGradientBoostingClassifier(max_iter=10, categorical_features="from_dtype"),
        FRAME.drop(columns="gap").astype({"city": "category"}),
    ),
    "LightGBM": (LGBMClassifier(n_estimators=10, verbose=-1), pd.DataFrame(X, columns=list("abcd"))),
    "grid search": (GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, scoring="roc_auc"), X),
    "voting": (VotingClassifier([("a", LogisticRegression()), ("b", KNeighborsClassifier())]), X),
    "calibrated": (CalibratedClassifierCV(LogisticRegression(), method="isotonic"), X),
    "splines": (make_pipeline(FunctionTransformer(np.log1p), SplineTransformer(), Ridge()), X),
}


def converter(annotation: Any = BaseEstimator) -> Converter[Any]:
    found = converter_for(annotation)
    assert found is not None
    return found


@pytest.mark.parametrize("name", MODELS)
def test_a_model_predicts_the_same_after_loading(name: str, tmp_path: Path) -> None:
    model, rows = MODELS[name]
    model.fit(rows, Y)
    facts = converter(type(model)).save(model, tmp_path / "model")
    found = converter(type(model)).load(tmp_path / "model", type(model), facts)
    assert type(found) is type(model)
    method = "predict_proba" if hasattr(model, "predict_proba") else "predict"
    np.testing.assert_array_equal(getattr(found, method)(rows), getattr(model, method)(rows))


def test_the_same_training_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("1", "2"):
        model = make_pipeline(preprocess(), HistGradientBoostingClassifier(max_iter=5, random_state=0)).fit(FRAME, Y)
        converter().save(model, tmp_path / name)
    first, second = content_of(tmp_path / "1"), content_of(tmp_path / "2")
    assert first.files == second.files


def test_the_folder_is_an_mlflow_model(tmp_path: Path) -> None:
    model = LGBMClassifier(n_estimators=2, verbose=-1).fit(X, Y)
    facts = converter().save(model, tmp_path / "model")
    assert (facts["format"], facts["class"], facts["features"]) == ("mlflow", "lightgbm.LGBMClassifier", 4)
    description = yaml.safe_load((tmp_path / "model" / "MLmodel").read_text())
    assert description["flavors"]["python_function"]["loader_module"] == "mlflow.sklearn"
    sklearn = description["flavors"]["sklearn"]
    assert (sklearn["pickled_model"], sklearn["serialization_format"]) == ("model.skops", "skops")
    assert sklearn["skops_trusted_types"] == [
        "collections.OrderedDict",
        "lightgbm.basic.Booster",
        "lightgbm.sklearn.LGBMClassifier",
    ]
    requirements = (tmp_path / "model" / "requirements.txt").read_text()
    assert all(f"{name}==" in requirements for name in ("lightgbm", "numpy", "scikit-learn", "skops"))
    assert not list((tmp_path / "model").glob("*.pkl"))


def test_what_cannot_predict_has_no_python_function(tmp_path: Path) -> None:
    facts = converter().save(StandardScaler().fit(FRAME[["a", "b"]]), tmp_path / "model")
    assert facts["feature_names"] == ["a", "b"]
    assert list(yaml.safe_load((tmp_path / "model" / "MLmodel").read_text())["flavors"]) == ["sklearn"]


def test_an_estimator_that_skops_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotPackaged, match=r"skops cannot hold it: .*Birch.*\n  hint: .*allow_pickle=True"):
        converter().save(Birch().fit(X), tmp_path / "model")


def test_a_lambda_is_refused_when_it_is_stored_and_not_only_when_it_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(
        NotPackaged, match=r"it holds .*<lambda>.*\n  hint: define what it names at the top of a module"
    ):
        converter().save(FunctionTransformer(lambda rows: rows), tmp_path / "model")


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(LogisticRegression()))
    with pytest.raises(UnreadablePackage, match=r"there is no 'MLmodel' in it.*\n  hint: pass the folder"):
        converter().load(tmp_path, BaseEstimator, {})


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    converter().save(LogisticRegression().fit(X, Y), tmp_path / "model")
    (tmp_path / "model" / "model.skops").write_bytes(b"PK nonsense")
    with pytest.raises(UnreadablePackage, match=r"'model.skops' is not what was packaged"):
        converter().load(tmp_path / "model", BaseEstimator, {})


def test_abstract_annotations_mean_models(tmp_path: Path) -> None:
    class Mine(ClassifierMixin, BaseEstimator):
        pass

    assert {converter(annotation).kind for annotation in (ClassifierMixin, BaseEstimator, Mine)} == {"model"}
