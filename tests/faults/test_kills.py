"""`kill -9` at every named fault point: the run is resumed, nothing finished runs twice, nothing is half-written."""

from datetime import timedelta

import pytest

from penstock.artifacts import open_artifact_store
from penstock.core.clock import SystemClock
from penstock.core.faults import FAULT_POINTS
from penstock.metadata import open_store
from support.invariants import check_invariants
from support.projects import Project

PIPELINE = """
from pathlib import Path
from penstock import component, pipeline, Text, each, when


@component
def first(n: int, calls: str) -> int:
    note(calls, "first")
    return n + 1


@component
def letters(n: int, calls: str) -> Text:
    note(calls, f"letters {n}")
    print("working on", n)
    return Text("x" * n)


@component
def count(texts: list[Text], calls: str) -> int:
    note(calls, "count")
    return sum(len(text) for text in texts)


def note(calls: str, what: str) -> None:
    with Path(calls, "calls.txt").open("a") as file:
        file.write(what + "\\n")


@pipeline
def story(calls: str, n: int = 2) -> int:
    start = first(n, calls)
    texts = [letters(k, calls) for k in each([3, 4, 5], parallelism=2)]
    total = count(texts, calls)
    with when(start > 1):
        letters(7, calls).after(total)
    return total
"""

COMMITS = ["engine.before_commit", "engine.after_commit", "metadata.inside_transaction", "metadata.after_transaction"]
"""Passed again and again, each time with something else at stake; `test_points` has all points."""
WORKER_POINTS = sorted(name for name in FAULT_POINTS if name.startswith(("launcher.", "artifacts.")))


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path, pipeline=PIPELINE)


def calls(project) -> list[str]:
    return sorted((project.folder / "calls.txt").read_text().splitlines())


WHOLE = sorted(["first", "letters 3", "letters 4", "letters 5", "count", "letters 7"])


def check(project) -> None:
    store = open_store(project.home / "penstock.db")
    check_invariants(store, open_artifact_store(project.home / "artifacts"))
    store.close()


def run_and_resume(project, faults: str) -> int:
    """Run with faults armed; resume as long as it takes. How often it was killed."""
    ended = project.penstock("run", "pipeline.py", "--param", f"calls={project.folder}", faults=faults)
    kills = 0
    while ended.code == -9:
        kills += 1
        assert kills < 20
        ended = project.penstock("runs", "resume", "last")
        if "no run yet" in ended.text:
            ended = project.penstock("run", "pipeline.py", "--param", f"calls={project.folder}")
    ended.succeeded()
    return kills


@pytest.mark.parametrize("time", [1, 2, 5])
@pytest.mark.parametrize("point", COMMITS)
def test_a_killed_command_is_resumed_without_running_anything_finished_again(project, point, time):
    assert run_and_resume(project, f"{point}:{time}") == 1
    check(project)
    again = calls(project)
    assert set(again) == set(WHOLE)
    assert len(again) <= len(WHOLE) + 2  # what was under way, two at once, may have begun before the kill


@pytest.mark.parametrize("point", WORKER_POINTS)
def test_a_killed_worker_fails_its_task_and_a_retry_mends_the_run(project, point):
    faults = f"{point}@{project.folder}/killed"
    ended = project.penstock("run", "pipeline.py", "--param", f"calls={project.folder}", faults=faults)
    assert (project.folder / "killed").exists()
    assert ended.code == 1, ended
    check(project)
    project.penstock("runs", "retry", "last").succeeded()
    check(project)
    assert set(calls(project)) == set(WHOLE)


@pytest.mark.parametrize("time", [3, 4, 5])
def test_what_a_killed_engine_did_not_adopt_and_gc_took_is_made_again(project, time):
    given = ("--param", f"calls={project.folder}")
    assert project.penstock("run", "pipeline.py", *given, faults=f"engine.before_commit:{time}").code == -9
    store = open_store(project.home / "penstock.db")
    (run,) = store.runs()
    holder = store.lease(run.run_id)
    store.release(store.acquire(run.run_id, holder.owner, SystemClock().now(), timedelta(minutes=1)))  # it has run out
    store.close()
    project.penstock("gc", "--apply").succeeded()
    project.penstock("runs", "resume", "last").succeeded()
    check(project)
    assert set(calls(project)) == set(WHOLE)


def test_a_resume_of_a_finished_run_changes_nothing(project):
    run_and_resume(project, "")
    before = calls(project)
    project.penstock("runs", "resume", "last").succeeded()
    assert calls(project) == before


def test_a_run_that_is_being_driven_cannot_be_resumed(project):
    import os

    from penstock.core.ids import EngineId

    ended = project.penstock("run", "pipeline.py", "--param", f"calls={project.folder}", faults="engine.after_commit:2")
    assert ended.code == -9
    store = open_store(project.home / "penstock.db")
    run = store.runs()[0]
    elsewhere = EngineId(f"not-{os.uname().nodename}:1:1")
    holder = store.lease(run.run_id)
    store.acquire(run.run_id, elsewhere, SystemClock().now(), timedelta(minutes=5), steal=holder.owner)
    ended = project.penstock("runs", "resume", "last")
    store.close()
    assert ended.code == 2
    assert "ENG011" in ended.text
