"""An unchanged rerun of the tabular pipeline, whole command, against bare Python."""

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Result, by_turns, command, command_seconds, penstock

PIPELINES = Path(__file__).parent / "pipelines"


def run(quick: bool) -> list[Result]:
    from benchmarks.pipelines import tabular_steps  # here, because it imports what every other row does without

    with tempfile.TemporaryDirectory() as folder:
        data, home = Path(folder, "rows.csv"), Path(folder, "home")
        tabular_steps.write_table(str(data), rows=20_000 if quick else 200_000)
        again = [penstock(), "run", str(PIPELINES / "tabular.py"), "--param", f"path={data}"]
        command(*again, home=home)
        floor, ours = by_turns(
            lambda: command_seconds(sys.executable, "-c", "pass"),
            lambda: command_seconds(*again, home=home),
            5 if quick else 20,
        )
    return [
        Result(
            name="unchanged rerun of the tabular pipeline, whole command",
            floor_name="bare Python",
            floor=floor,
            ours=ours,
            aim=0.3,
            absolute=True,
        )
    ]
