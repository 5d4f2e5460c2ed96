"""What an exit task is told, whoever tells it."""

import pytest

from penstock.dsl import TaskFinalStatus


@pytest.mark.parametrize(
    ("given", "shown"),
    [("COMPLETE", "SUCCEEDED"), ("CACHED", "SUCCEEDED"), ("SUCCEEDED", "SUCCEEDED"), ("FAILED", "FAILED"), ("", "")],
)
def test_states_are_those_that_a_run_shows(given: str, shown: str) -> None:
    status = TaskFinalStatus.from_json({"state": given})
    assert status.state == shown
    assert status.succeeded == (shown == "SUCCEEDED")


def test_both_spellings_of_kubeflow_are_read() -> None:
    camel = {"pipelineTaskName": "t", "pipelineJobResourceName": "r", "error": {"code": 9, "message": "why"}}
    snake = {"pipeline_task_name": "t", "pipeline_job_resource_name": "r", "error": {"message": "why"}}
    assert TaskFinalStatus.from_json(camel) == TaskFinalStatus.from_json(snake)
    assert TaskFinalStatus.from_json(camel) == TaskFinalStatus(task="t", run="r", error="why")


def test_nothing_is_known_without_a_status() -> None:
    assert TaskFinalStatus.from_json(None) == TaskFinalStatus()
