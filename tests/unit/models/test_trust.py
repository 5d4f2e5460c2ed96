"""Nothing in a model file executes on load unless someone said so."""

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from penstock.data import converter_for, trust, trusted
from penstock.data.converter import Converter
from penstock.data.errors import UntrustedModel
from penstock.models import skops_file

PROJECT = """
from sklearn.base import BaseEstimator, TransformerMixin

class LogScaler(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        self.shift_ = float(X.min())
        return self

    def transform(self, X):
        return X - self.shift_
"""


@pytest.fixture(autouse=True)
def _nobody_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trusted, "_trusted", set())


@pytest.fixture
def features() -> Iterator[ModuleType]:
    """A module of the author's project."""
    module = ModuleType("my_features")
    sys.modules["my_features"] = module
    exec(PROJECT, vars(module))
    yield module
    del sys.modules["my_features"]


def converter() -> Converter[Any]:
    found = converter_for(BaseEstimator)
    assert found is not None
    return found


def test_a_class_of_the_project_is_named_and_the_remedy_told(features: Any, tmp_path: Path) -> None:
    rows = np.array([[1.0], [2.0]])
    model = make_pipeline(features.LogScaler(), LogisticRegression()).fit(rows, [0, 1])
    converter().save(model, tmp_path / "model")
    with pytest.raises(
        UntrustedModel,
        match=r"types that are not trusted: my_features.LogScaler \[DAT004\]\n  hint: .*trust\('my_features.Log",
    ):
        converter().load(tmp_path / "model", BaseEstimator, {})
    trust("my_features.LogScaler")
    np.testing.assert_array_equal(converter().load(tmp_path / "model", BaseEstimator, {}).predict(rows), [0, 1])


def test_trust_decorates_a_class(features: Any, tmp_path: Path) -> None:
    assert trust(features.LogScaler) is features.LogScaler
    converter().save(features.LogScaler().fit(np.array([1.0])), tmp_path / "model")
    assert converter().load(tmp_path / "model", BaseEstimator, {}).shift_ == 1.0


def forged(tmp_path: Path, node: dict[str, Any]) -> Path:
    """A model whose state holds `node`, as an attacker would write it."""
    data = io.BytesIO(skops.io.dumps(StandardScaler(copy=True)))
    with zipfile.ZipFile(data) as archive:
        schema = json.loads(archive.read("schema.json"))
    schema["content"]["content"]["copy"] = node
    with zipfile.ZipFile(tmp_path / "model.skops", "w") as archive:
        archive.writestr("schema.json", json.dumps(schema))
    return tmp_path / "model.skops"


def text(value: Any) -> dict[str, Any]:
    return {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": json.dumps(value)}


def call(module: str, name: str, *arguments: Any) -> dict[str, Any]:
    """A node that calls `module.name` with arguments while loading."""
    content = [text(argument) for argument in arguments]
    listed = {"__class__": "tuple", "__module__": "builtins", "__loader__": "TupleNode", "content": content}
    return {"__class__": name, "__module__": module, "__loader__": "ConstructorFromReduceNode", "content": listed}


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("numpy.testing._private.utils", "runstring"),
        ("os", "system"),
        ("builtins", "eval"),
        ("sklearn.utils._testing", "raises"),
        ("sklearn.linear_model._logistic", "LogisticRegression"),
        ("lightgbm.basic", "Booster"),
    ],
)
def test_a_file_cannot_call_anything(module: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(UntrustedModel, match=name):
        skops_file.load(forged(tmp_path, call(module, name, "open('owned', 'w')", {})))


def made(module: str, name: str, state: dict[str, Any], loader: str = "ObjectNode") -> dict[str, Any]:
    content = {key: text(value) for key, value in state.items()}
    keys = {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "content": []}
    attributes = {
        "__class__": "dict",
        "__module__": "builtins",
        "__loader__": "DictNode",
        "content": content,
        "key_types": keys,
    }
    return {"__class__": name, "__module__": module, "__loader__": loader, "content": attributes}


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("numpy.lib._datasource", "DataSource"),
        ("lightgbm.basic", "_InnerPredictor"),
        ("lightgbm.basic", "Dataset"),
        ("sklearn.datasets._base", "Path"),
        ("sklearn.no_such_module", "Thing"),
        ("scipy.io._netcdf", "netcdf_file"),
        ("scipy.stats._continuous_distns", "norm_gen"),
        ("sklearn.callback._scoring_monitor", "ScoringMonitor"),
        ("sklearn.tree.tests.test_tree", "Thing"),
        ("tempfile", "TemporaryDirectory"),
    ],
)
def test_a_file_cannot_make_objects_that_do_harm_when_forgotten(module: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(UntrustedModel, match=name):
        skops_file.load(forged(tmp_path, made(module, name, {"_istmpdest": True, "_destpath": str(tmp_path)})))
    assert tmp_path.exists()


def test_a_name_that_is_fine_in_one_role_is_refused_in_another(tmp_path: Path) -> None:
    fine = made("sklearn.calibration", "_CalibratedClassifier", {})
    both = {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode"}
    both["content"] = [fine, call("sklearn.calibration", "_CalibratedClassifier", 1)]  # type: ignore[assignment]
    with pytest.raises(UntrustedModel, match="_CalibratedClassifier"):
        skops_file.load(forged(tmp_path, both))


def test_functions_are_taken_only_from_where_estimators_have_them(tmp_path: Path) -> None:
    def function(module: str, name: str) -> dict[str, Any]:
        return {"__class__": name, "__module__": module, "__loader__": "FunctionNode"}

    loaded = skops_file.load(forged(tmp_path, function("sklearn.feature_selection._univariate_selection", "f_classif")))
    assert loaded.copy.__name__ == "f_classif"
    for module, name in [("sklearn.utils._testing", "set_random_state"), ("sklearn.utils.validation", "warnings")]:
        with pytest.raises(UntrustedModel, match=name):
            skops_file.load(forged(tmp_path, function(module, name)))


def test_a_method_is_not_trusted(tmp_path: Path) -> None:
    node = made("sklearn.linear_model._logistic", "LogisticRegression", {})
    method = {
        "__class__": "LogisticRegression",
        "__module__": "sklearn.linear_model._logistic",
        "__loader__": "MethodNode",
        "content": {"func": "fit", "obj": node},
    }
    with pytest.raises(UntrustedModel, match=r"LogisticRegression\.fit"):
        skops_file.load(forged(tmp_path, method))
