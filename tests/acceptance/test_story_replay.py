"""A model leaves its project: replayed where nothing is but what its package says that it needs."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

from penstock import Model, models
from penstock.models.replayed import _said

ROWS = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
PROJECT = """\
import importlib
from sklearn.base import BaseEstimator, TransformerMixin
from neighbour import doubled

class Step(TransformerMixin, BaseEstimator):
    def __init__(self, needs=None):
        self.needs = needs
    def fit(self, X, y=None):
        self.columns_ = list(X.columns)
        return self
    def transform(self, X):
        if self.needs:
            importlib.import_module(self.needs)
        return doubled(X)
"""


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("environments")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("project")
    (folder / "steps_of_mine.py").write_text(PROJECT)
    (folder / "neighbour.py").write_text("def doubled(rows):\n    return 2 * rows\n")
    (folder / "hidden_helper.py").write_text("")
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in ("steps_of_mine", "neighbour", "hidden_helper"):
        sys.modules.pop(name, None)


def packaged(folder: Path, needs: str | None = None) -> Path:
    from steps_of_mine import Step  # type: ignore[import-not-found]

    model = make_pipeline(Step(needs), LinearRegression()).fit(ROWS, [1, 2, 3])
    return Model(model, data=ROWS).save(folder / "model")


def test_a_model_with_modules_of_its_own_is_replayed_without_its_project(
    project: Path, environments: Path, tmp_path: Path
) -> None:
    folder = packaged(tmp_path)
    moved = shutil.move(folder, tmp_path / "elsewhere")
    verdict = models.replay(moved, 600, trust=True, environments=environments)
    assert verdict, verdict
    assert (verdict.rows, verdict.python) == (3, sys.version.partition(" ")[0])
    assert 0 < verdict.seconds <= 600
    refused = _said(Path(moved), trusted=False)
    assert (refused["cause"], "steps_of_mine.Step" in refused["reason"]) == ("untrusted", True)
    assert not list(Path(moved).rglob("__pycache__"))  # a package stays as it is


@pytest.mark.parametrize(
    ("needs", "cause", "reason"),
    [
        ("hidden_helper", "helper", "it imports 'hidden_helper', a module of the project that does not travel with it"),
        ("pluggy", "distribution", "it imports 'pluggy' of the package 'pluggy', which is not in its lock"),
    ],
)
def test_what_it_needs_and_does_not_say_is_named(
    needs: str, cause: str, reason: str, project: Path, environments: Path, tmp_path: Path
) -> None:
    verdict = models.replay(packaged(tmp_path, needs), 600, trust=True, environments=environments)
    assert (verdict.cause, verdict.reason) == (cause, reason)
    assert verdict.advice
