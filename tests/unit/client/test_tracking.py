"""What a task logs becomes lines of a file, and what cannot be logged is refused with its place."""

import json
import math
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import penstock
from penstock.client.tracking import NotLoggable, TrackingNotStored
from penstock.client.variables import TRACKING_FILE


@pytest.fixture
def spool(tmp_path, monkeypatch) -> Path:
    file = tmp_path / "tracking.jsonl"
    monkeypatch.setenv(TRACKING_FILE, str(file))
    return file


def lines(spool: Path) -> list[dict]:
    return [json.loads(line) for line in spool.read_text(encoding="utf-8").splitlines()]


def test_each_call_is_a_line(spool):
    penstock.log_metric("loss", 0.5)
    penstock.log_metrics({"loss": 0.25, "validation/auc": 0.75}, step=3)
    penstock.log_params({"depth": 6, "kind": "tree", "none": None})
    penstock.log_tags({"ticket": "T-1"})
    first, second, third, fourth = lines(spool)
    assert (first["metrics"], first["step"]) == ({"loss": 0.5}, 0)
    assert (second["metrics"], second["step"]) == ({"loss": 0.25, "validation/auc": 0.75}, 3)
    assert second["at"] >= first["at"] > 1_700_000_000_000_000
    assert third == {"params": {"depth": "6", "kind": "tree", "none": "None"}}
    assert fourth == {"tags": {"ticket": "T-1"}}


def test_outside_of_a_task_arguments_are_checked_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.delenv(TRACKING_FILE, raising=False)
    monkeypatch.chdir(tmp_path)
    penstock.log_metric("loss", 0.5)
    with pytest.raises(NotLoggable):
        penstock.log_metric("loss", "high")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (1, 1.0),
        (True, 1.0),
        (Decimal("0.1"), 0.1),
        (Fraction(1, 4), 0.25),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7.0),
        (np.bool_(True), 1.0),
        (np.array(2.5), 2.5),
        (np.float64(1e300), 1e300),
        (10**300, 1e300),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-np.inf, "-inf"),
    ],
)
def test_whatever_makes_a_float_is_a_number(spool, value, kept):
    penstock.log_metric("x", value)
    assert lines(spool)[0]["metrics"] == {"x": kept}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("0.5", "no number but of type 'str'"),
        (b"1", "no number but of type 'bytes'"),
        (None, "no number but of type 'NoneType'"),
        ([0.5], "no number but of type 'list'"),
        (1j, "no number but of type 'complex'"),
        (np.zeros(3), r"the shape \(3,\)"),
        (np.zeros((1, 1)), r"the shape \(1, 1\)"),
        (10**400, "too large for a float"),
    ],
)
def test_what_is_no_number_is_refused_with_its_name(spool, value, reason):
    with pytest.raises(NotLoggable, match=f"metric 'loss' cannot be logged, because .*{reason}"):
        penstock.log_metrics({"fine": 1.0, "loss": value})
    assert not spool.exists()


@pytest.mark.parametrize("name", ["loss", "a/b", "../x", "naïve 😀", "x" * 250, " ", "%s {x} :y"])
def test_names_are_texts_on_one_line(spool, name):
    if name.strip():
        penstock.log_metric(name, 1.0)
        assert list(lines(spool)[0]["metrics"]) == [name]
    else:
        with pytest.raises(NotLoggable, match="it is empty"):
            penstock.log_metric(name, 1.0)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "empty"),
        ("x" * 251, "251 characters, and 250"),
        ("a\nb", "line break"),
        ("a\x00", "control character"),
        ("\ud800", "surrogate"),
        (3, "of type 'int'"),
        (None, "of type 'NoneType'"),
    ],
)
def test_other_names_are_refused(spool, name, reason):
    for log in (penstock.log_metrics, penstock.log_params, penstock.log_tags):
        with pytest.raises(NotLoggable, match=reason):
            log({name: 1.0})
    assert not spool.exists()


@pytest.mark.parametrize(("step", "reason"), [(1.5, "whole number"), ("1", "whole number"), (2**63, "64 bits")])
def test_steps_are_whole_numbers(spool, step, reason):
    with pytest.raises(NotLoggable, match=f"the step cannot be logged.*{reason}"):
        penstock.log_metric("loss", 1.0, step)
    penstock.log_metric("loss", 1.0, np.int32(-5))
    penstock.log_metric("loss", 1.0, step=None)
    assert [line["step"] for line in lines(spool)] == [-5, 0]


def test_texts_may_be_long_but_not_of_any_length(spool):
    penstock.log_params({"text": "é" * 6_000})
    penstock.log_tags({"text": "line\nbreak" + "x" * 7_990})
    with pytest.raises(NotLoggable, match="param 'text' cannot be logged, because it has 6,001 characters"):
        penstock.log_params({"text": "x" * 6_001})
    with pytest.raises(NotLoggable, match=r"tag 'text' cannot be logged.*8,001"):
        penstock.log_tags({"text": "x" * 8_001})
    with pytest.raises(NotLoggable, match="a NUL"):
        penstock.log_tags({"text": "a\x00b"})
    assert len(lines(spool)) == 2


def test_a_full_disk_is_said_and_what_follows_begins_a_new_line(monkeypatch, spool):
    monkeypatch.setenv(TRACKING_FILE, "/dev/full")
    with pytest.raises(TrackingNotStored, match="'/dev/full': No space left on device"):
        penstock.log_metric("loss", 1.0)
    monkeypatch.setenv(TRACKING_FILE, str(spool))
    penstock.log_metric("loss", 2.0)
    assert lines(spool)[0]["metrics"] == {"loss": 2.0}


def test_a_line_of_which_only_a_part_was_written_does_not_spoil_the_next(monkeypatch, spool):
    from penstock.client import tracking

    write = tracking.os.write
    monkeypatch.setattr(tracking.os, "write", lambda fd, data: write(fd, data[:10]))
    with pytest.raises(TrackingNotStored, match="no room for the whole of it"):
        penstock.log_metric("loss", 1.0)
    monkeypatch.setattr(tracking.os, "write", write)
    penstock.log_metric("loss", 2.0)
    torn, whole = spool.read_text().splitlines()
    assert len(torn) == 10
    assert json.loads(whole)["metrics"] == {"loss": 2.0}


def test_who_logs_after_its_task_is_over_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv(TRACKING_FILE, str(tmp_path / "gone" / "tracking.jsonl"))
    with pytest.raises(TrackingNotStored, match="No such file or directory"):
        penstock.log_metric("loss", 1.0)


_LOG_MANY = """
import sys
import threading

import penstock


def log_some(number):
    for step in range(100):
        penstock.log_metrics({f"m{number}": float(step), "x" * 200: 0.5}, step)


threads = [threading.Thread(target=log_some, args=(10 * int(sys.argv[1]) + thread,)) for thread in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_threads_and_child_processes_log_at_once(spool):
    children = [subprocess.Popen([sys.executable, "-c", _LOG_MANY, str(number)]) for number in range(3)]
    penstock.log_metric("beside", 1.0)
    assert [child.wait(60) for child in children] == [0, 0, 0]
    found = lines(spool)
    assert len(found) == 1 + 3 * 4 * 100
    assert {name for line in found for name in line["metrics"]} == {
        "beside",
        "x" * 200,
        *(f"m{10 * number + thread}" for number in range(3) for thread in range(4)),
    }


def test_logging_loads_nothing_heavy():
    code = (
        "import sys, penstock; penstock.log_metric('loss', 1.0)\n"
        "print([name for name in ('numpy', 'sqlite3', 'sqlalchemy', 'json', 'urllib.request') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
