"""Whatever is killed here leaves no process behind, and nothing in the folder for temporary files."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

_PATIENCE = 20.0
"""Seconds for the last processes to notice that they are alone."""


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch) -> Iterator[None]:
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    yield
    until = time.monotonic() + _PATIENCE
    while left := [process for process in psutil.process_iter() if _is_of(process, temporary)]:
        assert time.monotonic() < until, f"processes live on: {left}"
        time.sleep(0.05)
    assert list(temporary.iterdir()) == []


def _is_of(process: psutil.Process, temporary: Path) -> bool:
    try:
        ours = process.environ().get("TMPDIR") == str(temporary)
        return ours and process.name() != "postgres"  # a server that several tests share
    except psutil.Error:
        return False
