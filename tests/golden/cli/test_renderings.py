"""What commands print about a run, where there is no terminal."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.artifacts import ArtifactStore, open_artifact_store
from penstock.cli.artifacts.table import artifact_lines
from penstock.cli.artifacts.trace import trace, trace_lines
from penstock.cli.graph import graph_lines
from penstock.cli.runs.table import run_lines
from penstock.cli.screen import Screen
from penstock.cli.text import Line
from penstock.cli.watch.events import EventPrinter
from penstock.cli.watch.progress import Progress
from penstock.cli.watch.rows import task_lines
from penstock.cli.watch.summary import summary_lines
from penstock.metadata import MetadataStore, open_store
from support.goldens import assert_golden
from support.recorded import RecordedRun
from support.taxi_runs import begin_taxi_run, failed_taxi_run, succeeded_taxi_run

HERE = Path(__file__).parent / "renderings"


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetadataStore]:
    opened = open_store(tmp_path / "penstock.db", durability="normal")
    yield opened
    opened.close()


@pytest.fixture
def artifacts(tmp_path: Path) -> ArtifactStore:
    return open_artifact_store(tmp_path / "artifacts", durability="normal")


def printed(lines: list[Line]) -> str:
    screen = Screen(io.StringIO(), color="never")
    screen.print(*lines)
    assert isinstance(screen.stream, io.StringIO)
    return screen.stream.getvalue()


def followed(run: RecordedRun) -> Progress:
    progress = Progress(run.run, run.plan)
    for changes in run.changes:
        progress.take(changes)
    return progress


def told(run: RecordedRun) -> str:
    screen = Screen(io.StringIO(), color="never")
    printer = EventPrinter(screen, Progress(run.run, run.plan))
    for changes in run.changes:
        printer(changes)
    assert isinstance(screen.stream, io.StringIO)
    return screen.stream.getvalue()


def test_a_run_that_fails_is_told_line_by_line(store: MetadataStore) -> None:
    assert_golden(HERE / "events-failed.txt", told(failed_taxi_run(store)))


def test_a_run_that_succeeds_is_told_line_by_line(store: MetadataStore, artifacts: ArtifactStore) -> None:
    assert_golden(HERE / "events-succeeded.txt", told(succeeded_taxi_run(store, artifacts)))


def test_the_summary_of_a_failure_has_the_authors_traceback_and_what_to_type(store: MetadataStore) -> None:
    run = failed_taxi_run(store, Path("/home/me/.penstock/train.log"))
    assert_golden(HERE / "summary-failed.txt", printed(summary_lines(followed(run), store, 100, str)))


def test_the_summary_of_a_success_has_outputs_and_metrics(store: MetadataStore, artifacts: ArtifactStore) -> None:
    run = succeeded_taxi_run(store, artifacts)
    assert_golden(HERE / "summary-succeeded.txt", printed(summary_lines(followed(run), store, 100, str)))


@pytest.mark.parametrize("width", [50, 80, 120])
def test_the_picture_of_a_run_on_its_way_fits_the_terminal(store: MetadataStore, width: int) -> None:
    run = begin_taxi_run(store)
    run.starts("train", 4.6)
    lines = task_lines(followed(run), width, run.at(7))
    assert_golden(HERE / f"picture-{width}.txt", printed(lines))


def test_a_low_terminal_shows_what_matters_most(store: MetadataStore) -> None:
    run = begin_taxi_run(store)
    run.starts("train", 4.6)
    assert_golden(HERE / "picture-low.txt", printed(task_lines(followed(run), 80, run.at(7), height=5)))


@pytest.mark.parametrize("state", ["failed", "succeeded"])
def test_the_graph(store: MetadataStore, artifacts: ArtifactStore, state: str) -> None:
    run = failed_taxi_run(store) if state == "failed" else succeeded_taxi_run(store, artifacts)
    assert_golden(HERE / f"graph-{state}.txt", printed(graph_lines(followed(run), 100, run.at(20))))


def test_the_list_of_runs(store: MetadataStore, artifacts: ArtifactStore) -> None:
    failed_taxi_run(store)
    succeeded_taxi_run(store, artifacts, run_id="20261122-080000-zzzzzz", display_name="deeper trees")
    begin_taxi_run(store, run_id="20261123-080000-cutoff")
    at = begin_taxi_run(store, run_id="20261124-080000-onits1").at(75)
    assert_golden(
        HERE / "runs.txt", printed(run_lines(store.runs(), 120, at, lambda run: run.run_id == "20261123-080000-cutoff"))
    )


def test_the_list_of_artifacts(store: MetadataStore, artifacts: ArtifactStore) -> None:
    succeeded_taxi_run(store, artifacts)
    assert_golden(HERE / "artifacts.txt", printed(artifact_lines(store, store.find_artifacts(), 120)))


def test_lineage_backwards_and_forwards(store: MetadataStore, artifacts: ArtifactStore) -> None:
    succeeded_taxi_run(store, artifacts)
    (scores,) = store.find_artifacts(name="scores")
    (model,) = store.find_artifacts(name="model")
    back = printed(trace_lines(trace(store, scores, down=False), 100))
    forward = printed(trace_lines(trace(store, model, down=True), 100))
    assert_golden(HERE / "lineage.txt", f"{back}\n{forward}")
