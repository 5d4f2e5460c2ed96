"""10,000 metrics that one task logs, in a real run, against rows of SQLite in one transaction and MLflow's own store.

What Penstock takes is what the run with them takes longer than the same run without: the calls in the task, and taking
them in until they are durable.
"""

import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.measure import Result, command, seconds
from penstock.compiler.service import compile_named
from penstock.core.ids import tracked_id
from penstock.core.settings import Settings
from penstock.ir.document import parse_canonical
from penstock.metadata.records import State
from penstock.platform.system import System

PIPELINES = Path(__file__).parent / "pipelines"
METRICS = 10_000
NAMES = 10
AIM = 1e-4


def raw(folder: Path, number: int) -> float:
    """Rows in a table with the same index, written one by one in one durable transaction."""
    with closing(sqlite3.connect(folder / f"raw-{number}.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = wal")
        database.execute(
            "CREATE TABLE metrics (run TEXT, key TEXT, step INTEGER, at INTEGER, value REAL, "
            "PRIMARY KEY (run, key, step, at, value)) WITHOUT ROWID"
        )

        def work() -> None:
            database.execute("BEGIN IMMEDIATE")
            for step in range(METRICS):
                values = ("r" * 32, f"metric-{step % NAMES}", step, time.time_ns(), 0.5)
                database.execute("INSERT INTO metrics VALUES (?, ?, ?, ?, ?)", values)
            database.execute("COMMIT")

        return seconds(work)


def mlflow(folder: Path, number: int, metrics: int) -> float:
    """MLflow's client with a store of its own in SQLite: `log_metric`, one by one. In a process of its own."""
    script = str(PIPELINES / "mlflow_metrics.py")
    return float(command(sys.executable, script, str(folder / f"mlflow-{number}.db"), str(metrics))) / metrics


def run(quick: bool) -> list[Result]:
    rounds = 2 if quick else 7
    with tempfile.TemporaryDirectory() as home, System.open(Settings(home=Path(home))) as system:
        document = parse_canonical(bytes(compile_named("metrics.py:log_many", PIPELINES).document))

        def logging(count: int) -> float:
            def work() -> None:
                run = system.drive(system.submit(document, {"count": count, "names": NAMES}).run_id)
                assert run.state is State.SUCCEEDED, run.error
                ident = tracked_id(run.run_id, "log")
                found = system.store.tracking.latest_metrics([ident])
                assert sum(metric.step + 1 for metric in found.get(ident, {}).values()) >= count

            return seconds(work)

        logging(0)  # starts a worker
        floors, extra, peers = [], [], []
        for number in range(rounds):
            floors.append(raw(Path(home), number) / METRICS)
            without = logging(0)
            extra.append((logging(METRICS) - without) / METRICS)
        peers = [mlflow(Path(home), number, 100 if quick else 300) for number in range(1 if quick else 3)]
    ours = statistics.median(extra)
    return [
        Result(
            name="a logged metric, of 10,000 that one task logs in a run, durable",
            floor_name="a row of SQLite, in one transaction",
            floor=statistics.median(floors),
            ours=ours,
            aim=AIM,
            absolute=True,
            notes=[f"MLflow's own store in SQLite, {statistics.median(peers) * 1e3:.1f} ms"],
        )
    ]
