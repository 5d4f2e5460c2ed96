"""Carries out a retention policy: removes runs, then the bytes that nothing names any more.

When may bytes go? Records name them; and a run that goes on may be about to name them: it has looked up a cached
result, or put the same bytes again, and not yet stored that. So bytes are *condemned* first, with the time, and go

- once every run that was being driven at that time is over (its look-ups lie before; later ones find no record), or
  its lease has run out and is taken away, so that it can store nothing any more,
- if no record names them,
- and if nobody has put them again since, which the artifact store knows (`ArtifactStore.remove`).

Bytes that no record ever named, left by a crash, are condemned when they are a day old, or no run goes on.
"""

import shutil
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct, field

from penstock.artifacts.store import ArtifactStore, KeptBytes
from penstock.core.clock import Clock
from penstock.core.faults import fault_point
from penstock.core.ids import Digest, RunId
from penstock.engine.orders import work_folder
from penstock.metadata.retention import Retention, RunFacts, digest_in
from penstock.platform.places import own_workspace
from penstock.platform.retention.policy import Policy, Selection, select

ORPHAN_AGE = timedelta(days=1)
"""Bytes that no record names are left alone this long while runs go on: one of them may be about to name them."""

LEFTOVER_AGE = timedelta(hours=1)
"""A working folder is left alone this long: its run may just have been taken up again."""

_SLACK = timedelta(minutes=1)
"""A record can be seen for so long, at the most, after the time that stands beside the bytes which it named: until the
transaction that removes it is stored, and clocks of several machines differ."""

_BATCH = 100
"""Runs removed in one transaction: whoever else writes waits no longer than that takes."""


class Sweep(Struct, frozen=True, kw_only=True):
    """What was removed, or would be."""

    selection: Selection
    runs: list[RunFacts]
    """Every run that there was, oldest first."""
    removed: list[RunId]
    freed: int
    """Bytes."""
    objects: int
    """How many artifacts' bytes went."""
    waiting: int = 0
    """Bytes that nothing names any more, and that go once the runs that go on are over."""
    total: int = 0
    """Bytes that were stored before."""
    leftovers: list[str] = field(default_factory=list)
    """Working folders of runs that are over."""


class Collector:
    """Plans and performs retention in one system."""

    def __init__(self, retention: Retention, artifacts: ArtifactStore, home: Path, clock: Clock) -> None:
        self._retention = retention
        self._artifacts = artifacts
        self._home = home
        self._clock = clock

    def plan(self, policy: Policy) -> Sweep:
        """What `perform` would do at this moment. Changes nothing."""
        now = self._clock.now()
        kept = {item.digest: item for item in self._artifacts.kept()}
        runs = self._retention.runs(now)
        selection = self._select(policy, runs, kept, now)
        going = set(selection.remove)
        named = {digest for run, digests in selection.used.items() if run not in going for digest in digests}
        named.update(filter(None, map(digest_in, self._retention.registered())))
        since = dict.fromkeys((d for run in going for d in selection.used.get(run, ())), now)
        since |= {item.digest: now for item in kept.values() if _is_condemnable(item, runs, now)}
        since |= {d: at for d, at in self._retention.condemned().items() if d in kept and kept[d].touched_at < at}
        ready = [item for digest, item in kept.items() if digest in since and digest not in named]
        waits = [item for item in ready if _begun_before(runs, since[item.digest])]
        return Sweep(
            selection=selection,
            runs=runs,
            removed=list(selection.remove),
            freed=sum(item.size for item in ready) - sum(item.size for item in waits),
            objects=len(ready) - len(waits),
            waiting=sum(item.size for item in waits),
            total=sum(item.size for item in kept.values()),
            leftovers=[str(folder) for folder in self._leftovers(runs, going, now)],
        )

    def perform(self, policy: Policy) -> Sweep:
        """Remove what may go.

        Safe beside runs that go on and beside another collector. Killed in the middle, it leaves nothing wrong: what
        it had condemned goes next time.
        """
        now = self._clock.now()
        kept = {item.digest: item for item in self._artifacts.kept()}
        runs = self._retention.runs(now)
        selection = self._select(policy, runs, kept, now)
        removed: list[RunId] = []
        for start in range(0, len(selection.remove), _BATCH):
            batch = selection.remove[start : start + _BATCH]
            removed += self._retention.remove_runs(batch, self._clock.now()).runs
            fault_point("retention.after_batch")
        leftovers = self._leftovers(runs, set(removed), now)
        for folder in leftovers:
            shutil.rmtree(folder, ignore_errors=True)
        self._artifacts.sweep(ORPHAN_AGE)
        freed, objects, waiting = self._sweep(kept)
        return Sweep(
            selection=selection,
            runs=runs,
            removed=removed,
            freed=freed,
            objects=objects,
            waiting=waiting,
            total=sum(item.size for item in kept.values()),
            leftovers=[str(folder) for folder in leftovers],
        )

    # --- inside -------------------------------------------------------------------------------------------

    def _select(
        self, policy: Policy, runs: list[RunFacts], kept: Mapping[Digest, KeptBytes], now: datetime
    ) -> Selection:
        used: dict[RunId, set[Digest]] = defaultdict(set)
        for run in runs:
            used[run.run_id].update(filter(None, map(digest_in, run.inputs)))
        for run_id, uri in self._retention.uses():
            if digest := digest_in(uri):
                used[run_id].add(digest)
        sizes = {digest: item.size for digest, item in kept.items()}
        return select(policy, runs, self._retention.held_runs(), used, sizes, now)

    def _sweep(self, kept: Mapping[Digest, KeptBytes]) -> tuple[int, int, int]:
        """Remove condemned bytes that may go: the bytes that are free now, how many objects, the bytes that wait."""
        now = self._clock.now()
        self._retention.end_lapsed(now)
        runs = self._retention.runs(now)
        condemned = self._condemn(kept, runs, now)
        freed = objects = waiting = 0
        for digest, since in condemned.items():
            if _begun_before(runs, since):
                waiting += kept[digest].size
                continue
            size = self._artifacts.remove(digest, since)
            freed += size
            objects += size > 0
            fault_point("retention.after_remove")
        return freed, objects, waiting

    def _condemn(self, kept: Mapping[Digest, KeptBytes], runs: list[RunFacts], now: datetime) -> dict[Digest, datetime]:
        """What is stored and named by nothing, with since when; what does not belong there any more is acquitted."""
        named = set(filter(None, map(digest_in, self._retention.referenced())))
        unnamed = {digest: item for digest, item in kept.items() if digest not in named}
        before = self._retention.condemned()
        over = [d for d, since in before.items() if d not in unnamed or unnamed[d].touched_at >= since]
        self._retention.acquit(over)
        fresh = [digest for digest, item in unnamed.items() if _is_condemnable(item, runs, now)]
        self._retention.condemn(fresh, now)
        return {digest: since for digest, since in self._retention.condemned().items() if digest in unnamed}

    def _leftovers(self, runs: list[RunFacts], going: set[RunId], now: datetime) -> list[Path]:
        """Folders that nobody needs, untouched for a while: working folders of runs that are over or gone, and
        workspaces of runs that are gone. A workspace that a person named for a run is none of them.
        """
        unfinished = {run.run_id for run in runs if not run.state.finished or run.driven} - going
        staying = {run.run_id for run in runs} - going
        limit = (now - LEFTOVER_AGE).timestamp()
        found: list[Path] = []
        for folder, needed in ((work_folder, unfinished), (own_workspace, staying)):
            root = folder(self._home, RunId("x")).parent
            entries = sorted(root.iterdir()) if root.is_dir() else []
            found += [entry for entry in entries if RunId(entry.name) not in needed]
        return [entry for entry in found if entry.lstat().st_mtime < limit]


def _is_condemnable(item: KeptBytes, runs: list[RunFacts], now: datetime) -> bool:
    """Whether bytes that nothing names can be somebody's who has not yet said so."""
    return item.touched_at < now - ORPHAN_AGE or not any(run.driven for run in runs)


def _begun_before(runs: list[RunFacts], moment: datetime) -> bool:
    """Whether a run that goes on had begun at that time: it may be about to name what was condemned then."""
    return any(run.driven and (run.started_at or run.created_at) <= moment + _SLACK for run in runs)
