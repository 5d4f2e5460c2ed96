"""Measuring: two things by turns, so that a noisy machine disturbs both alike; medians, and their ratio."""

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Result:
    """One row of the table."""

    name: str
    floor_name: str
    floor: float
    """Seconds."""
    ours: float
    """Seconds."""
    aim: float
    """The ratio that we want to stay under; for an absolute aim, seconds."""
    absolute: bool = False
    unit: str = "s"
    """Of `floor` and `ours`; seconds, or `GB`."""
    notes: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    @property
    def reached(self) -> bool:
        return (self.ours if self.absolute else self.ratio) <= self.aim


def command_seconds(*arguments: str, home: Path | None = None) -> float:
    """How long a whole command takes."""
    return seconds(lambda: command(*arguments, home=home))


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes, once."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def by_turns(floor: Callable[[], float], ours: Callable[[], float], rounds: int) -> tuple[float, float]:
    """Medians of `rounds` measurements of each, after one of each that is thrown away. Both give seconds."""
    floor()
    ours()
    pairs = [(floor(), ours()) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def command(*arguments: str, cwd: Path | None = None, home: Path | None = None) -> str:
    """Run a command to its end and give its output. Raises `RuntimeError` with that output if it fails."""
    environment = os.environ | ({"PENSTOCK_HOME": str(home)} if home else {})
    done = subprocess.run(arguments, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def penstock() -> str:
    """The installed command, next to the interpreter that runs the benchmarks."""
    return str(Path(sys.executable).with_name("penstock"))


def machine() -> str:
    """The machine in words."""
    model = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores of {model}, {system}"
