"""What reaches a driver while its run goes, from any thread: events, outcomes of attempts, and orders to itself."""

import threading
from collections.abc import Iterator
from enum import Enum, auto
from queue import Empty, SimpleQueue
from typing import TypeAlias

from penstock.engine.events import EngineEvent
from penstock.engine.executor import AttemptKey, Outcome

_LONGEST_WAIT = 1.0


class Control(Enum):
    """What the driver itself is told: nothing that is decided about."""

    WAKE = auto()
    """There is room for another task."""
    LOST = auto()
    """Somebody else holds the run's lease."""
    STOP = auto()
    STOP_NOW = auto()
    INTERRUPTED = auto()
    """Ctrl-C reached the author's code, which runs in the driver's own thread."""


Message: TypeAlias = EngineEvent | Control | tuple[AttemptKey, Outcome]


class Inbox:
    """Messages, first come first served."""

    def __init__(self) -> None:
        self._messages: SimpleQueue[Message] = SimpleQueue()

    def put(self, message: Message) -> None:
        """Leave a message. Safe in a signal handler and from any thread."""
        self._messages.put(message)

    def wait(self, seconds: float | None) -> Iterator[Message]:
        """Sleep until something comes, but no longer than `seconds` (None: as long as it takes); then all that has.

        In the main thread never long: a signal that another thread took is handled only when this one wakes.
        """
        if threading.current_thread() is threading.main_thread():
            seconds = _LONGEST_WAIT if seconds is None else min(seconds, _LONGEST_WAIT)
        try:
            yield self._messages.get(timeout=seconds)
            while True:
                yield self._messages.get_nowait()
        except Empty:
            return
