"""What Linux tells of processes, and the few things that only `prctl` can ask of it."""

import ctypes
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(sig: signal.Signals = signal.SIGKILL) -> None:
    """Get `sig` when the parent ends (strictly: the thread that forked this process)."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, also of those that made themselves daemons."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children(pid: int) -> list[int]:
    """The processes that `pid` is the parent of, zombies included; empty if there is no `pid`."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - twice as fast, and called for every job
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:  # noqa: PTH123
                found.extend(map(int, file.read().split()))
    except FileNotFoundError:
        return [] if _lists_children() else _children_by_scan(pid)
    except ProcessLookupError:
        return found
    return found


def descendants(pid: int) -> list[int]:
    """`pid` and every process below it."""
    found = [pid]
    for parent in found:  # grows while it is walked
        found.extend(children(parent))
    return found


def kill_tree(pid: int) -> None:
    """SIGKILL for the group that `pid` leads and for every process below it, whatever group that is in."""
    below = descendants(pid)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for other in below:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(other, signal.SIGKILL)


def held(pid: int) -> int:
    """Bytes that `pid` has in memory and that cannot be read again from a file; 0 if there is no such process.

    So a file that is mapped, however large, does not count: its pages go when somebody else needs the room.
    """
    return _sum(f"/proc/{pid}/status", (b"RssAnon:", b"RssShmem:"))


def held_proportionally(pid: int) -> int:
    """As `held`, but a page that several processes share is divided among them. Slow: milliseconds a gigabyte."""
    return _sum(f"/proc/{pid}/smaps_rollup", (b"Pss_Anon:", b"Pss_Shmem:")) or held(pid)


def data_size() -> int:
    """Bytes of private writable memory that this process has mapped: what `RLIMIT_DATA` counts."""
    return _sum("/proc/self/status", (b"VmData:",))


def limit_data(size: int) -> None:
    """Let this process map at most `size` bytes of private writable memory."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or size < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (size, hard))


def lift_data_limit() -> None:
    """Take `limit_data` back, so that there is room to say what happened."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def _sum(file: str, names: tuple[bytes, ...]) -> int:
    """The lines of `file` that start with one of `names`, added up, in bytes."""
    try:
        text = Path(file).read_bytes()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith(names))


def _lists_children() -> bool:
    """Whether this kernel was built with lists of children at all."""
    return Path(f"/proc/self/task/{os.getpid()}/children").exists()


def _children_by_scan(pid: int) -> list[int]:
    return [other for other, parent in _parents() if parent == pid]


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                after_name = (entry / "stat").read_text(errors="replace").rpartition(")")[2]
                yield int(entry.name), int(after_name.split()[1])
