"""A person with a store that engines share: submit, cancel, run again with changes, go on after an edit."""

import json

import pytest

from support.projects import Project

PIPELINE = """
from pathlib import Path
from penstock import component, pipeline, Text
from words import greeting


def note(folder: str, what: str) -> None:
    with Path(folder, "notes.txt").open("a") as file:
        file.write(what + "\\n")


@component(cache=False)
def first(n: int, folder: str) -> int:
    note(folder, f"first {n}")
    return n


@component
def second(n: int, k: int, folder: str) -> Text:
    note(folder, f"second {n} {k}")
    return Text(greeting() * (n + k))


@component
def third(text: Text, folder: str) -> int:
    if Path(f"{folder}/broken").exists():
        raise ValueError("not yet")
    note(folder, f"third {len(text)}")
    return len(text)


@pipeline
def story(folder: str, n: int = 1, k: int = 2) -> int:
    return third(second(first(n, folder), k, folder), folder)
"""


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path, pipeline=PIPELINE, words="def greeting():\n    return 'hi'\n")


def run(project, *arguments):
    return project.penstock("run", "pipeline.py", "-p", f"folder={project.folder}", *arguments)


def notes(project) -> list[str]:
    path = project.folder / "notes.txt"
    found = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return found


def executions(project, which="last") -> dict:
    shown = project.penstock("runs", "show", which, "--json").succeeded().json
    return {execution["path"]: execution for execution in shown["executions"]}


def test_a_run_is_submitted_shown_as_waiting_and_driven_by_an_engine(project):
    ident = run(project, "--detach").succeeded().out.strip()
    listed = project.penstock("runs", "list").succeeded().out
    assert "PENDING" in listed
    assert "cut off" not in listed
    said = project.penstock("engine", "--until-idle").succeeded().out
    assert [line.split()[-1 if "begun" in line else -2] for line in said.splitlines()[1:]] == ["begun", "SUCCEEDED"]
    assert f"run {ident}  story" in said
    assert notes(project) == ["first 1", "second 1 2", "third 6"]
    assert project.penstock("engine", "--once", "-q").succeeded().out == ""


def test_a_run_that_is_left_to_an_engine_cannot_be_watched_here(project):
    refused = run(project, "--detach", "--inline")
    assert refused.code == 2
    assert "--detach leaves the run to an engine" in refused.err


def test_a_run_is_done_again_with_other_arguments_and_takes_over_what_they_do_not_touch(project):
    ident = run(project).succeeded().out.split()[1]
    notes(project)
    project.penstock("runs", "rerun", ident, "-p", "k=3").succeeded()
    assert notes(project) == ["second 1 3", "third 8"]
    assert executions(project)["first"]["reused"] == {"run_id": ident, "path": "first"}
    project.penstock("runs", "rerun", ident, "-p", "n=5").succeeded()
    assert notes(project) == ["first 5", "second 5 2", "third 14"]
    assert len(project.penstock("runs", "list", "--json").succeeded().json) == 3


def test_a_run_is_done_again_from_a_task_on_whatever_is_known(project):
    ident = run(project).succeeded().out.split()[1]
    notes(project)
    project.penstock("runs", "rerun", ident, "--from", "second").succeeded()
    assert notes(project) == ["second 1 2", "third 6"]
    found = executions(project)
    assert found["first"]["reused"]["run_id"] == ident
    assert (found["second"]["reused"], found["third"]["reused"]) == (None, None)
    lineage = project.penstock("artifacts", "lineage", found["second"]["outputs"]["artifacts"]["Output"][0]).succeeded()
    assert "first" not in lineage.err


def test_a_rerun_that_makes_no_sense_is_refused_and_leaves_no_run(project):
    ident = run(project, "--detach").succeeded().out.strip()
    for arguments, says in {
        ("-p", "kk=1"): "pipeline 'story' has no parameter `kk`",
        ("-p", "k=x"): "cannot read `--param k=x` as a whole number",
        ("--from", "second"): f"run '{ident}' has no task `second`",
    }.items():
        refused = project.penstock("runs", "rerun", "last", *arguments)
        assert refused.code == 2
        assert says in refused.err
    assert len(project.penstock("runs", "list", "--json").succeeded().json) == 1


def test_a_project_that_changed_since_a_run_began_is_named_and_not_mixed_in(project):
    (project.folder / "broken").touch()
    assert run(project).code == 1
    notes(project)
    project.write("words.py", "def greeting():\n    return 'hello'\n")
    (project.folder / "broken").unlink()
    went_on = project.penstock("runs", "retry", "last").succeeded().out
    assert "note: words.py changed since this run began" in went_on
    assert "`penstock run pipeline.py:story` runs what is there now" in went_on
    assert notes(project) == ["third 6"], "the code that the run began with"
    run(project).succeeded()
    assert notes(project) == ["first 1", "second 1 2", "third 15"]


def test_a_project_that_is_being_edited_does_not_stop_a_retry(project):
    (project.folder / "broken").touch()
    assert run(project).code == 1
    assert "note:" not in project.penstock("runs", "retry", "last").out
    project.write("words.py", "def greeting(:")
    (project.folder / "broken").unlink()
    went_on = project.penstock("runs", "retry", "last").succeeded().out
    assert "note: pipeline.py:story has changed, and does not compile now" in went_on


def test_a_run_of_a_newer_penstock_is_refused_and_left_alone(project):
    import sqlite3
    from contextlib import closing

    ident = run(project, "--detach").succeeded().out.strip()
    with closing(sqlite3.connect(project.home / "penstock.db")) as database, database:
        database.execute("""UPDATE runs SET options = replace(options, '"behaviour":2', '"behaviour":99')""")
    refused = project.penstock("runs", "resume", ident)
    assert refused.code == 2
    assert "follows behaviour 99, this one knows up to 2 [ENG013]" in refused.err
    assert project.penstock("runs", "list", "--json").succeeded().json[0]["state"] == "PENDING"
    engine = project.penstock("engine", "--once", "--json")
    assert engine.code == 1
    happened = json.loads(engine.out)
    assert (happened["run_id"], happened["happened"]) == (ident, "failed")
    assert "follows behaviour 99" in happened["error"]


def test_a_run_keeps_to_its_time_limit(project):
    project.write(
        "slow.py",
        """
import time
from penstock import component, pipeline


@component
def sleep() -> int:
    time.sleep(60)
    return 1


@pipeline
def slow() -> int:
    return sleep()
""",
    )
    ended = project.penstock("run", "slow.py", "--timeout", "0.5")
    assert ended.code == 1
    assert "stopped at its time limit of 0.5 s" in ended.text
