"""The database goes away while a run goes: it is waited for, or the run ends and is resumed. Nothing runs twice."""

import threading
from collections.abc import Iterator

import pytest

from penstock.metadata import open_store
from penstock.metadata.records import State
from support.postgres import Server, execute, new_schema
from support.projects import Project

PIPELINE = """
import time
from pathlib import Path
from penstock import component, pipeline, each


def note(calls: str, what: str) -> None:
    with Path(calls, "calls.txt").open("a") as file:
        file.write(what + "\\n")


def wait_for(file: Path) -> None:
    while not file.exists():
        time.sleep(0.01)


@component
def gate(calls: str) -> int:
    note(calls, "gate")
    Path(calls, "reached").touch()
    wait_for(Path(calls, "open"))
    return 3


@component
def square(n: int, calls: str) -> int:
    note(calls, f"square {n}")
    return n * n


@component
def total(numbers: list[int], calls: str) -> int:
    note(calls, "total")
    return sum(numbers)


@pipeline
def story(calls: str) -> int:
    gate(calls)
    return total([square(n, calls) for n in each([1, 2, 3, 4, 5, 6])], calls)


@pipeline
def gated(calls: str) -> int:
    return square(gate(calls), calls)
"""


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.remove()


@pytest.fixture
def project(tmp_path, server, monkeypatch):
    url = new_schema(server.url)
    monkeypatch.setenv("PENSTOCK_STORE", url)
    project = Project(tmp_path, pipeline=PIPELINE)
    project.url = url
    return project


def calls(project) -> list[str]:
    return sorted((project.folder / "calls.txt").read_text().splitlines())


def check_record(project) -> None:
    """One run, all of it finished, each task in one attempt."""
    store = open_store(project.url)
    (run,) = store.runs()
    assert run.state is State.SUCCEEDED
    assert all(execution.state is State.SUCCEEDED for execution in store.executions(run.run_id))
    assert {attempt.number for attempt in store.attempts(run.run_id)} == {1}
    store.close()


def start(project, pipeline: str):
    process = project.start("run", f"pipeline.py:{pipeline}", "--param", f"calls={project.folder}")
    while not (project.folder / "reached").exists():
        assert process.poll() is None, process.stdout.read()
    return process


def test_a_run_outlives_a_crash_of_the_database(project, server):
    process = start(project, "gated")
    server.stop("immediate")
    (project.folder / "open").touch()  # now there is something to store
    said = ""
    while "trying again" not in said:
        said = process.stdout.readline()
        assert said, process.wait()
    server.start()
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0, rest
    assert calls(project) == ["gate", "square 3"]
    check_record(project)


def test_a_run_that_waited_for_too_long_says_so_and_is_resumed(project, server, monkeypatch):
    monkeypatch.setenv("PENSTOCK_PATIENCE", "0")
    process = start(project, "gated")
    server.stop("immediate")
    (project.folder / "open").touch()
    said, _ = process.communicate(timeout=60)
    assert process.returncode not in (0, -9)
    assert "STO018" in said
    assert "penstock runs resume" in said
    assert project.penstock("runs", "list").code != 0
    server.start()
    project.penstock("runs", "resume", "last").succeeded()
    assert calls(project) == ["gate", "square 3"]  # the gate's outcome was on disk, and is not lost with the engine
    store = open_store(project.url)
    assert [run.state for run in store.runs()] == [State.SUCCEEDED]
    store.close()


def test_a_run_goes_on_though_its_connections_are_cut_again_and_again(project):
    process = start(project, "story")
    (project.folder / "open").touch()
    done = threading.Event()
    cuts = 0

    def cut() -> None:
        nonlocal cuts
        while not done.is_set():
            rows = execute(
                project.url,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity, pg_sleep(0.01) "
                "WHERE application_name = 'penstock'",
            )
            cuts += len(rows)

    cutter = threading.Thread(target=cut)
    cutter.start()
    said, _ = process.communicate(timeout=90)
    done.set()
    cutter.join()
    assert process.returncode == 0, said
    assert cuts
    assert calls(project) == sorted(["gate", "total", *(f"square {n}" for n in range(1, 7))])
    check_record(project)
