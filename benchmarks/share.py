"""What part of a realistic run's CPU time the engine takes for itself: deciding, storing, talking to workers."""

import json
import resource
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Result, command
from penstock.compiler.service import compile_named
from penstock.core.settings import Settings
from penstock.ir.document import parse_canonical
from penstock.metadata.records import State
from penstock.platform.system import System

PIPELINES = Path(__file__).parent / "pipelines"


def measure(rows: str) -> tuple[float, float]:
    """CPU seconds of the engine's own process while it drives the tabular pipeline, and of the tasks."""
    with tempfile.TemporaryDirectory() as home, System.open(Settings(home=Path(home))) as system:
        document = parse_canonical(bytes(compile_named("tabular.py", PIPELINES).document))
        before = _own()
        run = system.drive(system.submit(document, {"path": rows}).run_id)
        own = _own() - before
        assert run.state is State.SUCCEEDED
        tasks = sum(attempt.usage.cpu_seconds for attempt in system.store.attempts(run.run_id) if attempt.usage)
    return own, tasks


def _own() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def run(quick: bool) -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        rows, size = Path(folder, "rows.csv"), 20_000 if quick else 200_000
        code = f"from benchmarks.pipelines.tabular_steps import write_table; write_table({str(rows)!r}, {size})"
        command(sys.executable, "-c", code)
        own, tasks = json.loads(command(sys.executable, "-m", "benchmarks.share", str(rows)))
    return [
        Result(
            name="CPU time of the engine itself in the 5-task tabular pipeline",
            floor_name="CPU time of its tasks",
            floor=tasks,
            ours=own,
            aim=0.1,
        )
    ]


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
