"""Lineage on a store with two runs: in the second, `load` and `split` are served from cache."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from penstock.core.ids import ArtifactId, RunId, TaskPath
from penstock.metadata import MetadataStore, open_store
from penstock.metadata.lineage import Lineage, downstream, upstream
from penstock.metadata.records import Changes, EventType, Execution, ExecutionKind, Reuse, State
from penstock.testing.store_cases.samples import an_artifact, an_event, an_execution, started

FLOW = {
    "root": ([], ["model-1"]),
    "load": ([], ["rows"]),
    "split": (["rows"], ["train", "test"]),
    "fit": (["train"], ["model"]),
    "score": (["model", "test"], ["metrics"]),
}
"""Per execution what it takes and gives, as names; `fit` and `score` make artifacts of their own in each run."""


def _id(run_id: str, name: str) -> ArtifactId:
    return ArtifactId(f"{name}-{run_id[-1]}" if name in ("model", "metrics") else name)


def _record(store: MetadataStore, run_id: str, cached: set[str]) -> None:
    lease = started(store, run_id)
    changes = Changes()
    for path, (inputs, outputs) in FLOW.items():
        reused = Reuse(run_id=RunId("r1"), path=TaskPath(path)) if path in cached else None
        kind = ExecutionKind.DAG if path == "root" else ExecutionKind.TASK
        changes.executions.append(an_execution(path, run_id, state=State.SUCCEEDED, reused=reused, kind=kind))
        for type_, names in ((EventType.INPUT, inputs), (EventType.OUTPUT, outputs)):
            for name in names:
                changes.artifacts.append(an_artifact(_id(run_id, name), name=name))
                changes.events.append(an_event(_id(run_id, name), path, run_id, type=type_, name=name))
    store.commit(lease, changes)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MetadataStore]:
    store = open_store(tmp_path_factory.mktemp("home") / "metadata.db", durability="normal")
    _record(store, "r1", set())
    _record(store, "r2", {"load", "split"})
    yield store
    store.close()


def _ids(*names: str) -> list[ArtifactId]:
    return [ArtifactId(name) for name in names]


def _executions(graph: Lineage) -> set[str]:
    return {f"{run_id}/{path}" for run_id, path in graph.executions}


def _edges(graph: Lineage) -> set[tuple[str, str]]:
    return {
        (event.artifact_id, f"{event.run_id}/{event.path}")
        if event.type is EventType.INPUT
        else (f"{event.run_id}/{event.path}", event.artifact_id)
        for event in graph.edges
    }


def test_a_model_is_traced_to_the_executions_that_made_it(store: MetadataStore) -> None:
    graph = upstream(store, _ids("model-2"))
    assert list(graph.artifacts) == ["model-2", "train", "rows"]
    assert list(graph.executions) == [("r2", "fit"), ("r1", "split"), ("r1", "load")]
    assert _edges(graph) == {
        ("r2/fit", "model-2"),
        ("train", "r2/fit"),
        ("r1/split", "train"),
        ("rows", "r1/split"),
        ("r1/load", "rows"),
    }
    assert graph.complete
    assert graph.roots == ("model-2",)


def test_a_shared_input_is_reached_once(store: MetadataStore) -> None:
    graph = upstream(store, _ids("metrics-1"))
    assert sorted(graph.artifacts) == ["metrics-1", "model-1", "rows", "test", "train"]
    assert len(graph.edges) == len(set(graph.edges)) == 9


def test_executions_served_from_cache_can_be_asked_for(store: MetadataStore) -> None:
    graph = upstream(store, _ids("model-2"), reused=True)
    assert _executions(graph) == {"r2/fit", "r1/split", "r2/split", "r1/load", "r2/load"}


def test_data_is_traced_to_all_that_was_made_from_it(store: MetadataStore) -> None:
    graph = downstream(store, _ids("rows"))
    assert _executions(graph) == {"r1/split", "r1/fit", "r2/fit", "r1/score", "r2/score"}
    assert sorted(graph.artifacts) == ["metrics-1", "metrics-2", "model-1", "model-2", "rows", "test", "train"]
    assert "r2/split" in _executions(downstream(store, _ids("rows"), reused=True))


def test_several_roots_make_one_graph(store: MetadataStore) -> None:
    graph = upstream(store, _ids("model-1", "model-2", "model-1"))
    assert _executions(graph) == {"r1/fit", "r2/fit", "r1/split", "r1/load"}
    assert graph.roots == ("model-1", "model-2", "model-1")


def test_what_made_nothing_leads_nowhere(store: MetadataStore) -> None:
    graph = downstream(store, _ids("metrics-1"))
    assert (list(graph.artifacts), graph.executions, graph.edges) == (["metrics-1"], {}, ())
    assert graph.complete


def test_unknown_artifacts_are_left_out(store: MetadataStore) -> None:
    graph = upstream(store, _ids("none"))
    assert (graph.artifacts, graph.executions, graph.edges, graph.complete) == ({}, {}, (), True)
    assert upstream(store, []).complete


@pytest.mark.parametrize(("depth", "reached"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3)])
def test_depth_counts_executions_in_a_row(store: MetadataStore, depth: int, reached: int) -> None:
    graph = upstream(store, _ids("model-1"), depth=depth)
    assert len(graph.executions) == reached
    assert graph.complete == (depth >= 3)


def test_a_limit_stops_the_search(store: MetadataStore) -> None:
    graph = upstream(store, _ids("model-1"), limit=2)
    assert (len(graph.executions), graph.complete) == (2, False)


def test_a_result_reused_for_equal_bytes_leads_on_to_what_it_gave(tmp_path: Path) -> None:
    """`rows` was loaded anew, as `rows-b`, with the same content; `fit` was then served from cache."""
    store = open_store(tmp_path / "metadata.db", durability="normal")
    for run_id, rows in (("r1", "rows-a"), ("r2", "rows-b")):
        fit: Execution = an_execution("fit", run_id)
        if run_id == "r2":
            fit = structs.replace(fit, reused=Reuse(run_id=RunId("r1"), path=TaskPath("fit")))
        events = [an_event(rows, "fit", run_id, type=EventType.INPUT), an_event("model", "fit", run_id, name="model")]
        events.append(an_event(rows, "report", run_id, type=EventType.INPUT))
        artifacts = [an_artifact(rows), an_artifact("model")]
        changes = Changes(executions=[fit, an_execution("report", run_id)], artifacts=artifacts, events=events)
        store.commit(started(store, run_id), changes)
    assert _executions(downstream(store, _ids("rows-b"))) == {"r2/fit", "r2/report"}
    assert list(downstream(store, _ids("rows-b")).artifacts) == ["rows-b", "model"]
    assert _executions(upstream(store, _ids("model"))) == {"r1/fit"}
    store.close()


def test_without_the_maker_those_that_reused_it_are_shown(tmp_path: Path) -> None:
    store = open_store(tmp_path / "metadata.db", durability="normal")
    fit = an_execution("fit", "r2", reused=Reuse(run_id=RunId("deleted"), path=TaskPath("fit")))
    changes = Changes(executions=[fit], artifacts=[an_artifact("model")], events=[an_event("model", "fit", "r2")])
    store.commit(started(store, "r2"), changes)
    assert _executions(upstream(store, _ids("model"))) == {"r2/fit"}
    store.close()
