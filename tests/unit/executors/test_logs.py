"""A job's log keeps head and tail, and never holds the job up."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.executors.process.logs import Log


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Both ends; the log closes the first."""
    read, write = os.pipe()
    yield read, write
    os.close(write)


def test_what_is_written_is_kept(tmp_path: Path, pipe: tuple[int, int]) -> None:
    log = Log(pipe[0], str(tmp_path / "log"))
    os.write(pipe[1], b"one\n")
    assert log.pump()
    os.write(pipe[1], b"two\n")
    log.close()
    assert (tmp_path / "log").read_bytes() == b"one\ntwo\n"


def test_nothing_is_added_at_exactly_the_cap(tmp_path: Path, pipe: tuple[int, int]) -> None:
    log = Log(pipe[0], str(tmp_path / "log"), head=10, tail=5)
    os.write(pipe[1], b"0123456789abcde")
    log.pump()
    log.close()
    assert (tmp_path / "log").read_bytes() == b"0123456789abcde"


def test_the_middle_is_left_out_and_counted(tmp_path: Path, pipe: tuple[int, int]) -> None:
    log = Log(pipe[0], str(tmp_path / "log"), head=10, tail=4)
    for _ in range(100):
        os.write(pipe[1], b"0123456789")
        log.pump()
    log.close()
    text = (tmp_path / "log").read_bytes()
    assert text.startswith(b"0123456789\n[penstock: 980 bytes of output were left out here]\n")
    assert text.endswith(b"\n0123456789")


def test_a_full_disk_drops_output_instead_of_blocking(pipe: tuple[int, int]) -> None:
    log = Log(pipe[0], "/dev/full")
    os.write(pipe[1], b"x" * 1000)
    assert log.pump()
    os.write(pipe[1], b"x" * 1000)
    log.close()


def test_the_end_is_noticed(tmp_path: Path) -> None:
    read, write = os.pipe()
    log = Log(read, str(tmp_path / "log"))
    assert log.pump()
    os.close(write)
    assert not log.pump()
    log.close()


def test_secrets_are_blotted_out_before_anything_is_kept(tmp_path: Path, pipe: tuple[int, int]) -> None:
    log = Log(pipe[0], str(tmp_path / "log"), head=20, tail=30, secrets=["hunter2"])
    for piece in (b"it is hun", b"ter2, and hunter2 ", b"x" * 30, b" hunter2 and hun"):
        os.write(pipe[1], piece)
        log.pump()
    log.close()
    text = (tmp_path / "log").read_bytes()
    assert text.startswith(b"it is ***, and *** x")
    assert text.endswith(b" *** and hun")
    assert b"ter2" not in text
