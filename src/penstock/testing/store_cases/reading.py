"""What is read back of a run: executions, attempts, cached results, earlier executions."""

from datetime import timedelta

import pytest
from msgspec import structs

from penstock.core.ids import ArtifactId, RunId, TaskPath
from penstock.metadata.errors import RunNotFound
from penstock.metadata.records import Bindings, Changes, Execution, State
from penstock.metadata.store import MetadataStore
from penstock.testing.store_cases.samples import (
    NOW,
    ROOT,
    a_fingerprint,
    an_artifact,
    an_attempt,
    an_execution,
    started,
)

R1 = RunId("r1")


def succeeded(number: int, run_id: str = "r1", *artifacts: str) -> Execution:
    """An execution with a fingerprint, which gave `artifacts`."""
    return an_execution(
        f"task-{number}",
        run_id,
        order=number,
        state=State.SUCCEEDED,
        fingerprint=a_fingerprint(number),
        outputs=Bindings(parameters={"n": number}, artifacts={"rows": [ArtifactId(id) for id in artifacts]}),
    )


class ReadingCases:
    """Needs the fixture `store`."""

    def test_executions_come_in_the_order_of_creation(self, store: MetadataStore) -> None:
        lease = started(store)
        for order in (2, 0, 1):
            store.commit(lease, Changes(executions=[an_execution(f"task-{9 - order}", order=order)]))
        started(store, "r2")
        assert [execution.order for execution in store.executions(R1)] == [0, 1, 2]

    def test_a_run_without_executions_has_none(self, store: MetadataStore) -> None:
        assert store.executions(RunId("none")) == []
        assert store.attempts(RunId("none")) == []
        assert store.execution(RunId("none"), ROOT) is None

    def test_attempts_come_oldest_first(self, store: MetadataStore) -> None:
        lease = started(store)
        attempts = [
            an_attempt("b", 1, started_at=NOW),
            an_attempt("a", 1, started_at=NOW + timedelta(seconds=1)),
            an_attempt("b", 2, started_at=NOW + timedelta(seconds=2)),
            an_attempt("b", 10, started_at=NOW + timedelta(seconds=3)),
        ]
        executions = [an_execution("a"), an_execution("b"), an_execution("b/c")]
        store.commit(lease, Changes(executions=executions, attempts=attempts[::-1]))
        assert store.attempts(R1) == attempts
        assert store.attempts(R1, TaskPath("b")) == [attempts[0], attempts[2], attempts[3]]
        assert store.attempts(R1, TaskPath("b/c")) == []

    # --- cached results ---------------------------------------------------------------------------------

    def test_a_fingerprint_leads_to_outputs_and_artifacts(self, store: MetadataStore) -> None:
        lease = started(store)
        execution = succeeded(1, "r1", "a1", "a2")
        artifacts = {id: an_artifact(id) for id in (ArtifactId("a1"), ArtifactId("a2"))}
        store.commit(
            lease,
            Changes(
                executions=[execution],
                artifacts=[*artifacts.values(), an_artifact("a3")],
                cached=[(a_fingerprint(1), execution.path)],
            ),
        )
        found = store.cached([a_fingerprint(1), a_fingerprint(2)])
        assert list(found) == [a_fingerprint(1)]
        result = found[a_fingerprint(1)]
        assert (result.run_id, result.path, result.fingerprint) == (R1, execution.path, a_fingerprint(1))
        assert result.outputs == execution.outputs
        assert result.artifacts == artifacts
        assert result.made_at == execution.finished_at

    def test_only_what_was_marked_serves_as_a_result(self, store: MetadataStore) -> None:
        store.commit(started(store), Changes(executions=[succeeded(1)]))
        assert store.cached([a_fingerprint(1)]) == {}
        assert store.cached([]) == {}

    def test_the_newest_result_of_a_fingerprint_counts(self, store: MetadataStore) -> None:
        for run_id in ("r1", "r2"):
            changes = Changes(executions=[succeeded(1, run_id)], cached=[(a_fingerprint(1), TaskPath("task-1"))])
            store.commit(started(store, run_id), changes)
        assert store.cached([a_fingerprint(1)])[a_fingerprint(1)].run_id == "r2"

    @pytest.mark.parametrize(
        "later",
        [
            structs.replace(succeeded(1), state=State.RUNNING),
            structs.replace(succeeded(1), fingerprint=a_fingerprint(2)),
            structs.replace(succeeded(1), fingerprint=None),
        ],
        ids=["runs again", "does something else now", "is not cached any more"],
    )
    def test_an_execution_that_has_changed_since_is_no_result(self, store: MetadataStore, later: Execution) -> None:
        lease = started(store)
        store.commit(lease, Changes(executions=[succeeded(1)], cached=[(a_fingerprint(1), TaskPath("task-1"))]))
        store.commit(lease, Changes(executions=[later]))
        assert store.cached([a_fingerprint(1)]) == {}

    def test_a_result_whose_artifact_is_not_on_record_is_none(self, store: MetadataStore) -> None:
        execution = succeeded(1, "r1", "missing")
        store.commit(started(store), Changes(executions=[execution], cached=[(a_fingerprint(1), execution.path)]))
        assert store.cached([a_fingerprint(1)]) == {}

    def test_a_forgotten_fingerprint_leads_nowhere(self, store: MetadataStore) -> None:
        lease = started(store)
        both = Changes(
            executions=[succeeded(1), succeeded(2)],
            cached=[(a_fingerprint(n), TaskPath(f"task-{n}")) for n in (1, 2)],
        )
        store.commit(lease, both)
        store.forget_cached([a_fingerprint(1), a_fingerprint(7)])
        store.forget_cached([])
        assert list(store.cached([a_fingerprint(1), a_fingerprint(2)])) == [a_fingerprint(2)]
        store.commit(lease, both)
        assert len(store.cached([a_fingerprint(1), a_fingerprint(2)])) == 2

    @pytest.mark.parametrize("count", [1, 7, 8, 9, 65, 512, 513, 1200])
    def test_any_number_of_fingerprints_can_be_asked_for(self, store: MetadataStore, count: int) -> None:
        numbers = range(count)
        changes = Changes(
            executions=[succeeded(n, "r1", f"a{n}") for n in numbers],
            artifacts=[an_artifact(f"a{n}") for n in numbers],
            cached=[(a_fingerprint(n), TaskPath(f"task-{n}")) for n in numbers],
        )
        store.commit(started(store), changes)
        wanted = [a_fingerprint(n) for n in range(count + 5)]
        found = store.cached(wanted + wanted[:3])
        assert {key: result.outputs.parameters["n"] for key, result in found.items()} == {
            a_fingerprint(n): n for n in numbers
        }
        store.forget_cached(wanted)
        assert store.cached(wanted) == {}

    # --- earlier executions -----------------------------------------------------------------------------

    def test_earlier_executions_of_a_component_come_newest_first(self, store: MetadataStore) -> None:
        for day, pipeline in enumerate(["taxi", "other", "taxi", "taxi", "taxi"]):
            run_id = f"r{day}"
            lease = started(store, run_id, pipeline=pipeline, created_at=NOW + timedelta(days=day))
            store.commit(lease, Changes(executions=[an_execution("train", run_id), an_execution("load", run_id)]))
        found = store.previous_executions("taxi", "comp-train", an_execution("train", "r3"))
        assert [(execution.run_id, execution.path) for execution in found] == [("r2", "train"), ("r0", "train")]
        assert store.previous_executions("taxi", "comp-train", an_execution("train", "r0")) == []
        assert len(store.previous_executions("taxi", "comp-train", an_execution("train", "r4"), limit=1)) == 1

    def test_within_a_run_the_same_place_comes_first(self, store: MetadataStore) -> None:
        paths = [f"loop[{number}].train" for number in range(5)]
        for run_id in ("r1", "r2"):
            executions = [
                an_execution(path, run_id, order=order, component="comp-train") for order, path in enumerate(paths)
            ]
            store.commit(started(store, run_id), Changes(executions=executions))
        found = store.previous_executions("taxi", "comp-train", an_execution(paths[2], "r2"))
        assert [execution.path for execution in found] == [paths[2], paths[4], paths[3], paths[1], paths[0]]
        assert {execution.run_id for execution in found} == {"r1"}

    def test_what_is_earlier_than_an_unknown_run_is_an_error(self, store: MetadataStore) -> None:
        with pytest.raises(RunNotFound, match="'r1'"):
            store.previous_executions("taxi", "comp-train", an_execution())
