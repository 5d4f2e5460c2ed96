"""Several commands at once on one home: each run is complete, no run has two drivers, nothing runs twice in one run."""

import subprocess
from pathlib import Path

import pytest

from support.hostile import PATIENCE, Hostile

PIPELINE = """
import os
import time

from penstock import component, pipeline


@component
def one(x: int) -> int:
    call = os.open("calls", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(call, f"{x} ".encode())
    time.sleep(0.3)
    return x + 1


@component
def two(x: int) -> int:
    return one.function(x) if os.path.exists("mended") else 1 / 0


@pipeline
def good() -> int:
    return one(one(one(1)))


@pipeline
def failing() -> int:
    return two(one(1))
"""


@pytest.fixture
def project(tmp_path: Path) -> Hostile:
    return Hostile(tmp_path, pipeline=PIPELINE)


def all_at_once(project: Hostile, count: int, *arguments: str) -> list[tuple[int, str]]:
    """Exit code and output of that many equal commands, the successful ones first."""
    commands = [project.begin(*arguments) for _ in range(count)]
    ended = [(command.communicate(timeout=PATIENCE)[0], command.returncode) for command in commands]
    assert project.survivors() == []
    return sorted((code, output) for output, code in ended)


def calls(project: Hostile) -> list[str]:
    return (project.folder / "calls").read_text().split()


def test_ten_runs_at_once_on_a_home_that_is_not_there_all_succeed(project: Hostile) -> None:
    for code, output in all_at_once(project, 10, "run", "pipeline.py:good"):
        assert (code, "Output  4" in output) == (0, True), output
    runs = project.run("runs", "list", "--json").json
    assert [run["state"] for run in runs] == ["SUCCEEDED"] * 10
    assert len({run["run_id"] for run in runs}) == 10


def test_of_several_that_resume_a_run_one_does(project: Hostile) -> None:
    killed = project.run("run", "pipeline.py:good", environ={"PENSTOCK_FAULTS": "engine.after_commit:3"})
    assert killed.code == -9
    (first, shown), *others = all_at_once(project, 4, "runs", "resume", "last")
    assert (first, "Output  4" in shown) == (0, True), shown
    for code, output in others:
        assert code == 0 or (code == 2 and "[ENG011]" in output), output  # it came when the run was over, or going on
    assert len(calls(project)) <= 4  # one may have begun before the kill
    assert project.run("runs", "list", "--json").json[0]["state"] == "SUCCEEDED"


def test_of_several_that_retry_a_run_one_does(project: Hostile) -> None:
    assert project.run("run", "pipeline.py:failing").code == 1
    (project.folder / "mended").touch()
    (first, shown), *others = all_at_once(project, 3, "runs", "retry", "last")
    assert (first, "Output  3" in shown) == (0, True), shown
    for code, output in others:
        assert code == 2, output
        assert "[ENG011]" in output or "[ENG009]" in output, output
    assert calls(project) == ["1", "2"]


def test_what_is_asked_meanwhile_is_answered(project: Hostile) -> None:
    command = project.begin("run", "pipeline.py:good", stdout=subprocess.DEVNULL)
    project.wait_for("calls")
    assert "RUNNING" in project_says(project, "runs", "list")
    assert "one" in project_says(project, "runs", "show", "last")
    project_says(project, "runs", "logs", "last")
    project_says(project, "runs", "explain", "last")
    assert command.wait(PATIENCE) == 0


def project_says(project: Hostile, *arguments: str) -> str:
    """What a command prints while others of the project run."""
    command = project.begin(*arguments)
    output, _ = command.communicate(timeout=PATIENCE)
    assert command.returncode == 0, output
    return output
