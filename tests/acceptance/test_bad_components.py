"""Components that fail in every way there is: each says how, none harms another, nothing stays behind."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from penstock.artifacts import open_artifact_store
from penstock.artifacts.errors import ArtifactMissing
from penstock.metadata import open_store
from penstock.platform.handle import RunResult
from support.hostile import OURS, Hostile

PIPELINE = r"""
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from penstock import Text, component, pipeline


class Odd(Exception):
    def __str__(self):
        raise SystemExit(9)

    __repr__ = __str__


class NoException(BaseException):
    pass


def chained():
    try:
        raise ValueError("inner é")
    except ValueError as error:
        raise RuntimeError("outer 😀\nsecond line") from error


def leave_a_daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 3)
            time.sleep(600)
        os._exit(0)


def remove_working_folder():
    Path("doomed").mkdir()
    os.chdir("doomed")
    os.rmdir("../doomed")


@component
def job(how: str) -> int:
    print("begins to", how, flush=True)
    match how:
        case "raise": raise ValueError("bad value")
        case "chain": chained()
        case "group": raise ExceptionGroup("many", [ValueError(1), TypeError("x")])
        case "odd": raise Odd()
        case "half": raise ValueError("half \ud800")
        case "much": raise ValueError("x" * 5_000_000)
        case "base": raise NoException("no exception")
        case "interrupt": raise KeyboardInterrupt
        case "recurse": job.function("recurse")
        case "exit": sys.exit(3)
        case "exit well": sys.exit(0)
        case "end": os._exit(5)
        case "end well": os._exit(0)
        case "segfault": ctypes.string_at(0)
        case "abort": os.abort()
        case "kill": os.kill(os.getpid(), signal.SIGKILL)
        case "kill all": os.killpg(0, signal.SIGKILL)
        case "terminate": os.kill(os.getpid(), signal.SIGTERM)
        case "ask": input("what? ")
        case "text": return "text"
        case "nothing": return None
        case "truth": return True
        case "no files": __import__("resource").setrlimit(__import__("resource").RLIMIT_FSIZE, (0, 0))
        case "fork": os.fork()
        case "child": subprocess.Popen(["sleep", "600"])
        case "daemon": leave_a_daemon()
        case "threads": [threading.Thread(target=time.sleep, args=(600,)).start() for _ in range(3)]
        case "no folder": remove_working_folder()
        case "no streams": os.closerange(0, 100)
        case "no modules": sys.modules.clear()
        case "noise": os.write(1, b"\xff\xfe and \x00\n"); print("half \ud800")
        case "late": __import__("atexit").register(lambda: 1 / 0)
    return 1


@component(memory="200M")
def hungry(how: str) -> int:
    held = []
    while how == "bit by bit":
        held.append(bytearray(b"x" * 1_000_000))
    return len(b"x" * 3_000_000_000)


@component(timeout=1)
def slow(how: str) -> int:
    try:
        while how == "busy":
            pass
        time.sleep(600)
    finally:
        Path(f"cleaned {how}").touch()
    return 1


@component
def talk(megabytes: int) -> int:
    for _ in range(megabytes):
        sys.stdout.write("x" * 999_999 + "\n")
    return megabytes


@component
def rows() -> Text:
    return Text("true")


@component
def overwrite(rows: Path) -> int:
    rows.chmod(0o600)
    rows.write_text("lies")
    return 1


@component
def later(x: int) -> int:
    return x


@pipeline
def failing():
    for how in HOWS:
        later(job(how))
    for how in ("at once", "bit by bit"):
        hungry(how)
    for how in ("busy", "idle"):
        slow(how)
    overwrite(rows())


@pipeline
def surviving():
    for how in SURVIVED:
        later(job(how))
    talk(200)
"""

FAILED = {
    "raise": ("LAU001", "ValueError: bad value"),
    "chain": ("LAU001", "RuntimeError: outer 😀\nsecond line"),
    "group": ("LAU001", "ExceptionGroup: many"),
    "odd": ("LAU001", "Odd: <its __str__ failed>"),
    "half": ("LAU001", "half \\ud800"),
    "much": ("LAU001", "ValueError: xxx"),
    "base": ("LAU001", "NoException: no exception"),
    "interrupt": ("LAU010", "was interrupted"),
    "recurse": ("LAU007", "recursed too deeply"),
    "exit": ("LAU002", "sys.exit(3)"),
    "exit well": ("LAU002", "sys.exit(0)"),
    "end": ("EXE004", "exit code 5"),
    "end well": ("EXE004", "exit code 0"),
    "segfault": ("EXE003", "SIGSEGV"),
    "abort": ("EXE003", "SIGABRT"),
    "kill": ("EXE003", "SIGKILL"),
    "kill all": ("EXE003", "SIGKILL"),
    "terminate": ("EXE003", "SIGTERM"),
    "ask": ("LAU001", "EOFError"),
    "text": ("DAT002", "declared as `int`, but a `str` came ('text')"),
    "nothing": ("DAT002", "a `None` came"),
    "truth": ("DAT002", "a `bool` came"),
    "no files": ("LAU015", "could not even say why"),
}
SURVIVED = [
    "fork",
    "child",
    "daemon",
    "threads",
    "no folder",
    "no streams",
    "no modules",
    "noise",
    "late",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    source = PIPELINE.replace("HOWS", repr(list(FAILED))).replace("SURVIVED", repr(SURVIVED))
    return Hostile(tmp_path_factory.mktemp("components"), pipeline=source)


@pytest.fixture(scope="module")
def failing(project: Hostile) -> Iterator[RunResult]:
    """The run in which every task fails but those that another one needs."""
    ended = project.run("run", "pipeline.py:failing", "--max-parallel", "4")
    assert ended.code == 1, ended
    assert ended.err == ""
    assert OURS not in ended.out
    with newest(project) as run:
        yield run


@pytest.fixture(scope="module")
def surviving(project: Hostile) -> Iterator[RunResult]:
    """The run in which every task succeeds, whatever it does beside."""
    project.run("run", "pipeline.py:surviving", "--max-parallel", "4").succeeded()
    with newest(project) as run:
        yield run


@contextmanager
def newest(project: Hostile) -> Iterator[RunResult]:
    with closing(open_store(project.home / "penstock.db")) as store:
        yield RunResult(store, open_artifact_store(project.home / "artifacts"), store.runs(limit=1)[0])


def by_argument(run: RunResult) -> dict[str, str]:
    """The paths of the tasks by what they were told to do."""
    return {str(task.parameters.get("how")): path for path, task in run.tasks.items() if "how" in task.parameters}


@pytest.mark.parametrize("how", FAILED)
def test_a_failure_says_what_happened_and_what_to_do(failing: RunResult, how: str) -> None:
    code, words = FAILED[how]
    task = failing.tasks[by_argument(failing)[how]]
    assert task.state == "FAILED"
    assert task.error is not None
    assert (task.error.code, words in task.error.message) == (code, True), task.error
    assert "penstock" not in task.error.traceback
    assert len(task.error.message) + len(task.error.traceback) < 40_000
    if code.startswith(("LAU0", "EXE")) and code not in ("LAU001", "LAU010"):
        assert task.error.hint
    if how != "no files":
        assert task.logs().startswith(f"begins to {how}\n")


def test_the_authors_traceback_is_whole(failing: RunResult) -> None:
    trace = failing.tasks[by_argument(failing)["chain"]].error.traceback
    for line in ("ValueError: inner é", "direct cause", 'File "pipeline.py", line', "RuntimeError: outer 😀"):
        assert line in trace
    crash = failing.tasks[by_argument(failing)["segfault"]].logs()
    assert "Segmentation fault" in crash
    assert "in job" in crash


def test_what_waited_for_a_failure_is_skipped_and_nothing_else(failing: RunResult) -> None:
    states = {path: task.state for path, task in failing.tasks.items()}
    assert [path for path, state in states.items() if path.startswith("later") and state != "SKIPPED"] == []
    assert {state for path, state in states.items() if not path.startswith("later")} == {"FAILED", "SUCCEEDED"}
    assert states["rows"] == "SUCCEEDED"


@pytest.mark.parametrize("how", ["at once", "bit by bit"])
def test_memory_has_its_limit(failing: RunResult, how: str) -> None:
    error = failing.tasks[by_argument(failing)[how]].error
    assert (error.code, "200.0 MB" in error.message) == ("EXE001", True), error
    assert "memory=" in error.hint


@pytest.mark.parametrize("how", ["busy", "idle"])
def test_time_has_its_limit_and_cleaning_up_is_allowed(project: Hostile, failing: RunResult, how: str) -> None:
    error = failing.tasks[by_argument(failing)[how]].error
    assert (error.code, "limit of 1 s" in error.message) == ("EXE002", True), error
    assert (project.folder / f"cleaned {how}").exists()


def test_an_input_cannot_be_changed_under_others(failing: RunResult) -> None:
    task = failing.tasks["overwrite"]
    assert (task.error.code, "'rows'" in task.error.message) == ("LAU018", True)
    with pytest.raises(ArtifactMissing):
        failing.tasks["rows"].output.load()


@pytest.mark.parametrize("how", SURVIVED)
def test_what_is_no_failure_is_none(surviving: RunResult, how: str) -> None:
    assert surviving.tasks[by_argument(surviving)[how]].state == "SUCCEEDED"


def test_much_output_is_kept_in_part(surviving: RunResult) -> None:
    log = surviving.tasks["talk"].logs()
    assert len(log) < 40_000_000
    assert "bytes of output were left out here" in log
    assert log.endswith("x\n")


def test_bytes_that_are_no_text_are_kept(project: Hostile, surviving: RunResult) -> None:
    printed = project.run("runs", "logs", "last", by_argument(surviving)["noise"]).succeeded().out
    assert "� and \0" in printed
    assert "half \\ud800" in printed


def test_a_retry_after_mending_goes_on_from_what_failed(tmp_path: Path) -> None:
    source = """
from penstock import component, pipeline
import os


@component
def first() -> int:
    return 1


@component
def job(x: int) -> int:
    return x if os.path.exists("mended") else 1 / 0


@pipeline
def main() -> int:
    return job(first())
"""
    project = Hostile(tmp_path, pipeline=source)
    ended = project.run("run", "pipeline.py")
    assert ended.code == 1
    assert "penstock runs retry " in ended.out
    shortly = project.run("run", "pipeline.py", "--quiet").out
    assert ": job: " in shortly
    assert "division by zero" in shortly
    (tmp_path / "mended").touch()
    again = project.run("runs", "retry", "last").succeeded().out
    assert "first" not in again
    assert "Output  1" in again
