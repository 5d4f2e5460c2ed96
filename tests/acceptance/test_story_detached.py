"""Runs that nobody drives yet: submitted, cancelled before they begin, and taken up again."""

import pytest

from support.projects import Project

PIPELINE = """
from penstock import component, pipeline


@component
def double(n: int) -> int:
    return 2 * n


@pipeline
def story(n: int = 4) -> int:
    return double(n)
"""


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path, pipeline=PIPELINE)


def test_a_run_that_was_cancelled_before_it_began_can_be_retried(project):
    run_id = project.penstock("run", "pipeline.py", "--detach", "--param", "n=21").succeeded().out.split()[-1]
    project.penstock("runs", "cancel", run_id).succeeded()
    assert project.penstock("runs", "show", run_id, "--json").json["state"] == "CANCELED"
    again = project.penstock("runs", "retry", run_id, "--json").succeeded()
    assert again.json["state"] == "SUCCEEDED"
    assert again.json["error"] is None
    assert again.json["outputs"]["Output"] == 42
