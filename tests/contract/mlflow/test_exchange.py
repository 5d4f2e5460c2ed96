"""Models to and from a real MLflow server: a process of its own, which takes its time to start."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.cli.app import main
from penstock.platform.exchange import export_model, import_model
from penstock.platform.exchange.server import MlflowFailed, NotOnServer
from penstock.platform.system import System

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def server(mlflow: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `mlflow server`, with files for a store: making a data base takes it longest."""
    folder = tmp_path_factory.mktemp("server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    line = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    line += ["--backend-store-uri", str(folder / "store"), "--artifacts-destination", str(folder / "artifacts")]
    environ = os.environ | {"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_TOKEN"):
        environ.pop(name, None)
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(line, stdout=log, stderr=log, env=environ, cwd=folder, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        while not _answers(address):
            assert process.poll() is None, (folder / "log.txt").read_text()
            time.sleep(0.1)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(address: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{address}/health", timeout=5):
            return True
    except (OSError, urllib.error.URLError):
        return False


@pytest.mark.timeout(600)
def test_models_go_to_a_server_and_come_from_one(
    mlflow: Any,
    model: Any,
    server: str,
    system: System,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # one test, because a server that is started twice would take twice as long
    _goes_and_comes_back(mlflow, model, server, system)
    _made_elsewhere_keeps_its_signature(mlflow, model, server, system, tmp_path)
    _the_commands_say_what_came_of_it(server, system, capsys)
    with pytest.raises(NotOnServer, match="has no model 'nothing'"):
        import_model(system, "nothing", server)
    with pytest.raises(NotOnServer, match="has no model 'elsewhere' with a version 9"):
        import_model(system, "elsewhere/9", server)


def _goes_and_comes_back(mlflow: Any, model: Any, server: str, system: System) -> None:
    theirs = mlflow.MlflowClient(server)
    for _ in range(2):
        made = mlflow.register_model(model.model_uri, "travels", tags={"kind": "adder"})
    system.store.tracking.record(made.run_id, params={"c": "2"})
    mlflow.MlflowClient().set_registered_model_alias("travels", "champion", "2")
    done = export_model(system, "travels", server)
    assert [(one.version, one.became, one.outcome, one.aliases) for one in done] == [
        (1, 1, "carried", []),
        (2, 2, "carried", ["champion"]),
    ]
    there = theirs.get_model_version_by_alias("travels", "champion")
    assert (there.version, there.tags["kind"], there.tags["penstock.version"]) == ("2", "adder", "2")
    assert theirs.get_run(there.run_id).data.params == {"c": "2"}
    again = export_model(system, "travels/2", server)
    assert [(one.version, one.became, one.outcome) for one in again] == [(2, 2, "there already")]
    system.models.remove("travels", force=True)
    back = import_model(system, "travels", server)
    assert [(one.version, one.became, one.outcome, one.aliases) for one in back] == [
        (1, 3, "carried", []),
        (2, 4, "carried", ["champion"]),
    ]
    assert system.models.resolve("travels@champion").digest == there.tags["penstock.digest"]


def _made_elsewhere_keeps_its_signature(mlflow: Any, model: Any, server: str, system: System, folder: Path) -> None:
    import pandas as pd

    theirs = mlflow.MlflowClient(server)
    table = pd.DataFrame({"x": [1.0, 2.0]})
    script = Path(mlflow.artifacts.download_artifacts(model.model_uri, dst_path=str(folder))) / "adding.py"
    mlflow.pyfunc.save_model(
        folder / "made",
        python_model=str(script),
        pip_requirements=[],
        signature=mlflow.models.infer_signature(table, table["x"]),
    )
    run = theirs.create_run("0")
    theirs.log_artifacts(run.info.run_id, str(folder / "made"), "model")
    theirs.create_registered_model("elsewhere", description="made by others")
    theirs.create_model_version("elsewhere", f"{run.info.artifact_uri}/model", run.info.run_id)
    (one,) = import_model(system, "elsewhere", server)
    assert (one.became, one.outcome) == (1, "carried")
    version = system.models.resolve("elsewhere/1")
    described = mlflow.models.Model.load(str(system.artifacts.path(version.uri)))
    assert described.signature.inputs.input_names() == ["x"]
    assert mlflow.pyfunc.load_model("models:/elsewhere/1").predict(table).tolist() == [2.0, 3.0]
    assert system.models.model("elsewhere").description == "made by others"
    assert version.tags["mlflow.run_id"] == run.info.run_id


def _the_commands_say_what_came_of_it(server: str, system: System, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(system.home)]
    capsys.readouterr()
    assert main(["models", "export", "travels@champion", "--to", server, *home]) == 0
    assert capsys.readouterr().out.splitlines() == ["travels/4 → 3  carried  @champion"]
    assert main(["models", "import", "elsewhere", "--from", server, *home]) == 0
    assert capsys.readouterr().out.splitlines() == ["elsewhere/1 → 1  there already"]


def test_a_server_that_is_not_there_is_an_error_of_ours(mlflow: Any, system: System) -> None:
    with pytest.raises(MlflowFailed, match=r"the MLflow server http://127\.0\.0\.1:1 did not do it"):
        import_model(system, "taxi", "http://127.0.0.1:1")
