"""A component with requirements of its own: what its environment costs when it is made, and when it is there."""

import sys
import tempfile
from pathlib import Path

from uv import find_uv_bin

from benchmarks.measure import Result, by_turns, command, command_seconds, penstock, seconds

PIPELINES = Path(__file__).parent / "pipelines"
REQUIREMENT = "colorama==0.4.6"


def run(quick: bool) -> list[Result]:
    rounds = 2 if quick else 7
    cold = by_turns(_by_hand, lambda: _whole("packed"), rounds)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name in ("packed", "plain"):
            _whole(name, home)
        warm = by_turns(lambda: _whole("plain", home), lambda: _whole("packed", home), rounds)
    return [
        Result(
            name="a task in an environment of its own, made for it, whole command (packages in uv's cache)",
            floor_name="uv venv, uv pip install, python, by hand",
            floor=cold[0],
            ours=cold[1],
            aim=3.0,
        ),
        Result(
            name="the same once the environment is there, whole command",
            floor_name="a task without requirements, whole command",
            floor=warm[0],
            ours=warm[1],
            aim=1.5,
        ),
    ]


def _whole(name: str, home: Path | None = None) -> float:
    with tempfile.TemporaryDirectory() as fresh:
        return command_seconds(
            penstock(), "run", f"{PIPELINES}/environments.py:{name}", "--no-cache", home=home or Path(fresh)
        )


def _by_hand() -> float:
    with tempfile.TemporaryDirectory() as folder:

        def work() -> None:
            python = str(Path(folder, "bin", "python"))
            command(find_uv_bin(), "venv", "--quiet", "--clear", "--python", sys.executable, folder)
            command(find_uv_bin(), "pip", "install", "--quiet", "--python", python, REQUIREMENT)
            command(python, "-c", "import colorama; print(colorama.__version__)")

        return seconds(work)
