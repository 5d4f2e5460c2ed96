"""`penstock conformance` as a user meets it, with pipelines of Penstock's own, which need no environment."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest

from support.projects import Ended, Project

FLOWS = """
import time
from pathlib import Path

from penstock import component, pipeline


@component
def double(x: int) -> int:
    return 2 * x


@component
def divide(x: int) -> float:
    return 1 / x


@component
def hang(mark: str) -> None:
    Path(mark).write_text("started")
    time.sleep(600)


@pipeline
def good(x: int) -> int:
    return double(double(x))


@pipeline
def bad():
    divide(0)


@pipeline
def slow(mark: str = "mark"):
    hang(mark)
"""

CONTAINER = """
pipelineInfo: {name: boxed}
root: {dag: {tasks: {box: {componentRef: {name: comp-box}, taskInfo: {name: box}}}}}
components: {comp-box: {executorLabel: exec-box}}
deploymentSpec: {executors: {exec-box: {container: {image: alpine, command: [echo, in a box]}}}}
schemaVersion: 2.1.0
sdkVersion: kfp-2.17.0
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("flows"), flows=FLOWS)
    (made.folder / "compiled/deep").mkdir(parents=True)
    for name, place in (("good", "good.yaml"), ("bad", "deep/bad.json"), ("slow", "slow.yaml")):
        made.penstock("compile", f"flows.py:{name}", "-o", f"compiled/{place}").succeeded()
    made.write("compiled/good.args.json", '{"x": 3}')
    made.write("compiled/boxed.yaml", CONTAINER)
    made.write("compiled/component.yaml", "name: old\nimplementation: {container: {image: alpine}}\n")
    made.write("compiled/empty.yaml", "")
    made.write("compiled/broken.yaml", "a: [1\n")
    made.write("compiled/unfit.yaml", CONTAINER.replace("executorLabel: exec-box", "executorLabel: exec-bx"))
    made.write("compiled/notes.txt", "no pipeline")
    return made


def run(project: Project, *arguments: str) -> Ended:
    """All of them, where there is no container engine."""
    none = {"PENSTOCK_CONTAINER_ENGINE": "none"}
    return project.penstock("conformance", "compiled", "--time-limit", "4", *arguments, env=none)


def reported(ended: Ended) -> dict[str, Any]:
    return {one["name"]: one for one in json.loads(ended.out)["pipelines"]}


def test_each_is_told_by_how_it_ended_and_the_exit_code_says_whether_all_is_well(project: Project) -> None:
    ended = run(project, "--json", "--report", "report.html")
    assert ended.code == 1, ended
    found = reported(ended)
    words = {name: one["word"] for name, one in found.items()}
    assert words == {
        "boxed.yaml": "refused",
        "broken.yaml": "invalid",
        "component.yaml": "foreign",
        "deep/bad.json": "failed",
        "empty.yaml": "foreign",
        "good.yaml": "succeeded",
        "slow.yaml": "timed out",
        "unfit.yaml": "refused",
    }
    assert {name for name, one in found.items() if one["as_expected"]} == {"component.yaml", "empty.yaml", "good.yaml"}
    assert list(found["good.yaml"]["outputs"].values()) == [12]
    assert "ZeroDivisionError" in found["deep/bad.json"]["message"]
    assert "version 1" in found["component.yaml"]["hint"]
    assert "exec-bx" in found["unfit.yaml"]["message"]
    assert "5 not as expected" in ended.err
    page = (project.folder / "report.html").read_text()
    assert "ZeroDivisionError" in page
    assert "5 not as expected" in page
    listed = project.penstock("runs", "list", "--json").succeeded()
    assert listed.json == [], "the runs belong to no home of the user's"
    assert (project.home / ".gitignore").exists()


def test_expectations_make_a_failure_right_and_a_success_wrong(project: Project) -> None:
    project.write(
        "flows.expect.yaml",
        """
pipelines:
  good.yaml: {state: failed}
  bad.json: {state: failed, reason: ZeroDivisionError, states: {divide: FAILED}}
  slow.yaml: {needs: [time]}
  boxed.yaml: {needs: [host-commands]}
  broken.yaml: {state: invalid}
  empty.yaml: {state: invalid}
  unfit.yaml: {state: refused, reason: exec-bx}
""",
    )
    ended = run(project, "--json", "--expect", "flows.expect.yaml", "--without", "time")
    assert ended.code == 1
    assert {name: one["problems"] for name, one in reported(ended).items() if one["problems"]} == {
        "good.yaml": ["it should fail"]
    }
    boxed = reported(run(project, "--json", "--host-commands", "--without", "time", "--expect", "flows.expect.yaml"))
    assert boxed["boxed.yaml"]["word"] == "succeeded"


def test_people_read_a_line_for_each_and_only_what_is_wrong_if_they_ask_for_that(project: Project) -> None:
    one = project.penstock("conformance", "compiled/good.yaml")
    assert one.code == 0
    assert "succeeded" in one.out
    assert "all as expected" in one.out
    quiet = project.penstock("conformance", "compiled/good.yaml", "--quiet")
    assert (quiet.code, quiet.out) == (0, "")


def test_homes_are_kept_for_a_closer_look(project: Project) -> None:
    project.penstock("conformance", "compiled/good.yaml", "--keep", "kept").succeeded()
    home = project.folder / "kept/good.yaml/home"
    listed = project.penstock("runs", "list", "--home", str(home)).succeeded()
    assert "good" in listed.out
    project.penstock("conformance", "compiled/good.yaml", "--keep", "kept").succeeded()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("conformance", "nowhere"), "PLA030"),
        (("conformance", "compiled", "--expect", "nowhere.yaml"), "PLA031"),
        (("conformance", "compiled", "--expect", "wrong.yaml"), "PLA032"),
        (("conformance", "compiled", "--report", "nowhere/report.html"), "CLI005"),
        (("conformance", "compiled", "--keep", "."), "PLA033"),
        (("conformance", "compiled", "--keep", "flows.py"), "PLA033"),
        (("conformance",), "CLI001"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_runs(
    project: Project, arguments: tuple[str, ...], code: str
) -> None:
    project.write("wrong.yaml", "pipelines: {god.yaml: {state: failed}}")
    ended = project.penstock(*arguments)
    assert ended.code == 2
    assert f"[{code}]" in ended.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_what_runs_ends_with_the_command(project: Project, tmp_path: Path, number: int, code: int) -> None:
    mark = tmp_path / "mark"
    project.write("compiled/slow.args.json", json.dumps({"mark": str(mark)}))
    try:
        process = project.start("conformance", "compiled/slow.yaml", "--time-limit", "100")
        while not mark.exists():
            assert process.poll() is None, process.stdout and process.stdout.read()
        mine = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, number)
        process.communicate(timeout=60)
        assert process.returncode == code
        assert not psutil.wait_procs(mine, timeout=30)[1]
    finally:
        (project.folder / "compiled/slow.args.json").unlink()
