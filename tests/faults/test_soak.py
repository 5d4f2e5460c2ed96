"""Random cruelty to a shared store and its engines, for long; after it, every invariant holds.

`make test` kills about a hundred processes here, `make soak` a thousand (`KILLS=…`), and says what it killed. The seed
of each world is printed when it fails.
"""

import os
import random
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from penstock.metadata.records import State
from support.soak import COLLECTOR_POINTS, ENGINE_POINTS, WORKER_POINTS, World
from support.soak_checks import check

KILLS = int(os.environ.get("KILLS", "100"))
PER_WORLD = 25
"""Kills before a world may come to rest; then a new one begins."""
ENGINES = 3
POINTS = ["", *ENGINE_POINTS, *WORKER_POINTS]

_worlds = 0
_tally: Counter[str] = Counter()


class Cruelty(RuleBasedStateMachine):
    """Submits, reruns, retries and cancels runs; starts engines; kills and stops whatever there is; removes runs."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="penstock-soak-")
        self.world: World | None = None

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        global _worlds
        _worlds += 1
        postgres = _worlds % 2 == 0  # each store has its share
        note(f"seed {seed} on {'PostgreSQL' if postgres else 'SQLite'}")
        self.world = World(Path(self.folder.name), seed, postgres=postgres)
        self.world.tally["worlds on PostgreSQL" if postgres else "worlds on SQLite"] += 1
        for n in (1, 2, 3, 3):
            self.world.submit(n)
        self.world.start_engine()

    @precondition(lambda self: len(self.world.runs) < 12)
    @rule(n=st.integers(0, 6))
    def submit(self, n: int) -> None:
        self.world.submit(n)

    @precondition(lambda self: 0 < len(self.world.runs) < 12)
    @rule(n=st.integers(0, 6))
    def rerun(self, n: int) -> None:
        self.world.rerun(n)

    @precondition(lambda self: len(self.world.alive()) < ENGINES)
    @rule(point=st.sampled_from(POINTS), times=st.integers(1, 6))
    def start_engine(self, point: str, times: int) -> None:
        self.world.start_engine(point, times)

    @precondition(lambda self: len(self.world.alive()) < ENGINES)
    @rule()
    def retry(self) -> None:
        self.world.retry()

    @rule(kind=st.sampled_from(["engine", "zygote", "worker", "worker", "database"]))
    def kill(self, kind: str) -> None:
        self.world.wait()
        self.world.kill(kind)

    @precondition(lambda self: len(self.world.alive()) < ENGINES)
    @rule(times=st.integers(1, 6))
    def start_zombie(self, times: int) -> None:
        self.world.start_zombie(times)

    @rule()
    def wake_zombies(self) -> None:
        self.world.wake_zombies()

    @rule(keep=st.sampled_from([None, 0, 2]), point=st.sampled_from(["", *COLLECTOR_POINTS]), times=st.integers(1, 3))
    def collect_garbage(self, keep: int | None, point: str, times: int) -> None:
        self.world.collect_garbage(keep, point, times)

    @precondition(lambda self: self.world.runs)
    @rule()
    def cancel(self) -> None:
        self.world.cancel()

    def teardown(self) -> None:
        try:
            if self.world is not None:
                try:
                    _be_cruel(self.world)
                    self.world.settle()
                    check(self.world)
                finally:
                    _tally.update(self.world.tally)
                    self.world.close()
        finally:
            self.folder.cleanup()


def _be_cruel(world: World) -> None:
    """Go on at random until enough was killed, so that a world counts however it was begun."""
    n = 10
    while world.kills < PER_WORLD:
        world.wait()
        world.wake_zombies()
        if len(world.alive()) < ENGINES:
            times = world.random.randint(1, 6)
            if any(engine.what == "zombie" for engine in world.alive()):
                world.start_engine(world.random.choice(POINTS), times)
            else:
                world.start_zombie(times)
        if all(world.state(run).finished for run in world.runs):
            n += 1
            world.submit(n)
        kinds = ["engine", "zygote", "worker", "worker", "database"]
        acts = [*(partial(world.kill, kind) for kind in kinds), world.retry]
        if any(world.state(run) is State.SUCCEEDED for run in world.runs):
            acts.append(partial(world.collect_garbage, 0, world.random.choice(["", *COLLECTOR_POINTS]), 2))
        world.random.choice(acts)()


def _killed() -> int:
    return sum(count for what, count in _tally.items() if what.startswith("killed "))


@pytest.mark.timeout(120 + 6 * KILLS)
def test_whatever_is_killed_whenever_all_runs_end_well_and_nothing_finished_runs_twice(capsys):
    random.seed()
    worlds = max(2, -(-KILLS // PER_WORLD))
    try:
        run_state_machine_as_test(
            Cruelty,
            settings=settings(
                max_examples=worlds,
                stateful_step_count=15,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
                database=None,
            ),
        )
    finally:
        with capsys.disabled():
            print(f"\n{_killed()} killed", *(f"{count:6} {what}" for what, count in sorted(_tally.items())), sep="\n")
    assert _killed() >= KILLS
