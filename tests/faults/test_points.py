"""At every named fault point, while a process is held up there: engine, zygote, worker, database are killed.

One run comes by all points. Each time that one is reached, the victim dies, and the run is gone on with as a person
would: resumed where its engine died, retried where it failed.
"""

import json
import signal
import subprocess
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import psutil
import pytest

from penstock.artifacts import open_artifact_store
from penstock.core.faults import FAULT_POINTS
from penstock.metadata import open_store
from penstock.metadata.records import Execution, State
from support.invariants import check_invariants
from support.postgres import Server, new_schema
from support.projects import Project

PIPELINE = """
from pathlib import Path
from penstock import component, pipeline, Retry, Text, each, when

AGAIN = Retry(20, backoff="10ms")


def note(calls: str, what: str) -> None:
    with Path(calls, "calls.txt").open("a") as file:
        file.write(what + "\\n")


@component(retries=AGAIN, requirements=["@WHEEL@"])
def first(n: int, calls: str) -> int:
    import demo_pkg

    note(calls, "first")
    return n + demo_pkg.ONE


@component(retries=AGAIN)
def letters(n: int, calls: str) -> Text:
    note(calls, f"letters {n}")
    print("working on", n)
    return Text("x" * n)


@component(retries=AGAIN)
def count(texts: list[Text], calls: str) -> int:
    note(calls, "count")
    return sum(len(text) for text in texts)


@pipeline
def inner(n: int, calls: str) -> int:
    texts = [letters(k, calls) for k in each([3, 4, 5], parallelism=2)]
    return count(texts, calls)


@pipeline
def story(calls: str, n: int = 2) -> int:
    start = first(n, calls)
    total = inner.with_options(retries=AGAIN)(start, calls)
    with when(start > 1):
        letters(7, calls).after(total)
    return total
"""
IMPORTER = {"artifactUri": {"constant": "rows.csv"}, "typeSchema": {"schemaTitle": "system.Dataset"}}
WHOLE = {"first", "letters 3", "letters 4", "letters 5", "letters 7", "count"}

ON_LEAVING = {"engine.after_return"}
"""Reached when an engine is sent away: see `test_engines`."""
ON_SUBMITTING = {"environments.before_lock"}
ON_REMOVING = {name for name in FAULT_POINTS if name.startswith("retention.")}
"""Reached by `penstock gc`."""
LATE = {
    "engine.after_claim": 2,
    "engine.before_commit": 3,
    "engine.after_commit": 4,
    "metadata.inside_transaction": 9,
    "metadata.after_transaction": 10,
}
"""Points that are first passed when there is no worker yet, and the time at which there is one."""
ON_GOING_ON = set(FAULT_POINTS) - ON_LEAVING - ON_SUBMITTING - ON_REMOVING


Kill: TypeAlias = "Callable[[Site, subprocess.Popen[str], int], None]"
"""Kills something: given the site, the command, and the id of the process that is held up."""


class Site(Project):
    """A project with a pipeline that comes by every point, and a server of its own where it is asked for."""

    def __init__(self, folder: Path, server: Server | None) -> None:
        super().__init__(folder, pipeline=PIPELINE.replace("@WHEEL@", _wheel(folder)))
        self.server = server
        self.killed = 0
        self.place = new_schema(server.url) if server else str(self.home / "penstock.db")
        self.variables = {"PENSTOCK_STORE": self.place} if server else {}
        (folder / "rows.csv").write_text("a,b\n")
        (folder / "held").mkdir()
        self.penstock("compile", "pipeline.py:story", "-o", "story.json", env=self.variables).succeeded()
        document = json.loads((folder / "story.json").read_text())
        document["components"]["comp-get"] = {
            "executorLabel": "exec-get",
            "outputDefinitions": {"artifacts": {"artifact": {"artifactType": {"schemaTitle": "system.Dataset"}}}},
        }
        document["deploymentSpec"]["executors"]["exec-get"] = {"importer": IMPORTER | {"downloadToWorkspace": True}}
        document["root"]["dag"]["tasks"]["get"] = {"taskInfo": {"name": "get"}, "componentRef": {"name": "comp-get"}}
        (folder / "story.json").write_text(json.dumps(document))

    def held(self, point: str) -> Path:
        """Is there once somebody has been held up at that point, and holds a process id as long as somebody is."""
        return self.folder / "held" / point

    def holder(self, point: str) -> int:
        """Who is held up there; 0 if nobody is."""
        try:
            return int(self.held(point).read_text() or 0)
        except OSError:
            return 0

    def walk(self, command: tuple[str, ...], points: Collection[str], kill: Kill) -> None:
        """Do something, go on with it until it has succeeded, and `kill` at each point, once."""
        late = {} if kill is kill_engine or command[0] == "gc" else LATE
        faults = ",".join(f"{point}:{late.get(point, 1)}~{self.held(point)}" for point in sorted(points))
        for _ in range(3 * len(points)):
            process = self.start(*command, env=self.variables | {"PENSTOCK_FAULTS": faults})
            while process.poll() is None:
                for point in points:
                    if (holder := self.holder(point)) and process.poll() is None:
                        # each walk needs one such kill, for there to be something to recover
                        (kill_engine if point == "engine.after_start" else kill)(self, process, holder)
                        self.held(point).write_text("")
                time.sleep(0.002)
            said, _ = process.communicate()
            for point in points:
                if self.holder(point):  # at the moment when all was killed: let it be reached once more
                    self.held(point).unlink()
            if process.returncode == 0:
                return
            assert process.returncode in (-signal.SIGKILL, 1), said
            command = self.next_command(command)
        raise AssertionError(said)

    def next_command(self, command: tuple[str, ...]) -> tuple[str, ...]:
        """What a person would do now."""
        store = open_store(self.place)
        states = [run.state for run in store.runs()]
        store.close()
        if command[0] == "gc" or not states:
            return command
        return ("runs", "retry" if states[0].finished else "resume", "last")

    def begun(self) -> Counter[str]:
        """How often each task was begun."""
        return Counter((self.folder / "calls.txt").read_text().splitlines())

    def check(self) -> None:
        """What must hold of the run, and of everything."""
        store = open_store(self.place)
        check_invariants(store, open_artifact_store(self.home / "artifacts"))
        (run,) = store.runs()
        assert run.state is State.SUCCEEDED
        executions = {execution.path: execution for execution in store.executions(run.run_id)}
        tried = Counter(_called(executions[attempt.path]) for attempt in store.attempts(run.run_id))
        store.close()
        calls = self.begun()
        assert set(calls) == WHOLE
        assert calls <= tried, f"began more often than any record says: {calls - tried}"


def _called(execution: Execution) -> str:
    name = execution.component.removeprefix("comp-")
    return f"letters {execution.inputs.parameters['n']}" if name == "letters" else name


# --- victims ------------------------------------------------------------------------------------------------


def kill_engine(site: Site, engine: "subprocess.Popen[str]", holder: int) -> None:
    engine.kill()
    engine.wait()
    site.killed += 1


def kill_zygote(site: Site, engine: "subprocess.Popen[str]", holder: int) -> None:
    for zygote in _children(engine.pid):
        _kill(site, zygote)


def kill_worker(site: Site, engine: "subprocess.Popen[str]", holder: int) -> None:
    """Whoever is held up, if it is a worker; else whichever works or waits for work."""
    workers = [worker for zygote in _children(engine.pid) for worker in _children(zygote.pid)]
    for worker in workers:
        if holder in (worker.pid, engine.pid):
            _kill(site, worker)


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children()
    except psutil.NoSuchProcess:  # it has just ended by itself
        return []


def _kill(site: Site, process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):  # it has just ended by itself
        process.kill()
        site.killed += 1


def crash_database(site: Site, engine: "subprocess.Popen[str]", holder: int) -> None:
    site.server.stop("immediate")
    site.server.start()
    site.killed += 1


VICTIMS = [
    pytest.param("sqlite", kill_engine, id="engine, SQLite"),
    pytest.param("postgres", kill_engine, id="engine, PostgreSQL"),
    pytest.param("sqlite", kill_zygote, id="zygote"),
    pytest.param("sqlite", kill_worker, id="worker"),
    pytest.param("postgres", crash_database, id="database"),
]


@pytest.mark.parametrize(("site", "kill"), VICTIMS, indirect=["site"])
def test_whoever_is_killed_at_whichever_point_the_run_comes_to_its_end(site, kill):
    points = ON_GOING_ON | ON_SUBMITTING
    site.walk(("run", "story.json", "--param", f"calls={site.folder}"), points, kill)
    assert [point for point in sorted(points) if not site.held(point).exists()] == []
    assert site.killed > len(points) / 2  # at some, there is no worker
    site.check()


@pytest.mark.parametrize(("site", "kill"), [VICTIMS[0], VICTIMS[1], VICTIMS[4]], indirect=["site"])
def test_whoever_is_killed_while_runs_are_removed_they_are_gone_in_the_end(site, kill):
    run = ("run", "story.json", "--param", f"calls={site.folder}")
    for _ in range(3):
        site.penstock(*run, env=site.variables).succeeded()
    walks = [  # no walk comes by a point before which another one has done what leads to it
        ("2", {"metadata.inside_transaction", "retention.after_batch", "retention.after_remove"}),
        ("1", {"metadata.after_transaction"}),
    ]
    for keep, points in walks:
        site.walk(("gc", "--keep-last", keep, "--apply"), points, kill)
        assert [point for point in sorted(points) if not site.held(point).exists()] == []
    assert site.killed == 4
    begun = site.begun()
    site.penstock(*run, env=site.variables).succeeded()  # what was worked out before the first walk is known still
    assert site.begun() == begun
    store = open_store(site.place)
    assert len(store.runs()) == 2
    check_invariants(store, open_artifact_store(site.home / "artifacts"))
    store.close()


def test_no_point_is_forgotten():
    assert set(FAULT_POINTS) == ON_GOING_ON | ON_LEAVING | ON_SUBMITTING | ON_REMOVING


# --- what there is to run -----------------------------------------------------------------------------------


@pytest.fixture
def site(request, tmp_path) -> Iterator[Site]:
    server = Server() if request.param == "postgres" else None
    yield Site(tmp_path, server)
    if server is not None:
        server.remove()


def _wheel(folder: Path) -> str:
    file = folder / "demo_pkg-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("demo_pkg.py", "ONE = 1\n")
        about = "demo_pkg-1.0.dist-info"
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: demo-pkg\nVersion: 1.0\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return f"demo-pkg @ {file.as_uri()}"
