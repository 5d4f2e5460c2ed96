"""A small world to be cruel to: a project, a store that engines share, processes to kill. What must hold after it all
is in `support.soak_checks`.

A kill is counted when it is known to have happened: a process of ours ended by SIGKILL, or a process has left its id
behind as the last thing that it did (`name@FILE` in `penstock.core.faults`).
"""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil

from penstock.core.faults import FAULT_POINTS
from penstock.core.ids import RunId
from penstock.ir.spec import PipelineDocument
from penstock.metadata.errors import RunNotFound
from penstock.metadata.records import Attempt, Execution, State
from penstock.metadata.retention import Hold
from penstock.platform.options import RunOptions
from penstock.platform.rerunning import submit_rerun
from penstock.platform.settings import load_settings
from penstock.platform.system import System
from support.postgres import Server
from support.projects import PENSTOCK, Project
from support.soak_locks import Locksmith
from support.soak_story import PIPELINE

_ELSEWHERE = ("retention.", "imports.", "environments.")
"""Points that `story` does not come by, or another command does."""
ENGINE_POINTS = sorted(name for name in FAULT_POINTS if name.startswith(("engine.", "metadata.")))
WORKER_POINTS = sorted(name for name in FAULT_POINTS if not name.startswith((*_ELSEWHERE, "engine.", "metadata.")))
ZOMBIE_POINTS = ["engine.after_claim", "engine.before_commit", "engine.after_commit", "engine.after_start"]
"""Where a stopped process holds up nobody else: not within a transaction of SQLite (see `support.soak_locks`)."""
COLLECTOR_POINTS = sorted(name for name in FAULT_POINTS if name.startswith(("retention.", "metadata.")))
LEASE = 3.0
_ACCIDENTS = (-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT, -signal.SIGILL, -signal.SIGFPE)
History = list[tuple[Execution, list[Attempt]]]


class World:
    """One store, and whatever is done to it. Everything that is random comes from `seed`."""

    def __init__(self, folder: Path, seed: int, *, postgres: bool = False) -> None:
        self.random = random.Random(seed)
        self.project = Project(folder, pipeline=PIPELINE)
        self.server = Server() if postgres else None
        self.variables = {
            "PENSTOCK_LEASE": str(int(LEASE)),
            "PENSTOCK_DURABILITY": "normal",
            "PENSTOCK_HOME": str(self.project.home),
            "PYTHONFAULTHANDLER": "1",
        }
        if self.server is not None:
            self.variables["PENSTOCK_STORE"] = self.server.url
        self.system = System.open(load_settings(os.environ | self.variables, folder))
        self.document: PipelineDocument = self.system.compile("pipeline.py:story", folder)[0]
        self.system.close_workers()
        self.engines: list[Engine] = []
        self.runs: dict[RunId, int] = {}
        self.removed: dict[RunId, History] = {}
        """What was on record of runs that are removed."""
        self.tally: Counter[str] = Counter()
        """What was done how often; `kills` are counted by victim."""
        self.said = folder / "engines.txt"
        self._marks = folder / "marks"
        self._marks.mkdir()
        self._locksmith: Locksmith | None = None
        if self.server is None:
            ids = lambda: [engine.process.pid for engine in list(self.engines)]  # noqa: E731
            self._locksmith = Locksmith(self.project.home / "penstock.db", ids)

    @property
    def kills(self) -> int:
        """How many processes were killed, crashes of the database included."""
        self.alive()
        return sum(count for what, count in self.tally.items() if what.startswith("killed "))

    # --- runs -----------------------------------------------------------------------------------------------

    def submit(self, n: int) -> None:
        options = RunOptions(detached=True, cwd=str(self.project.folder))
        given = {"folder": str(self.project.folder), "n": n}
        self.runs[self.system.submit(self.document, given, options=options).run_id] = n

    def rerun(self, n: int) -> None:
        """A new run of what another one ran, with another number or with some of its tasks done anew."""
        earlier = self.random.choice(list(self.runs))
        from_task = self.random.choice([None, "inner", "count", "for-loop-2"])
        executions = {execution.path for execution in self.system.store.executions(earlier)}
        given = {} if from_task in executions else {"n": n}
        of = self.system.store.run(earlier)
        run = submit_rerun(self.system, of, given, from_task=None if given else from_task, detached=True)
        self.runs[run.run_id] = given.get("n", self.runs[earlier])
        self.tally["reruns"] += 1

    def retry(self) -> None:
        """Go on with a run that ended badly, in a process that can be killed as engines are."""
        bad = [run for run in self.runs if self.state(run) in (State.FAILED, State.CANCELED)]
        if bad:
            self._start("retry", "runs", "retry", self.random.choice(bad), "--max-parallel", "2")

    def cancel(self) -> None:
        """Ask for any run to stop; it is retried in the end."""
        run, now = self.random.choice(list(self.runs)), self.system.clock.now()
        force = self.random.random() < 0.5
        self.tally["cancelled"] += self.system.store.request_cancel(run, force=force, by="soak", now=now)

    def state(self, run: RunId) -> State:
        return self.system.store.run(run).state

    # --- engines --------------------------------------------------------------------------------------------

    def start_engine(self, point: str = "", times: int = 1) -> None:
        """One that dies at a point the `times`-th time that it comes by, or one of whose workers does, once."""
        if point in WORKER_POINTS:  # without a file, every worker would die there or none
            point = f"{point}@{self._marks}/{point} {self.random.random()}"
        elif point:
            point = f"{point}:{times}"
        self._start("engine", "engine", "--max-parallel", "2", faults=point)

    def start_zombie(self, times: int) -> None:
        """An engine that hears and sees nothing from some commit on, until its runs have been taken from it."""
        point = self.random.choice(ZOMBIE_POINTS)
        faults = f"{point}:{times}^{self._marks}/stopped at {point} {self.random.random()}"
        self._start("zombie", "engine", "--until-idle", "--max-parallel", "2", faults=faults)

    def _start(self, what: str, *command: str, faults: str = "") -> None:
        environment = os.environ | self.variables | {"NO_COLOR": "1"}
        if faults:
            environment["PENSTOCK_FAULTS"] = faults
        with self.said.open("ab") as said:
            process = subprocess.Popen(
                [str(PENSTOCK), *command],
                cwd=self.project.folder,
                env=environment,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self.engines.append(Engine(process, what, faults))

    def alive(self) -> "list[Engine]":
        """Engines that still run; those that have died are counted, and so are workers that killed themselves."""
        for engine in [engine for engine in self.engines if engine.process.poll() is not None]:
            self.engines.remove(engine)
            assert engine.process.returncode not in _ACCIDENTS, self.said.read_text()[-10_000:]
            by_itself = not engine.ours and engine.point in WORKER_POINTS  # it has left a mark, and is counted below
            if engine.process.returncode == -signal.SIGKILL and not by_itself:
                self._count(f"{engine.what} {'by us' if engine.ours else 'at ' + engine.point}")
        for mark in self._marks.iterdir():
            if pid := mark.read_text():
                self._mark(mark.name.rpartition(" ")[0], int(pid))
                mark.write_text("")
        return self.engines

    def _mark(self, what: str, pid: int) -> None:
        if not what.startswith("stopped"):
            self._count(f"process at {what}")
            return
        self.tally[what] += 1
        for engine in self.engines:
            if engine.process.pid == pid:
                engine.stopped = time.monotonic()

    def _count(self, victim: str) -> None:
        self.tally[f"killed {victim}"] += 1

    # --- cruelty --------------------------------------------------------------------------------------------

    def kill(self, kind: str) -> None:
        """Kill an engine, a zygote, a worker or the database."""
        match kind:
            case "engine":
                self.kill_engine()
            case "database":
                self.crash_database()
            case _:
                self.kill_child(zygote=kind == "zygote")

    def kill_engine(self) -> None:
        """`kill -9` of an engine alone: its children are left to notice."""
        if engines := [engine for engine in self.alive() if engine.what != "zombie"]:
            self.random.choice(engines).kill()

    def kill_child(self, *, zygote: bool) -> None:
        """`kill -9` of a zygote, or of what a zygote has forked."""
        found = list(self.zygotes())
        if not zygote:
            found = [child for one in found for child in _children(one)]
        if found:
            try:
                self.random.choice(found).kill()
                self._count("zygote" if zygote else "worker")
            except psutil.NoSuchProcess:
                pass

    def crash_database(self) -> None:
        """Cut every connection where it stands, and start the server again."""
        if self.server is not None:
            self.server.stop("immediate")
            self._count("database")
            self.server.start()

    def wake_zombies(self) -> None:
        """Have those go on whose leases are over: they must do no harm."""
        for engine in self.alive():
            if engine.stopped and engine.stopped < time.monotonic() - LEASE - 1:
                engine.wake()
                self.tally["woken"] += 1

    def collect_garbage(self, keep: int | None = None, point: str = "", times: int = 1) -> None:
        """Remove what may go, in a process that dies on the way where a point is given."""
        store, now = self.system.store, self.system.clock.now()
        history = {run: self.history(run) for run in self.runs if self.state(run) is State.SUCCEEDED}
        held = [run for run in self.runs if run not in history]
        for run in held:  # what finishes from now on stays, so that all is known of what goes
            store.retention.hold(Hold(kind="run", target=run, holder="soak", created_at=now))
        rules = [] if keep is None else ["--keep-last", str(keep)]
        ended = self.project.penstock(
            "gc", *rules, "--apply", env=self.variables, faults=f"{point}:{times}" if point else ""
        )
        assert ended.code in ((0, -9) if point else (0,)), ended
        if ended.code:
            self._count(f"gc at {point}")
        for run in held:
            store.retention.release("run", run, "soak")
        self._notice_removed(history)

    def _notice_removed(self, history: dict[RunId, History]) -> None:
        for run in history:
            try:
                self.system.store.run(run)
            except RunNotFound:
                self.removed[run] = history[run]
                del self.runs[run]
                self.tally["removed"] += 1

    def wait(self) -> None:
        """Let things go on for a moment, of no particular length."""
        time.sleep(self.random.choice([0.0, 0.02, 0.05, 0.1, 0.2, 0.4]))

    # --- in the end -----------------------------------------------------------------------------------------

    def settle(self) -> None:
        """No more cruelty: every run comes to its end. One that failed or was cancelled is retried."""
        for engine in list(self.alive()):
            if not engine.stopped:
                engine.kill()
        for _ in range(4):  # `fragile` fails two tries of a run, and four may be lost
            ended = self.project.penstock("engine", "--until-idle", env=self.variables, timeout=120)
            assert ended.code == 0, ended
            for zombie in self.alive():  # all that it drove was driven to its end by others
                zombie.wake()
                self.tally["woken in the end"] += 1
                assert zombie.process.wait(60) in (0, 1), self.said.read_text()[-10_000:]
            bad = [run for run in self.runs if self.state(run) is not State.SUCCEEDED]
            for run in bad:
                self.project.penstock("runs", "retry", run, env=self.variables, timeout=120)
            if not bad:
                return

    def close(self) -> None:
        for engine in self.engines:
            engine.wake()
            engine.kill()
        if self._locksmith is not None:
            self._locksmith.close()
        self.system.close()
        if self.server is not None:
            self.server.remove()

    # --- looking --------------------------------------------------------------------------------------------

    def history(self, run: RunId) -> History:
        """Its executions, each with its attempts."""
        attempts = self.system.store.attempts(run)
        return [
            (execution, [attempt for attempt in attempts if attempt.path == execution.path])
            for execution in self.system.store.executions(run)
        ]

    def ledger(self) -> list[str]:
        """Each piece of work that was begun."""
        path = self.project.folder / "ledger.txt"
        return path.read_text().splitlines() if path.exists() else []

    def processes(self) -> Iterator[psutil.Process]:
        """Whatever lives of this world: it has its home in its environment."""
        for process in psutil.process_iter():
            try:
                if process.environ().get("PENSTOCK_HOME") == self.variables["PENSTOCK_HOME"]:
                    yield process
            except psutil.Error:
                continue

    def zygotes(self) -> Iterator[psutil.Process]:
        """Of these, those that were started as zygotes; their children look the same, and are not."""
        found = {process.pid: process for process in self.processes() if _is_zygote(process)}
        return (process for process in found.values() if _parent(process) not in found)


class Engine:
    """A process of ours that drives runs."""

    def __init__(self, process: "subprocess.Popen[bytes]", what: str, faults: str) -> None:
        self.process = process
        self.what = what
        self.point = faults.partition("@")[0].partition(":")[0]
        self.ours = False
        """Whether it was us who killed it."""
        self.stopped = 0.0
        """Since when it is; 0 if it is not."""

    def kill(self) -> None:
        if self.process.poll() is None:
            self.ours = True
            self.process.kill()
            self.process.wait()

    def wake(self) -> None:
        self.stopped = 0.0
        self.process.send_signal(signal.SIGCONT)


def _is_zygote(process: psutil.Process) -> bool:
    try:
        return "penstock.executors.process.zygote" in process.cmdline()
    except psutil.Error:
        return False


def _parent(process: psutil.Process) -> int | None:
    try:
        return process.ppid()
    except psutil.Error:
        return None


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []
