"""Models go on record and to production as their verdicts say, by way of a real endpoint and a real store."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.artifacts import open_artifact_store
from penstock.client.http import ADDRESS, TOKEN, EndpointUnreachable, Refused
from penstock.client.registry import NoEndpoint, RegistryClient
from penstock.components.errors import ModelRefused
from penstock.components.registered import find_champion, find_version
from penstock.components.registration import Registered, register
from penstock.components.verdict import Check, Verdict
from penstock.core.ids import RunId, TaskPath
from penstock.endpoint.application import application
from penstock.endpoint.credentials import credential_for
from penstock.endpoint.listener import Listener
from penstock.endpoint.services import Services
from penstock.metadata import open_store
from penstock.metadata.records import Changes
from penstock.models import Model
from penstock.testing.clock import FakeClock
from penstock.testing.store_cases.samples import an_artifact, an_event, an_execution, started


@pytest.fixture
def registry(tmp_path: Path, better: Model, worse: Model, monkeypatch: pytest.MonkeyPatch) -> Iterator[RegistryClient]:
    """The registry of a system in whose store both models are."""
    store = open_store(tmp_path / "penstock.db", durability="normal")
    artifacts = open_artifact_store(tmp_path / "artifacts", durability="normal")
    for run, model in (("r1", better), ("r2", worse)):
        stored = artifacts.put_copy(model.folder, "model")
        artifact = an_artifact(f"a-{run}", type="system.Model", uri=stored.uri, digest=stored.digest, size=stored.size)
        event = an_event(artifact.artifact_id, "train", run)
        store.commit(
            started(store, run), Changes(executions=[an_execution("train", run)], artifacts=[artifact], events=[event])
        )
    services = Services(store=store, artifacts=artifacts, artifacts_root=str(tmp_path / "artifacts"), clock=FakeClock())
    listener = Listener(lambda: application(services), token="secret")
    monkeypatch.setenv(ADDRESS, listener.address)
    monkeypatch.setenv(TOKEN, credential_for("secret", RunId("r1"), TaskPath("train")))
    yield RegistryClient.current()
    listener.close()
    store.close()


def verdict(*, passed: bool = True, against: int | None = None) -> Verdict:
    check = Check(name="auc", passed=passed, reason="auc is 0.8, at least 0.7" if passed else "auc is 0.6")
    return Verdict(
        passed=passed,
        name="game",
        checks=[check],
        rows=10,
        figures={"auc": 0.8},
        champion=f"game/{against}" if against else "",
        champion_version=against,
        compared_with="champion",
    )


def registered(model: Model, given: Verdict | None, **options: Any) -> Registered:
    return register(model, "game", given, replay=False, **options)


def test_the_first_model_that_passes_is_promoted_with_its_evidence(registry: RegistryClient, better: Model) -> None:
    outcome = registered(better, verdict())
    assert outcome == Registered("game/1", "READY", True, "auc is 0.8, at least 0.7")
    (line,) = registry.history("game")
    assert (line.after, line.before, line.reason) == (1, None, "auc is 0.8, at least 0.7")
    assert line.evidence["figures"] == {"auc": 0.8}
    version = registry.resolve("game@champion")
    assert version.tags["penstock.gate"] == "passed"
    assert version.tags["metric.auc"] == "0.8"


def test_a_refused_model_is_kept_and_marked(registry: RegistryClient, better: Model, worse: Model) -> None:
    registered(better, verdict())
    outcome = registered(worse, verdict(passed=False, against=1))
    assert outcome == Registered("game/2", "REFUSED", False, "refused: auc is 0.6")
    assert registry.resolve("game/2").status_reason == "auc is 0.6"
    assert registry.aliases("game") == {"champion": 1}


def test_a_refused_model_fails_the_run_where_that_was_asked_for(registry: RegistryClient, worse: Model) -> None:
    with pytest.raises(ModelRefused, match=r"game/1 was refused: auc is 0.6 \[CMT027\]"):
        registered(worse, verdict(passed=False), on_refusal="fail")
    assert registry.resolve("game/1").status == "REFUSED"


def test_the_very_same_model_is_registered_once(registry: RegistryClient, better: Model) -> None:
    registered(better, verdict())
    again = registered(better, verdict(against=1))
    assert again == Registered("game/1", "READY", True, "it is the champion already")
    assert len(registry.history("game")) == 1


def test_of_two_that_were_compared_with_the_same_champion_one_is_promoted(
    registry: RegistryClient, better: Model, worse: Model
) -> None:
    first, second = verdict(), verdict()
    assert registered(worse, first).promoted
    outcome = registered(better, second)
    assert (outcome.version, outcome.status, outcome.promoted) == ("game/2", "READY", False)
    assert outcome.reason.startswith("not promoted, for its gate compared it with another version: ")
    assert registry.aliases("game") == {"champion": 1}
    with pytest.raises(ModelRefused, match="game/2 was refused: not promoted"):
        registered(better, second, on_refusal="fail")


def test_a_task_that_died_between_registering_and_promoting_goes_on(registry: RegistryClient, better: Model) -> None:
    registry.register("game", better.digest)
    assert registered(better, verdict()) == Registered("game/1", "READY", True, "auc is 0.8, at least 0.7")


def test_without_a_gate_nothing_stands_in_the_way(registry: RegistryClient, better: Model) -> None:
    assert registered(better, None).promoted
    assert registered(better, None, promote_to="") == Registered(
        "game/1", "READY", False, "registered; nothing was to be promoted"
    )


def test_another_alias_is_promoted_without_regard_to_the_champion(registry: RegistryClient, better: Model) -> None:
    assert registered(better, verdict(), promote_to="challenger").promoted
    assert registry.aliases("game") == {"challenger": 1}


def test_the_champion_is_found_with_its_model(registry: RegistryClient, better: Model) -> None:
    assert find_champion("game", "champion") is None
    registered(better, verdict())
    found = find_champion("game", "champion")
    assert found is not None
    assert found.version == "game/1"
    assert found.model.digest == better.digest
    assert find_version("game").number == 1
    with pytest.raises(Refused, match="no version 7"):
        find_version("game/7")


def test_a_registry_that_is_down_is_a_fault_of_the_surroundings(better: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, "http://127.0.0.1:9")
    monkeypatch.setenv(TOKEN, "x")
    with pytest.raises(EndpointUnreachable):
        registered(better, verdict())


def test_outside_of_a_run_it_says_what_to_do(better: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    with pytest.raises(NoEndpoint, match="registering 'game' needs the registry"):
        registered(better, verdict())
