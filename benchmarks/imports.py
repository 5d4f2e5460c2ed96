"""What `import penstock` costs, against Python that imports nothing."""

import sys

from benchmarks.measure import Result, by_turns, command_seconds


def run(quick: bool) -> list[Result]:
    floor, ours = by_turns(
        lambda: command_seconds(sys.executable, "-c", "pass"),
        lambda: command_seconds(sys.executable, "-c", "import penstock; penstock.component"),
        5 if quick else 20,
    )
    return [
        Result(
            name="`import penstock` and its decorators, whole process",
            floor_name="bare Python",
            floor=floor,
            ours=ours,
            aim=0.1 + floor,
            absolute=True,
        )
    ]
