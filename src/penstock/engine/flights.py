"""Single flight: of several runs that are about to compute the same thing at once, one does, the others wait for it.

A task whose result is not known claims its fingerprint before it is put in line (`MetadataStore.claim`). If another
live run computes it, the task waits: PENDING on record, with the execution that it waits for in `reused`; a timer
asks again, ever less often. When the other one has finished, its result is in the cache; when it
has failed, or its engine is gone, nobody holds the claim, and this task computes.

Why nobody waits for ever. Whoever holds a claim is an execution that waits for nothing but a free core: it was ready
when it claimed, it is in line or runs, and its engine's lease holds. A task that waits for another one holds
nothing, and takes no core. So each wait is for somebody who works; there are no circles of them. A holder that fails
and waits to be tried again holds nothing meanwhile, and a claim ends with the lease under which it was made, so
neither a crash nor a take-over leaves one behind.

That two compute the same after all is never wrong, only dear: so nothing here is a lock.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import structs

from penstock.core.clock import Clock
from penstock.core.faults import fault_point
from penstock.core.ids import EngineId, Fingerprint, TaskPath
from penstock.engine.events import CacheAnswered, LookUpCache, Wait
from penstock.engine.lease import is_dead
from penstock.metadata.records import Claim, Lease, Reuse, State
from penstock.metadata.store import MetadataStore

_FIRST = 0.1
_LONGEST = 2.0
"""Seconds between two questions whether the other one is done; each pause is half as long again as the last."""

_UNFINISHED = (State.PENDING, State.RUNNING, State.CANCELING)
_NEWEST = 5
_SETTLING = 0.1
"""Seconds. A run that was alone when it looked wrote no claim: what it computes is seen once it has committed. So who
comes second looks twice, once in its life, with time for that commit in between."""


class Flights:
    """What one driver knows of the tasks of its run that wait for other runs."""

    def __init__(self, store: MetadataStore, lease: Lease, clock: Clock) -> None:
        self._store = store
        self._lease = lease
        self._clock = clock
        self._asked: dict[TaskPath, int] = {}
        self._settled = False
        self._dead: set[EngineId] = set()
        """Engines that are known to be gone."""

    def join(
        self,
        answers: Sequence[CacheAnswered],
        computes: Callable[[TaskPath], bool],
        look_up: Callable[[Sequence[LookUpCache]], list[CacheAnswered]],
    ) -> list[CacheAnswered]:
        """The answers, with those that others compute told to wait.

        Args:
            answers: From the cache.
            computes: Whether a task would take another run's result at all.
            look_up: Asks the cache.
        """
        wanted = {
            answer.fingerprint: answer.path
            for answer in answers
            if answer.hit is None and answer.fingerprint is not None and computes(answer.path)
        }
        held = self._claim(wanted) if wanted else {}
        fault_point("engine.after_claim")
        # Whoever computed it may have finished between the look into the cache and the claim.
        granted = {print_: path for print_, path in wanted.items() if print_ not in held}
        known = self._store.cached(list(granted)) if granted else {}
        freed = {*(path for print_, path in granted.items() if print_ in known)}
        freed |= {answer.path for answer in answers if answer.path in self._asked and answer.fingerprint not in held}
        again = {answer.path: answer for answer in look_up([LookUpCache(path=path) for path in freed])} if freed else {}
        return [self._told(again.get(answer.path, answer), held) for answer in answers]

    def _claim(self, wanted: Mapping[Fingerprint, TaskPath]) -> dict[Fingerprint, Claim]:
        now = self._clock.now()
        held = self._store.claim(self._lease, wanted, now, dead=self._dead)
        if not self._settled:
            self._settled = True
            if len(held) < len(wanted) and self._in_company(now):
                time.sleep(_SETTLING)
                held = self._store.claim(self._lease, wanted, now, dead=self._dead)
        gone = {claim.owner for claim in held.values() if is_dead(claim.owner)}
        if gone:
            self._dead |= gone
            held = self._store.claim(self._lease, wanted, now, dead=self._dead)
        return held

    def _in_company(self, now: datetime) -> bool:
        """Whether one of the newest runs besides ours goes on at this moment."""
        others = (run.run_id for run in self._store.runs(states=_UNFINISHED, limit=_NEWEST))
        leases = (self._store.lease(other) for other in others if other != self._lease.run_id)
        return any(lease is not None and lease.expires_at > now for lease in leases)

    def _told(self, answer: CacheAnswered, held: Mapping[Fingerprint, Claim]) -> CacheAnswered:
        claim = held.get(answer.fingerprint) if answer.fingerprint is not None else None
        if claim is None or answer.hit is not None:
            return answer
        times = self._asked[answer.path] = self._asked.get(answer.path, 0) + 1
        pause = timedelta(seconds=min(_FIRST * 1.5 ** (times - 1), _LONGEST))
        holder = Reuse(run_id=claim.run_id, path=claim.path)
        return structs.replace(answer, wait=Wait(holder=holder, until=self._clock.now() + pause))
