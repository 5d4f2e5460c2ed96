"""`penstock mlflow`: the endpoint for a notebook or a script, by the real command."""

import json
import signal
import socket
import sys
from pathlib import Path

import pytest

from penstock.client.http import Endpoint
from support.projects import Project

SCRIPT = """
import os
from penstock.client.http import Endpoint

endpoint = Endpoint(os.environ["MLFLOW_TRACKING_URI"], os.environ["MLFLOW_TRACKING_TOKEN"])
made = endpoint.post("/api/2.0/mlflow/experiments/create", {"name": "from a script"})
print(endpoint.get("/api/2.0/mlflow/experiments/get", experiment_id=made["experiment_id"])["experiment"]["name"])
raise SystemExit(7)
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, script=SCRIPT)


def test_it_prints_the_variables_and_serves_until_it_is_interrupted(project: Project) -> None:
    process = project.start("mlflow", "--json")
    assert process.stdout is not None
    text = ""
    while not text.endswith("}\n"):
        text += process.stdout.readline()
    variables = json.loads(text)
    endpoint = Endpoint(variables["MLFLOW_TRACKING_URI"], variables["MLFLOW_TRACKING_TOKEN"])
    assert endpoint.get("/api/2.0/mlflow/experiments/get", experiment_id="0")["experiment"]["name"] == "Default"
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    process.communicate()


def test_a_command_runs_with_the_variables_and_its_exit_code_is_ours(project: Project) -> None:
    ended = project.penstock("mlflow", "--", sys.executable, "script.py")
    assert (ended.code, ended.out.strip()) == (7, "from a script")


def test_a_command_or_a_port_that_cannot_be_had_is_named(project: Project) -> None:
    ended = project.penstock("mlflow", "nosuchcommand")
    assert ended.code == 2
    assert "cannot start 'nosuchcommand'" in ended.err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = project.penstock("mlflow", "--port", str(port))
    assert ended.code == 2
    assert f"cannot listen on port {port}" in ended.err
