"""Preprocessing fitted out of core: 12 columns of a Parquet file, against reading them, and scikit-learn in memory."""

import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Result, command

ROWS = 50_000_000
IN_MEMORY = 4_000_000
"""What scikit-learn is given: more would take it minutes."""
ROUNDS = 3


def run(quick: bool) -> list[Result]:
    from benchmarks.pipelines.features_fit import write_table  # here, because it imports what other rows do without

    rows, fitting, rounds = (5_000_000, 500_000, 1) if quick else (ROWS, IN_MEMORY, ROUNDS)
    with tempfile.TemporaryDirectory() as folder:
        whole, tenth, small = (Path(folder, f"{name}.parquet") for name in ("whole", "tenth", "small"))
        for path, count in ((whole, rows), (tenth, rows // 10), (small, fitting)):
            write_table(path, count)
        _once("read", whole)
        pairs = [(_once("read", whole), _once("fit", whole)) for _ in range(rounds)]
        peak, peak_of_tenth = pairs[-1][1][1], _once("fit", tenth)[1]
        theirs, ours = _once("memory", small), _once("fit", small)
    return [
        Result(
            name=f"out-of-core fit of 12 columns, {rows:,} rows of Parquet",
            floor_name="reading these columns with PyArrow",
            floor=statistics.median(read[0] for read, _ in pairs),
            ours=statistics.median(fit[0] for _, fit in pairs),
            aim=2,
        ),
        Result(
            name=f"the same, {fitting:,} rows, reading them included",
            floor_name="scikit-learn's fit of a frame in memory",
            floor=theirs[0],
            ours=ours[0],
            aim=1 / 3,
            notes=[f"peaks {theirs[1] / 1e9:.2f} and {ours[1] / 1e9:.2f} GB"],
        ),
        Result(
            name=f"peak memory of the fit of {rows:,} rows, at most 1 GB",
            floor_name="that of a tenth of the rows",
            floor=peak_of_tenth / 1e9,
            ours=peak / 1e9,
            aim=min(1.2, 1e9 / peak_of_tenth),
            unit="GB",
        ),
    ]


def _once(what: str, path: Path) -> tuple[float, float]:
    """Seconds and peak bytes of one process that does it."""
    seconds, peak = command(sys.executable, "-m", "benchmarks.pipelines.features_fit", what, str(path)).split()
    return float(seconds), float(peak)
