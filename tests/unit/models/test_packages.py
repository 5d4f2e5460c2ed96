"""What a package holds, how it is asked, and what cannot become one."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import xgboost
import yaml
from lightgbm import Dataset, LGBMClassifier
from lightgbm import train as train_lightgbm
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

from penstock import Model
from penstock.artifacts.digest import content_of
from penstock.compiled import to_float32
from penstock.data.errors import UntrustedModel
from penstock.data.given import GivenArtifact, giving
from penstock.models import ModelFails, NoProbabilities, NotPackaged, PickleRefused
from penstock.models.converters import Estimator, ModelPackage
from penstock.models.modules import needed_by

RNG = np.random.default_rng(0)
ROWS = 120
DATA = pd.DataFrame(
    {
        "fare": RNG.gamma(2, 5, ROWS),
        "km": np.where(RNG.random(ROWS) < 0.1, np.nan, RNG.gamma(1, 3, ROWS)),
        "seats": RNG.integers(1, 6, ROWS),
        "city": RNG.choice(["Rome", "Łódź", None], ROWS),
        "tip": RNG.integers(0, 2, ROWS),
    }
)
X, Y = DATA.drop(columns="tip"), DATA["tip"]


def pipeline() -> Pipeline:
    features = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["fare", "km", "seats"]),
            ("city", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["city"]),
        ]
    )
    return make_pipeline(features, to_float32(), LogisticRegression()).fit(X, Y)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = Model(pipeline(), data=DATA, target="tip", limits="Only trips inside the city.")
    return model.save(tmp_path_factory.mktemp("models") / "model")


def test_a_package_says_all_of_the_model(saved: Path) -> None:
    model = Model.load(saved)
    assert [(c.name, c.type, c.required) for c in model.signature.inputs] == [
        ("fare", "double", True),
        ("km", "double", False),
        ("seats", "long", True),
        ("city", "string", False),
    ]
    assert [(c.name, c.type) for c in model.signature.outputs] == [("prediction", "long")]
    assert (model.task, model.target, model.limits) == ("binary", "tip", "Only trips inside the city.")
    assert model.classes is not None
    assert model.classes.tolist() == [0, 1]
    assert model.profile is not None
    assert (model.profile.rows, list(model.profile.columns)) == (ROWS, list(DATA.columns))
    assert model.predictions_profile is not None
    assert list(model.predictions_profile.columns) == ["prediction", "probability_0", "probability_1"]
    assert model.example is not None
    assert (model.example.dtypes == X.dtypes).all()
    assert model.not_compiled == ""
    assert model.parity is not None
    assert model.parity["passed"]
    content = content_of(saved)
    assert (model.digest, model.size) == (content.digest, content.size)


def test_asking_runs_the_graph_and_the_original_says_the_same(saved: Path) -> None:
    model = Model.load(saved)
    assert model.package.runtime == "graph"
    asked = model.predict_proba(DATA)
    assert model.compiled is not None
    np.testing.assert_allclose(asked, pipeline().predict_proba(X), atol=1e-5)
    np.testing.assert_array_equal(model.predict(pl.from_pandas(DATA)), pipeline().predict(X))
    np.testing.assert_allclose(asked, model.original().predict_proba(X), atol=1e-5)


def test_no_rows_get_no_answers_and_one_dict_gets_one(saved: Path) -> None:
    model = Model.load(saved)
    assert model.predict([]).shape == (0,)
    assert model.predict_proba(X.head(0)).shape == (0, 2)
    assert model.predict({"fare": 3, "seats": 2}).shape == (1,)
    assert model.predict_proba({"fare": 3, "km": None, "seats": 2, "city": "never seen"}).shape == (1, 2)


def test_the_same_model_and_data_give_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    again = Model(pipeline(), data=DATA, target="tip", limits="Only trips inside the city.").save(tmp_path / "again")
    assert content_of(again).files == content_of(saved).files


def test_data_may_come_in_any_form(tmp_path: Path) -> None:
    DATA.to_parquet(tmp_path / "rows.parquet")
    forms: list[Any] = [pl.from_pandas(DATA), pl.from_pandas(DATA).lazy(), tmp_path / "rows.parquet"]
    estimator = pipeline()
    kept = [Model(estimator, data=data, target="tip").package for data in forms]
    assert all(one.signature == kept[0].signature for one in kept)
    assert [column.type for column in kept[0].signature.inputs] == ["double", "double", "long", "string"]


def test_the_lock_holds_what_the_model_needs_and_no_more(saved: Path) -> None:
    lines = (saved / "penstock" / "environment.txt").read_text().splitlines()[1:]
    lock = dict(line.split("==") for line in lines)
    assert lock.keys() >= {
        "scikit-learn",
        "skops",
        "pandas",
        "numpy",
        "scipy",
        "joblib",
        "threadpoolctl",
        "onnxruntime",
    }
    assert lock.keys().isdisjoint({"mlflow", "pytest", "polars", "lightgbm", "penstock", "sqlalchemy"})
    assert needed_by(["scikit-learn"]).items() <= lock.items()


def test_the_author_may_require_more(tmp_path: Path) -> None:
    model = Model(pipeline(), data=DATA, requirements=["holidays==0.99", "msgspec"])
    lock = (model.folder / "penstock" / "environment.txt").read_text()
    assert "holidays==0.99\n" in lock
    assert "msgspec==" in (model.folder / "requirements.txt").read_text()
    with pytest.raises(NotPackaged, match=r"it requires 'no-such-package', which is not installed here"):
        Model(pipeline(), data=DATA, requirements=["no-such-package"]).save(tmp_path / "model")


FLAVOURS: dict[str, tuple[Any, str, str]] = {
    "XGBoost's classifier": (xgboost.XGBClassifier(n_estimators=3).fit(X[["fare"]], Y), "model.ubj", "xgboost"),
    "XGBoost's regressor": (
        xgboost.XGBRegressor(n_estimators=3).fit(X[["fare"]], X["km"].fillna(0)),
        "model.ubj",
        "xgboost",
    ),
    "XGBoost's booster": (
        xgboost.train({"max_depth": 2}, xgboost.DMatrix(X[["fare"]], Y), 3),
        "model.ubj",
        "xgboost",
    ),
    "LightGBM's classifier": (
        LGBMClassifier(n_estimators=3, verbose=-1).fit(X[["fare"]], Y),
        "model.skops",
        "lightgbm",
    ),
    "LightGBM's booster": (
        train_lightgbm({"objective": "binary", "verbose": -1}, Dataset(X[["fare"]], Y), 3),
        "model.lgb",
        "lightgbm",
    ),
}


@pytest.mark.parametrize("name", FLAVOURS)
def test_boosters_are_kept_in_formats_of_their_own(name: str, tmp_path: Path) -> None:
    estimator, file, flavour = FLAVOURS[name]
    model = Model(estimator, data=DATA, target="tip")
    folder = model.save(tmp_path / "model")
    assert (folder / file).is_file()
    assert flavour in yaml.safe_load((folder / "MLmodel").read_text())["flavors"]
    found = Model.load(folder)
    assert type(found.original()) is type(estimator)
    np.testing.assert_array_equal(found.predict(DATA), model.asked.predict(DATA[["fare"]]))


def test_native_categories_are_asked_as_they_were_trained(tmp_path: Path) -> None:
    rows = pd.DataFrame({"fare": X["fare"], "city": pd.Categorical(X["city"].fillna("Oslo"))})
    for estimator in (
        xgboost.XGBClassifier(n_estimators=3, enable_categorical=True),
        LGBMClassifier(n_estimators=3, verbose=-1, min_child_samples=2),
    ):
        model = Model(estimator.fit(rows, Y), data=rows)
        found = Model.load(model.save(tmp_path / type(estimator).__name__))
        texts = [{"fare": fare, "city": str(city)} for fare, city in rows.itertuples(index=False)]
        np.testing.assert_allclose(found.predict_proba(texts), estimator.predict_proba(rows))


def test_a_model_of_arrays_takes_arrays() -> None:
    model = Model(LinearRegression().fit(np.ones((4, 2)), np.ones(4)), data=np.ones((4, 2)))
    assert model.signature.array is not None
    assert model.signature.array.shape == (-1, 2)
    assert model.predict(np.ones((3, 2))).tolist() == [1, 1, 1]
    assert model.predict(np.ones(2)).shape == (1,)
    assert model.task == "regression"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with a transformer of its own, which imports a neighbour."""
    (tmp_path / "project" / "lib").mkdir(parents=True)
    (tmp_path / "project" / "lib" / "__init__.py").write_text("")
    (tmp_path / "project" / "lib" / "maths.py").write_text("import numpy as np\nlogged = np.log1p\n")
    (tmp_path / "project" / "mine.py").write_text(
        "import numpy as np\n"
        "from sklearn.base import BaseEstimator, TransformerMixin\n"
        "from lib import maths\n"
        "class Logged(TransformerMixin, BaseEstimator):\n"
        "    def fit(self, X, y=None):\n"
        "        self.feature_names_in_ = np.array(X.columns, dtype=object)\n"
        "        return self\n"
        "    def transform(self, X):\n"
        "        return maths.logged(np.asarray(X, dtype=float))\n"
        "class Rule:\n"
        "    def __init__(self, limit):\n"
        "        self.limit = limit\n"
        "    def predict(self, rows):\n"
        "        return (rows['fare'] > self.limit).to_numpy()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "project"))
    yield tmp_path / "project"
    for name in ("mine", "lib", "lib.maths"):
        sys.modules.pop(name, None)


def test_modules_of_the_project_travel_with_the_model(project: Path, tmp_path: Path) -> None:
    import mine  # type: ignore[import-not-found]

    estimator = make_pipeline(mine.Logged(), LogisticRegression()).fit(X[["fare"]], Y)
    folder = Model(estimator, data=DATA, target="tip").save(tmp_path / "model")
    code = {path.relative_to(folder).as_posix() for path in (folder / "code").rglob("*.py")}
    assert code == {"code/mine.py", "code/lib/__init__.py", "code/lib/maths.py"}
    assert yaml.safe_load((folder / "MLmodel").read_text())["flavors"]["python_function"]["code"] == "code"
    model = Model.load(folder)
    with pytest.raises(UntrustedModel, match=r"holds types that are not trusted: mine\.Logged"):
        model.predict(DATA)
    np.testing.assert_array_equal(model.trusted().predict(DATA), estimator.predict(X[["fare"]]))
    assert model.original(trust=True) is model.original()
    np.testing.assert_array_equal(model.predict(DATA), estimator.predict(X[["fare"]]))


def test_any_object_with_predict_is_a_model(project: Path, tmp_path: Path) -> None:
    import mine

    folder = Model(mine.Rule(4.0), data=DATA[["fare"]]).save(tmp_path / "model")
    found = Model.load(folder, trust_pickle=True)
    assert found.task == "other"
    np.testing.assert_array_equal(found.predict(DATA), (DATA["fare"] > 4.0).to_numpy())


class Raises(RegressorMixin, BaseEstimator):
    def fit(self, X: Any, y: Any = None) -> "Raises":
        self.fitted_ = True
        return self

    def predict(self, X: Any) -> Any:
        raise OSError("the disk is on fire")


def test_what_cannot_be_packaged_is_refused_with_what_to_do(tmp_path: Path) -> None:
    class Local(Raises):
        pass

    cases: list[tuple[Any, dict[str, Any], str]] = [
        (LogisticRegression(), {}, r"it is not fitted.*\n  hint: call its `fit` first"),
        (object(), {}, r"it has no `predict`"),
        (make_pipeline(FunctionTransformer(lambda rows: rows), LinearRegression()).fit(X[["fare"]], Y), {}, r"lambda"),
        (Local().fit(X), {}, r"it holds .*Local, which no module has under that name"),
        (pipeline(), {"data": X.drop(columns="km")}, r"its data lack the column 'km'"),
        (pipeline(), {"data": DATA.head(0)}, r"its data have no rows"),
        (pipeline(), {"data": DATA, "target": "tipp"}, r"its data have no column 'tipp'"),
        (pipeline(), {"data": pd.concat([DATA, DATA[["km"]]], axis=1)}, r"two columns 'km'"),
        (LinearRegression().fit(np.ones((3, 2)), np.ones(3)), {"data": X}, r"fitted on 2 columns, and its data have 4"),
    ]
    for estimator, given, message in cases:
        with pytest.raises(NotPackaged, match=message):
            Model(estimator, **given).save(tmp_path / "model")
        assert not (tmp_path / "model").exists()


def test_a_model_that_fails_on_its_own_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFails, match=r"OSError: the disk is on fire"):
        Model(Raises().fit(X), data=X).save(tmp_path / "model")


def test_a_pickle_is_written_and_read_only_where_it_is_allowed(tmp_path: Path) -> None:
    estimator = make_pipeline(FunctionTransformer(lambda rows: rows * 2), LinearRegression()).fit(X[["fare"]], Y)
    folder = Model(estimator, data=DATA, target="tip", allow_pickle=True).save(tmp_path / "model")
    model = Model.load(folder)
    assert model.signature.inputs[0].name == "fare"
    with pytest.raises(PickleRefused, match=r"is a pickle \('model.pkl'\)"):
        model.predict(DATA)
    np.testing.assert_array_equal(Model.load(folder, trust_pickle=True).predict(DATA), estimator.predict(X[["fare"]]))


def test_a_model_that_predicts_nan_is_packaged_with_what_it_predicts() -> None:
    estimator = LinearRegression().fit(X[["fare"]], Y)
    estimator.coef_[:] = np.nan
    model = Model(estimator, data=X[["fare"]])
    assert model.package.expected is not None
    assert model.package.expected.predictions == [None] * 5


def test_one_class_and_columns_without_values_are_packaged() -> None:
    rows = pd.DataFrame({"a": [1.0, 2.0], "nothing": [np.nan, np.nan], "none": [None, None]})
    model = Model(DummyClassifier().fit(rows, [1, 1]), data=rows)
    assert (model.task, model.predict(rows).tolist()) == ("binary", [1, 1])
    assert [(c.type, c.required) for c in model.signature.inputs][1:] == [("double", False), ("string", False)]


def test_a_model_without_probabilities_says_so() -> None:
    model = Model(make_pipeline(SimpleImputer(), LinearSVC()).fit(X[["fare"]], Y), data=X[["fare"]])
    with pytest.raises(NoProbabilities, match=r"has no probabilities"):
        model.predict_proba(X)


def given(path: Path, **more: Path) -> Any:
    tables = {"rows": path, **more}
    return lambda: [GivenArtifact(argument=name, path=place, kind="table") for name, place in tables.items()]


def test_a_plain_estimator_finds_its_rows_among_what_the_task_was_given(tmp_path: Path) -> None:
    DATA.to_parquet(tmp_path / "rows.parquet")
    pd.DataFrame({"other": [1]}).to_parquet(tmp_path / "other.parquet")
    with giving(given(tmp_path / "other.parquet", train=tmp_path / "rows.parquet")):
        facts = Estimator().save(pipeline(), tmp_path / "model")
    assert (facts["task"], facts["target"], facts["runtime"]) == ("binary", "tip", "graph")
    assert facts["feature_names"] == list(X.columns)
    model = Model.load(tmp_path / "model")
    assert [c.name for c in model.signature.inputs] == list(X.columns)
    assert type(ModelPackage().load(tmp_path / "model", Model, facts)) is Model


def test_a_table_that_was_changed_before_fitting_is_no_signature(tmp_path: Path) -> None:
    DATA.to_parquet(tmp_path / "rows.parquet")
    codes = X.assign(city=X["city"].astype("category").cat.codes).fillna(0)
    with giving(given(tmp_path / "rows.parquet")):
        Estimator().save(LogisticRegression().fit(codes, Y), tmp_path / "model")
    assert "fails on the table that has all its columns" in Model.load(tmp_path / "model").no_signature


def test_a_table_without_its_columns_is_no_signature_and_the_reason_names_one(tmp_path: Path) -> None:
    DATA.drop(columns="km").to_parquet(tmp_path / "rows.parquet")
    with giving(given(tmp_path / "rows.parquet")):
        Estimator().save(pipeline(), tmp_path / "model")
    model = Model.load(tmp_path / "model")
    assert not model.signature
    assert model.no_signature == (
        "no table that the component was given has all its columns (none has 'km'); return `Model(…, data=…)`"
    )
    np.testing.assert_array_equal(model.predict(X), pipeline().predict(X))


def test_examples_are_as_mlflow_writes_them(saved: Path) -> None:
    split = json.loads((saved / "input_example.json").read_text())
    assert split["columns"] == list(X.columns)
    assert json.loads((saved / "serving_input_example.json").read_text()) == {"dataframe_split": split}
    assert len(split["data"]) == 5


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "there was not enough memory to compile it"),
        (RuntimeError("no such operator"), "the compiler failed: RuntimeError: no such operator"),
    ],
)
def test_a_compiler_that_fails_leaves_the_original(
    error: Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr("penstock.compiled.compile_model", fails)
    model = Model(pipeline(), data=DATA)
    assert model.not_compiled == reason
    np.testing.assert_array_equal(model.predict(DATA), pipeline().predict(X))
