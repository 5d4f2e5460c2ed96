"""Odd places, odd terminals, and nobody who reads: a run goes its way, and tells what it can."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
from pathlib import Path

import pytest

from support.hostile import GOOD, PATIENCE, Hostile, not_ours, refused
from support.projects import PENSTOCK

ODD = """
from penstock import Text, component, pipeline


@component
def größe(naïve: str) -> Text:
    print("größe 😀", naïve)
    return Text(naïve * 2)


@component
def länge(text: Text) -> int:
    return len(text)


@pipeline(name="my 😀 \\"pipe\\"\\n/../x")
def röhre(naïve: str = "ä") -> int:
    return länge(größe(naïve))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    made = Hostile(tmp_path_factory.mktemp("surroundings"), good=GOOD)
    made.run("run", "good.py").succeeded()
    return made


# --- names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ['my 😀 "project"', "a\nb'c$d`e;f&g|h*?[i]#%41"])
def test_any_names_will_do(tmp_path: Path, name: str) -> None:
    project = Hostile(tmp_path / name, odd=ODD)
    (project.folder / "odd.py").rename(project.folder / "odd 😀 'one'.py")
    given = ("run", "odd 😀 'one'.py:röhre", "-p", "naïve=é😀", "--name", "a 'b' \"c\" 😀\n\x1b[31md")
    ended = project.run(*given).succeeded()
    assert "Output  4" in ended.out
    assert "\x1b" not in ended.out
    assert "größe 😀 é😀" in project.run("runs", "logs", "last").succeeded().out
    project.run("runs", "report", "last", "-o", "report 😀.html").succeeded()
    project.run("compile", "odd 😀 'one'.py", "-o", "compiled 😀.yaml").succeeded()
    assert "2 cached" in project.run("run", "compiled 😀.yaml", "-p", "naïve=é😀").succeeded().out


def test_a_folder_that_is_no_text_is_refused(tmp_path: Path) -> None:
    project = Hostile(tmp_path, good=GOOD)
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    refused(project.run("run", "../good.py", cwd=folder), "PLA017", "caf\\xe9")


def test_a_working_folder_that_is_gone_is_told(project: Hostile) -> None:
    ended = project.run("-c", f"mkdir gone; cd gone; rm -r ../gone; {PENSTOCK} runs list", executable="/bin/sh")
    refused(ended, "EXE010", "it was removed")


# --- nobody reads -------------------------------------------------------------------------------------------

SHELL = {
    "| head -n 1": (0, 0),
    ">&-": (0, 0),
    ">&- 2>&- <&-": (0, 0),
    "> /dev/full": (1, 0),
    "--json > /dev/full": (1, 0),
    "--no-such-option 2> /dev/full": (2, None),
}
"""By what follows the command: its exit code, and that of the run."""


@pytest.mark.parametrize("rest", SHELL)
def test_a_run_goes_on_when_nobody_reads(tmp_path: Path, rest: str) -> None:
    project = Hostile(tmp_path, good=GOOD)
    exit_code, run_code = SHELL[rest]
    line = f"set -o pipefail; {PENSTOCK} run good.py {rest}"
    ended = project.run("-c", line, executable="/bin/bash")
    assert ended.code == exit_code, ended
    assert not_ours(ended.err), ended
    if exit_code == 1:
        assert "[CLI007]" in ended.err
    if run_code is not None:
        assert "✓ SUCCEEDED" in project.run("runs", "list").succeeded().out


# --- the environment ----------------------------------------------------------------------------------------

ENVIRONMENTS = {
    "no home": {"HOME": None, "PENSTOCK_HOME": None},
    "no UTF-8": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "no folder for temporary files": {"TMPDIR": "/nonexistent"},
    "warnings are errors": {"PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1"},
}


@pytest.mark.parametrize("what", ENVIRONMENTS)
def test_any_environment_will_do(tmp_path: Path, what: str) -> None:
    project = Hostile(tmp_path, good=GOOD.replace("one of", "one of é😀"))
    ended = project.run("run", "good.py", environ=ENVIRONMENTS[what]).succeeded()
    assert "Output  2" in ended.out
    assert ended.err == ""
    assert "one of" in project.run("runs", "logs", "last", environ=ENVIRONMENTS[what]).succeeded().out


def test_a_setting_that_cannot_be_is_refused(project: Hostile) -> None:
    refused(project.run("runs", "list", environ={"PENSTOCK_MAX_PARALLEL": "none"}), "PLA001", "PENSTOCK_MAX_PARALLEL")


# --- terminals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "lines", "kind"),
    [(20, 5, "xterm"), (1, 1, "xterm"), (0, 0, "vt52"), (80, 24, "dumb")],
)
def test_any_terminal_will_do(project: Hostile, columns: int, lines: int, kind: str) -> None:
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    line = f"{PENSTOCK} run good.py --no-cache && {PENSTOCK} runs list && {PENSTOCK} runs show last"
    command = subprocess.Popen(
        ["/bin/sh", "-c", line],
        cwd=project.folder,
        env=project.environ(NO_COLOR=None, TERM=kind),
        stdin=end,
        stdout=end,
        stderr=end,
    )
    os.close(end)
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 65536)
        except OSError:
            break
    os.close(terminal)
    assert command.wait(PATIENCE) == 0, shown
    assert b"Traceback" not in shown
    if kind == "dumb":
        assert b"\x1b" not in shown
    assert project.survivors() == []
