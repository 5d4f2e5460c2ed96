"""The real MLflow loads what Penstock packages, and Penstock opens what MLflow saved."""

import asyncio
import json
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xgboost
from lightgbm import Dataset, LGBMClassifier
from lightgbm import train as train_lightgbm
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from penstock import Model
from penstock.models import PickleRefused, UnreadablePackage

RNG = np.random.default_rng(0)
NUMBERS = pd.DataFrame(RNG.random((60, 2)), columns=["a", "b"]).assign(n=RNG.integers(0, 9, 60))
ROWS = NUMBERS.assign(city=RNG.choice(["Rome", "Łódź"], 60))
Y = (NUMBERS["a"] > 0.5).astype(int)


@pytest.fixture(scope="module")
def mlflow() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pytest.importorskip("mlflow", reason="the extra `mlflow` is not installed")
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    return found


@pytest.fixture(autouse=True)
def _its_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def pipeline() -> Any:
    features = make_column_transformer((OneHotEncoder(sparse_output=False), ["city"]), remainder="passthrough")
    return make_pipeline(features, LogisticRegression()).fit(ROWS, Y)


def booster(library: str) -> Any:
    if library == "xgboost":
        return xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(NUMBERS, Y), 3)
    return train_lightgbm({"objective": "binary", "verbose": -1}, Dataset(NUMBERS, Y), 3)


MODELS: dict[str, tuple[Any, pd.DataFrame]] = {
    "sklearn": (pipeline, ROWS),
    "xgboost": (lambda: xgboost.XGBClassifier(n_estimators=3).fit(NUMBERS, Y), NUMBERS),
    "xgboost booster": (lambda: booster("xgboost"), NUMBERS),
    "lightgbm": (lambda: LGBMClassifier(n_estimators=3, verbose=-1).fit(NUMBERS, Y), NUMBERS),
    "lightgbm booster": (lambda: booster("lightgbm"), NUMBERS),
}


@pytest.mark.parametrize("name", MODELS)
def test_mlflow_predicts_the_same(name: str, mlflow: Any, tmp_path: Path) -> None:
    make, rows = MODELS[name]
    model = Model(make(), data=rows)
    folder = str(model.save(tmp_path / "model"))
    loaded = mlflow.pyfunc.load_model(folder)
    np.testing.assert_array_equal(loaded.predict(rows), model.predict(rows))
    pd.testing.assert_frame_equal(loaded.input_example, model.example, check_dtype=False)
    np.testing.assert_array_equal(loaded.predict(loaded.input_example), model.predict(model.example))
    with pytest.raises(mlflow.exceptions.MlflowException, match=r"Model is missing inputs \['a'\]"):
        loaded.predict(rows.drop(columns="a"))
    with pytest.raises(mlflow.exceptions.MlflowException, match=r"Incompatible input types for column a"):
        loaded.predict(rows.assign(a="x"))
    native = getattr(mlflow, name.partition(" ")[0]).load_model(folder)
    assert type(native) is type(model.original())


async def posted(app: Any, body: bytes) -> tuple[int, Any]:
    """What MLflow's scoring server answers to a request, without a socket."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http"}
    scope |= {"path": "/invocations", "raw_path": b"/invocations", "query_string": b"", "headers": headers}
    scope |= {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2)}
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], json.loads(b"".join(message.get("body", b"") for message in sent))


def test_mlflow_serves_a_package(mlflow: Any, tmp_path: Path) -> None:
    from mlflow.pyfunc.scoring_server import init

    model = Model(pipeline(), data=ROWS)
    folder = model.save(tmp_path / "model")
    app = init(mlflow.pyfunc.load_model(str(folder)))
    status, said = asyncio.run(posted(app, (folder / "serving_input_example.json").read_bytes()))
    assert (status, said) == (200, {"predictions": model.predict(model.example).tolist()})
    status, _ = asyncio.run(posted(app, b'{"dataframe_records": [{"a": "x"}]}'))
    assert status == 400


def test_mlflow_serves_models_that_split_on_categories(mlflow: Any, tmp_path: Path) -> None:
    rows = NUMBERS.assign(city=pd.Categorical(ROWS["city"]))
    texts = ROWS[["a", "b", "n", "city"]]
    for estimator in (
        xgboost.XGBClassifier(n_estimators=3, enable_categorical=True),
        LGBMClassifier(n_estimators=3, verbose=-1, min_child_samples=2),
        HistGradientBoostingClassifier(max_iter=3, categorical_features="from_dtype"),
    ):
        estimator.fit(rows, texts["city"] == "Rome")
        model = Model(estimator, data=rows)
        loaded = mlflow.pyfunc.load_model(str(model.save(tmp_path / type(estimator).__name__)))
        expected = estimator.predict(rows)
        np.testing.assert_array_equal(loaded.predict(texts), expected)
        np.testing.assert_array_equal(model.predict(texts), expected)
        for row in range(3):
            np.testing.assert_array_equal(loaded.predict(texts.iloc[[row]]), expected[[row]])
            np.testing.assert_array_equal(model.predict(texts.iloc[[row]]), expected[[row]])


def test_mlflow_runs_an_exported_program(mlflow: Any, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: `make test-torch`")
    model = Model(torch.nn.Linear(3, 1), data=NUMBERS)
    loaded = mlflow.pyfunc.load_model(str(model.save(tmp_path / "model")))
    np.testing.assert_allclose(loaded.predict(NUMBERS).to_numpy().reshape(-1), model.predict(NUMBERS), rtol=1e-6)


def test_a_model_that_mlflow_saved_opens(mlflow: Any, tmp_path: Path) -> None:
    estimator = LogisticRegression().fit(NUMBERS, Y)
    mlflow.sklearn.save_model(estimator, str(tmp_path / "a"), input_example=NUMBERS.head(3), pip_requirements=[])
    boosted = xgboost.XGBClassifier(n_estimators=3).fit(NUMBERS, Y)
    mlflow.xgboost.save_model(boosted, str(tmp_path / "b"), input_example=NUMBERS.head(3), pip_requirements=[])
    for place, original in ((tmp_path / "a", estimator), (tmp_path / "b", boosted)):
        model = Model.load(place)
        assert [(c.name, c.type) for c in model.signature.inputs] == [("a", "double"), ("b", "double"), ("n", "long")]
        np.testing.assert_array_equal(model.predict(NUMBERS), original.predict(NUMBERS))
        assert model.example is not None
        assert (model.task, len(model.example), model.not_compiled) == (
            "binary",
            3,
            "it was made elsewhere, and not compiled there",
        )


def test_a_pickle_of_mlflow_is_refused_and_a_function_of_mlflow_is_not_known(mlflow: Any, tmp_path: Path) -> None:
    estimator = LogisticRegression().fit(NUMBERS, Y)
    how = {"serialization_format": "cloudpickle", "pip_requirements": []}
    mlflow.sklearn.save_model(estimator, str(tmp_path / "pickle"), **how)
    with pytest.raises(PickleRefused, match=r"trust_pickle=True"):
        Model.load(tmp_path / "pickle").predict(NUMBERS)
    trusted = Model.load(tmp_path / "pickle", trust_pickle=True)
    np.testing.assert_array_equal(trusted.predict(NUMBERS), estimator.predict(NUMBERS))

    class Function(mlflow.pyfunc.PythonModel):  # type: ignore[misc, name-defined]
        def predict(self, model_input: list[str]) -> list[str]:
            return model_input

    mlflow.pyfunc.save_model(str(tmp_path / "function"), python_model=Function(), pip_requirements=[])
    with pytest.raises(UnreadablePackage, match=r"it is of flavour python_function, and Penstock knows lightgbm"):
        Model.load(tmp_path / "function")
