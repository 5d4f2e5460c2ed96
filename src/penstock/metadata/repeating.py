"""Calls that are made again when the store is away for a moment: a restart of its server, a deadlock, a cut line.

Only such calls as can be made twice with the effect of once. For it is not always known what became of the first: a
connection that is cut while a commit waits for its answer does not say whether it was stored. Made again, a commit
stores the same records once more, or is told that the lease is lost, in which case whoever holds it has read either
all of it or nothing.
"""

import time
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from penstock.metadata.errors import StoreUnavailable

_FIRST, _LONGEST = 0.05, 2.0
"""Seconds between tries: each wait is twice the one before, then shortened by chance, so that not all come at once."""
_QUIET = 1.0
"""Nothing is said of a failure that lasts no longer than this, in seconds."""

P = ParamSpec("P")
T = TypeVar("T")


class Patient(Protocol):
    """A store that knows for how long it is worth waiting."""

    @property
    def patience(self) -> float:
        """Seconds; 0 if there is nothing to wait for."""
        ...


S = TypeVar("S", bound=Patient)


def repeatable(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """A method that is called again after a passing failure, until the store's patience is at an end.

    At once the first time, since an idle connection that a restart has cut is found out only when it is used. The
    last failure is raised as it is.
    """
    return repeatable_within(float("inf"))(method)


def repeatable_within(
    seconds: float,
) -> Callable[[Callable[Concatenate[S, P], T]], Callable[Concatenate[S, P], T]]:
    """As `repeatable`, with less patience: for what somebody else does again, or what ends by itself."""

    def decorate(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
        @wraps(method)
        def repeating(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
            waits = _waits(min(seconds, self.patience))
            while True:
                try:
                    return method(self, *args, **kwargs)
                except StoreUnavailable as error:
                    if not error.passing or not next(waits, False):
                        raise

        return repeating

    return decorate


def _waits(patience: float) -> Iterator[bool]:
    """Sleep at each step, until it has been enough."""
    if not patience:
        return
    begun, pause = time.monotonic(), _FIRST
    yield True
    import logging  # only where something is amiss
    import random

    said = False
    while (left := begun + patience - time.monotonic()) > 0:
        if not said and patience - left > _QUIET:
            said = True
            log = logging.getLogger(__name__)
            log.warning("the metadata store does not answer; trying again for up to %.0f s", left)
        time.sleep(min(left, pause * random.uniform(0.5, 1.0)))
        pause = min(2 * pause, _LONGEST)
        yield True
