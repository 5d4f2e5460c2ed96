"""A thousand isolated no-op tasks side by side, in a loop, and in three nested loops; and all of them from cache."""

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Result, by_turns, command, seconds
from penstock.compiler.service import compile_named
from penstock.core.settings import Settings
from penstock.ir.document import parse_canonical
from penstock.ir.spec import PipelineDocument
from penstock.metadata.records import State
from penstock.platform.system import System

PIPELINES = Path(__file__).parent / "pipelines"
TASKS = 1000
CORES = 2

_SHAPES = {
    "fan1000": "1,000 isolated no-op tasks side by side",
    "loop1000": "a loop over 1,000 items, an isolated no-op task each",
    "nested1000": "three nested loops of 10 × 10 × 10, an isolated no-op task each",
}


def forkserver() -> float:
    """Seconds that the floor takes, two tasks at once."""
    return float(command(sys.executable, str(PIPELINES / "forkserver.py"), str(TASKS), str(CORES)))


def document(name: str) -> PipelineDocument:
    return parse_canonical(bytes(compile_named(f"chain.py:{name}", PIPELINES).document))


def run(quick: bool) -> list[Result]:
    results = []
    for name, words in list(_SHAPES.items())[: 1 if quick else None]:
        with (
            tempfile.TemporaryDirectory() as home,
            System.open(Settings(home=Path(home), max_parallel=CORES)) as system,
        ):
            compiled = document(name)
            floor, ours = by_turns(forkserver, lambda: _drive(system, compiled), 1 if quick else 3)  # noqa: B023
        notes = [f"{ours / TASKS * 1e3:.1f} ms a task against {floor / TASKS * 1e3:.1f} ms"]
        results.append(
            Result(
                name=words, floor_name=f"bare forkserver, {CORES} at once", floor=floor, ours=ours, aim=1.2, notes=notes
            )
        )
    return [*results, _cached(quick)]


def _cached(quick: bool) -> Result:
    """All thousand from cache: what is left is the engine with its store."""
    with tempfile.TemporaryDirectory() as home, System.open(Settings(home=Path(home), max_parallel=CORES)) as system:
        compiled = document("kept1000")
        first = _drive(system, compiled)
        again = sorted(_drive(system, compiled) for _ in range(3 if quick else 9))
    ours = again[len(again) // 2] / TASKS
    return Result(
        name="a cached task, in a rerun of 1,000",
        floor_name="the same task executed",
        floor=first / TASKS,
        ours=ours,
        aim=0.0003,
        absolute=True,
    )


def _drive(system: System, compiled: PipelineDocument) -> float:
    """Seconds from submission to the end."""

    def work() -> None:
        assert system.drive(system.submit(compiled, {}).run_id).state is State.SUCCEEDED

    return seconds(work)
