"""What the end of a job means for the engine: a result, a failure, or a cancellation."""

from pathlib import Path

import msgspec

from penstock.core.errors import PenstockError
from penstock.engine.executor import Canceled, Failed, Limits, Outcome, Succeeded
from penstock.executors.errors import (
    EndedSilently,
    KilledBySignal,
    MemoryExceeded,
    TimedOut,
    WorkerDidNotStart,
)
from penstock.executors.process.child import FAILED, UNTOLD
from penstock.executors.process.messages import Ended
from penstock.ir.runtime import ExecutorOutput, TaskFailure
from penstock.launcher.errors import NoRoom, OutOfMemory
from penstock.launcher.failures import failure_of
from penstock.metadata.records import Usage

FAILURE_FILE = "failure.json"

_outputs = msgspec.json.Decoder(ExecutorOutput)
_failures = msgspec.json.Decoder(TaskFailure)
_ABORT = 6
_SAID_BY_ALLOCATORS = (b"memory allocation of", b"bad_alloc", b"Cannot allocate memory", b"out of memory")


def read_outcome(ended: Ended, *, output: Path, failure: Path, log: Path, limits: Limits) -> Outcome:
    """The outcome of a task's attempt.

    Args:
        ended: What the zygote says of its end.
        output: Where the launcher writes the outputs.
        failure: Where the child writes why there are none.
        log: What the task printed.
        limits: The attempt's limits.
    """
    usage = Usage(wall_seconds=ended.wall, cpu_seconds=ended.cpu, peak_memory=ended.peak)
    if ended.reason == "canceled":
        return Canceled(usage=usage)
    if ended.status == 0 and not ended.reason:
        try:
            return Succeeded(output=_outputs.decode(output.read_bytes()), usage=usage)
        except (FileNotFoundError, msgspec.DecodeError):
            return Failed(failure=failure_of(EndedSilently(status=0)), usage=usage)
    return Failed(failure=_failure(ended, failure, log, limits), usage=usage)


def _failure(ended: Ended, file: Path, log: Path, limits: Limits) -> TaskFailure:
    error = ended_by_us(ended, limits)
    if error is not None:
        return failure_of(error)
    told = read_failure(ended, file)
    memory = limits.memory
    if told is not None:
        if told.code == OutOfMemory.code and memory is not None:
            exceeded = failure_of(MemoryExceeded(limit=memory, peak=ended.held))
            return msgspec.structs.replace(exceeded, traceback=told.traceback)
        return told
    if memory is not None and ended.status == -_ABORT and _an_allocator_gave_up(log):
        return failure_of(MemoryExceeded(limit=memory, peak=ended.held))
    if ended.status == UNTOLD:
        return failure_of(NoRoom(path=str(file), reason="the task has failed, and could not even say why"))
    return failure_of(ended_by_itself(ended))


def ended_by_us(ended: Ended, limits: Limits) -> PenstockError | None:
    """Why the zygote ended the job, or did not even start it; None if it did not."""
    if ended.reason == "timeout":
        return TimedOut(limit=limits.timeout or ended.wall)
    if ended.reason == "memory":
        return MemoryExceeded(limit=limits.memory or 0, peak=ended.held)
    if ended.reason == "not_started":
        return WorkerDidNotStart(reason=ended.note)
    return None


def ended_by_itself(ended: Ended) -> PenstockError:
    """Why a job is over that left nothing."""
    if ended.status < 0:
        return KilledBySignal(signal=-ended.status)
    return EndedSilently(status=ended.status)


def read_failure(ended: Ended, file: Path) -> TaskFailure | None:
    """What the child wrote before it ended, if it came to that."""
    if ended.status != FAILED:
        return None
    try:
        return _failures.decode(file.read_bytes())
    except (OSError, msgspec.DecodeError):
        return None


def _an_allocator_gave_up(log: Path) -> bool:
    """Whether compiled code aborted because it got no memory: it says so before its last words, a long backtrace."""
    tail = read_tail(log, 1 << 16)
    return any(words in tail for words in _SAID_BY_ALLOCATORS)


def read_tail(file: Path, size: int = 8192) -> bytes:
    """The last bytes of a log; empty if it cannot be read."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - size))
            return stream.read()
    except OSError:
        return b""
