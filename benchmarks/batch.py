"""Batch inference, whole command, against bare ONNX Runtime over the same Parquet file."""

import itertools
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Result, by_turns, command, command_seconds, penstock

PIPELINES = Path(__file__).parent / "pipelines"
ROWS = 4_000_000


def run(quick: bool) -> list[Result]:
    rows = ROWS // 20 if quick else ROWS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command(sys.executable, str(PIPELINES / "batch_data.py"), name, str(rows))
        homes = (folder / f"home{n}" for n in itertools.count())

        def script() -> float:
            return command_seconds(
                sys.executable, str(PIPELINES / "batch_script.py"), name, str(folder / "out.parquet")
            )

        def pipeline() -> float:
            home = next(homes)
            given = {"model": folder / "model", "trips": folder / "trips.parquet", "rows_per_part": rows // 4}
            parameters = [part for key, value in given.items() for part in ("--param", f"{key}={value}")]
            taken = command_seconds(penstock(), "run", str(PIPELINES / "batch.py"), *parameters, home=home)
            shutil.rmtree(home)
            return taken

        floor, ours = by_turns(script, pipeline, 1 if quick else 5)
    return [
        Result(
            name=f"batch inference of {rows:,} rows in 4 parts, whole command, fresh home",
            floor_name="bare ONNX Runtime over the same Parquet file, one process",
            floor=floor,
            ours=ours,
            aim=1 / 0.7,
            notes=[f"{rows / ours:,.0f} rows/s against {rows / floor:,.0f}"],
        )
    ]
