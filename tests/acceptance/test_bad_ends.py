"""A command that is stopped, killed or hung up on: no process survives it, and nothing that was done is lost."""

import os
import pty
import select
import signal
import time
from collections.abc import Callable

import pytest

from support.hostile import PATIENCE, Hostile

PIPELINE = """
import os
import subprocess
import time
from pathlib import Path

from penstock import component, pipeline


@component
def quick(x: int) -> int:
    with open("calls", "a") as calls:
        calls.write("quick ")
    return x


@component
def slow(x: int, how: str) -> int:
    if Path("again").exists():
        return x + 1
    child = subprocess.Popen(["sleep", "600"]) if how != "inline" else None
    Path("begun").touch()
    while True:
        try:
            time.sleep(600)
        except BaseException:
            if how != "stubborn":
                raise
        finally:
            Path("cleaned").touch()


@pipeline
def main(how: str = "") -> int:
    return quick(slow(quick(1), how))
"""

ENDLESS = """
import time

open("begun", "w").close()
while True:
    try:
        time.sleep(600)
    except BaseException:
        pass
"""


@pytest.fixture
def project(tmp_path) -> Hostile:
    return Hostile(tmp_path, pipeline=PIPELINE)


def end_by(project: Hostile, stop: Callable[[int], None], *arguments: str) -> tuple[int, str]:
    """Run until the slow task has begun, stop it, and wait for the end; exit code and output."""
    command = project.begin("run", "pipeline.py", *arguments)
    project.wait_for("begun")
    stop(command.pid)
    output, _ = command.communicate(timeout=PATIENCE)
    assert project.survivors() == []
    return command.returncode, output


def to_all(number: signal.Signals) -> Callable[[int], None]:
    return lambda pid: os.killpg(pid, number)


def to_engine(number: signal.Signals) -> Callable[[int], None]:
    return lambda pid: os.kill(pid, number)


def goes_on(project: Hostile, command: str) -> None:
    """The run is finished by that command, and what had been done is not done again."""
    (project.folder / "again").touch()
    assert "Output  2" in project.run("runs", command, "last").succeeded().out
    assert (project.folder / "calls").read_text() == "quick quick "
    assert project.run("runs", "list", "--json").json[0]["state"] == "SUCCEEDED"


INLINE = ("--inline", "-p", "how=inline")


@pytest.mark.parametrize(
    ("stop", "arguments"),
    [(to_all(signal.SIGINT), ()), (to_engine(signal.SIGTERM), ()), (to_all(signal.SIGINT), INLINE)],
    ids=["Ctrl-C", "SIGTERM", "Ctrl-C inline"],
)
def test_asked_to_stop_it_cancels_the_run(project: Hostile, stop: Callable[[int], None], arguments: tuple[str]) -> None:
    code, output = end_by(project, stop, *arguments)
    assert code == 130
    assert "■ CANCELED" in output
    assert "penstock runs retry" in output
    assert "Traceback" not in output
    assert (project.folder / "cleaned").exists()
    goes_on(project, "retry")


@pytest.mark.parametrize("stop", [to_engine(signal.SIGKILL), to_all(signal.SIGKILL)], ids=["the engine", "its group"])
def test_killed_it_can_be_resumed(project: Hostile, stop: Callable[[int], None]) -> None:
    code, _ = end_by(project, stop, "-p", "how=stubborn")
    assert code < 0
    assert "cut off" in project.run("runs", "list").succeeded().out
    goes_on(project, "resume")


def test_a_second_interrupt_ends_what_ignores_the_first(project: Hostile) -> None:
    def twice(pid: int) -> None:
        os.killpg(pid, signal.SIGINT)
        project.wait_for("cleaned")
        os.killpg(pid, signal.SIGINT)

    began = time.monotonic()
    code, output = end_by(project, twice, "-p", "how=stubborn")
    assert (code, "■ CANCELED" in output) == (130, True), output
    assert time.monotonic() - began < 30


def test_a_module_that_never_ends_can_be_interrupted(project: Hostile) -> None:
    project.write("endless.py", ENDLESS)
    command = project.begin("run", "endless.py")
    project.wait_for("begun")
    os.killpg(command.pid, signal.SIGINT)
    shown, _ = command.communicate(timeout=PATIENCE)
    assert (command.returncode, shown.strip()) == (130, "")
    assert project.survivors() == []


def test_ctrl_c_in_a_terminal_cancels_and_gives_the_terminal_back(project: Hostile) -> None:
    terminal, end = pty.openpty()
    command = project.begin("run", "pipeline.py", stdin=end, stdout=end, stderr=end, preexec_fn=own_terminal)
    os.close(end)
    project.wait_for("begun")
    os.write(terminal, b"\x03")
    shown = read_all(terminal)
    assert command.wait(PATIENCE) == 130
    assert "CANCELED" in shown
    assert shown.count("\x1b[?25h") == shown.count("\x1b[?25l")  # the cursor is shown again
    assert project.survivors() == []


def test_a_terminal_that_is_closed_leaves_nothing_behind(project: Hostile) -> None:
    terminal, end = pty.openpty()
    command = project.begin("run", "pipeline.py", stdin=end, stdout=end, stderr=end, preexec_fn=own_terminal)
    os.close(end)
    project.wait_for("begun")
    os.close(terminal)
    assert command.wait(PATIENCE) == -signal.SIGHUP
    assert project.survivors() == []
    goes_on(project, "resume")


def own_terminal() -> None:
    """Make standard input the terminal that the new session is controlled by."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def read_all(terminal: int) -> str:
    """What a terminal shows until its last user has closed it."""
    shown = b""
    while select.select([terminal], [], [], PATIENCE)[0]:
        try:
            shown += os.read(terminal, 65536)
        except OSError:
            break
    os.close(terminal)
    return shown.decode()
