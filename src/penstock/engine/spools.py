"""When what running attempts log is read: each second while they run, and to its end when they are over.

Most attempts log nothing, and have no spool: for them, this costs a look whether there is a file.
"""

import os
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.engine.executor import AttemptKey
from penstock.engine.orders import SPOOL_FILE, attempt_folder
from penstock.engine.state import RunState

if TYPE_CHECKING:
    from penstock.engine.spool import Spool
    from penstock.metadata.tracking import Logged

_PERIOD = 1.0
"""Seconds between two looks."""


class Spools:
    """The spools of one run's attempts."""

    def __init__(self, state: RunState, work: Path) -> None:
        self._state = state
        self._work = work
        self._found: dict[AttemptKey, Spool] = {}
        self._next = 0.0

    def left(self, running: Collection[AttemptKey]) -> float | None:
        """Seconds until the next look; None if nothing runs."""
        return max(0.0, self._next - time.monotonic()) if running else None

    def news(self, running: Collection[AttemptKey]) -> "Iterator[tuple[AttemptKey, Logged]]":
        """What running attempts have logged, if it is time to look."""
        now = time.monotonic()
        if running and now >= self._next:
            for key in list(running):
                spool = self._spool(key)
                if spool is not None:
                    yield from ((key, part) for part in spool.read(whole=False))
            self._next = time.monotonic() + _PERIOD

    def rest(self, key: AttemptKey) -> "Iterator[Logged]":
        """What an attempt that is over has logged and was not read yet."""
        spool = self._spool(key)
        self._found.pop(key, None)
        return iter(()) if spool is None else spool.read(whole=True)

    def _spool(self, key: AttemptKey) -> "Spool | None":
        found = self._found.get(key)
        if found is None:
            file = f"{attempt_folder(self._work, key.path, key.number)}/{SPOOL_FILE}"
            if not os.path.exists(file):  # noqa: PTH110 - the quickest way, for each attempt
                return None
            from penstock.engine.spool import Spool

            began = self._state.attempts_started[key.path, key.number]
            found = self._found[key] = Spool(file, key.path, key.number, began)
        return found
