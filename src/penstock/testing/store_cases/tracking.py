"""What a store keeps of what is logged: experiments, tracked runs, metrics, parameters, tags, logged models."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from penstock.core.ids import FencingToken, RunId, TaskPath
from penstock.metadata.errors import LeaseLost, RunNotFound, TextNotStorable
from penstock.metadata.records import Changes, Lease, Reuse, State
from penstock.metadata.store import MetadataStore
from penstock.metadata.tracking import (
    Dataset,
    Experiment,
    Logged,
    LoggedModel,
    Metric,
    ModelLink,
    ModelMetric,
    TrackedRun,
    TrackedStatus,
    tracked_id,
)
from penstock.metadata.tracking_errors import AlreadyTracked, NotTracked, ParameterChanged
from penstock.testing.store_cases.samples import FULL_EXECUTION, MINUTE, NOW, ROOT, TEXTS, a_run, an_execution, started

LATER = NOW + timedelta(days=1)
R1 = RunId("r1")
TRAIN = TaskPath("train")

FULL_LOGGED = Logged(
    path=FULL_EXECUTION.path,
    attempt=3,
    metrics=[Metric("loss", 0.5, 1, 10), Metric("loss", 0.25, 2, 20), Metric("naïve/😀", -1e-300, -3, 2**53)],
    params={"depth": "6", "text": "it's"},
    tags={"kind": "tree"},
)


def an_experiment(experiment_id: str = "7", **fields: Any) -> Experiment:
    values: dict[str, Any] = {"name": f"experiment {experiment_id}", "created_at": NOW, "updated_at": NOW} | fields
    return Experiment(experiment_id=experiment_id, **values)


def a_tracked_run(number: int = 1, **fields: Any) -> TrackedRun:
    values: dict[str, Any] = {"experiment_id": "7", "name": "mine", "started_at": NOW} | fields
    return TrackedRun(tracked_id=f"{number:032x}", **values)


def a_logged_model(model_id: str = "m-1", **fields: Any) -> LoggedModel:
    values: dict[str, Any] = {"experiment_id": "7", "name": "model", "created_at": NOW, "updated_at": NOW} | fields
    return LoggedModel(model_id=model_id, **values)


def client_run(store: MetadataStore, **fields: Any) -> str:
    """The id of a run that a client has begun in experiment 7."""
    store.tracking.create_experiment(an_experiment())
    return store.tracking.create_run(a_tracked_run(**fields)).tracked_id


def running(store: MetadataStore, path: str = "train", run_id: str = "r1", attempt: int = 1) -> Lease:
    """A run with an execution in its `attempt`th attempt."""
    lease = started(store, run_id)
    store.commit(lease, Changes(executions=[an_execution(path, run_id, state=State.RUNNING, attempt=attempt)]))
    return lease


def logged(attempt: int = 1, path: str = "train", **fields: Any) -> Changes:
    return Changes(logged=[Logged(path=TaskPath(path), attempt=attempt, **fields)])


def values_of(metrics: list[Metric]) -> list[float]:
    return [metric.value for metric in metrics]


class TrackingCases:
    """Needs the fixtures `store` and `make_store`."""

    # --- experiments ------------------------------------------------------------------------------------

    def test_an_experiment_comes_back_as_it_was_stored(self, store: MetadataStore) -> None:
        first = an_experiment("1", artifact_location="s3://b/x", tags={text: text for text in TEXTS if text})
        second = an_experiment("2", created_at=NOW + MINUTE)
        store.tracking.create_experiment(first)
        store.tracking.create_experiment(second)
        assert store.tracking.experiment("1") == first
        assert store.tracking.experiments() == [second, first]
        assert store.tracking.experiments(name="experiment 1") == [first]
        assert store.tracking.experiments(name="none") == []

    def test_ids_and_names_of_experiments_are_taken_once(self, store: MetadataStore) -> None:
        store.tracking.create_experiment(an_experiment("1"))
        with pytest.raises(AlreadyTracked, match="an experiment 'experiment 1' already"):
            store.tracking.create_experiment(an_experiment("2", name="experiment 1"))
        with pytest.raises(AlreadyTracked, match="an experiment '1' already"):
            store.tracking.create_experiment(an_experiment("1", name="another"))
        store.tracking.update_experiment("1", LATER, lifecycle="deleted")
        with pytest.raises(AlreadyTracked, match="which is deleted"):
            store.tracking.create_experiment(an_experiment("2", name="experiment 1"))

    def test_an_experiment_is_renamed_tagged_deleted_and_restored(self, store: MetadataStore) -> None:
        store.tracking.create_experiment(an_experiment("1", tags={"a": "1", "b": "2"}))
        store.tracking.create_experiment(an_experiment("2"))
        store.tracking.update_experiment("1", LATER, name="new", tags={"a": None, "c": "😀"})
        found = store.tracking.update_experiment("1", LATER, lifecycle="deleted")
        assert found == store.tracking.experiment("1")
        assert (found.name, found.tags, found.lifecycle) == ("new", {"b": "2", "c": "😀"}, "deleted")
        assert (found.created_at, found.updated_at) == (NOW, LATER)
        assert store.tracking.update_experiment("1", LATER, lifecycle="active").lifecycle == "active"
        with pytest.raises(AlreadyTracked, match="'experiment 2'"):
            store.tracking.update_experiment("1", LATER, name="experiment 2")
        assert store.tracking.update_experiment("1", LATER, name="new").name == "new"

    def test_runs_are_deleted_and_restored_with_their_experiment(self, store: MetadataStore) -> None:
        ident = client_run(store)
        store.tracking.create_run(a_tracked_run(2))
        store.tracking.update_run(ident, NOW, lifecycle="deleted")
        store.tracking.update_experiment("7", LATER, lifecycle="deleted")
        assert [run.deleted_at for run in store.tracking.runs(["7"])] == [LATER, NOW]
        store.tracking.update_experiment("7", LATER + MINUTE, lifecycle="active")
        assert [run.deleted_at for run in store.tracking.runs(["7"])] == [None, NOW]

    def test_what_is_not_there_is_told(self, store: MetadataStore) -> None:
        store.tracking.create_experiment(an_experiment())
        missing: list[Callable[[], object]] = [
            lambda: store.tracking.experiment("9"),
            lambda: store.tracking.update_experiment("9", NOW),
            lambda: store.tracking.create_run(a_tracked_run(experiment_id="9")),
            lambda: store.tracking.run("9"),
            lambda: store.tracking.update_run("9", NOW),
            lambda: store.tracking.record("9"),
            lambda: store.tracking.add_inputs("9"),
            lambda: store.tracking.create_model(a_logged_model(experiment_id="9")),
            lambda: store.tracking.model("9"),
            lambda: store.tracking.update_model("9", NOW),
        ]
        for call in missing:
            with pytest.raises(NotTracked, match=r"no (experiment|run|logged model) '9' is tracked"):
                call()
        with pytest.raises(RunNotFound, match="r9"):
            store.tracking.of_execution(RunId("r9"), ROOT)
        assert store.tracking.runs_of(RunId("r9")) == []
        assert store.tracking.history("9", "loss") == []
        assert store.tracking.params(["9"]) == store.tracking.tags(["9"]) == {}
        assert store.tracking.latest_metrics(["9"]) == {}

    # --- runs of clients --------------------------------------------------------------------------------

    def test_a_run_of_a_client_comes_back_as_it_was_stored(self, store: MetadataStore) -> None:
        store.tracking.create_experiment(an_experiment())
        first = a_tracked_run(
            1,
            name="naïve 😀",
            status=TrackedStatus.FAILED,
            ended_at=LATER,
            artifact_uri="s3://b/x",
            parent=f"{9:032x}",
        )
        second = a_tracked_run(2, started_at=LATER)
        assert store.tracking.create_run(first, {"mlflow.user": "me"}) == first
        store.tracking.create_run(second)
        assert store.tracking.run(first.tracked_id) == first
        assert store.tracking.runs(["7", "none"]) == [second, first]
        assert store.tracking.runs([]) == []
        assert store.tracking.tags([first.tracked_id, second.tracked_id]) == {first.tracked_id: {"mlflow.user": "me"}}
        with pytest.raises(AlreadyTracked, match="a run"):
            store.tracking.create_run(first)

    def test_a_client_says_how_its_run_ends(self, store: MetadataStore) -> None:
        ident = client_run(store)
        found = store.tracking.update_run(ident, NOW, status=TrackedStatus.FINISHED, ended_at=LATER, name="best")
        assert (found.status, found.ended_at, found.name) == (TrackedStatus.FINISHED, LATER, "best")
        assert store.tracking.run(ident) == found

    def test_nothing_is_logged_to_a_deleted_run_until_it_is_restored(self, store: MetadataStore) -> None:
        ident = client_run(store)
        deleted = store.tracking.update_run(ident, LATER, lifecycle="deleted")
        assert (deleted.lifecycle, deleted.deleted_at) == ("deleted", LATER)
        assert store.tracking.runs(["7"]) == [deleted]
        with pytest.raises(NotTracked, match="is deleted"):
            store.tracking.record(ident, tags={"a": "1"})
        assert store.tracking.update_run(ident, LATER, lifecycle="active").deleted_at is None
        store.tracking.record(ident, tags={"a": "1"})

    # --- what is logged ---------------------------------------------------------------------------------

    def test_points_come_back_in_order_and_the_last_is_known(self, store: MetadataStore) -> None:
        ident = client_run(store)
        points = [
            Metric("loss", 0.5, 0, 10),
            Metric("loss", 0.25, 1, 20),
            Metric("loss", 0.1, 5, 5),
            Metric("loss", 0.7, -3, 30),
            Metric("auc", 0.9, 0, 7),
        ]
        store.tracking.record(ident, metrics=points[3:])
        store.tracking.record(ident, metrics=points[:3])
        history = store.tracking.history(ident, "loss")
        assert [(metric.step, metric.value) for metric in history] == [(-3, 0.7), (0, 0.5), (1, 0.25), (5, 0.1)]
        assert store.tracking.latest_metrics([ident]) == {ident: {"auc": points[4], "loss": points[2]}}

    def test_the_same_point_twice_is_one_and_two_values_at_a_step_are_two(self, store: MetadataStore) -> None:
        ident = client_run(store)
        for _ in range(2):
            store.tracking.record(ident, metrics=[Metric("loss", 0.5, 1, 10), Metric("loss", 0.4, 1, 10)])
        store.tracking.record(ident, metrics=[Metric("loss", 0.5, 1, 11)])
        assert values_of(store.tracking.history(ident, "loss")) == [0.4, 0.5, 0.5]

    def test_numbers_that_are_none_and_the_largest_are_kept(self, store: MetadataStore) -> None:
        ident = client_run(store)
        values = [math.nan, math.inf, -math.inf, 1.7976931348623157e308, 5e-324, 0.1 + 0.2, 1.0]
        points = [Metric("x", value, step, 2**53) for step, value in enumerate(values)]
        edges = [Metric("y", math.nan, 2**63 - 1, 2**63 - 1), Metric("y", math.inf, -(2**63), 0)]
        store.tracking.record(ident, metrics=[*points, *edges])
        store.tracking.record(ident, metrics=[*points, *edges])
        assert list(map(repr, values_of(store.tracking.history(ident, "x")))) == list(map(repr, values))
        assert list(map(repr, store.tracking.history(ident, "y"))) == list(map(repr, reversed(edges)))
        assert repr(store.tracking.latest_metrics([ident])[ident]["y"]) == repr(edges[0])

    def test_a_history_is_read_in_parts(self, store: MetadataStore) -> None:
        ident = client_run(store)
        points = [Metric("loss", value, step, 1) for step in range(5) for value in (0.5, math.nan, 1.5)]
        store.tracking.record(ident, metrics=points)
        whole = store.tracking.history(ident, "loss")
        assert len(whole) == 15
        read: list[Metric] = []
        while part := store.tracking.history(ident, "loss", after=read[-1] if read else None, limit=4):
            read += part
        assert list(map(repr, read)) == list(map(repr, whole))

    def test_parameters_keep_their_first_value(self, store: MetadataStore) -> None:
        ident = client_run(store)
        store.tracking.record(ident, params={"depth": "6", "eta": "0.1"})
        store.tracking.record(ident, params={"depth": "6"})
        with pytest.raises(ParameterChanged, match=r"'depth' of run .* is '6' already, and cannot become '8'"):
            store.tracking.record(
                ident, params={"depth": "8", "new": "1"}, tags={"a": "1"}, metrics=[Metric("loss", 1.0)]
            )
        assert store.tracking.params([ident]) == {ident: {"depth": "6", "eta": "0.1"}}
        assert store.tracking.tags([ident]) == {}
        assert store.tracking.latest_metrics([ident]) == {}

    def test_tags_are_replaced_and_removed(self, store: MetadataStore) -> None:
        ident = client_run(store)
        store.tracking.record(ident, tags={"a": "1", "b": "2"})
        store.tracking.record(ident, tags={"a": "3", "b": None, "c": None})
        assert store.tracking.tags([ident]) == {ident: {"a": "3"}}

    def test_any_text_may_be_a_name_or_a_value(self, store: MetadataStore) -> None:
        ident = client_run(store)
        texts = {text: text for text in TEXTS}
        store.tracking.record(ident, params=texts, tags=texts, metrics=[Metric(text, 1.0) for text in TEXTS])
        assert store.tracking.params([ident]) == store.tracking.tags([ident]) == {ident: texts}
        assert set(store.tracking.latest_metrics([ident])[ident]) == set(TEXTS)
        assert [metric.key for text in TEXTS for metric in store.tracking.history(ident, text)] == TEXTS

    def test_text_that_is_not_unicode_is_refused_as_a_whole(self, store: MetadataStore) -> None:
        ident = client_run(store)
        with pytest.raises(TextNotStorable, match="not valid Unicode"):
            store.tracking.record(ident, metrics=[Metric("loss", 1.0)], tags={"a": "\ud800"})
        assert store.tracking.latest_metrics([ident]) == {}

    def test_datasets_and_models_of_a_run_are_kept_once(self, store: MetadataStore) -> None:
        ident = client_run(store)
        dataset = Dataset(name="taxi", digest="ab", source_type="local", source="{}", tags={"context": "training"})
        links = [ModelLink(model_id="m-1", kind="input"), ModelLink(model_id="m-2", kind="output", step=3)]
        for _ in range(2):
            store.tracking.add_inputs(ident, [dataset], links)
        assert store.tracking.datasets([ident]) == {ident: [dataset]}
        assert store.tracking.model_links([ident]) == {ident: links}

    def test_clients_that_log_at_once_lose_nothing(self, store: MetadataStore) -> None:
        ident = client_run(store)

        def log(number: int) -> None:
            points = [Metric(f"m{key}", number + key / 10, step, number) for key in range(5) for step in range(20)]
            store.tracking.record(ident, metrics=points, params={f"p{number}": "1"}, tags={"last": str(number)})

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(log, range(8)))
        assert [len(store.tracking.history(ident, f"m{key}")) for key in range(5)] == [160] * 5
        assert len(store.tracking.params([ident])[ident]) == 8
        assert {metric.step for metric in store.tracking.latest_metrics([ident])[ident].values()} == {19}

    # --- runs of pipelines ------------------------------------------------------------------------------

    def test_what_an_execution_logs_makes_its_runs_and_their_experiment(self, store: MetadataStore) -> None:
        lease = running(store)
        assert store.tracking.runs_of(R1) == []
        point = Metric("loss", 0.5, 3, 10)
        store.commit(lease, logged(metrics=[point], params={"depth": "6"}, tags={"kind": "tree"}))
        child, parent = tracked_id(R1, TRAIN), tracked_id(R1)
        assert {run.tracked_id for run in store.tracking.runs_of(R1)} == {child, parent}
        assert store.tracked([child, parent, "none"]) == {child, parent}
        assert store.tracked([]) == set()
        found = store.tracking.run(child)
        assert (found.name, found.parent, found.run_id, found.path) == ("train", parent, R1, TRAIN)
        assert (found.status, found.lifecycle) == (TrackedStatus.RUNNING, "active")
        (experiment,) = store.tracking.experiments(name="taxi")
        assert found.experiment_id == store.tracking.run(parent).experiment_id == experiment.experiment_id
        assert store.tracking.latest_metrics([child, parent]) == {child: {"loss": point}}
        assert store.tracking.params([child]) == {child: {"depth": "6"}}
        assert store.tracking.tags([child]) == {child: {"kind": "tree"}}

    def test_nothing_is_logged_by_who_has_lost_the_run(self, store: MetadataStore) -> None:
        lease = running(store)
        lost = Lease(run_id=R1, owner=lease.owner, token=FencingToken(lease.token - 1), expires_at=lease.expires_at)
        with pytest.raises(LeaseLost):
            store.commit(lost, logged(tags={"a": "1"}))
        assert store.tracking.runs_of(R1) == []

    def test_a_linked_run_has_the_state_and_times_of_its_execution(self, store: MetadataStore) -> None:
        lease = running(store)
        ident = store.tracking.of_execution(R1, TRAIN).tracked_id
        store.tracking.update_run(ident, NOW, status=TrackedStatus.FINISHED, ended_at=NOW, name="fit")
        found = store.tracking.run(ident)
        assert (found.name, found.status, found.ended_at) == ("fit", TrackedStatus.RUNNING, None)
        states = {
            State.PENDING: TrackedStatus.SCHEDULED,
            State.SUCCEEDED: TrackedStatus.FINISHED,
            State.SKIPPED: TrackedStatus.FINISHED,
            State.FAILED: TrackedStatus.FAILED,
            State.CANCELING: TrackedStatus.RUNNING,
            State.CANCELED: TrackedStatus.KILLED,
        }
        for state, status in states.items():
            execution = an_execution(state=state, started_at=NOW, finished_at=LATER)
            run = a_run(state=state, started_at=NOW + MINUTE, finished_at=LATER)
            store.commit(lease, Changes(run=run, executions=[execution]))
            child, parent = store.tracking.run(ident), store.tracking.run(tracked_id(R1))
            assert (child.status, child.started_at, child.ended_at) == (status, NOW, LATER)
            assert (parent.status, parent.started_at, parent.ended_at) == (status, NOW + MINUTE, LATER)

    def test_parameters_of_a_pipeline_run_are_its_parameters(self, store: MetadataStore) -> None:
        values = {"rate": 0.1, "name": "it's", "none": None, "list": [1, {"a": True}]}
        started(store, "r1", parameters=values, display_name="Taxi 😀")
        found = store.tracking.of_execution(R1, ROOT)
        assert found.name == "Taxi 😀"
        expected = {"list": '[1,{"a":true}]', "name": "it's", "none": "null", "rate": "0.1"}
        assert store.tracking.params([found.tracked_id]) == {found.tracked_id: expected}

    def test_searches_find_pipeline_runs_that_logged_nothing(self, store: MetadataStore) -> None:
        started(store, "r1")
        started(store, "r2", pipeline="other")
        store.tracking.adopt(pipeline="taxi")
        assert [len(store.tracking.runs_of(RunId(name))) for name in ("r1", "r2")] == [1, 0]
        store.tracking.adopt()
        store.tracking.adopt()
        assert [len(store.tracking.runs_of(RunId(name))) for name in ("r1", "r2")] == [1, 1]
        assert {experiment.name for experiment in store.tracking.experiments()} == {"taxi", "other"}

    def test_a_pipeline_whose_experiment_was_renamed_gets_another(self, store: MetadataStore) -> None:
        started(store, "r1")
        first = store.tracking.of_execution(R1, ROOT).experiment_id
        store.tracking.update_experiment(first, LATER, name="old taxi")
        started(store, "r2")
        second = store.tracking.of_execution(RunId("r2"), ROOT).experiment_id
        assert store.tracking.experiment(second).name == "taxi"
        assert second != first

    def test_two_who_log_first_at_once_make_one_experiment(self, store: MetadataStore) -> None:
        names = [RunId(f"r{number}") for number in range(6)]
        for name in names:
            started(store, name)
        with ThreadPoolExecutor(6) as pool:
            found = list(pool.map(lambda name: store.tracking.of_execution(name, TRAIN), names * 2))
        assert len({run.experiment_id for run in found}) == 1
        assert len({run.tracked_id for run in found}) == 6

    # --- several attempts -------------------------------------------------------------------------------

    def test_a_retry_replaces_what_it_logs_again_from_its_first_step_on(self, store: MetadataStore) -> None:
        lease = running(store)
        steps = range(10)
        store.commit(lease, logged(metrics=[Metric("loss", 1.0, step, step) for step in steps]))
        store.commit(lease, logged(metrics=[Metric("auc", 0.5, 9, 1)], params={"seed": "1", "old": "x"}))
        store.commit(lease, logged(2, metrics=[Metric("loss", 2.0, 4, 104)], params={"seed": "2"}))
        store.commit(lease, logged(2, metrics=[Metric("loss", 2.0, 5, 105)]))
        ident = tracked_id(R1, TRAIN)
        assert values_of(store.tracking.history(ident, "loss")) == [1.0] * 4 + [2.0] * 2
        latest = store.tracking.latest_metrics([ident])[ident]
        assert (latest["loss"].step, latest["auc"].value) == (5, 0.5)
        assert store.tracking.params([ident]) == {ident: {"old": "x", "seed": "2"}}

    def test_what_a_client_logs_within_a_retry_replaces_too(self, store: MetadataStore) -> None:
        lease = running(store, attempt=1)
        ident = store.tracking.of_execution(R1, TRAIN).tracked_id
        store.tracking.record(ident, metrics=[Metric("loss", 1.0, step, 1) for step in range(3)], params={"seed": "1"})
        store.commit(lease, Changes(executions=[an_execution(state=State.RUNNING, attempt=2)]))
        store.tracking.record(ident, metrics=[Metric("loss", 2.0, 0, 2)], params={"seed": "2"})
        assert values_of(store.tracking.history(ident, "loss")) == [2.0]
        assert store.tracking.params([ident]) == {ident: {"seed": "2"}}
        assert store.tracking.latest_metrics([ident])[ident]["loss"].value == 2.0

    def test_a_part_that_is_stored_twice_counts_once(self, store: MetadataStore) -> None:
        lease = running(store)
        part = logged(metrics=[Metric("loss", 0.5, 1, 10), Metric("loss", math.nan, 2, 11)], params={"a": "1"})
        store.commit(lease, part)
        store.commit(lease, part)
        assert len(store.tracking.history(tracked_id(R1, TRAIN), "loss")) == 2

    def test_a_parameter_that_an_attempt_changes_is_refused_on_record(self, store: MetadataStore) -> None:
        lease = running(store)
        store.commit(lease, logged(params={"depth": "6"}))
        store.commit(lease, logged(params={"depth": "8", "eta": "0.1"}))
        ident = tracked_id(R1, TRAIN)
        assert store.tracking.params([ident]) == {ident: {"depth": "6", "eta": "0.1"}}
        assert store.tracking.tags([ident]) == {ident: {"penstock.refused.depth": "8"}}

    # --- what goes, and what stays ----------------------------------------------------------------------

    def test_what_was_logged_goes_with_its_pipeline_run(self, store: MetadataStore) -> None:
        lease = running(store)
        store.commit(lease, logged(metrics=[Metric("loss", 0.5)], params={"a": "1"}, tags={"b": "2"}))
        child = tracked_id(R1, TRAIN)
        experiment = store.tracking.run(child).experiment_id
        begun = a_tracked_run(3, experiment_id=experiment, parent=child)
        assert store.tracking.create_run(begun).run_id == R1
        store.tracking.create_run(a_tracked_run(4, experiment_id=experiment, name="a client's own"))
        store.tracking.create_model(a_logged_model("m-1", experiment_id=experiment, tracked_id=child))
        store.tracking.create_model(a_logged_model("m-2", experiment_id=experiment))
        store.commit(lease, Changes(run=a_run(state=State.SUCCEEDED, finished_at=NOW)))
        store.release(lease)
        assert store.retention.remove_runs([R1], LATER).runs == [R1]
        assert [run.name for run in store.tracking.runs([experiment])] == ["a client's own"]
        assert [model.model_id for model in store.tracking.models([experiment])] == ["m-2"]
        assert store.tracking.history(child, "loss") == []
        assert store.tracking.params([child]) == store.tracking.tags([child]) == {}

    def test_what_a_removed_run_logged_stays_with_those_that_reused_its_results(self, store: MetadataStore) -> None:
        child, other = tracked_id(R1, TRAIN), tracked_id(R1, "other")
        lease = running(store)
        store.commit(lease, logged(metrics=[Metric("loss", 0.5)]))
        store.commit(lease, logged(path="other", metrics=[Metric("loss", 0.7)]))
        store.commit(lease, Changes(run=a_run(state=State.SUCCEEDED, finished_at=NOW)))
        store.release(lease)
        for run_id, path, pipeline in (("r2", "train", "taxi"), ("r3", "again", "another")):
            created = NOW + MINUTE * int(run_id[1])
            lease = started(store, run_id, pipeline=pipeline, created_at=created)
            run = a_run(run_id, pipeline=pipeline, created_at=created, state=State.SUCCEEDED, finished_at=NOW)
            reused = Reuse(run_id=R1, path=TRAIN)
            taken = an_execution(path, run_id, state=State.SUCCEEDED, reused=reused, finished_at=LATER)
            store.commit(lease, Changes(run=run, executions=[taken]))
            store.release(lease)
        store.retention.remove_runs([R1], LATER)
        assert store.tracked([child, other]) == {child}
        heir = store.tracking.run(child)
        assert (heir.run_id, heir.path, heir.parent) == ("r3", "again", tracked_id(RunId("r3")))
        assert (heir.status, heir.ended_at) == (TrackedStatus.FINISHED, LATER)
        assert store.tracking.experiment(heir.experiment_id).name == "another"
        store.retention.remove_runs([RunId("r3")], LATER)
        assert store.tracking.run(child).run_id == "r2"
        assert values_of(store.tracking.history(child, "loss")) == [0.5]
        store.retention.remove_runs([RunId("r2")], LATER)
        assert store.tracked([child]) == set()

    # --- logged models ----------------------------------------------------------------------------------

    def test_a_logged_model_comes_back_and_changes(self, store: MetadataStore) -> None:
        store.tracking.create_experiment(an_experiment())
        model = a_logged_model(
            tracked_id="t", artifact_uri="s3://b", model_type="Agent", params={"a": "1"}, tags={"x": "1", "y": "2"}
        )
        store.tracking.create_model(model)
        store.tracking.create_model(a_logged_model("m-2", created_at=LATER))
        assert store.tracking.model("m-1") == model
        with pytest.raises(AlreadyTracked, match="a logged model 'm-1'"):
            store.tracking.create_model(model)
        changed = store.tracking.update_model(
            "m-1", LATER, status="READY", status_message="fine", params={"b": "2"}, tags={"x": None}
        )
        assert (changed.status, changed.status_message, changed.updated_at) == ("READY", "fine", LATER)
        assert (changed.params, changed.tags) == ({"a": "1", "b": "2"}, {"y": "2"})
        assert store.tracking.update_model("m-1", LATER, lifecycle="deleted").status == "READY"
        assert [(found.model_id, found.lifecycle) for found in store.tracking.models(["7"])] == [
            ("m-2", "active"),
            ("m-1", "deleted"),
        ]

    def test_metrics_of_a_logged_model_are_known_by_dataset(self, store: MetadataStore) -> None:
        ident = client_run(store)
        store.tracking.create_model(a_logged_model())
        points = [
            Metric("auc", 0.5, 0, 1, "m-1", "train", "ab"),
            Metric("auc", math.nan, 1, 2, "m-1", "train", "ab"),
            Metric("auc", 0.7, 0, 1, "m-1", "test", "cd"),
            Metric("auc", 0.9, 0, 1, "unknown"),
        ]
        store.tracking.record(ident, metrics=points)
        store.tracking.record(ident, metrics=points[:1])
        found = store.tracking.model_metrics(["m-1", "unknown"])
        expected = [ModelMetric(tracked_id=ident, metric=points[2]), ModelMetric(tracked_id=ident, metric=points[1])]
        assert list(map(repr, found["m-1"])) == list(map(repr, expected))
        assert set(found) == {"m-1"}
        assert len(store.tracking.history(ident, "auc")) == 4

    # --- at scale ---------------------------------------------------------------------------------------

    def test_many_points_and_many_runs_are_read_in_order(self, store: MetadataStore) -> None:
        ident = client_run(store)
        store.tracking.record(ident, metrics=[Metric(f"m{i % 700}", i / 7, i, i) for i in range(2_100)])
        for number in range(2, 40):
            store.tracking.create_run(a_tracked_run(number, started_at=_moment(number)))
        assert len(store.tracking.latest_metrics([ident])[ident]) == 700
        assert [metric.step for metric in store.tracking.history(ident, "m5")] == [5, 705, 1405]
        starts = [run.started_at for run in store.tracking.runs(["7"])]
        assert all(before and after and before >= after for before, after in pairwise(starts))


def _moment(number: int) -> datetime:
    return NOW + number * MINUTE
