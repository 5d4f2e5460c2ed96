"""Registered models, their versions, aliases that move with a log that only grows, and approvals."""

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from penstock.core.ids import ArtifactId, RunId
from penstock.metadata.records import Changes
from penstock.metadata.registry import ANY
from penstock.metadata.registry_errors import (
    AliasMoved,
    AlreadyDecided,
    ApprovalNotFound,
    ArtifactGone,
    ModelExists,
    ModelNotFound,
    VersionNotFound,
    VersionNotReady,
)
from penstock.metadata.store import MetadataStore
from penstock.testing.store_cases.samples import (
    FULL_VERSION,
    MINUTE,
    NOW,
    TEXTS,
    a_model,
    a_promotion,
    a_version,
    an_approval,
    an_artifact,
    an_event,
    an_execution,
    registered,
    started,
)
from penstock.testing.store_process import Order, run_processes

HOUR = timedelta(hours=1)


class RegistryCases:
    """Needs the fixtures `store` and `make_store`."""

    # --- models -----------------------------------------------------------------------------------------

    def test_models_are_listed_by_name_and_come_back_as_they_were_stored(self, store: MetadataStore) -> None:
        models = [a_model(name, description=name, tags={name: name}) for name in sorted(filter(None, TEXTS))]
        for model in reversed(models):
            store.registry.create_model(model)
        assert store.registry.models() == models
        assert store.registry.model(models[3].name) == models[3]

    def test_a_name_is_registered_once(self, store: MetadataStore) -> None:
        store.registry.create_model(a_model(description="first"))
        with pytest.raises(ModelExists, match="'taxi' is registered already"):
            store.registry.create_model(a_model(description="second", created_at=NOW + MINUTE))
        assert store.registry.model("taxi").description == "first"

    def test_what_is_not_there_is_not_found(self, store: MetadataStore) -> None:
        registry = store.registry
        changes: list[Callable[[], object]] = [
            lambda: registry.model("no"),
            lambda: registry.update_model("no", now=NOW, description="x"),
            lambda: registry.rename_model("no", "other", by="ada", now=NOW),
            lambda: registry.delete_model("no", by="ada", now=NOW),
            lambda: registry.add_version(a_version("no")),
            lambda: registry.version("no", 1),
            lambda: registry.update_version("no", 1, now=NOW),
            lambda: registry.delete_version("no", 1, by="ada", now=NOW),
            lambda: registry.move_alias(a_promotion(name="no")),
        ]
        for change in changes:
            with pytest.raises(ModelNotFound, match="no registered model 'no'"):
                change()
        assert registry.versions("no") == []
        assert registry.aliases("no") == {}
        assert registry.promotions("no") == []

    def test_a_change_of_a_model_leaves_what_it_does_not_name(self, store: MetadataStore) -> None:
        store.registry.create_model(a_model(description="old", tags={"a": "1", "b": "2"}))
        changed = store.registry.update_model("taxi", now=NOW + MINUTE, tags={"b": None, "c": "3"})
        assert changed == a_model(description="old", tags={"a": "1", "c": "3"}, updated_at=NOW + MINUTE)
        assert store.registry.model("taxi") == changed
        assert store.registry.update_model("taxi", now=NOW, description="new").tags == {"a": "1", "c": "3"}

    # --- versions ---------------------------------------------------------------------------------------

    def test_versions_are_numbered_and_come_back_as_they_were_stored(self, store: MetadataStore) -> None:
        store.registry.create_model(a_model())
        store.registry.create_model(a_model("other"))
        first = store.registry.add_version(FULL_VERSION)
        second = store.registry.add_version(a_version())
        other = store.registry.add_version(a_version("other"))
        assert [first.version, second.version, other.version] == [1, 2, 1]
        assert store.registry.version("taxi", 1) == first
        assert store.registry.versions("taxi") == [second, first]
        assert store.registry.versions() == [other, second, first]
        assert store.registry.versions(digest=FULL_VERSION.digest) == [first]
        assert store.registry.versions(run_id=RunId("r1")) == [first]
        assert store.registry.versions("other", tracked_run="0" * 32) == []
        with pytest.raises(VersionNotFound, match="model 'taxi' has no version 3"):
            store.registry.version("taxi", 3)

    def test_the_number_of_a_removed_version_is_not_used_again(self, store: MetadataStore) -> None:
        registered(store, 2)
        store.registry.delete_version("taxi", 2, by="ada", now=NOW)
        assert store.registry.add_version(a_version()).version == 3

    def test_versions_that_are_added_at_once_have_numbers_of_their_own(
        self, store: MetadataStore, make_store: Callable[[], MetadataStore]
    ) -> None:
        other = make_store()
        registered(store, 0)
        with ThreadPoolExecutor(4) as pool:
            added = list(pool.map(lambda n: (store, other)[n % 2].registry.add_version(a_version()), range(12)))
        assert sorted(version.version for version in added) == list(range(1, 13))
        other.close()

    def test_a_change_of_a_version_leaves_what_it_does_not_name(self, store: MetadataStore) -> None:
        store.registry.create_model(a_model())
        added = store.registry.add_version(a_version(status="PENDING", description="old", tags={"a": "1"}))
        changed = store.registry.update_version(
            "taxi", 1, now=NOW + MINUTE, status="REFUSED", status_reason="auc", tags={"b": "2"}
        )
        assert (changed.status, changed.status_reason, changed.description) == ("REFUSED", "auc", "old")
        assert changed.tags == {"a": "1", "b": "2"}
        assert (changed.created_at, changed.updated_at) == (added.created_at, NOW + MINUTE)
        assert store.registry.version("taxi", 1) == changed

    # --- what it keeps ----------------------------------------------------------------------------------

    def test_a_version_holds_its_artifact_until_it_is_removed(self, store: MetadataStore) -> None:
        _with_artifact(store)
        store.registry.create_model(a_model())
        store.registry.add_version(a_version(artifact_id=ArtifactId("a1")))
        (hold,) = store.retention.holds()
        assert (hold.kind, hold.target, hold.holder) == ("artifact", "a1", "model taxi/1")
        assert store.retention.held_runs() == {"r1"}
        store.registry.delete_version("taxi", 1, by="ada", now=NOW)
        assert store.retention.holds() == []

    def test_an_artifact_that_is_gone_is_not_registered(self, store: MetadataStore) -> None:
        store.registry.create_model(a_model())
        with pytest.raises(ArtifactGone, match="the artifact a9 is not stored"):
            store.registry.add_version(a_version(artifact_id=ArtifactId("a9")))
        assert store.registry.versions("taxi") == []
        assert store.retention.holds() == []
        assert store.registry.add_version(a_version()).version == 1

    def test_the_place_of_a_version_counts_as_named(self, store: MetadataStore) -> None:
        registered(store)
        assert "file:///models/taxi" in set(store.retention.referenced())
        assert list(store.retention.registered()) == ["file:///models/taxi"]

    # --- aliases and the log ----------------------------------------------------------------------------

    def test_an_alias_moves_with_a_line_in_the_log(self, store: MetadataStore) -> None:
        registered(store, 2)
        first = store.registry.move_alias(a_promotion(1, reason="it's 😀", evidence={"auc": 0.8, "run": None}))
        second = store.registry.move_alias(a_promotion(2, at=NOW + MINUTE, by="bob"), expected=1)
        third = store.registry.move_alias(a_promotion(1, alias="challenger", at=NOW + HOUR))
        assert store.registry.aliases("taxi") == {"champion": 2, "challenger": 1}
        assert (first.number, first.before, first.after) == (1, None, 1)
        assert (second.number, second.before, second.after) == (2, 1, 2)
        assert store.registry.promotions("taxi") == [first, second, third]
        assert store.registry.promotions("taxi", "champion") == [first, second]
        assert store.registry.promotions("taxi", until=NOW + MINUTE) == [first, second]
        assert store.registry.promotions("taxi", "champion", NOW) == [first]

    def test_an_alias_is_taken_away_with_a_line_in_the_log(self, store: MetadataStore) -> None:
        registered(store)
        store.registry.move_alias(a_promotion())
        gone = store.registry.move_alias(a_promotion(None, kind="remove"))
        assert (gone.before, gone.after) == (1, None)
        assert store.registry.aliases("taxi") == {}

    def test_an_alias_that_is_elsewhere_does_not_move(self, store: MetadataStore) -> None:
        registered(store, 3)
        store.registry.move_alias(a_promotion(2, by="bob"), expected=None)
        for expected, words in ((1, "not at version 1"), (None, "not at no version")):
            with pytest.raises(AliasMoved, match=f"taxi@champion is at version 2 .bob, .* UTC., {words}"):
                store.registry.move_alias(a_promotion(3), expected=expected)
        assert store.registry.aliases("taxi") == {"champion": 2}
        assert len(store.registry.promotions("taxi")) == 1
        assert store.registry.move_alias(a_promotion(3), expected=ANY).before == 2

    @pytest.mark.parametrize("status", ["PENDING", "REFUSED"])
    def test_what_is_not_ready_is_not_promoted(self, store: MetadataStore, status: Any) -> None:
        store.registry.create_model(a_model())
        store.registry.add_version(a_version(status=status, status_reason="auc 0.6"))
        with pytest.raises(VersionNotReady, match=f"version 1 of model 'taxi' is {status}: auc 0.6"):
            store.registry.move_alias(a_promotion())
        with pytest.raises(VersionNotFound, match="no version 2"):
            store.registry.move_alias(a_promotion(2))
        assert store.registry.promotions("taxi") == []

    def test_of_those_who_promote_at_once_from_one_place_one_wins_and_the_others_are_told(
        self, store: MetadataStore, make_store: Callable[[], MetadataStore]
    ) -> None:
        other = make_store()
        registered(store, 4)

        def promote(number: int) -> str:
            try:
                (store, other)[number % 2].registry.move_alias(a_promotion(number + 1), expected=None)
            except AliasMoved:
                return "told"
            return "won"

        with ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(promote, range(4)))
        assert sorted(outcomes) == ["told", "told", "told", "won"]
        assert store.registry.aliases("taxi") == {"champion": outcomes.index("won") + 1}
        assert len(store.registry.promotions("taxi")) == 1
        other.close()

    def test_a_process_that_dies_in_the_middle_of_a_promotion_leaves_nothing_half_done(
        self, store: MetadataStore, make_store: Callable[[], MetadataStore]
    ) -> None:
        registered(store)
        order = Order(make_store, "promote", kills=["metadata.inside_transaction"])
        assert run_processes([order]) == [(-signal.SIGKILL, "")]
        assert store.registry.aliases("taxi") == {}
        assert store.registry.promotions("taxi") == []
        assert run_processes([Order(make_store, "promote")]) == [(0, "promoted 1")]
        assert store.registry.aliases("taxi") == {"champion": 1}

    def test_what_is_removed_takes_its_aliases_and_the_log_stays(self, store: MetadataStore) -> None:
        registered(store, 2)
        store.registry.move_alias(a_promotion(1, alias="old"))
        store.registry.move_alias(a_promotion(2))
        store.registry.delete_version("taxi", 2, by="bob", now=NOW + MINUTE, reason="too slow")
        assert store.registry.aliases("taxi") == {"old": 1}
        store.registry.delete_model("taxi", by="bob", now=NOW + HOUR)
        assert store.registry.models() == []
        assert store.registry.versions() == []
        lines = [(line.alias, line.kind, line.before, line.after) for line in store.registry.promotions("taxi")]
        assert lines == [
            ("old", "promote", None, 1),
            ("champion", "promote", None, 2),
            ("champion", "remove", 2, None),
            ("old", "remove", 1, None),
        ]
        reasons = [line.reason for line in store.registry.promotions("taxi")[2:]]
        assert reasons == ["too slow", "the model was removed"]
        registered(store)
        assert [version.version for version in store.registry.versions("taxi")] == [3]
        assert store.registry.move_alias(a_promotion(3)).number == 5

    def test_a_model_takes_its_versions_holds_and_aliases_to_another_name(self, store: MetadataStore) -> None:
        _with_artifact(store)
        store.registry.create_model(a_model(description="kept"))
        store.registry.create_model(a_model("taken"))
        store.registry.add_version(a_version(artifact_id=ArtifactId("a1")))
        store.registry.move_alias(a_promotion())
        with pytest.raises(ModelExists, match="taken"):
            store.registry.rename_model("taxi", "taken", by="bob", now=NOW + MINUTE)
        renamed = store.registry.rename_model("taxi", "cab", by="bob", now=NOW + MINUTE)
        assert renamed == a_model("cab", description="kept", updated_at=NOW + MINUTE)
        assert [model.name for model in store.registry.models()] == ["cab", "taken"]
        assert store.registry.version("cab", 1).artifact_id == "a1"
        assert store.registry.aliases("cab") == {"champion": 1}
        assert [hold.holder for hold in store.retention.holds()] == ["model cab/1"]
        assert [line.kind for line in store.registry.promotions("taxi")] == ["promote", "remove"]
        (came,) = store.registry.promotions("cab")
        assert (came.after, came.by, came.reason) == (1, "bob", "renamed from taxi")

    # --- approvals --------------------------------------------------------------------------------------

    def test_what_was_asked_already_is_not_asked_again(self, store: MetadataStore) -> None:
        asked = an_approval(details={"auc": 0.8, "reasons": ["a"]}, subject="😀")
        assert store.registry.request_approval(asked) == asked
        again = an_approval(requested_at=NOW + HOUR)
        assert store.registry.request_approval(again) == asked
        assert store.registry.approval("k7q2m") == asked

    def test_the_first_answer_stands(self, store: MetadataStore) -> None:
        store.registry.request_approval(an_approval())
        decided = store.registry.decide("k7q2m", "rejected", by="bob", note="too slow", now=NOW + HOUR)
        assert (decided.decision, decided.decided_by, decided.note) == ("rejected", "bob", "too slow")
        assert store.registry.request_approval(an_approval()) == decided
        with pytest.raises(AlreadyDecided, match="k7q2m was rejected by bob at 2026-11-21 18:45:01 UTC"):
            store.registry.decide("k7q2m", "approved", by="ada", note="", now=NOW + HOUR)
        assert store.registry.approval("k7q2m") == decided

    def test_approvals_are_listed_oldest_first(self, store: MetadataStore) -> None:
        first, second = an_approval("x"), an_approval("a", run_id=RunId("r2"), requested_at=NOW + MINUTE)
        store.registry.request_approval(second)
        store.registry.request_approval(first)
        assert store.registry.approvals() == [first, second]
        assert store.registry.approvals(run_id=RunId("r2")) == [second]
        store.registry.decide("x", "approved", by="bob", note="", now=NOW)
        assert store.registry.approvals(open_only=True) == [second]
        assert store.registry.approvals(open_only=True, run_id=RunId("r1")) == []
        with pytest.raises(ApprovalNotFound, match="no approval 'q'"):
            store.registry.approval("q")
        with pytest.raises(ApprovalNotFound, match="no approval 'q'"):
            store.registry.decide("q", "approved", by="bob", note="", now=NOW)


def _with_artifact(store: MetadataStore) -> None:
    changes = Changes(executions=[an_execution()], artifacts=[an_artifact()], events=[an_event()])
    store.commit(started(store), changes)
