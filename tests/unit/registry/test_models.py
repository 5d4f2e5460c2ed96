"""Registering, promoting, rolling back, removing; two at once; a store that gives way."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from penstock.artifacts import ArtifactStore
from penstock.core import faults
from penstock.metadata import MetadataStore, open_store
from penstock.metadata.errors import StoreReadOnly, StoreUnavailable
from penstock.metadata.records import Artifact
from penstock.metadata.registry_errors import AliasMoved, ModelNotFound, VersionNotFound, VersionNotReady
from penstock.registry import ModelRegistry
from penstock.registry.errors import (
    AliasInvalid,
    AliasNotSet,
    ModelNameInvalid,
    NotAModel,
    NothingToRollBack,
    PackageGone,
    VersionInUse,
)
from penstock.testing.clock import FakeClock
from penstock.testing.store_cases.samples import an_artifact

Train = Callable[[str], Artifact]


@dataclass
class Replay:
    passed: bool
    reason: str = ""
    seconds: float = 1.25


def _versions(registry: ModelRegistry, folder: Path, count: int) -> None:
    for _ in range(count):
        registry.register("taxi", folder)


# --- registering --------------------------------------------------------------------------------------------


def test_a_version_knows_what_made_it_and_keeps_it(
    registry: ModelRegistry, store: MetadataStore, trained: Train
) -> None:
    artifact = trained("r1")
    version = registry.register("taxi", artifact, by="ada", tags={"team": "pricing"}, replay=Replay(passed=True))
    assert (version.name, version.version, version.status) == ("taxi", 1, "READY")
    assert (version.uri, version.digest, version.artifact_id) == (artifact.uri, artifact.digest, "a-r1")
    assert (version.run_id, version.path, version.created_by) == ("r1", "train", "ada")
    assert version.tags == {"team": "pricing", "penstock.replay": "passed in 1.2 s"}
    assert len(version.tracked_run) == 32
    assert store.retention.held_runs() == {"r1"}
    assert registry.resolve("taxi/1") == version


def test_a_folder_from_elsewhere_is_copied_so_that_it_stays_as_it_is(
    registry: ModelRegistry, artifacts: ArtifactStore, store: MetadataStore, folder: Path
) -> None:
    version = registry.register("taxi", folder)
    (folder / "model.bin").write_bytes(b"changed")
    assert (artifacts.path(version.uri) / "model.bin").read_bytes() == b"weights"
    assert (version.artifact_id, version.run_id) == (None, None)
    assert version.tags == {"penstock.replay": "not done"}
    assert version.uri in set(store.retention.referenced())


def test_the_place_of_an_artifact_means_the_artifact(registry: ModelRegistry, trained: Train) -> None:
    artifact = trained("r1")
    assert registry.register("taxi", artifact.uri).artifact_id == artifact.artifact_id


def test_a_model_that_failed_its_replay_or_a_gate_is_kept_and_marked(registry: ModelRegistry, folder: Path) -> None:
    failed = registry.register("taxi", folder, replay=Replay(passed=False, reason="no module named 'helper'"))
    assert (failed.status, failed.status_reason) == (
        "REFUSED",
        "the replay in a clean environment: no module named 'helper'",
    )
    refused = registry.register("taxi", folder, refused="auc 0.61 is below 0.7")
    for version in (failed, refused):
        with pytest.raises(VersionNotReady, match="is REFUSED"):
            registry.promote("taxi", version.version)
    with pytest.raises(AliasNotSet, match="no version of model 'taxi' is its latest version that is ready"):
        registry.resolve("taxi/latest")


def test_what_is_no_model_is_not_registered(registry: ModelRegistry, store: MetadataStore, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    file = tmp_path / "rows.csv"
    file.write_text("a\n1\n")
    with pytest.raises(NotAModel, match="there is no file MLmodel in its folder"):
        registry.register("taxi", empty)
    with pytest.raises(NotAModel, match="it is a file, not a model's folder"):
        registry.register("taxi", file)
    with pytest.raises(NotAModel, match="it is a Dataset, not a model"):
        registry.register("taxi", an_artifact(type="system.Dataset"))
    with pytest.raises(PackageGone, match="the files of the model are gone: there is nothing at"):
        registry.register("taxi", tmp_path / "nowhere")
    with pytest.raises(ModelNameInvalid, match="'/' stands between"):
        registry.register("a/b", empty)
    assert store.registry.models() == []


def test_files_that_are_gone_are_not_registered(
    registry: ModelRegistry, artifacts: ArtifactStore, trained: Train
) -> None:
    artifact = trained("r1")
    artifacts.discard(artifact.uri)
    with pytest.raises(PackageGone, match=r"the files of artifact a-r1 \('model'\) are gone"):
        registry.register("taxi", artifact)
    assert registry.models() == []


# --- looking up ---------------------------------------------------------------------------------------------


def test_a_reference_finds_its_version(registry: ModelRegistry, folder: Path) -> None:
    _versions(registry, folder, 2)
    registry.register("taxi", folder, refused="too slow")
    registry.promote("taxi", 1)
    registry.promote("taxi", 2, "challenger")
    found = {text: registry.resolve(f"taxi{text}").version for text in ("", "@challenger", "/3", "/latest")}
    assert found == {"": 1, "@challenger": 2, "/3": 3, "/latest": 2}


def test_what_a_reference_does_not_find_is_told(registry: ModelRegistry, folder: Path) -> None:
    with pytest.raises(ModelNotFound, match="no registered model 'taxi'"):
        registry.resolve("taxi@champion")
    _versions(registry, folder, 1)
    with pytest.raises(AliasNotSet, match=r"no version of model 'taxi' is its champion(.|\n)*promote taxi/VERSION"):
        registry.resolve("taxi")
    registry.promote("taxi", 1, "challenger")
    with pytest.raises(AliasNotSet, match="did you mean `taxi@challenger`"):
        registry.resolve("taxi@chalenger")
    with pytest.raises(VersionNotFound, match="no version 7"):
        registry.resolve("taxi/7")


# --- promotions ---------------------------------------------------------------------------------------------


def test_a_promotion_is_on_record_with_who_why_and_by_what(registry: ModelRegistry, folder: Path) -> None:
    _versions(registry, folder, 1)
    line = registry.promote("taxi", 1, by="ada", reason="beats the rules", evidence={"auc": 0.81, "run": "r1"})
    assert registry.history("taxi") == [line]
    assert (line.after, line.by, line.reason, line.evidence) == (
        1,
        "ada",
        "beats the rules",
        {"auc": 0.81, "run": "r1"},
    )


def test_what_is_there_already_is_not_promoted_again(registry: ModelRegistry, folder: Path) -> None:
    _versions(registry, folder, 1)
    first = registry.promote("taxi", 1, by="ada")
    assert registry.promote("taxi", 1, by="bob") == first
    assert registry.history("taxi") == [first]


def test_an_alias_called_latest_is_refused(registry: ModelRegistry, folder: Path) -> None:
    _versions(registry, folder, 1)
    with pytest.raises(AliasInvalid, match="'latest'"):
        registry.promote("taxi", 1, "latest")
    assert registry.aliases("taxi") == {}


def test_of_two_who_promote_at_once_one_wins_and_the_other_is_told(
    registry: ModelRegistry, folder: Path, artifacts: ArtifactStore, clock: FakeClock, tmp_path: Path
) -> None:
    _versions(registry, folder, 3)
    registry.promote("taxi", 1)
    other = open_store(tmp_path / "penstock.db", durability="normal")
    start = threading.Barrier(2)
    outcomes: dict[int, str] = {}

    def promote(mine: ModelRegistry, version: int) -> None:
        start.wait()
        try:
            mine.promote("taxi", version, expected=1)
            outcomes[version] = "won"
        except AliasMoved as error:
            outcomes[version] = error.message()

    competitors = [(registry, 2), (ModelRegistry(other, artifacts, clock), 3)]
    threads = [threading.Thread(target=promote, args=pair) for pair in competitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    winner = next(version for version, outcome in outcomes.items() if outcome == "won")
    assert f"taxi@champion is at version {winner} " in outcomes[5 - winner]
    assert registry.aliases("taxi") == {"champion": winner}
    assert [line.after for line in registry.history("taxi")] == [1, winner]


def test_a_store_that_gives_way_in_the_middle_of_a_promotion_has_changed_nothing(
    registry: ModelRegistry, folder: Path
) -> None:
    _versions(registry, folder, 2)
    registry.promote("taxi", 1)

    def give_way() -> None:
        raise StoreUnavailable(place="penstock.db", reason="the disk went away")

    for act in (lambda: registry.promote("taxi", 2), lambda: registry.register("taxi", folder)):
        faults.arm("metadata.inside_transaction", give_way)
        try:
            with pytest.raises(StoreUnavailable, match="the disk went away"):
                act()
        finally:
            faults.disarm()
    assert registry.aliases("taxi") == {"champion": 1}
    assert [line.after for line in registry.history("taxi")] == [1]
    assert len(registry.versions("taxi")) == 2
    assert registry.promote("taxi", 2).before == 1


def test_a_store_that_cannot_be_written_says_so(registry: ModelRegistry, folder: Path) -> None:
    _versions(registry, folder, 1)

    def refuse() -> None:
        raise StoreReadOnly(place="penstock.db", reason="attempt to write a readonly database")

    faults.arm("metadata.inside_transaction", refuse)
    try:
        with pytest.raises(StoreReadOnly, match="cannot be written"):
            registry.promote("taxi", 1)
    finally:
        faults.disarm()
    assert registry.resolve("taxi/1").version == 1


# --- going back ---------------------------------------------------------------------------------------------


def test_a_rollback_goes_to_what_was_there_before_and_then_further_back(registry: ModelRegistry, folder: Path) -> None:
    _versions(registry, folder, 4)
    for version in (1, 2, 3):
        registry.promote("taxi", version)
    back = registry.rollback("taxi", by="bob", reason="complaints")
    assert (back.kind, back.before, back.after, back.by, back.reason) == ("rollback", 3, 2, "bob", "complaints")
    registry.promote("taxi", 4)
    assert registry.rollback("taxi").after == 2
    assert registry.rollback("taxi").after == 1
    with pytest.raises(NothingToRollBack, match="it was at no version before 1"):
        registry.rollback("taxi")


def test_a_rollback_skips_what_is_removed_or_refused(
    registry: ModelRegistry, store: MetadataStore, folder: Path, clock: FakeClock
) -> None:
    _versions(registry, folder, 4)
    for version in (1, 2, 3, 4):
        registry.promote("taxi", version)
    registry.remove("taxi", 3)
    store.registry.update_version("taxi", 2, now=clock.now(), status="REFUSED")
    assert registry.rollback("taxi").after == 1
    registry.promote("taxi", 4)
    registry.remove("taxi", 1)
    with pytest.raises(NothingToRollBack, match=r"what it was at before is removed or refused \(1\)"):
        registry.rollback("taxi")


def test_without_a_history_there_is_nothing_to_go_back_to(registry: ModelRegistry, folder: Path) -> None:
    with pytest.raises(ModelNotFound, match="taxi"):
        registry.rollback("taxi")
    _versions(registry, folder, 1)
    with pytest.raises(NothingToRollBack, match="taxi@champion has never been at any version"):
        registry.rollback("taxi")


def test_a_rollback_brings_back_an_alias_that_was_taken_away(registry: ModelRegistry, folder: Path) -> None:
    _versions(registry, folder, 1)
    registry.promote("taxi", 1)
    registry.remove_alias("taxi", "champion", by="bob", reason="closed")
    with pytest.raises(AliasNotSet, match="no version of model 'taxi' is its champion"):
        registry.remove_alias("taxi", "champion")
    assert registry.rollback("taxi").after == 1


def test_what_was_in_production_is_told_for_a_day_and_for_a_moment(
    registry: ModelRegistry, folder: Path, clock: FakeClock
) -> None:
    _versions(registry, folder, 2)
    registry.promote("taxi", 1)
    clock.advance(timedelta(days=2))
    registry.promote("taxi", 2)
    clock.advance(timedelta(days=2))
    registry.remove("taxi", force=True)
    at = datetime(2026, 3, 2, tzinfo=UTC)
    assert [(span.alias, span.version) for span in registry.on("taxi", at)] == [("champion", 1)]
    assert registry.on("taxi", date(2026, 2, 1)) == []
    assert [span.version for span in registry.on("taxi", clock.now())] == []
    with pytest.raises(ModelNotFound, match="'cab'"):
        registry.on("cab", at)


# --- removing -----------------------------------------------------------------------------------------------


def test_what_has_an_alias_is_removed_by_force_only(
    registry: ModelRegistry, store: MetadataStore, trained: Train
) -> None:
    registry.register("taxi", trained("r1"))
    registry.promote("taxi", 1)
    registry.promote("taxi", 1, "blue")
    for version in (1, None):
        with pytest.raises(VersionInUse, match="taxi/1 is the blue and the champion of taxi; it was not removed"):
            registry.remove("taxi", version)
    registry.remove("taxi", 1, force=True, by="bob")
    assert registry.versions("taxi") == []
    assert store.retention.holds() == []
    assert [(line.kind, line.by) for line in registry.history("taxi")][2:] == [("remove", "bob")] * 2
