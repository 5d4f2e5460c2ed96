"""Projects that do harm, or to which harm is done: what was told, and whether anything was left behind."""

import os
import subprocess
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from support.projects import PENSTOCK, Ended, Project

OURS = str(Path(__file__).resolve().parents[2] / "src" / "penstock")
PATIENCE = 60.0

GOOD = """
from penstock import component, pipeline


@component
def one(x: int) -> int:
    print("one of", x)
    return x + 1


@pipeline
def good(x: int = 1) -> int:
    return one(x)
"""


class Hostile(Project):
    """A project all of whose processes bear a mark, so that none can hide."""

    def __init__(self, folder: Path, home: Path | None = None, **files: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder, **files)
        self.home = home or self.home
        self.mark = uuid4().hex

    def environ(self, **changes: str | None) -> dict[str, str]:
        """The variables that its commands are given."""
        given: dict[str, str | None] = {
            **os.environ,
            "PENSTOCK_HOME": str(self.home),
            "NO_COLOR": "1",
            "PENSTOCK_TEST_MARK": self.mark,
            "PYTHONPATH": None,
            **changes,
        }
        return {name: value for name, value in given.items() if value is not None}

    def run(self, *arguments: str, **options: Any) -> Ended:
        """Run a command to its end; it may leave no process behind."""
        environ = self.environ(**options.pop("environ", {}))
        options = {"cwd": self.folder, "capture_output": True, "timeout": PATIENCE, "check": False} | options
        done = subprocess.run([str(PENSTOCK), *arguments], env=environ, text=True, errors="replace", **options)
        assert self.survivors() == []
        return Ended(done)

    def begin(self, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        """Start a command in a process group of its own."""
        return subprocess.Popen(
            [str(PENSTOCK), *arguments],
            cwd=self.folder,
            env=self.environ(),
            text=True,
            start_new_session=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} | options,
        )

    def survivors(self) -> list[str]:
        """The command lines of its processes that live still, once those that are about to end have ended."""
        deadline = time.monotonic() + PATIENCE
        while living := self._living():
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        return living

    def _living(self) -> list[str]:
        mark, found = f"PENSTOCK_TEST_MARK={self.mark}".encode(), []
        for process in Path("/proc").iterdir():
            try:
                if process.name.isdigit() and mark in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return [command for command in found if command]  # a zombie has none

    def wait_for(self, file: str) -> None:
        """Until a task has made that file."""
        deadline = time.monotonic() + PATIENCE
        while not (self.folder / file).exists():
            assert time.monotonic() < deadline, f"{file} never came"
            time.sleep(0.01)


def refused(ended: Ended, code: str, *words: str, exit_code: int = 2) -> None:
    """A command said no: what and why and what to do, on standard error alone, in our words only."""
    assert ended.code == exit_code, ended
    assert f"[{code}]" in ended.err, ended
    assert "  hint: " in ended.err, ended
    assert ended.out == "", ended
    assert not_ours(ended.text), ended
    for word in words:
        assert word in ended.err, ended


def not_ours(text: str) -> bool:
    """Whether a text shows nothing of how Penstock is made inside."""
    return "Traceback" not in text and OURS not in text
