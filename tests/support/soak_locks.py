"""Keeps a stopped process from holding up a whole world.

A process is stopped where the thread that drives a run is outside of a transaction. Another of its threads may be
inside one: that of another run, or the heartbeat. SQLite has one lock for all, so then nobody else can write, until
the stopped one goes on.
"""

import signal
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from pathlib import Path

import psutil

_LOOK = 0.5
_PATIENCE = 3.0
"""Seconds in which everybody who is awake has done with a transaction."""


class Locksmith:
    """Wakes stopped processes while they have the database locked.

    Args:
        database: SQLite's file.
        processes: Gives the ids of those who may have been stopped.
    """

    def __init__(self, database: Path, processes: Callable[[], Iterable[int]]) -> None:
        self._database = database
        self._processes = processes
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(_LOOK):
            if (stopped := [pid for pid in self._processes() if _is_stopped(pid)]) and self._is_locked():
                for pid in stopped:
                    with suppress(psutil.NoSuchProcess):
                        psutil.Process(pid).send_signal(signal.SIGCONT)

    def _is_locked(self) -> bool:
        try:
            with closing(sqlite3.connect(self._database, timeout=_PATIENCE, isolation_level=None)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return True
        return False


def _is_stopped(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_STOPPED
    except psutil.NoSuchProcess:
        return False
