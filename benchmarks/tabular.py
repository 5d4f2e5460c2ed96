"""Five isolated tasks over 200,000 × 20 rows, whole command, against the same code as one plain script."""

import itertools
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Result, by_turns, command_seconds, penstock

PIPELINES = Path(__file__).parent / "pipelines"


def run(quick: bool) -> list[Result]:
    from benchmarks.pipelines import tabular_steps  # here, because it imports what every other row does without

    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "rows.csv")
        tabular_steps.write_table(str(data), rows=20_000 if quick else 200_000)
        homes = (Path(folder, f"home{n}") for n in itertools.count())

        def script() -> float:
            return command_seconds(sys.executable, str(PIPELINES / "tabular_script.py"), str(data))

        def pipeline() -> float:
            home = next(homes)
            arguments = [penstock(), "run", str(PIPELINES / "tabular.py"), "--param", f"path={data}"]
            taken = command_seconds(*arguments, home=home)
            shutil.rmtree(home)
            return taken

        floor, ours = by_turns(script, pipeline, 2 if quick else 7)
    return [
        Result(
            name="5-task tabular pipeline, 200,000 × 20, whole command, fresh home",
            floor_name="the same code as one script",
            floor=floor,
            ours=ours,
            aim=1.2,
        )
    ]
