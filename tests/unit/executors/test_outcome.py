"""What the end of a job is taken for."""

import signal
from pathlib import Path

import msgspec
import pytest

from penstock.engine.executor import Canceled, Failed, Limits, Outcome, Succeeded
from penstock.executors.process.messages import Ended
from penstock.executors.process.outcome import read_outcome
from penstock.ir.runtime import ExecutorOutput, TaskFailure


def outcome(folder: Path, limits: Limits | None = None, **ended: object) -> Outcome:
    end = msgspec.convert({"type": "Ended", "job": 1, "wall": 2.0, "cpu": 1.0, "peak": 3, **ended}, Ended)
    files = {"output": folder / "output.json", "failure": folder / "failure.json", "log": folder / "log"}
    return read_outcome(end, limits=limits or Limits(), **files)


def code(found: Outcome) -> str:
    assert isinstance(found, Failed)
    return found.failure.code


def write_failure(folder: Path, code: str) -> None:
    told = TaskFailure(kind="task", code=code, message="m", traceback="t")
    (folder / "failure.json").write_bytes(msgspec.json.encode(told))


def test_a_result_is_a_success_with_its_usage(tmp_path: Path) -> None:
    (tmp_path / "output.json").write_text('{"parameterValues": {"Output": 1}}')
    found = outcome(tmp_path)
    assert isinstance(found, Succeeded)
    assert found.output == ExecutorOutput(parameter_values={"Output": 1})
    assert (found.usage.wall_seconds, found.usage.cpu_seconds, found.usage.peak_memory) == (2.0, 1.0, 3)


@pytest.mark.parametrize("text", [None, "", "{"])
def test_an_exit_code_of_zero_without_a_result_is_a_failure(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "output.json").write_text(text)
    assert code(outcome(tmp_path)) == "EXE004"


def test_why_the_zygote_ended_it_comes_before_what_it_wrote(tmp_path: Path) -> None:
    (tmp_path / "output.json").write_text("{}")
    write_failure(tmp_path, "LAU001")
    assert isinstance(outcome(tmp_path, reason="canceled", status=1), Canceled)
    assert code(outcome(tmp_path, reason="timeout", status=1)) == "EXE002"
    assert code(outcome(tmp_path, Limits(memory=1), reason="memory", status=-9)) == "EXE001"
    assert code(outcome(tmp_path, reason="not_started", note="no room")) == "EXE008"


def test_what_the_child_wrote_is_believed_only_with_its_exit_code(tmp_path: Path) -> None:
    write_failure(tmp_path, "LAU001")
    assert code(outcome(tmp_path, status=1)) == "LAU001"
    assert code(outcome(tmp_path, status=-9)) == "EXE003"
    assert code(outcome(tmp_path, status=7)) == "EXE004"
    (tmp_path / "failure.json").write_text("{")
    assert code(outcome(tmp_path, status=1)) == "EXE004"


def test_a_child_that_could_not_write_its_failure_had_no_room(tmp_path: Path) -> None:
    found = outcome(tmp_path, status=74)
    assert isinstance(found, Failed)
    assert (found.failure.kind, found.failure.code) == ("infra", "LAU015")
    assert "could not even say why" in found.failure.message


def test_running_out_of_memory_under_a_limit_is_the_limits_doing(tmp_path: Path) -> None:
    write_failure(tmp_path, "LAU006")
    found = outcome(tmp_path, Limits(memory=1_000_000_000), status=1, held=1_500_000_000)
    assert isinstance(found, Failed)
    assert found.failure.code == "EXE001"
    assert found.failure.message == "the task held 1.50 GB of memory; its limit is 1.00 GB"
    assert found.failure.traceback == "t"
    assert code(outcome(tmp_path, status=1)) == "LAU006"


def test_an_abort_for_lack_of_memory_is_known_by_its_last_words(tmp_path: Path) -> None:
    limits = Limits(memory=1_000_000)
    assert code(outcome(tmp_path, limits, status=-signal.SIGABRT)) == "EXE003"
    (tmp_path / "log").write_text("memory allocation of 8589934592 bytes failed\n" + "  at a long backtrace\n" * 2000)
    found = outcome(tmp_path, limits, status=-signal.SIGABRT)
    assert isinstance(found, Failed)
    assert found.failure.message == "the task asked for far more memory than its limit, which is 1.0 MB"
    assert code(outcome(tmp_path, status=-signal.SIGABRT)) == "EXE003"


@pytest.mark.parametrize(
    ("number", "words"), [(9, "SIGKILL, Killed"), (11, "SIGSEGV, Segmentation"), (40, "signal 40")]
)
def test_a_signal_is_named(tmp_path: Path, number: int, words: str) -> None:
    found = outcome(tmp_path, status=-number)
    assert isinstance(found, Failed)
    assert words in found.failure.message
    assert found.failure.hint
