"""A chain of 50 isolated no-op tasks, against a bare `multiprocessing` forkserver with nothing durable."""

import multiprocessing
import tempfile
from pathlib import Path

from benchmarks.measure import Result, by_turns
from penstock.compiler import compile_file
from penstock.core.settings import Settings
from penstock.metadata.records import State
from penstock.platform.system import System

PIPELINES = Path(__file__).parent / "pipelines"
TASKS = 50


def nothing() -> None:
    """What a task of the floor does."""


def forkserver() -> None:
    context = multiprocessing.get_context("forkserver")
    for _ in range(TASKS):
        process = context.Process(target=nothing)
        process.start()
        process.join()


def run(quick: bool) -> list[Result]:
    with tempfile.TemporaryDirectory() as home, System.open(Settings(home=Path(home))) as system:
        document = compile_file(PIPELINES / "chain.py", "chain50")

        def chain() -> None:
            assert system.drive(system.submit(document, {}).run_id).state is State.SUCCEEDED

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
