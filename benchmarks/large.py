"""A table larger than the memory limit of its tasks, through `pl.LazyFrame` components."""

import tempfile
from pathlib import Path

from benchmarks.measure import Result, command, penstock, seconds

PIPELINES = Path(__file__).parent / "pipelines"
ROWS = 60_000_000
ROW_BYTES = 64


def run(quick: bool) -> list[Result]:
    rows = ROWS // 30 if quick else ROWS
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        arguments = [penstock(), "run", str(PIPELINES / "large.py"), "--param", f"rows={rows}"]
        ours = seconds(lambda: command(*arguments, home=home))
        written = sum(file.stat().st_size for file in home.rglob("*.parquet"))
    return [
        Result(
            name=f"a table of {rows * ROW_BYTES / 1e9:.1f} GB through three tasks of 1.5 GB each",
            floor_name="(it succeeds)",
            floor=ours,
            ours=ours,
            aim=1.0,
            notes=[f"{written / 1e9:.1f} GB of Parquet written"],
        )
    ]
