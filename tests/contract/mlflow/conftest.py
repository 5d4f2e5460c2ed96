"""One system that listens, and MLflow's own client, unmodified: imported once, since that takes seconds."""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from penstock.core.settings import Settings
from penstock.platform.system import System

if TYPE_CHECKING:
    from mlflow import MlflowClient

QUIET = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}
"""What has the client say less, and fail at once."""


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with System.open(Settings(home=tmp_path_factory.mktemp("mlflow") / "home", durability="normal")) as system:
        system.endpoint.open()
        yield system


@pytest.fixture(scope="session")
def address(system: System) -> str:
    return system.endpoint.open().address


@pytest.fixture(scope="module")
def mlflow(system: System, address: str) -> Iterator[Any]:
    """The package, which finds the endpoint by its variables: set for a module, since other tests start processes."""
    given = {"MLFLOW_TRACKING_URI": address, "MLFLOW_TRACKING_TOKEN": system.endpoint.open().token, **QUIET}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow
        import mlflow.pyfunc
    yield mlflow
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture(scope="module")
def client(mlflow: Any) -> "MlflowClient":
    made: MlflowClient = mlflow.MlflowClient()
    return made


@pytest.fixture
def experiment(client: "MlflowClient", request: pytest.FixtureRequest) -> str:
    """An experiment of this test alone."""
    made: str = client.create_experiment(request.node.nodeid)
    return made


@pytest.fixture
def run(client: "MlflowClient", experiment: str) -> str:
    """A run of this test alone."""
    ident: str = client.create_run(experiment).info.run_id
    return ident


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files to log."""
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "deep" / "b ü.txt").write_text("b")
    (tmp_path / "deep" / "er" / "empty").touch()
    return tmp_path


ADDING = """
import mlflow.pyfunc


class Adding(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input["x"] + 1


mlflow.models.set_model(Adding())
"""


@pytest.fixture(scope="module")
def model(mlflow: Any, client: "MlflowClient", tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A model that was logged: its code as a file, so that nothing is pickled and no requirements are looked for."""
    script = tmp_path_factory.mktemp("code") / "adding.py"
    script.write_text(ADDING)
    with mlflow.start_run(experiment_id=client.create_experiment(f"models {script}")):
        return mlflow.pyfunc.log_model(name="adding", python_model=str(script), pip_requirements=[])
