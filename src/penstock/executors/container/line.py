"""The command line that has a container engine run one attempt."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

from penstock.executors.command_errors import NotMountable
from penstock.executors.container.engine import ContainerEngine

_OF_THE_CLIENT = ("PATH", "HOME", "TMPDIR", "DOCKER_", "CONTAINER", "PODMAN", "BUILDAH_", "XDG_", "LD_", "STORAGE_")
"""Variables that mean something to the engine's own program, or the beginnings of such."""


class ContainerRun(Struct, frozen=True, kw_only=True):
    """What is to be run, and with what."""

    image: str
    command: list[str]
    """In place of the image's entry point; empty to leave that."""
    args: list[str]
    name: str
    """Of the container."""
    labels: dict[str, str] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)
    writable: list[str] = field(default_factory=list)
    """Folders of this machine that are there under the same path."""
    readable: list[str] = field(default_factory=list)
    """Files and folders that are there under the same path, and may not be changed."""
    folders: dict[str, str] = field(default_factory=dict)
    """Folders of this machine that are there under another path, by that path."""
    cpu: float | None = None
    memory: int | None = None
    """Bytes."""
    gpu: int = 0


def run_line(engine: ContainerEngine, run: ContainerRun, user: tuple[int, int], cores: int) -> list[str]:
    """The arguments of the engine's `run`.

    Nothing in it goes by way of a shell, and what the component gives stands after what we say: no value of a task
    can be taken for an option.

    Args:
        engine: Whose command line.
        run: What is to be run.
        user: Our own user and group: those that the outputs are to belong to.
        cores: Of this machine; an engine refuses to promise more.

    Raises:
        NotMountable: A path cannot be said in it.
    """
    line = [engine.program, "run", "--rm", "--name", run.name]
    line += [part for name, value in run.labels.items() for part in ("--label", f"{name}={value}")]
    line += ["--user", "0:0" if engine.rootless else f"{user[0]}:{user[1]}"]
    for paths, mode in ((run.writable, "rw"), (run.readable, "ro")):
        line += [part for path in paths for part in _mount(path, path, mode)]
    line += [part for path, source in run.folders.items() for part in _mount(source, path, "rw")]
    line += _variables(run, home_needed=not engine.rootless and user[0] != 0)
    line += _limits(engine, run, cores)
    if run.command:
        line += ["--entrypoint", run.command[0]]
    return [*line, run.image, *run.command[1:], *run.args]


def client_environment(environ: Mapping[str, str], component: Mapping[str, str]) -> dict[str, str]:
    """The variables of the engine's program: ours, and those that it is to hand on to the container."""
    return {**environ, **{name: value for name, value in component.items() if not _means_something(name)}}


def _variables(run: ContainerRun, *, home_needed: bool) -> list[str]:
    """By name alone, so that no list of processes shows their values; the engine's program has them itself."""
    line: list[str] = []
    for name, value in run.environ.items():
        line += ["--env", f"{name}={value}" if _means_something(name) else name]
    if home_needed and "HOME" not in run.environ:
        line += ["--env", "HOME=/tmp"]  # a user whom the image does not know has / for a home
    return line


def _means_something(name: str) -> bool:
    return name.startswith(_OF_THE_CLIENT)


def _mount(outside: str, inside: str, mode: str) -> Sequence[str]:
    source = os.path.realpath(outside)
    if ":" not in source + inside:
        return "--volume", f"{source}:{inside}:{mode}"
    if "," in source + inside:
        raise NotMountable(path=outside)
    return "--mount", f"type=bind,source={source},target={inside}" + (",readonly" if mode == "ro" else "")


def _limits(engine: ContainerEngine, run: ContainerRun, cores: int) -> list[str]:
    line: list[str] = []
    if run.cpu is not None:
        line += ["--cpus", f"{min(run.cpu, cores):g}"]
    if run.memory is not None:
        line += ["--memory", str(run.memory), "--memory-swap", str(run.memory)]
    if run.gpu:
        line += ["--gpus", str(run.gpu)] if engine.name == "docker" else ["--device", "nvidia.com/gpu=all"]
    return line


def outermost(paths: Sequence[str], within: Sequence[str]) -> list[str]:
    """Those of `paths` that are there and not already part of a folder `within` or of one another, each once."""
    found: list[str] = []
    for path in sorted({path for path in paths if Path(path).exists()}, key=len):
        if not any(Path(path).is_relative_to(other) for other in (*within, *found)):
            found.append(path)
    return found
