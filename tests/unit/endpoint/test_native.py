"""The registry and approvals by way of the endpoint, as tasks and containers ask for them."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.artifacts import ArtifactStore, open_artifact_store
from penstock.client import approval
from penstock.client.http import Endpoint, Refused
from penstock.client.registry import NoEndpoint, RegistryClient
from penstock.client.variables import ADDRESS, TOKEN
from penstock.core.ids import RunId, TaskPath
from penstock.endpoint.application import application
from penstock.endpoint.credentials import credential_for
from penstock.endpoint.listener import Listener
from penstock.endpoint.services import Services
from penstock.metadata import MetadataStore, open_store
from penstock.metadata.records import Changes, EventType
from penstock.models.replaying import Replay
from penstock.testing.clock import FakeClock
from penstock.testing.store_cases.samples import an_artifact, an_event, an_execution, started

SECRET = "the-token"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetadataStore]:
    opened = open_store(tmp_path / "penstock.db", durability="normal")
    yield opened
    opened.close()


@pytest.fixture
def artifacts(tmp_path: Path) -> ArtifactStore:
    return open_artifact_store(tmp_path / "artifacts", durability="normal")


@pytest.fixture
def endpoint(store: MetadataStore, artifacts: ArtifactStore, tmp_path: Path) -> Iterator[Endpoint]:
    services = Services(store=store, artifacts=artifacts, artifacts_root=str(tmp_path / "artifacts"), clock=FakeClock())
    listener = Listener(lambda: application(services), token=SECRET)
    yield Endpoint(listener.address, credential_for(SECRET, RunId("r1"), TaskPath("register"), 1))
    listener.close()


@pytest.fixture
def registry(endpoint: Endpoint) -> RegistryClient:
    return RegistryClient(endpoint)


@pytest.fixture
def digest(store: MetadataStore, artifacts: ArtifactStore, tmp_path: Path) -> str:
    """Of a model that two runs gave; the task that asks took that of its own run."""
    folder = tmp_path / "model"
    (folder / "deep").mkdir(parents=True)
    (folder / "MLmodel").write_text("flavors: {}\n")
    (folder / "deep" / "weights é.bin").write_bytes(b"w" * 100)
    stored = artifacts.put(folder, "model")
    for run in ("r1", "r2"):
        artifact = an_artifact(f"a-{run}", type="system.Model", uri=stored.uri, digest=stored.digest, size=stored.size)
        events = [
            an_event(artifact.artifact_id, "train", run),
            an_event(artifact.artifact_id, "register", run, type=EventType.INPUT),
        ]
        executions = [an_execution("train", run), an_execution("register", run)]
        store.commit(started(store, run), Changes(executions=executions, artifacts=[artifact], events=events))
    return str(stored.digest)


def test_a_task_registers_what_it_took_and_promotes_it_with_its_run_as_evidence(
    registry: RegistryClient, digest: str
) -> None:
    assert registry.find("taxi") is None
    version = registry.register("taxi", digest, tags={"a": "b"}, description="é")
    assert (str(version), version.artifact_id, version.run_id, version.status) == ("taxi/1", "a-r1", "r1", "READY")
    moved = registry.promote("taxi", 1, reason="better", evidence={"auc": 0.8}, expected=None)
    assert moved.evidence == {"auc": 0.8, "run": "r1", "task": "register"}
    assert registry.resolve("taxi@champion") == version
    assert registry.aliases("taxi") == {"champion": 1}
    assert registry.history("taxi") == [moved]


def test_a_refused_model_is_kept_and_not_promoted(registry: RegistryClient, digest: str) -> None:
    version = registry.register("taxi", digest, refused="auc 0.6 is below 0.7")
    assert (version.status, version.status_reason) == ("REFUSED", "auc 0.6 is below 0.7")
    with pytest.raises(Refused, match=r"is REFUSED: auc 0.6 is below 0.7.*\(STO043\)"):
        registry.promote("taxi", 1)


def test_somebody_else_who_promoted_meanwhile_is_told(registry: RegistryClient, digest: str) -> None:
    for _ in range(2):
        registry.register("taxi", digest)
    registry.promote("taxi", 1, expected=None)
    with pytest.raises(Refused, match=r"taxi@champion is at version 1 .*\(STO044\)"):
        registry.promote("taxi", 2, expected=None)
    registry.promote("taxi", 2)
    assert registry.rollback("taxi").after == 1


def test_a_model_is_read_in_place_or_downloaded(registry: RegistryClient, digest: str, tmp_path: Path) -> None:
    registry.register("odd 😀 name", digest)
    folder = registry.folder("odd 😀 name/1")
    assert folder.is_relative_to(tmp_path / "artifacts")
    said = {"reference": "odd 😀 name/1", "files": ["MLmodel", "deep/weights é.bin", "../outside"]}
    copied = registry._download(said)
    assert (copied / "deep" / "weights é.bin").read_bytes() == b"w" * 100
    assert sorted(path.name for path in copied.rglob("*") if path.is_file()) == ["MLmodel", "weights é.bin"]


@pytest.mark.parametrize("name", ["../../../penstock.db", "deep", "nothing"])
def test_nothing_else_is_given_away(registry: RegistryClient, endpoint: Endpoint, digest: str, name: str) -> None:
    registry.register("taxi", digest)
    with pytest.raises(Refused, match="REG008"):
        endpoint.get("/api/penstock/v1/model-file", reference="taxi/1", name=name)


def test_what_makes_no_sense_is_refused(registry: RegistryClient, endpoint: Endpoint, digest: str) -> None:
    with pytest.raises(Refused, match="the model that this task holds are gone"):
        registry.register("taxi", "sha256:" + "0" * 64)
    with pytest.raises(Refused, match="REG001"):
        registry.register("a@b", digest)
    with pytest.raises(Refused, match="TRK022"):
        endpoint.post("/api/penstock/v1/models/taxi/versions", {"digest": 3})
    with pytest.raises(Refused, match="`reference` is missing"):
        endpoint.get("/api/penstock/v1/model-version")
    registry.register("taxi", digest)
    with pytest.raises(Refused, match="`expected` is the number"):
        endpoint.post("/api/penstock/v1/models/taxi/promotions", {"version": 1, "expected": "no"})


def test_outside_of_a_task_there_is_no_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    with pytest.raises(NoEndpoint, match="registering 'taxi' needs the registry"):
        RegistryClient.current("registering 'taxi'")


# --- a container that waits for an approval by itself -------------------------------------------------------


def _wait(answer: Path) -> int:
    arguments = ["--subject", "champion", "--role", "owner", "--details", '{"auc": 0.8}', "--answer", str(answer)]
    return approval.main(arguments, pause=0.005)


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_a_container_asks_until_somebody_answers(
    decision: str, endpoint: Endpoint, store: MetadataStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, endpoint.address)
    monkeypatch.setenv(TOKEN, endpoint.token)
    answer = tmp_path / "out" / "answer"
    codes: list[int] = []
    waiting = threading.Thread(target=lambda: codes.append(_wait(answer)))
    waiting.start()
    while not (found := store.registry.approvals()):
        assert waiting.is_alive()
    assert (found[0].run_id, found[0].path, found[0].details) == ("r1", "register", {"auc": 0.8})
    now = FakeClock().now()
    store.registry.decide(found[0].approval_id, decision, by="ada", note="why", now=now)  # type: ignore[arg-type]
    waiting.join(60)
    assert codes == [0 if decision == "approved" else 1]
    if decision == "approved":
        assert json.loads(answer.read_text())["by"] == "ada"
    assert answer.exists() == (decision == "approved")


def test_a_container_without_an_endpoint_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    assert _wait(tmp_path / "answer") == 1
    assert "no Penstock endpoint is reachable from here" in capsys.readouterr().err


def test_a_model_that_failed_its_replay_is_kept_and_marked(registry: RegistryClient, digest: str) -> None:
    failed = Replay(passed=False, cause="helper", reason="it imports 'neighbour', which does not travel with it")
    version = registry.register("taxi", digest, replay=failed)
    assert (version.status, "it imports 'neighbour'" in version.status_reason) == ("REFUSED", True)
    assert registry.register("taxi", digest, replay=Replay(passed=True, seconds=1.0)).status == "READY"
