"""The job that is a command line: run in a forked child, which looks after the command and collects what it left."""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct, field

from penstock.artifacts.local import Durability
from penstock.artifacts.opening import open_artifact_store
from penstock.executors.command_errors import CannotExecute, CommandFailed, NoCommand
from penstock.executors.process import proc
from penstock.ir.commands import resolve_command
from penstock.ir.placeholders import resolve_text
from penstock.ir.runtime import ExecutorInput
from penstock.ir.spec import ComponentOutputs, ContainerSpec
from penstock.launcher.foreign import run_foreign

PROMPT = "$ "
"""What stands before the command line in its log."""
LONGEST_SHOWN = 8_000
"""Characters of a command line that the log shows; some hold whole programs."""

_ENDING = frozenset({signal.SIGTERM})


class CommandWork(Struct, frozen=True, kw_only=True):
    """One attempt of a component that is a command line."""

    container: ContainerSpec
    """Its placeholders are resolved in the worker, where the local paths are known."""
    executor_input: ExecutorInput
    outputs: ComponentOutputs
    """As the component declares them."""
    values: dict[str, str] = field(default_factory=dict)
    """What the run says of itself."""
    granted: list[str] = field(default_factory=list)
    """Variables that this process has for the command, whatever the component says of them."""
    component: str
    """Its name, for messages."""
    folder: str
    """The attempt's own."""
    artifacts: str
    """URL of the artifact store."""
    artifact_cache: str
    """Local folder for what is fetched from a remote store."""
    durability: Durability = "full"
    """Of a local store."""


def run(payload: bytes) -> bytes:
    """Run the command on this host. The outputs are written where the executor input says; nothing is returned."""
    work = _decoder.decode(payload)
    as_task(work, lambda seen: _on_host(work, seen))
    return b""


def as_task(work: CommandWork, start: Callable[[ExecutorInput], None]) -> None:
    """Let `start` run the command, between fetching its inputs and collecting its outputs."""
    store = open_artifact_store(work.artifacts, cache=Path(work.artifact_cache), durability=work.durability)
    run_foreign(work.executor_input, work.outputs, store, Path(work.folder), work.component, start)


def environment(work: CommandWork, seen: ExecutorInput) -> dict[str, str]:
    """The variables that the component sets, except those for which the attempt was granted another value."""
    return {
        one.name: resolve_text(one.value, seen, work.values)
        for one in work.container.env
        if one.name not in work.granted
    }


def wait_for(line: Sequence[str], environ: Mapping[str, str], *, executable: str | None = None) -> int:
    """Run a program to its end; its exit code, or minus the signal that killed it. Never by way of a shell.

    The program is in the group of this process, and asked to end with it: then there is a grace, which is not ours to
    cut short, after which both are killed.

    Args:
        line: The program and its arguments.
        environ: All of its variables.
        executable: What is started under the name of the program, if not the program itself.

    Raises:
        OSError, ValueError: It cannot be started.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)  # nothing may end us while the program has begun unseen
    try:
        process = subprocess.Popen(
            list(line),
            executable=executable,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            preexec_fn=_begin,
        )
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            return process.wait()
        except BaseException:
            process.wait()
            raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """In the program's process, before it is the program."""
    proc.die_with_parent()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)


def show(line: Sequence[str]) -> None:
    """Say in the log what is run: on one line, as Bash would take it."""
    text = " ".join(map(_quoted, line))
    os.write(1, f"{PROMPT}{text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + ' …'}\n".encode())


def _shell(program: str) -> str | None:
    """Bash where a command asks for `sh`: under that name it understands what the `sh` of most images does.

    `[[ … ]]` and `set -o pipefail` work in the `sh` of Alpine, BusyBox and Red Hat, and not in that of Debian.
    """
    return shutil.which("bash") if program in ("sh", "/bin/sh") else None


def _quoted(element: str) -> str:
    if element.isprintable():
        return shlex.quote(element)
    escaped = element.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t")
    safe = "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in escaped)
    return f"$'{safe}'"


def _on_host(work: CommandWork, seen: ExecutorInput) -> None:
    line = resolve_command([*work.container.command, *work.container.args], seen, work.values)
    image = work.container.image
    if not line:
        raise NoCommand(image=image)
    show(line)
    try:
        status = wait_for(line, os.environ | environment(work, seen), executable=_shell(line[0]))
    except (FileNotFoundError, NotADirectoryError):
        raise CannotExecute(program=line[0], image=image) from None
    except OSError as error:
        raise CannotExecute(program=line[0], image=image, reason=error.strerror or str(error)) from None
    except ValueError as error:  # a null byte, half of a surrogate pair
        raise CannotExecute(program=line[0], image=image, reason=str(error)) from None
    if status:
        raise CommandFailed(program=line[0], status=status)


_decoder = msgspec.json.Decoder(CommandWork)
