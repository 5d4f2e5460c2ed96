"""A small world to be cruel to: a project, a store that engines share, processes to kill, and what must hold after all.

Tasks write a line when they begin and when they end, so that what really ran can be held against the records.
"""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import psutil

from penstock.artifacts import LocalArtifactStore
from penstock.core.faults import FAULT_POINTS
from penstock.core.ids import RunId
from penstock.ir.spec import PipelineDocument
from penstock.metadata.records import Execution, ExecutionKind, State
from penstock.metadata.retention import digest_in
from penstock.platform.options import RunOptions
from penstock.platform.settings import load_settings
from penstock.platform.system import System
from support.postgres import Server
from support.projects import PENSTOCK, Project

PIPELINE = """
import os, time
from pathlib import Path
from penstock import Retry, Text, component, each, pipeline, when


def note(folder: str, what: str) -> None:
    handle = os.open(os.path.join(folder, "ledger.txt"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, f"{what}\\n".encode())
    os.close(handle)


@component
def start(n: int, folder: str) -> int:
    note(folder, f"start({n})")
    time.sleep(0.02)
    return n + 1


@component
def letters(n: int, folder: str) -> Text:
    note(folder, f"letters({n})")
    time.sleep(0.02)
    print("letters", n)
    return Text("x" * n * 1000)


@component
def count(texts: list[Text], folder: str) -> int:
    note(folder, "count")
    time.sleep(0.02)
    return sum(len(text) for text in texts)


@component
def add(n: int, total: int, more: Text, folder: str) -> int:
    note(folder, f"add({n})")
    return total + len(more)


@component(retries=Retry(5, backoff="10ms"))
def shaky(n: int, folder: str) -> int:
    note(folder, f"shaky({n})")
    marker = Path(folder, f"shaken {n}")
    if not marker.exists():
        marker.touch()
        raise RuntimeError("the first time, it fails")
    return n


@pipeline
def story(folder: str, n: int) -> int:
    first = start(n, folder)
    texts = [letters(k, folder) for k in each([1, 2, 3], parallelism=2)]
    more = letters(first, folder)
    total = add(first, count(texts, folder), more, folder)
    with when(first > 3):
        shaky(first, folder)
    return total
"""
POINTS = sorted(name for name in FAULT_POINTS if not name.startswith("retention."))


def expected(n: int) -> int:
    """What a run of `story` gives."""
    return 6000 + (n + 1) * 1000


class World:
    """One store, and whatever is done to it. Everything that is random comes from `seed`."""

    def __init__(self, folder: Path, seed: int, *, postgres: bool = False) -> None:
        self.random = random.Random(seed)
        self.project = Project(folder, pipeline=PIPELINE)
        self.server = Server() if postgres else None
        self.variables = {
            "PENSTOCK_LEASE": "3",
            "PENSTOCK_DURABILITY": "normal",
            "PENSTOCK_HOME": str(self.project.home),
        }
        if self.server is not None:
            self.variables["PENSTOCK_STORE"] = self.server.url
        self.system = System.open(load_settings(os.environ | self.variables, folder))
        self.document: PipelineDocument = self.system.compile("pipeline.py:story", folder)[0]
        self.engines: list[subprocess.Popen[bytes]] = []
        self.runs: dict[RunId, int] = {}
        self.kills = 0
        self.said = folder / "engines.txt"

    # --- what is done ---------------------------------------------------------------------------------------

    def submit(self, n: int) -> None:
        options = RunOptions(detached=True, cwd=str(self.project.folder))
        given = {"folder": str(self.project.folder), "n": n}
        run = self.system.submit(self.document, given, options=options)
        self.runs[run.run_id] = n

    def start_engine(self, faults: str = "") -> None:
        environment = os.environ | self.variables | {"NO_COLOR": "1"}
        if faults:
            environment["PENSTOCK_FAULTS"] = faults
        with self.said.open("ab") as said:
            engine = subprocess.Popen(
                [str(PENSTOCK), "engine", "--max-parallel", "2"],
                cwd=self.project.folder,
                env=environment,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self.engines.append(engine)

    def alive(self) -> list["subprocess.Popen[bytes]"]:
        """Engines that still run; those that have died are counted."""
        for engine in [engine for engine in self.engines if engine.poll() is not None]:
            self.engines.remove(engine)
            self.kills += engine.returncode == -signal.SIGKILL
        return self.engines

    def kill_engine(self) -> None:
        """`kill -9` of an engine alone: its children are left to notice."""
        if engines := self.alive():
            victim = self.random.choice(engines)
            victim.kill()
            victim.wait()

    def kill_child(self, *, zygote: bool) -> None:
        """`kill -9` of a zygote, or of what a zygote has forked."""
        found = self._zygotes()
        if not zygote:
            found = [child for one in found for child in _children(one)]
        if found:
            victim = self.random.choice(found)
            try:
                victim.kill()
                self.kills += 1
            except psutil.NoSuchProcess:
                pass

    def crash_database(self) -> None:
        """Cut every connection where it stands, and start the server again."""
        if self.server is not None:
            self.server.stop("immediate")
            self.kills += 1
            self.server.start()

    def collect_garbage(self) -> None:
        """Unnamed bytes go; no run does."""
        from penstock.platform.retention import Policy

        self.system.collector.perform(Policy())

    def cancel_something(self) -> None:
        """Ask for any run to stop; it is retried in the end."""
        if self.runs:
            run = self.random.choice(list(self.runs))
            now = self.system.clock.now()
            self.system.store.request_cancel(run, force=self.random.random() < 0.5, by="soak", now=now)

    def wait(self) -> None:
        """Let things go on for a moment, of no particular length."""
        time.sleep(self.random.choice([0.0, 0.02, 0.05, 0.1, 0.2, 0.4]))

    # --- what must hold -------------------------------------------------------------------------------------

    def settle(self) -> None:
        """No more cruelty: every run comes to its end. One that was cancelled, or lost a task too often, is retried."""
        for engine in self.alive():
            engine.kill()
            engine.wait()
        self.alive()
        for _ in range(3):
            ended = self.project.penstock("engine", "--until-idle", env=self.variables, timeout=120)
            assert ended.code == 0, ended
            bad = [run for run in self.runs if self.system.store.run(run).state is not State.SUCCEEDED]
            for run in bad:
                self.project.penstock("runs", "retry", run, env=self.variables, timeout=120)
            if not bad:
                return

    def check(self) -> None:
        """The invariants.

        Raises:
            AssertionError: One does not hold.
        """
        store = self.system.store
        for run_id, n in self.runs.items():
            run = store.run(run_id)
            assert run.state is State.SUCCEEDED, (run_id, run.state, run.error)
            executions = {execution.path: execution for execution in store.executions(run_id)}
            assert executions[""].outputs.parameters["Output"] == expected(n), "the cache served a wrong value"
            for execution in executions.values():
                assert execution.state.finished, (run_id, execution.path, execution.state)
                self._check_attempts(execution)
            assert store.lease(run_id) is None, "nobody drives a run that is over"
        self._check_ledger()
        self._check_artifacts()
        assert not self._zygotes(), "no worker outlives its engine"
        work = self.project.home / "work"
        assert not work.exists() or not list(work.iterdir())

    def _check_attempts(self, execution: Execution) -> None:
        attempts = self.system.store.attempts(execution.run_id, execution.path)
        states = [attempt.state for attempt in attempts]
        assert all(state.finished for state in states), (execution.path, states)
        runs = execution.kind is ExecutionKind.TASK and execution.state is State.SUCCEEDED
        assert State.SUCCEEDED not in states[:-1], f"{execution.path} was tried again after it had succeeded: {states}"
        assert states.count(State.SUCCEEDED) == (runs and execution.reused is None), (execution.path, states)

    def _check_ledger(self) -> None:
        """Nothing ran but what a record says was tried: so nothing that is done was done again in silence."""
        store = self.system.store
        tried: Counter[str] = Counter()
        for run_id in self.runs:
            executions = {execution.path: execution for execution in store.executions(run_id)}
            for attempt in store.attempts(run_id):
                tried[_ledger_name(executions[attempt.path])] += 1
        begun = Counter(self._ledger())
        assert begun <= tried, f"began more often than any record says: {begun - tried}"

    def _check_artifacts(self) -> None:
        artifacts = self.system.artifacts
        assert isinstance(artifacts, LocalArtifactStore)
        named = {digest for uri in self.system.store.retention.referenced() if (digest := digest_in(uri))}
        assert named <= {item.digest for item in artifacts.kept()}
        for artifact in self.system.store.find_artifacts(limit=10_000):
            assert artifact.digest is not None
            assert artifacts.verify(artifact.uri, artifact.digest), f"{artifact.uri} is not what it was"

    # --- looking --------------------------------------------------------------------------------------------

    def _ledger(self) -> list[str]:
        """Each piece of work that was begun."""
        path = self.project.folder / "ledger.txt"
        return path.read_text().splitlines() if path.exists() else []

    def _zygotes(self) -> list[psutil.Process]:
        """Zygotes of this world's engines: they have its home in their environment."""
        return [process for process in psutil.process_iter() if _is_zygote_of(process, self.variables["PENSTOCK_HOME"])]

    def close(self) -> None:
        for engine in self.engines:
            if engine.poll() is None:
                engine.kill()
            engine.wait()
        self.system.close()
        if self.server is not None:
            self.server.remove()


def _ledger_name(execution: Execution) -> str:
    """What a task calls itself in the ledger: its component, and its number if it has one."""
    number = execution.inputs.parameters.get("n")
    return execution.component.removeprefix("comp-") + (f"({number})" if number is not None else "")


def _is_zygote_of(process: psutil.Process, home: str) -> bool:
    try:
        named = "penstock.executors.process.zygote" in process.cmdline()
        return named and process.environ().get("PENSTOCK_HOME") == home and process.ppid() is not None
    except psutil.Error:
        return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []
