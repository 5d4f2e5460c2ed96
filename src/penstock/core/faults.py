"""Named fault points: places where a test may kill the process, fail a call or hold it up.

Production code calls `fault_point(name)` at each place where a crash would be awkward; it does nothing
unless a test armed that name. Every name is listed in `FAULT_POINTS`, so that the fault tests can walk all.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable

FAULT_POINTS: dict[str, str] = {
    "engine.after_acquire": "a run was taken, nobody renews its lease yet",
    "engine.after_recovery": "what a dead engine left was read, nothing of it is stored yet",
    "engine.after_claim": "it is settled who computes what, nothing of it is in line yet",
    "engine.before_commit": "an event was decided, nothing of it is stored yet",
    "engine.after_commit": "the transition is stored, its commands are not performed yet",
    "engine.after_start": "a task was handed to its executor",
    "engine.after_return": "the engine leaves and has ended an attempt, which is not on record yet",
    "engine.before_release": "the run is over or given back, its lease is still held",
    "imports.before_place": "the bytes of an import are whole, beside their place in the workspace",
    "imports.before_report": "the bytes of an import are stored, the engine does not know yet",
    "environments.before_lock": "requirements are resolved, to what is not on record yet",
    "environments.before_rename": "an environment is made, and lies under a temporary name",
    "artifacts.before_rename": "the bytes lie under a temporary name",
    "artifacts.after_rename": "the bytes lie under their final name, nothing refers to them yet",
    "launcher.before_call": "the task's inputs are loaded, the author's function was not called yet",
    "launcher.before_report": "the outputs are stored, the engine does not know yet",
    "retention.after_batch": "some of the runs that may go are removed, their bytes are condemned",
    "retention.after_remove": "some of the condemned bytes are removed, nobody has noted that yet",
    "metadata.inside_transaction": "rows of whatever kind are written, the transaction is not committed",
    "metadata.after_transaction": "a transaction is committed, whoever asked for it has not been told",
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

    Each order is one of these. `:N` is the N-th time that a process passes that point, counted from 1, the first if it
    is left out.

    - `name:N`: the process kills itself, by SIGKILL;
    - `name:N@FILE`: the process kills itself if it makes that file, and leaves its id in it; no other one does;
    - `name:N~FILE`: the process that makes that file and leaves its id in it is held up until the file is empty: time
      to kill something else;
    - `name:N^FILE`: the process that makes that file and leaves its id in it stops, until somebody sends it SIGCONT.
    """
    for order in orders:
        sign = next((sign for sign in _ACTIONS if sign in order), "")
        name, _, file = order.partition(sign) if sign else (order, "", "")
        name, _, count = name.partition(":")
        arm(name, _Action(int(count or 1), file, _ACTIONS.get(sign, _die)))


class _Action:
    """Something to do the N-th time; where there is a file, only by the process that makes it."""

    def __init__(self, count: int, file: str, act: Callable[[str], None]) -> None:
        self.left = count
        self.file = file
        self.act = act

    def __call__(self) -> None:
        self.left -= 1
        if self.left == 0 and (not self.file or _is_first(self.file)):
            self.act(self.file)


def _die(_file: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _stop(_file: str) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _wait_until_empty(file: str) -> None:
    while os.stat(file).st_size:  # noqa: PTH116
        time.sleep(0.005)


_ACTIONS: dict[str, Callable[[str], None]] = {"@": _die, "~": _wait_until_empty, "^": _stop}


def _is_first(file: str) -> bool:
    """Whether nobody has made that file before; it holds our process id then."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        return False
    os.write(handle, str(os.getpid()).encode())
    os.close(handle)
    return True
