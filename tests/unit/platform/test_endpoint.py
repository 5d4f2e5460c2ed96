"""The variables by which tasks find the endpoint, and what becomes of those that were there before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from penstock.core.ids import RunId, TaskPath
from penstock.core.settings import Settings
from penstock.endpoint.credentials import Caller, caller_named
from penstock.engine.executor import AttemptKey, Grants, Limits, WorkOrder
from penstock.ir.runtime import ExecutorInput
from penstock.ir.spec import ComponentSpec, ContainerSpec, EnvVar
from penstock.platform.endpoint import beside_proxies
from penstock.platform.system import System

OURS = {"PENSTOCK_ENDPOINT", "PENSTOCK_TOKEN"}
MLFLOWS = {
    "MLFLOW_TRACKING_URI",
    "MLFLOW_TRACKING_TOKEN",
    "MLFLOW_EXPERIMENT_NAME",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT",
}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without anything of MLflow's or of proxies."""
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_TOKEN", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def system(tmp_path: Path, bare: None) -> Iterator[System]:
    with System.open(Settings(home=tmp_path / "home", durability="normal")) as system:
        yield system


def an_order(folder: Path, **fields: Any) -> WorkOrder:
    values: dict[str, Any] = {
        "key": AttemptKey(RunId("r-1"), TaskPath("train"), 2),
        "label": "train",
        "component": ComponentSpec(),
        "container": ContainerSpec(image="x"),
        "executor_input": ExecutorInput(),
        "folder": folder,
        "log": folder / "log.txt",
        "cwd": folder,
        "limits": Limits(),
        "values": {"pipeline_job_resource_name": "my-story-r-1"},
    }
    return WorkOrder(**(values | fields))


def test_a_task_is_told_the_endpoint_and_its_experiment(system: System, tmp_path: Path) -> None:
    found = system.endpoint.variables(an_order(tmp_path))
    assert set(found) == OURS | MLFLOWS
    assert found["PENSTOCK_ENDPOINT"] == found["MLFLOW_TRACKING_URI"] == system.endpoint.open().address
    assert found["MLFLOW_EXPERIMENT_NAME"] == "my-story"
    token, _, task = found["PENSTOCK_TOKEN"].partition(".")
    assert token == system.endpoint.open().token
    assert caller_named(task) == Caller(RunId("r-1"), TaskPath("train"), 2)


def test_nobody_has_connected_so_nothing_is_served(system: System, tmp_path: Path) -> None:
    system.endpoint.variables(an_order(tmp_path))
    assert not system.endpoint.open().serving


@pytest.mark.parametrize("where", ["process", "container", "grant"])
def test_mlflows_variables_are_left_out_where_somebody_has_set_some(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    order = an_order(tmp_path)
    if where == "process":
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ada")
    elif where == "container":
        env = [EnvVar(name="MLFLOW_TRACKING_URI", value="http://mine")]
        order = replace(order, container=ContainerSpec(image="x", env=env))
    else:
        order = replace(order, grants=Grants(environ={"MLFLOW_TRACKING_TOKEN": "secret"}))
    assert set(system.endpoint.variables(order)) == OURS


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"no_proxy": "example.com"}, None),
        ({"http_proxy": "http://proxy"}, "127.0.0.1"),
        ({"HTTP_PROXY": "http://proxy", "NO_PROXY": "example.com"}, "example.com,127.0.0.1"),
        ({"ALL_PROXY": "socks5://proxy", "no_proxy": "localhost, 127.0.0.1"}, None),
        ({"http_proxy": "http://proxy", "no_proxy": "*"}, None),
        ({"http_proxy": ""}, None),
    ],
)
def test_a_proxy_is_not_asked_for_this_machine(environ: dict[str, str], expected: str | None) -> None:
    found = beside_proxies(environ)
    assert found == ({} if expected is None else {"no_proxy": expected, "NO_PROXY": expected})


def test_a_closed_endpoint_listens_anew_where_it_is_asked_for_again(system: System) -> None:
    first = system.endpoint.open()
    system.endpoint.close()
    assert system.endpoint.open() is not first
