"""The job that is a container: run in a forked child, which looks after the engine's program."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct, field

from penstock.executors.command_errors import CommandFailed, ContainerKilled, ContainerNotStarted
from penstock.executors.container.engine import ContainerEngine
from penstock.executors.container.line import ContainerRun, client_environment, outermost, run_line
from penstock.executors.process.commands import CommandWork, as_task, environment, show, wait_for
from penstock.ir.commands import resolve_command
from penstock.ir.placeholders import resolve_text
from penstock.ir.runtime import ExecutorInput

_NOT_STARTED = 125
"""What both engines exit with when the container's command was never reached."""
_KILLED = 137


class GrantedFolder(Struct, frozen=True, kw_only=True):
    """A folder that the container is to find at `path`: see `penstock.engine.executor.Mount`."""

    path: str
    source: str = ""
    files: dict[str, bytes] = field(default_factory=dict)


class ContainerWork(CommandWork, frozen=True, kw_only=True):
    """One attempt in a container."""

    engine: ContainerEngine
    name: str
    labels: dict[str, str]
    surroundings: dict[str, str] = field(default_factory=dict)
    cpu: float | None = None
    memory: int | None = None
    gpu: int = 0
    variables: dict[str, str] = field(default_factory=dict)
    """Those that the attempt is granted: the `granted` ones, with their values."""
    mounts: list[GrantedFolder] = field(default_factory=list)


def run(payload: bytes) -> bytes:
    """Run the container. The outputs are written where the executor input says; nothing is returned."""
    work = _decoder.decode(payload)
    as_task(work, lambda seen: _in_container(work, seen))
    return b""


def _in_container(work: ContainerWork, seen: ExecutorInput) -> None:
    with _granted(work) as folders:
        _run(work, _resolved(work, seen, folders))


@contextmanager
def _granted(work: ContainerWork) -> Iterator[dict[str, str]]:
    """What the container is to find besides, by path. Files that are given by their content lie here meanwhile."""
    apart = Path(work.folder, "granted")
    folders: dict[str, str] = {}
    try:
        for number, mount in enumerate(work.mounts):
            folders[mount.path] = mount.source or str(apart / str(number))
            if not mount.source:
                (apart / str(number)).mkdir(mode=0o700, parents=True)
            for name, content in mount.files.items():
                file = os.open(apart / str(number) / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400)
                with os.fdopen(file, "wb") as stream:
                    stream.write(content)
        yield folders
    finally:
        shutil.rmtree(apart, ignore_errors=True)


def _run(work: ContainerWork, asked: ContainerRun) -> None:
    if not asked.image or asked.image.startswith("-"):
        raise ContainerNotStarted(engine=work.engine.name, image=asked.image)
    line = run_line(work.engine, asked, (os.getuid(), os.getgid()), os.cpu_count() or 1)
    show(line)
    status = wait_for(line, client_environment(os.environ, asked.environ))
    program = (asked.command or [asked.image])[0]
    if status == _NOT_STARTED:
        raise ContainerNotStarted(engine=work.engine.name, image=asked.image)
    if status == _KILLED and work.memory is not None:
        raise ContainerKilled(program=program, limit=work.memory)
    if status:
        raise CommandFailed(program=program, status=status)


def _resolved(work: ContainerWork, seen: ExecutorInput, folders: dict[str, str]) -> ContainerRun:
    workspace = work.values.get("workspace_path", "")
    writable = [work.folder, *outermost([workspace] if workspace else [], [work.folder])]
    inputs = [
        artifact.custom_path or artifact.uri
        for listed in seen.inputs.artifacts.values()
        for artifact in listed.artifacts
        if artifact.custom_path or artifact.uri.startswith("/")
    ]
    return ContainerRun(
        image=resolve_text(work.container.image, seen, work.values),
        command=resolve_command(work.container.command, seen, work.values),
        args=resolve_command(work.container.args, seen, work.values),
        name=work.name,
        labels=work.labels,
        environ=work.surroundings | environment(work, seen) | work.variables,
        folders=folders,
        writable=writable,
        readable=outermost(inputs, writable),
        cpu=work.cpu,
        memory=work.memory,
        gpu=work.gpu,
    )


_decoder = msgspec.json.Decoder(ContainerWork)
