"""One case for each transformer and estimator: what `docs/reference/compiled-models.md` says of it is tried here."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from penstock.compiled import to_float32

NUMBERS, TEXTS = ["distance", "minutes"], ["city", "payment"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A class, how it is made here, and what the table says about it."""

    name: str
    make: Callable[[], BaseEstimator]
    note: str = ""
    takes: str = "numbers"
    """`numbers`, `filled` numbers without missing ones, `texts`, or `anything`."""
    compiles: bool = True


def table(rows: int = 120) -> pd.DataFrame:
    """Raw rows with missing numbers and texts, empty texts and letters beyond ASCII."""
    random = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "distance": random.exponential(3.0, rows),
            "minutes": random.integers(1, 60, rows),
            "city": random.choice(["Kraków", "Łódź", "", "Rome"], rows),
            "payment": random.choice(["card", "cash"], rows),
        }
    )
    frame.loc[random.choice(rows, rows // 8, replace=False), "distance"] = np.nan
    frame.loc[random.choice(rows, rows // 8, replace=False), "city"] = None
    return frame


def amount(frame: pd.DataFrame) -> Any:
    """What a regressor learns."""
    paid = frame["distance"].fillna(2.0) * 2 + frame["minutes"] * 0.3 + (frame["payment"] == "card") * 2.5
    return (paid + np.random.default_rng(3).normal(0, 0.5, len(frame))).to_numpy()


def tier(frame: pd.DataFrame) -> Any:
    """What a classifier learns: one of three texts."""
    return np.select([amount(frame) > 18, amount(frame) > 11], ["high", "middle"], "low")


def preprocessing() -> ColumnTransformer:
    """What every estimator is tried behind."""
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS),
            ("texts", OneHotEncoder(handle_unknown="ignore", sparse_output=False), TEXTS),
        ]
    )


def fitted(case: Case, frame: pd.DataFrame) -> Pipeline:
    """The case in a pipeline that was fitted on the table."""
    thing = case.make()
    if hasattr(thing, "predict"):
        learned = tier(frame) if is_classifier(thing) else amount(frame)
        if case.name.startswith("xgboost") and learned.dtype.kind in "OU":
            learned = np.unique(learned, return_inverse=True)[1]
        return make_pipeline(preprocessing(), to_float32(), thing).fit(frame, learned)
    columns = {"texts": TEXTS, "anything": TEXTS}.get(case.takes, NUMBERS)
    step = make_pipeline(SimpleImputer(), thing) if case.takes == "filled" else thing
    prepared = ColumnTransformer([("tried", step, columns)], sparse_threshold=0)
    boosted = HistGradientBoostingRegressor(max_iter=8, random_state=0)
    return make_pipeline(prepared, to_float32(), boosted).fit(frame, amount(frame))


def _sklearn(path: str, note: str = "", *, takes: str = "numbers", compiles: bool = True, **options: Any) -> Case:
    module, _, name = path.rpartition(".")

    def make() -> Any:
        return getattr(import_module(f"sklearn.{module}"), name)(**options)

    return Case(name=f"sklearn.{name}", make=make, note=note, takes=takes, compiles=compiles)


TRANSFORMERS = (
    _sklearn("preprocessing.StandardScaler"),
    _sklearn("preprocessing.MinMaxScaler", clip=True),
    _sklearn("preprocessing.MaxAbsScaler"),
    _sklearn("preprocessing.RobustScaler"),
    _sklearn("preprocessing.Binarizer", takes="filled", threshold=2.5),
    _sklearn("impute.SimpleImputer", "numbers or texts; indicators too", add_indicator=True),
    _sklearn("impute.MissingIndicator", features="all"),
    _sklearn("preprocessing.OneHotEncoder", "`drop`, rare categories and every `handle_unknown`", takes="texts",
             handle_unknown="infrequent_if_exist", min_frequency=20, sparse_output=False),
    _sklearn("preprocessing.OrdinalEncoder", "rare, unknown and missing categories", takes="texts",
             handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2, max_categories=3),
    _sklearn("preprocessing.TargetEncoder", "of numbers or two classes", takes="texts", cv=2, random_state=0),
    _sklearn("preprocessing.KBinsDiscretizer", takes="filled", n_bins=4, encode="onehot-dense",
             quantile_method="averaged_inverted_cdf"),
    _sklearn("preprocessing.QuantileTransformer", "uniform output only: ONNX has no inverse of the normal distribution",
             n_quantiles=20),
    _sklearn("preprocessing.PowerTransformer", "logarithms and powers may differ in the last bit"),
    _sklearn("preprocessing.PolynomialFeatures", "crosses of any degree", takes="filled", degree=3),
    Case(name="sklearn.FunctionTransformer", make=lambda: FunctionTransformer(np.log1p),
         note="of `exp log log1p sin cos sqrt absolute floor square` of NumPy, of nothing, or `to_float32()`"),
    Case(name="sklearn.Pipeline", make=lambda: make_pipeline(SimpleImputer(), StandardScaler())),
    Case(name="sklearn.FeatureUnion",
         make=lambda: FeatureUnion([("as it is", "passthrough"), ("scaled", StandardScaler())])),
    Case(name="sklearn.ColumnTransformer",
         note="columns by name, position, slice or mask, as lists; weights; `passthrough` and `drop`",
         make=lambda: ColumnTransformer([("first", StandardScaler(), [0])], remainder="passthrough")),
    _sklearn("preprocessing.SplineTransformer", "no emitter yet", takes="filled", compiles=False),
    _sklearn("preprocessing.Normalizer", "no emitter yet", takes="filled", compiles=False),
    _sklearn("impute.KNNImputer", "no emitter yet", compiles=False),
    _sklearn("decomposition.PCA", "no emitter yet", takes="filled", compiles=False),
)  # fmt: skip


def _booster(path: str, **options: Any) -> Case:
    package, _, name = path.partition(".")

    def make() -> Any:
        return getattr(import_module(package), name)(n_estimators=6, n_jobs=1, **options)

    return Case(name=path, make=make)


_FORESTS = "impute what is missing before: the gate refused trees that get NaN"
_NEIGHBORS = "neighbors at nearly the same distance come out in another order, which the parity gate refused"
_TREES = {"random_state": 0, "n_estimators": 5}
ESTIMATORS = (
    *(_sklearn(f"linear_model.{name}") for name in ("LinearRegression", "Ridge", "Lasso", "ElasticNet")),
    _sklearn("linear_model.HuberRegressor", max_iter=1000),
    _sklearn("linear_model.SGDRegressor", random_state=0),
    _sklearn("linear_model.LogisticRegression"),
    _sklearn("linear_model.RidgeClassifier"),
    _sklearn("linear_model.SGDClassifier", loss="log_loss", random_state=0),
    _sklearn("svm.LinearSVC"),
    _sklearn("svm.LinearSVR", max_iter=10_000),
    _sklearn("svm.SVC"),
    _sklearn("svm.SVR"),
    _sklearn("tree.DecisionTreeClassifier", _FORESTS, random_state=0),
    _sklearn("tree.DecisionTreeRegressor", _FORESTS, random_state=0),
    *(
        _sklearn(f"ensemble.{name}", **_TREES, note=_FORESTS)
        for name in ("RandomForestClassifier", "RandomForestRegressor")
    ),
    *(
        _sklearn(f"ensemble.{name}", **_TREES, note=_FORESTS)
        for name in ("ExtraTreesClassifier", "ExtraTreesRegressor")
    ),
    *(_sklearn(f"ensemble.{name}", **_TREES) for name in ("GradientBoostingClassifier", "GradientBoostingRegressor")),
    *(
        _sklearn(f"ensemble.{name}", "not with native categories", max_iter=8, random_state=0)
        for name in ("HistGradientBoostingClassifier", "HistGradientBoostingRegressor")
    ),
    _sklearn("naive_bayes.GaussianNB"),
    _sklearn("neural_network.MLPClassifier", hidden_layer_sizes=(4,), max_iter=500, tol=1e-2, random_state=0),
    _sklearn("linear_model.BayesianRidge", "the parity gate refuses what its converter makes", compiles=False),
    _sklearn("neighbors.KNeighborsClassifier", _NEIGHBORS, compiles=False),
    _sklearn("neighbors.KNeighborsRegressor", _NEIGHBORS, compiles=False),
    _sklearn("linear_model.PoissonRegressor", "not tried yet", compiles=False),
    _sklearn("neural_network.MLPRegressor", hidden_layer_sizes=(4,), max_iter=500, tol=1e-2, random_state=0),
    _booster("xgboost.XGBClassifier"),
    _booster("xgboost.XGBRegressor"),
    _booster("lightgbm.LGBMClassifier", verbose=-1),
    _booster("lightgbm.LGBMRegressor", verbose=-1),
)
