"""A table larger than the memory limit of its tasks, through `pl.LazyFrame` components, against a plain script."""

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Result, command_seconds, penstock
from penstock.metadata import open_store

PIPELINES = Path(__file__).parent / "pipelines"
ROWS = 60_000_000
ROW_BYTES = 64
LIMIT = 1.5e9


def run(quick: bool) -> list[Result]:
    rows = ROWS // 30 if quick else ROWS
    with tempfile.TemporaryDirectory() as folder:
        home, plain = Path(folder, "home"), Path(folder, "plain")
        plain.mkdir()
        floor = command_seconds(sys.executable, str(PIPELINES / "large_script.py"), str(rows), str(plain))
        ours = command_seconds(penstock(), "run", str(PIPELINES / "large.py"), "--param", f"rows={rows}", home=home)
        store = open_store(home / "penstock.db")
        usages = [attempt.usage for attempt in store.attempts(store.runs()[0].run_id)]
        peak = max(usage.peak_memory for usage in usages if usage is not None)
        store.close()
    return [
        Result(
            name=f"a table of {rows * ROW_BYTES / 1e9:.1f} GB through three lazy tasks of {LIMIT / 1e9} GB each",
            floor_name="one script with the same files, no limit",
            floor=floor,
            ours=ours,
            aim=1.5,
            notes=[f"peak of a task {peak / 1e9:.2f} GB"],
        )
    ]
