"""A team's story: the record of runs in PostgreSQL, artifacts in S3, and two people on two machines."""

import os

import pytest

from support.postgres import execute, new_schema
from support.projects import Project
from support.s3 import endpoint, environment, new_prefix

PIPELINE = """
from penstock import component, pipeline, Text


@component
def greet(name: str) -> Text:
    return Text(f"hello {name}")


@component
def shout(text: Text) -> Text:
    return Text(text.upper() + "!")


@pipeline
def story(name: str = "ada") -> Text:
    return shout(greet(name))
"""


@pytest.fixture
def team(monkeypatch) -> str:
    """The database's URL; every command of this test works with it."""
    store = new_schema()
    for name, value in environment(endpoint()).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PENSTOCK_STORE", store)
    monkeypatch.setenv("PENSTOCK_ARTIFACTS", new_prefix())
    return store


def test_what_one_made_the_other_reuses_and_reads(team, tmp_path):
    people = []
    for name in ("ada", "grace"):
        (tmp_path / name).mkdir()
        people.append(Project(tmp_path / name, pipeline=PIPELINE))
    ada, grace = people
    ada.penstock("run", "pipeline.py").succeeded()
    again = grace.penstock("run", "pipeline.py", "--json").succeeded().json
    assert again["state"] == "SUCCEEDED"
    shown = grace.penstock("runs", "show", "last").succeeded().out
    assert shown.count("CACHED") == 2
    runs = grace.penstock("runs", "list", "--json").succeeded().json
    assert len(runs) == 2
    artifacts = grace.penstock("artifacts", "list", "--json").succeeded().json
    assert {artifact["uri"].partition("/objects/")[0] for artifact in artifacts} == {os.environ["PENSTOCK_ARTIFACTS"]}
    assert "HELLO ADA!" in grace.penstock("artifacts", "show", artifacts[0]["artifact_id"]).succeeded().out
    assert not (grace.home / "penstock.db").exists()
    assert not (grace.home / "artifacts").exists()


def test_a_killed_run_is_resumed(team, tmp_path):
    project = Project(tmp_path, pipeline=PIPELINE)
    assert project.penstock("run", "pipeline.py", faults="engine.after_commit:3").code == -9
    project.penstock("runs", "resume", "last").succeeded()
    assert execute(team, "SELECT state, count(*) FROM runs GROUP BY state") == [("SUCCEEDED", 1)]


def test_home_shows_where_everything_is_and_no_secret(team, tmp_path, monkeypatch):
    monkeypatch.setenv("PENSTOCK_STORE", "postgresql://ada:s3cret@db.example.org/penstock")
    project = Project(tmp_path)
    for arguments in (["home"], ["home", "--json"]):
        shown = project.penstock(*arguments).succeeded().out
        assert "postgresql://ada@db.example.org/penstock" in shown
        assert "s3://penstock/" in shown
        assert "s3cret" not in shown


def test_a_bucket_that_does_not_exist_is_told(team, tmp_path, monkeypatch):
    monkeypatch.setenv("PENSTOCK_ARTIFACTS", "s3://no-such-bucket/x")
    (tmp_path / "rows.csv").write_text("a\n1\n")
    takes = PIPELINE.replace("name: str) -> Text", "name: Text) -> Text").replace('name: str = "ada"', "name: Text")
    ended = Project(tmp_path, pipeline=takes).penstock("run", "pipeline.py", "--param", "name=rows.csv")
    assert ended.code != 0
    assert "the artifact store at s3://no-such-bucket/x could not store 'rows.csv': The specified bucket" in ended.text
    assert "Traceback" not in ended.text
