"""Named fault points: places where a test may kill the process, fail a call or hold it up.

Production code calls `fault_point(name)` at each place where a crash would be awkward; it does nothing
unless a test armed that name. Every name is listed in `FAULT_POINTS`, so that the fault tests can walk all.
"""

import os
import signal
from collections.abc import Callable, Iterable

FAULT_POINTS: dict[str, str] = {
    "engine.before_commit": "an event was decided, nothing of it is stored yet",
    "engine.after_commit": "the transition is stored, its commands are not performed yet",
    "engine.after_start": "a task was handed to its executor",
    "artifacts.before_rename": "the bytes lie under a temporary name",
    "artifacts.after_rename": "the bytes lie under their final name, nothing refers to them yet",
    "launcher.before_call": "the task's inputs are loaded, the author's function was not called yet",
    "launcher.before_report": "the outputs are stored, the engine does not know yet",
    "retention.after_batch": "some of the runs that may go are removed, their bytes are condemned",
    "retention.after_remove": "some of the condemned bytes are removed, nobody has noted that yet",
    "metadata.inside_transaction": "rows are written, the transaction is not committed",
}

_armed: dict[str, Callable[[], None]] = {}


def fault_point(name: str) -> None:
    """Do what a test armed for `name`; nothing otherwise."""
    if _armed:
        action = _armed.get(name)
        if action is not None:
            action()


def arm(name: str, action: Callable[[], None]) -> None:
    """Arm one fault point. `name` must be listed in `FAULT_POINTS`."""
    if name not in FAULT_POINTS:
        raise KeyError(name)
    _armed[name] = action


def disarm() -> None:
    """Forget everything that was armed."""
    _armed.clear()


def arm_kills(orders: Iterable[str]) -> None:
    """Arm from text, for processes that a test starts.

    Each order is `name`, `name:N` (the process kills itself, by SIGKILL, the N-th time that it passes that point,
    counted from 1), or `name@FILE` (the first process that passes it and makes that file, and no other).
    """
    for order in orders:
        name, _, file = order.partition("@")
        name, _, count = name.partition(":")
        arm(name, _KillOnce(file) if file else _Kill(int(count or 1)))


class _Kill:
    def __init__(self, count: int) -> None:
        self.left = count

    def __call__(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class _KillOnce:
    def __init__(self, file: str) -> None:
        self.file = file

    def __call__(self) -> None:
        try:
            os.close(os.open(self.file, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)
