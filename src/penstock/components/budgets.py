"""What a model costs to serve: its size, how long a single row takes, how much memory a fresh process needs.

Run as a program, this module loads a package, predicts the rows of a file, and prints its own peak of memory.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.components.errors import NotMeasured

if TYPE_CHECKING:
    import polars as pl

_ROWS = 100
_WARM = 5
_ROUND = 1.0
"""Seconds that a round takes at most."""
_PATIENCE = 120.0


def folder_size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def single_row_seconds(model: Any, rows: "pl.DataFrame") -> float:
    """The median time that one row takes, here and now: the least of three rounds, since others work here too."""
    single = rows.head(_ROWS).to_dicts()
    for row in single[:_WARM]:
        model.predict(row)
    return min(statistics.median(_round(model, single)) for _ in range(3))


def _round(model: Any, rows: list[dict[str, Any]]) -> list[float]:
    """How long each row takes; of a slow model fewer rows."""
    taken: list[float] = []
    for row in rows:
        taken.append(_seconds(model, row))
        if sum(taken) > _ROUND:
            break
    return taken


def _seconds(model: Any, row: dict[str, Any]) -> float:
    begin = time.perf_counter()
    model.predict(row)
    return time.perf_counter() - begin


def peak_memory(folder: Path, rows: "pl.DataFrame") -> int:
    """Bytes that a fresh Python process holds at most while it loads the package and predicts the rows.

    Raises:
        NotMeasured: It did not come to its end.
    """
    with tempfile.TemporaryDirectory(prefix="penstock-memory-") as scratch:
        file = Path(scratch) / "rows.parquet"
        rows.write_parquet(file)
        command = [sys.executable, "-m", "penstock.components.budgets", str(folder), str(file)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            raise NotMeasured(what="memory", reason=f"it took more than {_PATIENCE:g} s") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise NotMeasured(what="memory", reason=said[-1] if said else f"it ended with {done.returncode}")
    return int(done.stdout)


def _measure(folder: str, file: str) -> int:
    import polars as pl

    from penstock.models import Model

    Model.load(Path(folder)).predict(pl.read_parquet(file))
    return _peak()


def _peak() -> int:
    """The most that this process held; not what it was forked from, as `getrusage` would say."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    sys.stdout.write(str(_measure(sys.argv[1], sys.argv[2])))
