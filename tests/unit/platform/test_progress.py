"""What `pipeline.run()` tells while it goes."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from penstock.core.ids import RunId, TaskPath
from penstock.ir.runtime import TaskFailure
from penstock.metadata.records import Changes, Execution, ExecutionKind, Reuse, State
from penstock.platform.progress import ProgressLines, somebody_watches

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BOOM = TaskFailure(kind="task", code="LAU001", message="ValueError: no\nmore of it")


def ended(path: str, state=State.SUCCEEDED, kind=ExecutionKind.TASK, **fields) -> Execution:
    values = {"started_at": NOW, "finished_at": NOW + timedelta(seconds=2), "created_at": NOW} | fields
    task = path.rpartition(".")[2]
    return Execution(run_id=RunId("r"), path=TaskPath(path), task=task, component="c", kind=kind, state=state, **values)


@pytest.mark.parametrize(
    ("execution", "line"),
    [
        (ended("train"), "✓ train                    SUCCEEDED 2.0s"),
        (ended("train", reused=Reuse(run_id=RunId("q"), path=TaskPath("t"))), "≡ train                    CACHED"),
        (ended("train", State.FAILED, error=BOOM), "✗ train                    FAILED    2.0s ValueError: no"),
        (ended("loop[2].fit", State.FAILED, error=BOOM), "✗ loop[2].fit              FAILED    2.0s ValueError: no"),
    ],
)
def test_a_task_that_has_ended_is_a_line(execution, line):
    stream = io.StringIO()
    lines = ProgressLines(stream)
    lines(Changes(executions=[execution]))
    lines(Changes(executions=[execution]))
    assert stream.getvalue() == line + "\n"


@pytest.mark.parametrize(
    "execution",
    [
        ended("train", State.RUNNING, finished_at=None),
        ended("loop[2].fit"),
        ended("loop", kind=ExecutionKind.LOOP),
        ended("loop", State.FAILED, kind=ExecutionKind.LOOP, error=BOOM),
    ],
    ids=["running", "in a loop", "a loop", "a loop that failed"],
)
def test_what_would_be_noise_is_not_told(execution):
    stream = io.StringIO()
    ProgressLines(stream)(Changes(executions=[execution]))
    assert stream.getvalue() == ""


def test_nobody_watches_a_file_and_a_closed_screen_stops_nothing(tmp_path):
    with (tmp_path / "out").open("w") as file:
        assert not somebody_watches(file)

    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError("full")

    ProgressLines(Full())(Changes(executions=[ended("train")]))
