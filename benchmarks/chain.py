"""A chain of 50 isolated no-op tasks, against a bare `multiprocessing` forkserver with nothing durable."""

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Result, by_turns, command, seconds
from penstock.compiler.service import compile_named
from penstock.core.settings import Settings
from penstock.ir.document import parse_canonical
from penstock.metadata.records import State
from penstock.platform.system import System

PIPELINES = Path(__file__).parent / "pipelines"
TASKS = 50


def forkserver() -> float:
    """Seconds that the floor's tasks take. In a process of its own: a forkserver's children import its main module."""
    return float(command(sys.executable, str(PIPELINES / "forkserver.py"), str(TASKS)))


def run(quick: bool) -> list[Result]:
    with tempfile.TemporaryDirectory() as home, System.open(Settings(home=Path(home))) as system:
        document = parse_canonical(bytes(compile_named("chain.py:chain50", PIPELINES).document))

        def work() -> None:
            assert system.drive(system.submit(document, {}).run_id).state is State.SUCCEEDED

        def chain() -> float:
            return seconds(work)

        floor, ours = by_turns(forkserver, chain, 3 if quick else 15)
    return [
        Result(
            name="a chain of 50 isolated no-op tasks, every state change durable",
            floor_name="bare forkserver, nothing durable",
            floor=floor,
            ours=ours,
            aim=1.5,
            notes=[f"{ours / TASKS * 1e3:.1f} ms a task against {floor / TASKS * 1e3:.1f} ms"],
        )
    ]
