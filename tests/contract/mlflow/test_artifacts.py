"""Files by way of the endpoint: with MLflow's own client, and with requests that no client should send."""

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from penstock.platform.retention import Policy
from penstock.platform.system import System

if TYPE_CHECKING:
    from mlflow import MlflowClient

pytestmark = pytest.mark.filterwarnings("ignore")
PROXY = "/api/2.0/mlflow-artifacts/artifacts"


def ask(address: str, method: str, path: str, **options: Any) -> Any:
    """One request with the token, whose path is sent as it is."""
    import requests

    session = requests.Session()
    request = requests.Request(
        method, address, headers={"Authorization": f"Bearer {os.environ['MLFLOW_TRACKING_TOKEN']}"}
    )
    prepared = session.prepare_request(requests.Request(method, address, headers=request.headers, **options))
    prepared.url = address + path
    with session:
        return session.send(prepared, timeout=30)


def listed(client: "MlflowClient", run: str, path: str | None = None) -> list[tuple[str, int | None]]:
    return [(one.path, one.file_size) for one in client.list_artifacts(run, path)]


def test_files_and_folders_are_stored_listed_and_fetched(
    client: "MlflowClient", run: str, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    client.log_artifacts(run, str(folder), "all of it")
    client.log_artifact(run, str(folder / "a.txt"))
    assert listed(client, run) == [("a.txt", 1), ("all of it", None)]
    assert listed(client, run, "all of it") == [("all of it/a.txt", 1), ("all of it/deep", None)]
    assert listed(client, run, "all of it/deep") == [("all of it/deep/b ü.txt", 1), ("all of it/deep/er", None)]
    assert listed(client, run, "a.txt") == []
    assert listed(client, run, "nothing") == []
    target = tmp_path_factory.mktemp("fetched")
    fetched = Path(client.download_artifacts(run, "all of it", str(target)))
    assert (fetched / "deep" / "b ü.txt").read_text() == "b"
    assert (fetched / "deep" / "er" / "empty").read_bytes() == b""


def test_a_file_that_is_logged_again_is_replaced(client: "MlflowClient", mlflow: Any, run: str) -> None:
    for text in ("first", "second"):
        client.log_text(run, text, "notes/a.txt")
    assert listed(client, run, "notes") == [("notes/a.txt", 6)]
    assert mlflow.artifacts.load_text(f"runs:/{run}/notes/a.txt") == "second"


def test_figures_tables_and_documents_are_files(mlflow: Any, client: "MlflowClient", run: str) -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot([1, 2])
    client.log_figure(run, figure, "plots/curve.png")
    client.log_dict(run, {"a": 1}, "a.json")
    client.log_table(run, {"x": [1, 2]}, "rows.json")
    assert {path for path, _ in listed(client, run)} == {"a.json", "plots", "rows.json"}
    assert mlflow.artifacts.load_dict(f"runs:/{run}/a.json") == {"a": 1}


def test_files_are_removed(client: "MlflowClient", mlflow: Any, run: str) -> None:
    client.log_text(run, "x", "a/b.txt")
    client.log_text(run, "x", "c.txt")
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    repository = get_artifact_repository(client.get_run(run).info.artifact_uri)
    repository.delete_artifacts("a")
    assert listed(client, run) == [("c.txt", 1)]


def test_a_large_file_passes_in_parts(
    client: "MlflowClient", run: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    large = tmp_path / "large.bin"
    large.write_bytes(os.urandom(1 << 20) * 24)
    client.log_artifact(run, str(large))
    fetched = client.download_artifacts(run, "large.bin", str(tmp_path_factory.mktemp("large")))
    assert Path(fetched).read_bytes() == large.read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "../../secret",
        "0/run/artifacts/../../../secret",
        "%2e%2e/%2e%2e/secret",
        "0/..%2f..%2fsecret",
        "a//b",
        "a/./b",
        "a/%00b",
        "a/b%0ac",
        "a\\..\\b",
        "objects/ab/" + "ab" * 32 + "/../../x",
        "objects/..",
        "%2Fetc%2F..%2Fpasswd",
    ],
)
@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
def test_no_path_leads_out_of_where_it_is(mlflow: Any, address: str, path: str, method: str) -> None:
    answer = ask(address, method, f"{PROXY}/{path}", data=b"x" if method == "PUT" else None)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert "is no path of an artifact" in answer.json()["message"]


def test_a_listing_does_not_lead_out_either(mlflow: Any, address: str, run: str) -> None:
    for path in (f"/api/2.0/mlflow/artifacts/list?run_id={run}&path=../../..", f"{PROXY}?path=../.."):
        answer = ask(address, "GET", path)
        assert answer.status_code == 400, answer.text


def test_an_absolute_path_is_one_below_the_root(mlflow: Any, address: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    assert ask(address, "GET", f"{PROXY}/{secret}").status_code == 404
    assert ask(address, "PUT", f"{PROXY}/{secret}", data=b"new").status_code == 200
    assert secret.read_text() == "secret"


def test_what_is_not_there_is_said_to_be_so(mlflow: Any, address: str) -> None:
    hexes = "ab" * 32
    for path in ("nothing", "0/nothing/artifacts/x", f"objects/ab/{hexes}/model/MLmodel"):
        answer = ask(address, "GET", f"{PROXY}/{path}")
        assert (answer.status_code, answer.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_objects_of_the_store_are_read_and_never_written(
    mlflow: Any, system: System, address: str, tmp_path: Path
) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "MLmodel").write_text("x")
    (tmp_path / "model" / "link").write_text("y")
    stored = system.artifacts.put_copy(tmp_path / "model", "model")
    place = stored.uri[stored.uri.index("objects/") :]
    assert ask(address, "GET", f"{PROXY}/{place}/MLmodel").content == b"x"
    files = ask(address, "GET", f"{PROXY}?path={place}").json()["files"]
    assert [(one["path"], one["file_size"]) for one in files] == [("MLmodel", 1), ("link", 1)]
    assert ask(address, "GET", f"{PROXY}/{place}").status_code == 404
    for method in ("PUT", "DELETE"):
        assert ask(address, method, f"{PROXY}/{place}/MLmodel", data=b"z").status_code == 400
    assert ask(address, "GET", f"{PROXY}/{place}/MLmodel").content == b"x"


def test_an_upload_that_breaks_off_leaves_nothing(
    client: "MlflowClient", system: System, address: str, run: str
) -> None:
    client.log_text(run, "whole", "kept.txt")
    place = client.get_run(run).info.artifact_uri.removeprefix("mlflow-artifacts:/")
    staging = Path(system.settings.home) / "artifacts" / "tmp"
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as raw:
        head = (
            f"PUT {PROXY}/{place}/kept.txt HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {os.environ['MLFLOW_TRACKING_TOKEN']}\r\nContent-Length: 10000000\r\n\r\n"
        )
        raw.sendall(head.encode() + bytes(100_000))
        raw.shutdown(socket.SHUT_WR)
        assert raw.recv(1) == b""  # the server has seen the end, and has no answer for nobody
    assert listed(client, run) == [("kept.txt", 5)]
    assert list(staging.iterdir()) == []


def test_gc_keeps_what_is_logged_and_takes_what_was_removed(
    client: "MlflowClient", system: System, address: str, run: str
) -> None:
    client.log_text(run, "stays here", "stays.txt")
    client.log_text(run, "goes away soon", "goes.txt")
    place = client.get_run(run).info.artifact_uri.removeprefix("mlflow-artifacts:/")
    kept, gone = (system.store.files.get(f"{place}/{name}") for name in ("stays.txt", "goes.txt"))
    assert kept is not None
    assert gone is not None
    assert ask(address, "DELETE", f"{PROXY}/{place}/goes.txt").status_code == 200
    for file in (kept, gone):
        os.utime(Path(file.uri).parent, (1, 1))  # what was put just now is left alone
    system.collector.perform(Policy())
    assert system.artifacts.exists(kept.uri)
    assert not system.artifacts.exists(gone.uri)
