"""Inside a forked child: leave the zygote's life behind, wait for a job, do it, and go without ceremony."""

import atexit
import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from penstock.core.faults import arm_kills
from penstock.executors.errors import FoldersRefused, WorkingFolderGone
from penstock.executors.process import proc
from penstock.executors.process.messages import Assignment, unpack_assignment
from penstock.ir.runtime import TaskFailure
from penstock.launcher.failures import describe

ZYGOTE_SIGNALS = frozenset({signal.SIGCHLD, signal.SIGTERM, signal.SIGUSR2})
"""Those that the zygote handles. They are blocked while a child is forked: a child that took one for the zygote's
would end the zygote's jobs."""

FAILED = 1
"""Exit code of a job that raised; what it raised is in the assignment's `failure` file."""
UNTOLD = 74
"""Exit code of a job that raised, where the disk did not take that file either (`EX_IOERR`)."""
ALLOCATOR_SLACK = 512 << 20
"""Bytes that a process may map beyond twice its memory limit: see `_limit_memory`."""


class Terminated(BaseException):
    """SIGTERM arrived: unwinds the author's code, so that its `finally` blocks run."""


def live(orders: int, output: int, parent: int, private: list[int]) -> NoReturn:
    """The whole life of a child. Nothing of the zygote's own is run in it: no loop, no exit handlers.

    Args:
        orders: Pipe to read the job from.
        output: Pipe for what the job prints.
        parent: The zygote's process id.
        private: File descriptors of the zygote to close.
    """
    code = FAILED
    try:
        _detach(output, parent, private)
        body = _read(orders)
        if body is not None:
            code = _do(body)
    except Terminated:
        _end_by(signal.SIGTERM)
    except BaseException as error:  # noqa: BLE001 - nothing may reach the zygote's frames below
        with suppress(BaseException):
            os.write(2, f"penstock: the worker broke: {error!r}\n".encode(errors="backslashreplace"))
    finally:
        os._exit(code)


def _detach(output: int, parent: int, private: list[int]) -> None:
    os.setsid()
    proc.die_with_parent()
    if os.getppid() != parent:
        os._exit(FAILED)
    proc.adopt_orphans()
    signal.set_wakeup_fd(-1)
    for number in ZYGOTE_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ZYGOTE_SIGNALS)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for fd in (output, *private):
        os.close(fd)
    atexit._clear()


def _read(orders: int) -> bytes | None:
    """The job, or None if the zygote changed its mind."""
    data = bytearray()
    size = 8
    while len(data) < size:
        more = os.read(orders, 1 << 20)
        if not more:
            return None
        data += more
        if size == 8 and len(data) >= 8:
            size = 8 + int.from_bytes(data[:8], "big")
    os.close(orders)
    return bytes(data[8:])


def _do(body: bytes) -> int:
    assignment, payload = unpack_assignment(body)
    try:
        _settle(assignment)
        result = _resolve(assignment.function)(payload)
        if assignment.result:
            _write(assignment.result, result)
        atexit._run_exitfuncs()
        code = 0
    except Terminated:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the job's failure
        proc.lift_data_limit()
        code = _tell(assignment.failure, describe(error, assignment.code_folder))
    _flush()
    return code


def _tell(file: str, failure: TaskFailure) -> int:
    try:
        _write(file, msgspec.json.encode(failure))
    except OSError as refused:
        text = f"penstock: {failure.message} [{failure.code}]\npenstock: this could not be reported: {refused}\n"
        os.write(2, text.encode(errors="backslashreplace"))
        return UNTOLD
    return FAILED


def _settle(assignment: Assignment) -> None:
    signal.signal(signal.SIGTERM, _terminate)
    for name, value in assignment.environ.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    if assignment.folders:
        _mount(assignment)
    try:
        os.chdir(assignment.cwd)
    except OSError as error:
        raise WorkingFolderGone(folder=assignment.cwd, reason=error.strerror or str(error)) from None
    if assignment.memory is not None:
        _limit_memory(assignment.memory)
    arm_kills(assignment.faults)
    numpy_random: Any = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
    gc.enable()


def _mount(assignment: Assignment) -> None:
    from penstock.executors.process.mounts import mount_all

    parent = os.getppid()
    try:
        mount_all(assignment.folders, str(Path(assignment.failure).parent))
    except OSError as error:
        paths = [folder.path for folder in assignment.folders]
        place = f" ({error.filename})" if error.filename else ""
        raise FoldersRefused(paths=paths, reason=f"{error.strerror or error}{place}") from None
    proc.die_with_parent()  # the kernel forgets it where a process gets other rights
    if os.getppid() != parent:
        os._exit(FAILED)


def _limit_memory(limit: int) -> None:
    """Refuse at once what the zygote's watchdog, which looks ten times a second, would see too late.

    What counts here is what is mapped, and allocators map far more than they hold: stacks of threads, and what they
    were given back. So this is set well above the limit, and the watchdog judges.
    """
    proc.limit_data(proc.data_size() + 2 * limit + ALLOCATOR_SLACK)


def _terminate(_number: int, _frame: object) -> NoReturn:
    raise Terminated


def _end_by(number: signal.Signals) -> None:
    """End as the signal would have ended a process that did not catch it."""
    _flush()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _resolve(name: str) -> Callable[[bytes], bytes]:
    module, _, function = name.partition(":")
    found: Callable[[bytes], bytes] = getattr(import_module(module), function)
    return found


def _write(path: str, data: bytes) -> None:
    target = Path(path)
    part = target.with_name(target.name + ".part")
    part.write_bytes(data)
    part.replace(target)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(BaseException):
            stream.flush()
