"""Ten tasks that do nothing, in a chain and side by side: whole commands of Penstock and of its peers.

Each peer runs as its own guide says, with its default isolation. A peer that cannot be installed, or fails, is left
out, and the reason is printed: nothing here stands for a number that was not measured.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from uv import find_uv_bin

from benchmarks.measure import Result, command, command_seconds, penstock, seconds

HERE = Path(__file__).parent
PIPELINES = HERE.parent / "pipelines"
CACHE = HERE.parents[1] / ".cache" / "peers"
TASKS = 10
TIMEOUT = 300


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Another system, and how to run `chain` and `fan` in it."""

    name: str
    requirements: tuple[str, ...]
    isolation: str
    script: str
    environ: dict[str, str]

    def arguments(self, shape: str, work: Path) -> list[str]:
        """The program and its arguments."""
        if self.name == "metaflow":  # it reads the flow's source, so that is written first
            flow = work / f"{shape}.py"
            flow.write_text(command(sys.executable, str(HERE / "metaflow_flow.py"), shape, str(TASKS)))
            return [str(flow), "run"]
        return [str(HERE / self.script), shape, str(TASKS)]


PEERS = (
    Peer(
        name="metaflow",
        requirements=("metaflow",),
        isolation="a process a task",
        script="metaflow_flow.py",
        environ={"USERNAME": "benchmark", "METAFLOW_HOME": "{work}"},
    ),
    Peer(
        name="kfp",
        requirements=("kfp==2.17.0",),
        isolation="local runner, a subprocess a task",
        script="kfp_local.py",
        environ={},
    ),
    Peer(
        name="dagster",
        requirements=("dagster",),
        isolation="a process a task",
        script="dagster_job.py",
        environ={"DAGSTER_HOME": "{work}", "TASKS": str(TASKS)},
    ),
    Peer(
        name="prefect",
        requirements=("prefect", "fastapi<0.121"),
        isolation="in one process",
        script="prefect_flow.py",
        environ={
            "PREFECT_HOME": "{work}",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        },
    ),
)

_SHAPES = {"chain": f"{TASKS} no-op tasks in a chain", "fan": f"{TASKS} no-op tasks side by side"}


def run(quick: bool) -> list[Result]:
    ours = {shape: _ours(shape, 1 if quick else 3) for shape in _SHAPES}
    results = []
    for peer in PEERS[:1] if quick else PEERS:
        try:
            python, version = install(peer)
            for shape, words in _SHAPES.items():
                results.append(
                    Result(
                        name=f"{words}, whole command",
                        floor_name=f"{peer.name} {version}, {peer.isolation}",
                        floor=_theirs(peer, python, shape),
                        ours=ours[shape],
                        aim=1.0,
                    )
                )
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            print(f"{peer.name} is left out: {str(error)[-400:]}", file=sys.stderr)
    return results


def install(peer: Peer) -> tuple[Path, str]:
    """The interpreter of the peer's environment, made if it is not there, and the peer's version."""
    folder = CACHE / peer.name
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        uv = find_uv_bin()
        command(uv, "venv", "--quiet", "--clear", "--seed", "--python", sys.executable, str(folder))
        command(uv, "pip", "install", "--quiet", "--python", str(python), *peer.requirements)
        (folder / "ready").touch()
    version = command(str(python), "-c", f"import importlib.metadata as m; print(m.version({peer.name!r}))").strip()
    return python, version


def _theirs(peer: Peer, python: Path, shape: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        environ = {name: value.format(work=folder) for name, value in peer.environ.items()}
        environ["PATH"] = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
        arguments = [str(python), *peer.arguments(shape, work)]
        return seconds(lambda: _complete(arguments, work, environ))


def _complete(arguments: list[str], cwd: Path, environ: dict[str, str]) -> None:
    done = subprocess.run(
        arguments, cwd=cwd, env=os.environ | environ, capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    if done.returncode:
        raise RuntimeError(f"it ended with {done.returncode}: {done.stderr[-400:]}")


def _ours(shape: str, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as home:
            times.append(command_seconds(penstock(), "run", f"{PIPELINES}/chain.py:{shape}10", home=Path(home)))
    return sorted(times)[rounds // 2]
