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
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.feature_selection import SelectFromModel
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from penstock import features
from penstock.compiled import to_float32
from penstock.features.calendar import PARTS

NUMBERS, TEXTS = ["distance", "minutes"], ["city", "payment"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A class, how it is made here, and what the table says about it."""

    name: str
    make: Callable[[], BaseEstimator]
    note: str = ""
    takes: str = "numbers"
    """`numbers`, `filled` numbers without missing ones, `texts`, `dates`, a `sentence`, or `counts` of its words."""
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


def diary(rows: int = 120) -> pd.DataFrame:
    """Raw rows of dates in every form, and of sentences."""
    random = np.random.default_rng(11)
    day = pd.Series(pd.to_datetime(random.integers(-(10**15), 3 * 10**15, rows), unit="us"))
    day[3] = pd.NaT
    aware = day.dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")
    words = [
        "the",
        "quick",
        "brown",
        "fox",
        "Łódź",
        "KRAKÓW",
        "ÇA",
        "va",
        "naïve_word",
        "漢字",
        "don't",
        "İstanbul",
        "x",
        "12",
        "3½",
        "straße",
        "ﬁne",
    ]
    texts = [None if pd.isna(moment) else moment.isoformat() for moment in aware]
    sentences = [" ".join(random.choice(words, random.integers(1, 9))) for _ in range(rows)]
    return pd.DataFrame(
        {
            "day": day,
            "instant": aware,
            "text": pd.Series(texts, dtype=object),
            "sentence": pd.Series(sentences, dtype=object),
            "distance": random.exponential(3.0, rows),
            "minutes": random.integers(1, 60, rows),
            "payment": random.choice(["card", "cash"], rows),
        }
    )


def raw_rows(case: "Case") -> pd.DataFrame:
    """The table that a case is tried on, and no more columns than it takes."""
    if case.takes == "dates":
        return diary()[["day", "instant", "text", "payment", "distance", "minutes"]]
    if case.takes in {"sentence", "counts"}:
        return diary()[["sentence", "payment", "distance", "minutes"]]
    return table()


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
    chosen: dict[str, Any] = {"texts": TEXTS, "dates": ["day", "instant", "text"]}
    columns = chosen.get(case.takes, "sentence" if case.takes in {"sentence", "counts"} else NUMBERS)
    before = {"filled": SimpleImputer(), "counts": CountVectorizer()}.get(case.takes)
    step = make_pipeline(before, thing) if before is not None else thing
    prepared = ColumnTransformer([("tried", step, columns)], sparse_threshold=0)
    boosted = HistGradientBoostingRegressor(max_iter=8, random_state=0)
    return make_pipeline(prepared, to_float32(), boosted).fit(frame, amount(frame))


def _sklearn(path: str, note: str = "", *, takes: str = "numbers", compiles: bool = True, **options: Any) -> Case:
    module, _, name = path.rpartition(".")

    def make() -> Any:
        return getattr(import_module(f"sklearn.{module}"), name)(**options)

    return Case(name=f"sklearn.{name}", make=make, note=note, takes=takes, compiles=compiles)


def _penstock(name: str, note: str = "", *, takes: str, **options: Any) -> Case:
    return Case(name=f"penstock.{name}", make=lambda: getattr(features, name)(**options), note=note, takes=takes)


def _crosses() -> Any:
    return features.FeatureCross()


def per_minute(frame: pd.DataFrame) -> pd.DataFrame:
    """A function of one's own, as it is written for pandas."""
    fast = np.where(frame["minutes"] > 30, 1.0, np.log1p(frame["minutes"]))
    return frame.assign(speed=frame["distance"] / frame["minutes"], minutes=np.minimum(frame["minutes"], 45.0) * fast)


_CHARACTERS = "of texts whose characters are up to U+1FFFF: rows with others are refused"
_WORDS = (
    "of words, n-grams of them too; up to 262,144 terms. Not by characters, not with functions of your own, stop words "
    "only without n-grams. Rows with a Greek capital sigma, whose lower case depends on its neighbours, are refused"
)
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
    _sklearn("preprocessing.TargetEncoder", "of numbers and of classes", takes="texts", cv=2, random_state=0),
    _sklearn("preprocessing.KBinsDiscretizer", takes="filled", n_bins=4, encode="onehot-dense",
             quantile_method="averaged_inverted_cdf"),
    _sklearn("preprocessing.QuantileTransformer", "uniform output only: ONNX has no inverse of the normal distribution",
             n_quantiles=20),
    _sklearn("preprocessing.PowerTransformer", "logarithms and powers may differ in the last bit"),
    _sklearn("preprocessing.PolynomialFeatures", "crosses of any degree", takes="filled", degree=3),
    Case(name="sklearn.FunctionTransformer", make=lambda: FunctionTransformer(per_minute),
         note="of one function of NumPy, of nothing, of `to_float32()`, or of your own that can be followed"),
    Case(name="sklearn.Pipeline", make=lambda: make_pipeline(SimpleImputer(), StandardScaler())),
    Case(name="sklearn.FeatureUnion",
         make=lambda: FeatureUnion([("as it is", "passthrough"), ("scaled", StandardScaler())])),
    Case(name="sklearn.ColumnTransformer",
         note="columns by name, position, slice or mask, as lists; weights; `passthrough` and `drop`",
         make=lambda: ColumnTransformer([("first", StandardScaler(), [0])], remainder="passthrough")),
    _penstock("DateParts", "datetimes with and without time zone, ISO texts; with `timezone`, from 1900 to 2199",
              takes="dates", parts=PARTS, timezone="Europe/Warsaw", unparsed="missing"),
    _penstock("CyclicDateParts", "as `DateParts`", takes="dates", parts=["month", "dayofyear", "hour"]),
    Case(name="penstock.FeatureCross", takes="texts", note="of texts and whole numbers; with `buckets`, as below",
         make=lambda: make_pipeline(_crosses(), OneHotEncoder(handle_unknown="ignore"))),
    _penstock("CategoryHasher", _CHARACTERS, takes="texts", n_features=16),
    Case(name="sklearn.FeatureHasher", takes="texts", note=f'of `input_type="string"`; {_CHARACTERS}',
         make=lambda: make_pipeline(SimpleImputer(strategy="constant", fill_value="?"),
                                    SimpleImputer(missing_values=None, strategy="constant", fill_value="?"),
                                    FeatureHasher(16, input_type="string"))),
    _sklearn("feature_extraction.text.CountVectorizer", _WORDS, takes="sentence", ngram_range=(1, 2)),
    _sklearn("feature_extraction.text.TfidfVectorizer", "as `CountVectorizer`", takes="sentence",
             strip_accents="unicode", sublinear_tf=True),
    _sklearn("feature_extraction.text.TfidfTransformer", takes="counts"),
    _sklearn("feature_extraction.text.HashingVectorizer", f"as `CountVectorizer`; {_CHARACTERS}", takes="sentence",
             n_features=64),
    _sklearn("preprocessing.SplineTransformer", "extrapolation `constant` and `error`", takes="filled", n_knots=4),
    _sklearn("preprocessing.Normalizer", takes="filled"),
    _sklearn("decomposition.PCA", takes="filled", whiten=True),
    _sklearn("decomposition.TruncatedSVD", takes="filled", n_components=1),
    Case(name="sklearn.SelectFromModel", takes="filled", make=lambda: SelectFromModel(LinearRegression())),
    _sklearn("feature_selection.SelectKBest", takes="filled", k=1),
    _sklearn("feature_selection.SelectPercentile", takes="filled", percentile=50),
    _sklearn("feature_selection.VarianceThreshold"),
    _sklearn("impute.KNNImputer", "no emitter yet", compiles=False),
    _sklearn("impute.IterativeImputer", "no emitter yet", compiles=False),
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
    *(_sklearn(f"linear_model.{name}") for name in ("ARDRegression", "BayesianRidge", "LassoCV", "ElasticNetCV")),
    *(_sklearn(f"linear_model.{name}") for name in ("Lars", "LassoLars", "OrthogonalMatchingPursuit", "RidgeCV")),
    *(_sklearn(f"linear_model.{name}") for name in ("QuantileRegressor", "TheilSenRegressor")),
    *(_sklearn(f"linear_model.{name}") for name in ("PoissonRegressor", "GammaRegressor", "TweedieRegressor")),
    _sklearn("neighbors.KNeighborsClassifier", _NEIGHBORS, compiles=False),
    _sklearn("neighbors.KNeighborsRegressor", _NEIGHBORS, compiles=False),
    _sklearn("neural_network.MLPRegressor", hidden_layer_sizes=(4,), max_iter=500, tol=1e-2, random_state=0),
    _booster("xgboost.XGBClassifier"),
    _booster("xgboost.XGBRegressor"),
    _booster("lightgbm.LGBMClassifier", verbose=-1),
    _booster("lightgbm.LGBMRegressor", verbose=-1),
)
