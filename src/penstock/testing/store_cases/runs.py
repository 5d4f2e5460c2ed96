"""Runs and their documents: stored, found, listed."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from penstock.core.ids import Digest, RunId
from penstock.metadata.errors import RunExists, RunNotFound, SpecNotFound
from penstock.metadata.records import State
from penstock.metadata.store import MetadataStore
from penstock.testing.store_cases.samples import FULL_RUN, NOW, SPEC, TEXTS, a_run


class RunCases:
    """Needs the fixtures `store` and `make_store`."""

    def test_a_run_comes_back_with_every_field(self, store: MetadataStore) -> None:
        store.create_run(FULL_RUN, SPEC)
        assert store.run(FULL_RUN.run_id) == FULL_RUN

    def test_a_run_outlives_the_store_that_wrote_it(
        self, store: MetadataStore, make_store: Callable[[], MetadataStore]
    ) -> None:
        store.create_run(FULL_RUN, SPEC)
        store.close()
        reopened = make_store()
        assert reopened.run(FULL_RUN.run_id) == FULL_RUN
        assert reopened.spec(FULL_RUN.spec) == SPEC
        reopened.close()

    @pytest.mark.parametrize("text", TEXTS)
    def test_any_text_is_kept_and_found(self, store: MetadataStore, text: str) -> None:
        run = a_run("r" + text, pipeline=text, source=text, parameters={text: text})
        store.create_run(a_run("q", pipeline="other"), SPEC)
        store.create_run(run, SPEC)
        assert store.run(run.run_id) == run
        assert store.runs(pipeline=text) == [run]

    def test_an_unknown_run_is_an_error(self, store: MetadataStore) -> None:
        with pytest.raises(RunNotFound, match="no run 'r1'"):
            store.run(RunId("r1"))

    def test_a_run_id_is_used_once(self, store: MetadataStore) -> None:
        store.create_run(a_run(), SPEC)
        with pytest.raises(RunExists, match="'r1' exists already"):
            store.create_run(a_run(pipeline="other", spec=Digest("sha256:new")), b"{}")
        assert store.run(RunId("r1")) == a_run()
        with pytest.raises(SpecNotFound):
            store.spec(Digest("sha256:new"))

    def test_two_runs_share_a_document(self, store: MetadataStore) -> None:
        store.create_run(a_run("r1"), SPEC)
        store.create_run(a_run("r2"), SPEC)
        assert store.spec(a_run().spec) == SPEC

    def test_an_unknown_document_is_an_error(self, store: MetadataStore) -> None:
        with pytest.raises(SpecNotFound, match="'sha256:none'"):
            store.spec(Digest("sha256:none"))

    def test_a_large_document_comes_back_byte_for_byte(self, store: MetadataStore) -> None:
        spec = bytes(range(256)) * 40_000
        store.create_run(a_run(), spec)
        assert store.spec(a_run().spec) == spec

    def test_runs_are_listed_newest_first(self, store: MetadataStore) -> None:
        for name, age in [("b", 2), ("a", 1), ("c", 3), ("d", 2)]:
            store.create_run(a_run(name, created_at=NOW - timedelta(days=age)), SPEC)
        assert [run.run_id for run in store.runs()] == ["a", "d", "b", "c"]

    def test_times_of_other_zones_are_ordered_by_the_moment(self, store: MetadataStore) -> None:
        from datetime import timezone

        east = timezone(timedelta(hours=9))
        store.create_run(a_run("east", created_at=(NOW - timedelta(hours=1)).astimezone(east)), SPEC)
        store.create_run(a_run("utc", created_at=NOW), SPEC)
        assert [run.run_id for run in store.runs()] == ["utc", "east"]
        assert store.run(RunId("east")).created_at == NOW - timedelta(hours=1)

    def test_runs_are_listed_by_pipeline_and_state(self, store: MetadataStore) -> None:
        for pipeline in ("taxi", "other"):
            for state in State:
                store.create_run(a_run(f"{pipeline}-{state}", pipeline=pipeline, state=state), SPEC)
        assert len(store.runs(pipeline="taxi")) == len(State)
        assert [run.run_id for run in store.runs(states=[State.FAILED])] == ["taxi-FAILED", "other-FAILED"]
        found = store.runs(pipeline="taxi", states={State.PENDING, State.RUNNING})
        assert [run.run_id for run in found] == ["taxi-RUNNING", "taxi-PENDING"]
        assert len(store.runs(states=list(State))) == 2 * len(State)
        assert store.runs(pipeline="none") == []

    @pytest.mark.parametrize("limit", [1, 2, 3, 50])
    def test_paging_by_before_gives_each_run_once(self, store: MetadataStore, limit: int) -> None:
        for number in range(7):
            store.create_run(a_run(f"r{number}", created_at=NOW + timedelta(hours=number // 2)), SPEC)
        pages = [store.runs(pipeline="taxi", states=[State.PENDING], limit=limit)]
        while pages[-1]:
            pages.append(store.runs(pipeline="taxi", states=[State.PENDING], before=pages[-1][-1].run_id, limit=limit))
        assert [run.run_id for page in pages for run in page] == ["r6", "r5", "r4", "r3", "r2", "r1", "r0"]

    def test_before_an_unknown_run_is_an_error(self, store: MetadataStore) -> None:
        with pytest.raises(RunNotFound, match="'r9'"):
            store.runs(before=RunId("r9"))

    def test_a_limit_of_none_gives_none(self, store: MetadataStore) -> None:
        store.create_run(a_run(), SPEC)
        assert store.runs(limit=0) == []
        assert store.find_runs("", limit=0) == []

    def test_ids_are_found_by_their_start_newest_first(self, store: MetadataStore) -> None:
        for number, name in enumerate(["20261121-a", "20261121-b", "20261122-a", "x%_😀", "X"]):
            store.create_run(a_run(name, created_at=NOW + timedelta(hours=number)), SPEC)
        assert store.find_runs("20261121") == ["20261121-b", "20261121-a"]
        assert store.find_runs("2026", limit=2) == ["20261122-a", "20261121-b"]
        assert store.find_runs("20261121-a") == ["20261121-a"]
        assert store.find_runs("x") == ["x%_😀"]
        assert store.find_runs("x%_") == ["x%_😀"]
        assert store.find_runs("%") == []
        assert len(store.find_runs("")) == 5
