"""A person who logs metrics: sees them, in a run that is served from cache too, compares runs, draws curves."""

import pytest

from support.projects import Project

PIPELINE = """
import os
import signal
import subprocess
import sys
from pathlib import Path

import penstock
from penstock import Retry, component, pipeline


CHILD = "import penstock, sys; [penstock.log_metric('child/' + sys.argv[1], n / 10, n) for n in range(50)]"


@component(retries=Retry(1, backoff="0s"))
def fit(depth: int, folder: str) -> float:
    penstock.log_params({"depth": depth, "kind": "tree"})
    first = not Path(folder, "tried").exists()
    for step in range(20):
        penstock.log_metrics({"loss": 1 / (step + 1) + first, "naïve/😀": float("nan")}, step)
        if first and step == 10:
            Path(folder, "tried").touch()
            os.kill(os.getpid(), signal.SIGKILL)
    children = [subprocess.Popen([sys.executable, "-c", CHILD, str(n)]) for n in range(3)]
    assert [child.wait() for child in children] == [0, 0, 0]
    return depth / 10


@component
def judge(score: float) -> float:
    penstock.log_metric("auc", score)
    penstock.log_params({"threshold": 0.5})
    penstock.log_params({"threshold": 0.7})
    return score


@pipeline
def story(folder: str, depth: int = 5) -> float:
    return judge(fit(depth, folder))
"""


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path, pipeline=PIPELINE)


def run(project, *arguments):
    return project.penstock("run", "pipeline.py", "-p", f"folder={project.folder}", *arguments).succeeded()


def logged(project, run_id: str = "last"):
    return project.penstock("runs", "show", run_id, "--json").succeeded().json["logged"]


def test_what_tasks_log_is_shown_and_compared(project):
    first = run(project, "--json").json["run_id"]
    found = logged(project)
    fit = found["fit"]
    assert fit["params"] == {"depth": "5", "kind": "tree"}
    assert (fit["metrics"]["loss"]["value"], fit["metrics"]["loss"]["step"]) == (0.05, 19)
    assert fit["metrics"]["naïve/😀"]["value"] == "nan"
    assert [fit["metrics"][f"child/{worker}"]["value"] for worker in range(3)] == [4.9] * 3
    assert found["judge"]["tags"] == {"penstock.refused.threshold": "0.7"}
    shown = project.penstock("runs", "show", first).succeeded().out
    assert "child/2" in shown
    assert "threshold was logged as 0.7, too; it stays 0.5" in shown

    cached = run(project)
    assert "2 cached" in cached.out
    assert "auc" in cached.out
    assert logged(project) == found

    run(project, "-p", "depth=8", "--inline", "--report", "report.html")
    report = (project.folder / "report.html").read_text()
    assert report.count('class="history"') == 4
    compared = project.penstock("runs", "compare", first, "last").succeeded().out
    assert "+0.3  +60.0%" in compared
    rows = project.penstock("runs", "compare", first, "last", "--differing", "--json").succeeded().json["rows"]
    assert {row["name"] for row in rows} == {"seconds", "depth", "auc"}


def test_what_cannot_be_logged_fails_the_task_with_its_place(project):
    project.write(
        "bad.py",
        "import penstock\n"
        "from penstock import component, pipeline\n\n"
        "@component\n"
        "def fit() -> int:\n"
        "    penstock.log_metric('loss', 'high')\n"
        "    return 1\n\n"
        "@pipeline\n"
        "def bad() -> int:\n"
        "    return fit()\n",
    )
    ended = project.penstock("run", "bad.py")
    assert ended.code == 1
    assert "the value of metric 'loss' cannot be logged, because it is no number but of type 'str'" in ended.text
    assert "bad.py" in ended.text
    assert project.penstock("runs", "compare", "last").code == 2
