"""One transaction of a run: all of it or nothing, exactly as it was given."""

import pytest
from msgspec import structs

from penstock.core import faults
from penstock.core.errors import UserError
from penstock.core.ids import RunId, TaskPath
from penstock.core.json import Json
from penstock.metadata.errors import BrokenReference, ForeignRecord, TextNotStorable
from penstock.metadata.records import Bindings, Changes, Execution, State
from penstock.metadata.store import MetadataStore
from penstock.testing.store_cases.samples import (
    FULL_ARTIFACT,
    FULL_ATTEMPT,
    FULL_EVENT,
    FULL_EXECUTION,
    FULL_RUN,
    NOW,
    TEXTS,
    a_fingerprint,
    a_run,
    an_artifact,
    an_attempt,
    an_event,
    an_execution,
    started,
)

R1 = RunId("r1")
SAMPLES = [FULL_RUN, FULL_EXECUTION, FULL_ATTEMPT, FULL_ARTIFACT, FULL_EVENT]


class CommitCases:
    """Needs the fixture `store`."""

    @pytest.mark.parametrize("record", SAMPLES, ids=lambda record: type(record).__name__)
    def test_the_full_samples_set_every_field(self, record: object) -> None:
        for field in structs.fields(type(record)):  # type: ignore[arg-type]
            value = getattr(record, field.name)
            assert value not in (field.default, None), field.name
            assert value not in ({}, [], "", Bindings()), field.name

    def test_every_field_comes_back(self, store: MetadataStore) -> None:
        lease = started(store, "full")
        store.commit(
            lease,
            Changes(
                run=FULL_RUN,
                executions=[FULL_EXECUTION],
                attempts=[FULL_ATTEMPT],
                artifacts=[FULL_ARTIFACT],
                events=[FULL_EVENT],
            ),
        )
        assert store.run(FULL_RUN.run_id) == FULL_RUN
        assert store.executions(FULL_RUN.run_id) == [FULL_EXECUTION]
        assert store.execution(FULL_RUN.run_id, FULL_EXECUTION.path) == FULL_EXECUTION
        assert store.attempts(FULL_RUN.run_id) == [FULL_ATTEMPT]
        assert store.artifacts([FULL_ARTIFACT.artifact_id]) == {FULL_ARTIFACT.artifact_id: FULL_ARTIFACT}
        assert store.events(artifacts=[FULL_ARTIFACT.artifact_id]) == [FULL_EVENT]

    def test_fields_that_are_unset_come_back_unset(self, store: MetadataStore) -> None:
        lease = started(store)
        changes = Changes(
            executions=[an_execution()], attempts=[an_attempt()], artifacts=[an_artifact()], events=[an_event()]
        )
        store.commit(lease, changes)
        assert store.executions(R1) == changes.executions
        assert store.attempts(R1) == changes.attempts
        assert list(store.artifacts([an_artifact().artifact_id]).values()) == changes.artifacts
        assert store.events(executions=[(R1, an_event().path)]) == changes.events

    def test_records_replace_those_with_the_same_key(self, store: MetadataStore) -> None:
        lease = started(store, "full")
        full = Changes(
            run=FULL_RUN,
            executions=[FULL_EXECUTION],
            attempts=[FULL_ATTEMPT],
            artifacts=[FULL_ARTIFACT, an_artifact("a9")],
            events=[FULL_EVENT],
        )
        store.commit(lease, full)
        bare = Changes(
            run=a_run("full"),
            executions=[an_execution(FULL_EXECUTION.path, "full")],
            attempts=[an_attempt(FULL_EXECUTION.path, 3, "full")],
            artifacts=[an_artifact("a3")],
            events=[structs.replace(FULL_EVENT, artifact_id=an_artifact("a9").artifact_id)],
        )
        store.commit(lease, bare)
        assert store.run(FULL_RUN.run_id) == bare.run
        assert store.executions(FULL_RUN.run_id) == bare.executions
        assert store.attempts(FULL_RUN.run_id) == bare.attempts
        assert list(store.artifacts([FULL_ARTIFACT.artifact_id]).values()) == [an_artifact("a3")]
        assert store.events(executions=[(FULL_RUN.run_id, FULL_EXECUTION.path)]) == bare.events

    def test_committing_the_same_again_changes_nothing(self, store: MetadataStore) -> None:
        lease = started(store)
        changes = Changes(executions=[an_execution()], artifacts=[an_artifact()], events=[an_event()])
        store.commit(lease, changes)
        store.commit(lease, changes)
        assert store.executions(R1) == changes.executions
        assert store.events(executions=[(R1, an_event().path)]) == changes.events

    def test_an_empty_transaction_is_fine(self, store: MetadataStore) -> None:
        store.commit(started(store), Changes())
        assert store.executions(R1) == []

    def test_numbers_stay_what_they_are(self, store: MetadataStore) -> None:
        lease = started(store)
        values: dict[str, Json] = {
            "int": 1,
            "float": 1.0,
            "zero": -0.0,
            "huge": 10**30,
            "tiny": 5e-324,
            "sum": 0.1 + 0.2,
            "yes": True,
        }
        store.commit(lease, Changes(executions=[an_execution(inputs=Bindings(parameters=values))]))
        found = _only(store.executions(R1)).inputs.parameters
        assert found == values
        assert {name: type(value) for name, value in found.items()} == {k: type(v) for k, v in values.items()}

    def test_what_is_not_finite_comes_back_as_none(self, store: MetadataStore) -> None:
        lease = started(store)
        values = {"loss": float("nan"), "best": float("-inf"), "epoch": 3}
        store.commit(lease, Changes(artifacts=[an_artifact(metadata=values)]))
        found = store.artifacts([an_artifact().artifact_id])[an_artifact().artifact_id]
        assert found.metadata == {"loss": None, "best": None, "epoch": 3}

    def test_names_keep_their_order(self, store: MetadataStore) -> None:
        lease = started(store)
        values: dict[str, Json] = {name: name for name in ("z", "a", "m", "b")}
        store.commit(lease, Changes(executions=[an_execution(inputs=Bindings(parameters=values))]))
        assert list(_only(store.executions(R1)).inputs.parameters) == ["z", "a", "m", "b"]

    @pytest.mark.parametrize("text", TEXTS)
    def test_any_text_is_kept(self, store: MetadataStore, text: str) -> None:
        lease = started(store)
        execution = an_execution(text, inputs=Bindings(parameters={text: [text]}))
        artifact = an_artifact("a" + text, name=text, uri=text, metadata={text: text})
        event = an_event(artifact.artifact_id, text, name=text)
        store.commit(lease, Changes(executions=[execution], artifacts=[artifact], events=[event]))
        assert store.execution(R1, TaskPath(text)) == execution
        assert store.find_artifacts(prefix="a" + text, name=text) == [artifact]
        assert store.events(executions=[(R1, TaskPath(text))]) == [event]

    def test_a_parameter_of_ten_megabytes_is_kept(self, store: MetadataStore) -> None:
        lease = started(store)
        text = "😀x" * 2_000_000
        execution = an_execution(inputs=Bindings(parameters={"text": text}))
        store.commit(lease, Changes(executions=[execution]))
        assert _only(store.executions(R1)).inputs.parameters["text"] == text

    def test_thousands_of_records_fit_one_transaction(self, store: MetadataStore) -> None:
        lease = started(store)
        executions = [an_execution(f"task-{number}", order=number) for number in range(3000)]
        store.commit(lease, Changes(executions=executions))
        assert store.executions(R1) == executions

    def test_text_that_is_no_unicode_is_refused(self, store: MetadataStore) -> None:
        lease = started(store)
        for execution in (an_execution("a\udcff"), an_execution(inputs=Bindings(parameters={"a": "b\ud800"}))):
            with pytest.raises(TextNotStorable, match="not valid Unicode"):
                store.commit(lease, Changes(run=a_run(source="new"), executions=[an_execution("other"), execution]))
        assert store.executions(R1) == []
        assert store.run(R1) == a_run()

    @pytest.mark.parametrize(
        "changes",
        [
            Changes(run=a_run("r2")),
            Changes(executions=[an_execution(), an_execution(run_id="r2")]),
            Changes(executions=[an_execution()], attempts=[an_attempt(run_id="r2")]),
            Changes(executions=[an_execution()], artifacts=[an_artifact()], events=[an_event(run_id="r2")]),
        ],
        ids=["run", "execution", "attempt", "event"],
    )
    def test_a_record_of_another_run_is_refused(self, store: MetadataStore, changes: Changes) -> None:
        lease = started(store, "r1")
        started(store, "r2")
        with pytest.raises(ForeignRecord, match="'r1' hold a record of run 'r2'"):
            store.commit(lease, changes)
        assert store.executions(R1) == []

    @pytest.mark.parametrize(
        "changes",
        [
            Changes(attempts=[an_attempt()]),
            Changes(artifacts=[an_artifact()], events=[an_event()]),
            Changes(executions=[an_execution()], events=[an_event()]),
            Changes(cached=[(a_fingerprint(), TaskPath("train"))]),
        ],
        ids=["attempt of no execution", "event of no execution", "event of no artifact", "result of no execution"],
    )
    def test_a_record_that_refers_to_nothing_is_refused(self, store: MetadataStore, changes: Changes) -> None:
        lease = started(store)
        with pytest.raises(BrokenReference, match="nothing was stored"):
            store.commit(lease, structs.replace(changes, run=a_run(state=State.RUNNING)))
        assert store.run(R1) == a_run()
        assert store.executions(R1) == []
        assert store.artifacts([an_artifact().artifact_id]) == {}

    def test_a_failure_within_the_transaction_leaves_nothing_of_it(self, store: MetadataStore) -> None:
        lease = started(store)
        store.commit(lease, Changes(executions=[an_execution("before")]))
        faults.arm("metadata.inside_transaction", _fail)
        try:
            with pytest.raises(UserError):
                store.commit(lease, Changes(run=a_run(source="new"), executions=[an_execution("after")]))
        finally:
            faults.disarm()
        assert store.run(R1) == a_run()
        assert [execution.path for execution in store.executions(R1)] == ["before"]
        store.commit(lease, Changes(executions=[an_execution("after")]))
        assert len(store.executions(R1)) == 2

    def test_what_was_returned_does_not_change_later(self, store: MetadataStore) -> None:
        lease = started(store)
        store.commit(lease, Changes(executions=[an_execution()]))
        snapshot = store.executions(R1)
        store.commit(lease, Changes(executions=[an_execution(finished_at=NOW, state=State.SUCCEEDED)]))
        assert snapshot == [an_execution()]

    def test_a_run_that_changes_keeps_its_place_in_the_list(self, store: MetadataStore) -> None:
        first = started(store, "r1")
        started(store, "r2")
        store.commit(first, Changes(run=a_run("r1", state=State.SUCCEEDED, finished_at=NOW)))
        assert [run.run_id for run in store.runs()] == ["r2", "r1"]


def _fail() -> None:
    raise UserError


def _only(executions: list[Execution]) -> Execution:
    (execution,) = executions
    return execution
