"""Several engines, real processes all, on one store: killed, stopped, sent away, told to cancel. Nothing runs twice."""

import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from penstock.metadata.records import ExecutionKind, Run, State
from penstock.platform.options import RunOptions
from penstock.platform.settings import load_settings
from penstock.platform.system import System
from support.postgres import new_schema
from support.projects import Project

PIPELINE = """
import os, signal, subprocess, sys, time
from pathlib import Path
from penstock import component, pipeline


def note(folder: str, what: str) -> None:
    with Path(folder, "notes.txt").open("a") as file:
        file.write(what + "\\n")


@component
def step(n: int, folder: str) -> int:
    time.sleep(0.05)
    note(folder, f"step {n}")
    return n + 1


@pipeline
def chain(folder: str, n: int) -> int:
    return step(step(step(n, folder), folder), folder)


@component
def hang(n: int, folder: str, stubborn: bool) -> int:
    if stubborn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    note(folder, f"hangs {os.getpid()} {child.pid}")
    while not Path(folder, "go").exists():
        time.sleep(0.02)
    child.kill()
    note(folder, f"done {n}")
    return n


@pipeline
def hanging(folder: str, n: int = 1, stubborn: bool = False) -> int:
    return step(hang(n, folder, stubborn), folder)
"""


class Site(Project):
    """A project whose store several engines share."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, pipeline=PIPELINE)
        self.system = System.open(load_settings(os.environ, folder, home=self.home))
        self.engines: list[subprocess.Popen[str]] = []

    def submit(self, name: str, *numbers: int, **parameters: object) -> list[Run]:
        document, source = self.system.compile(f"pipeline.py:{name}", self.folder)
        options = RunOptions(detached=True, cwd=str(self.folder))
        given = {"folder": str(self.folder)} | parameters
        return [self.system.submit(document, given | {"n": n}, options=options, source=source) for n in numbers]

    def engine(self, *options: str, faults: str = "") -> "subprocess.Popen[str]":
        self.engines.append(self.start("engine", *options, env={"PENSTOCK_FAULTS": faults}))
        return self.engines[-1]

    def notes(self) -> list[str]:
        path = self.folder / "notes.txt"
        return path.read_text().splitlines() if path.exists() else []

    def state(self, run: Run) -> State:
        return self.system.store.run(run.run_id).state

    def close(self) -> None:
        for engine in self.engines:
            if engine.poll() is None:
                os.killpg(engine.pid, signal.SIGKILL)
            engine.communicate()
        self.system.close()


BOTH = pytest.mark.parametrize("site", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def site(request, tmp_path, monkeypatch):
    if getattr(request, "param", "sqlite") == "postgres":
        monkeypatch.setenv("PENSTOCK_STORE", new_schema())
    monkeypatch.setenv("PENSTOCK_LEASE", "3")
    monkeypatch.setenv("PENSTOCK_DURABILITY", "normal")
    site = Site(tmp_path)
    yield site
    site.close()


def read_until(engine, *words: str) -> list[str]:
    """What an engine says, up to the first line that holds all of `words`."""
    said = []
    for line in engine.stdout:
        said.append(line)
        if all(word in line for word in words):
            return said
    raise AssertionError(f"it never said {words}, but:\n{''.join(said)}")


def wait_for(site, word: str) -> str:
    """The first note that begins with `word`; the test's own time limit ends a wait that is in vain."""
    while True:
        for note in site.notes():
            if note.startswith(word):
                return note
        time.sleep(0.01)


def ended(engine, timeout=90) -> str:
    return engine.communicate(timeout=timeout)[0]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@BOTH
def test_one_of_three_engines_is_killed_and_no_finished_task_runs_twice(site):
    runs = site.submit("chain", *range(0, 200, 10))
    engines = [site.engine("--until-idle", "--max-parallel", "1")]
    read_until(engines[0], "SUCCEEDED")  # it has all of them, and has finished one
    engines += [site.engine("--until-idle", "--max-parallel", "1") for _ in range(2)]
    os.killpg(engines[0].pid, signal.SIGKILL)
    for engine in engines[1:]:
        said = ended(engine)
        assert engine.returncode == 0, said
    store = site.system.store
    assert [site.state(run) for run in runs] == [State.SUCCEEDED] * 20
    for run in runs:
        for execution in store.executions(run.run_id):
            tried = [attempt.state for attempt in store.attempts(run.run_id, execution.path)]
            assert tried.count(State.SUCCEEDED) == (execution.kind is ExecutionKind.TASK), (execution.path, tried)
    twice = {note for note, count in Counter(site.notes()).items() if count > 1}
    assert len(twice) <= 1, "only what ran when its engine was killed may run again"


@BOTH
def test_an_engine_that_was_taken_for_dead_does_no_harm_when_it_wakes(site):
    (run,) = site.submit("hanging", 1)
    zombie = site.engine("--until-idle")
    first = wait_for(site, "hangs").split()
    os.kill(zombie.pid, signal.SIGSTOP)
    other = site.engine("--until-idle")
    read_until(other, "taken over")
    os.kill(zombie.pid, signal.SIGCONT)
    assert "lost" in read_until(zombie, run.run_id, "lost")[-1]
    (site.folder / "go").touch()
    assert "SUCCEEDED" in ended(other)
    ended(zombie)
    assert (zombie.returncode, other.returncode) == (1, 0)
    assert not any(alive(int(pid)) for pid in first[1:])
    assert site.state(run) is State.SUCCEEDED
    numbers = [(a.number, a.state) for a in site.system.store.attempts(run.run_id, "hang")]
    assert numbers == [(1, State.FAILED), (2, State.SUCCEEDED)]
    assert Counter(site.notes())["step 1"] == 1


STOPS = [
    ("sqlite", "engine.before_commit:3"),
    ("postgres", "engine.before_commit:4"),
    ("sqlite", "engine.after_start:2"),
]


@pytest.mark.parametrize(("site", "point"), STOPS, indirect=["site"])
def test_an_engine_that_is_stopped_between_deciding_and_storing_stores_nothing(site, point):
    (run,) = site.submit("chain", 1)
    zombie = site.engine("--until-idle", faults=f"{point}^{site.folder}/stopped")
    while not (site.folder / "stopped").exists():
        time.sleep(0.01)
    other = site.engine("--until-idle")
    assert "SUCCEEDED" in ended(other)
    before = site.system.store.attempts(run.run_id), site.system.store.executions(run.run_id)
    os.kill(zombie.pid, signal.SIGCONT)
    assert "lost" in ended(zombie)
    assert (zombie.returncode, other.returncode) == (1, 0)
    assert (site.system.store.attempts(run.run_id), site.system.store.executions(run.run_id)) == before
    for attempts in (site.system.store.attempts(run.run_id, execution.path) for execution in before[1]):
        assert [attempt.state for attempt in attempts].count(State.SUCCEEDED) <= 1


def test_an_engine_that_is_sent_away_gives_its_runs_back(site):
    (run,) = site.submit("hanging", 1)
    first = site.engine()
    pids = wait_for(site, "hangs").split()[1:]
    first.terminate()
    assert "given back" in ended(first)
    assert first.returncode == 0
    assert not any(alive(int(pid)) for pid in pids)
    assert site.state(run) is State.RUNNING
    assert site.system.store.lease(run.run_id) is None
    (execution,) = [e for e in site.system.store.executions(run.run_id) if e.path == "hang"]
    assert (execution.state, execution.losses, execution.failures) == (State.PENDING, 0, 0)
    (site.folder / "go").touch()
    second = site.engine("--until-idle")
    ended(second)
    assert site.state(run) is State.SUCCEEDED


@BOTH
def test_an_engine_that_is_killed_while_it_leaves_loses_nothing(site):
    (run,) = site.submit("hanging", 1)
    first = site.engine(faults="engine.after_return")
    pids = wait_for(site, "hangs").split()[1:]
    first.terminate()
    ended(first)
    assert first.returncode == -signal.SIGKILL
    (site.folder / "go").touch()
    second = site.engine("--until-idle")
    ended(second)
    assert site.state(run) is State.SUCCEEDED
    assert not any(alive(int(pid)) for pid in pids)
    numbers = [(a.number, a.state) for a in site.system.store.attempts(run.run_id, "hang")]
    assert numbers == [(1, State.FAILED), (2, State.SUCCEEDED)]


@pytest.mark.parametrize("force", [False, True], ids=["gently", "at once"])
def test_a_run_on_another_engine_is_cancelled_with_all_that_it_started(site, force):
    (run,) = site.submit("hanging", 1, stubborn=force)
    engine = site.engine("--until-idle")
    pids = wait_for(site, "hangs").split()[1:]
    site.penstock("runs", "cancel", run.run_id, *["--force"] * force).succeeded()
    ended(engine)
    assert site.state(run) is State.CANCELED
    assert not any(alive(int(pid)) for pid in pids)
    assert site.system.store.cancel_requests([run.run_id]) == []
    again = site.penstock("runs", "cancel", run.run_id)
    assert again.code == 2
    assert "there is nothing to cancel in it [ENG014]" in again.err


def test_a_run_that_nobody_drives_is_cancelled_at_once(site):
    (waiting,) = site.submit("chain", 1)
    (begun,) = site.submit("hanging", 1)
    engine = site.engine("--max-runs", "2")
    pids = wait_for(site, "hangs").split()[1:]
    os.killpg(engine.pid, signal.SIGKILL)
    engine.wait()
    (never,) = site.submit("chain", 2)
    for run in (begun, never):
        assert "CANCELED" in site.penstock("runs", "cancel", run.run_id).succeeded().out
        assert site.state(run) is State.CANCELED
    assert site.state(waiting).finished or site.system.cancel(waiting.run_id).state is State.CANCELED
    assert not any(alive(int(pid)) for pid in pids)


@BOTH
def test_what_two_runs_have_in_common_is_computed_once(site):
    runs = site.submit("chain", 1, 1, 1)
    engines = [site.engine("--until-idle") for _ in range(2)]
    for engine in engines:
        ended(engine)
    assert [site.state(run) for run in runs] == [State.SUCCEEDED] * 3
    assert Counter(site.notes()) == {"step 1": 1, "step 2": 1, "step 3": 1}
