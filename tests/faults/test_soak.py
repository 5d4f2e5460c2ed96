"""Random cruelty to a shared store and its engines, for long; after it, every invariant holds.

`make test` kills about a hundred processes here, `make soak` a thousand (`KILLS=…`). The seed of each world is
printed when it fails.
"""

import os
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from support.soak import POINTS, World

KILLS = int(os.environ.get("KILLS", "100"))
PER_WORLD = 25
"""Kills before a world may come to rest; then a new one begins."""

_killed = 0


class Cruelty(RuleBasedStateMachine):
    """Submits runs and starts engines; kills engines, zygotes, workers, the database; cancels; collects garbage."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="penstock-soak-")
        self.world: World | None = None

    @initialize(seed=st.integers(0, 2**32), postgres=st.booleans())
    def begin(self, seed: int, postgres: bool) -> None:
        note(f"seed {seed}")
        self.world = World(Path(self.folder.name), seed, postgres=postgres)
        for n in (1, 2, 3, 3):
            self.world.submit(n)
        self.world.start_engine()

    @precondition(lambda self: len(self.world.runs) < 12)
    @rule(n=st.integers(0, 6))
    def submit(self, n: int) -> None:
        self.world.submit(n)

    @precondition(lambda self: len(self.world.alive()) < 2)
    @rule(point=st.sampled_from(["", *POINTS]), times=st.integers(1, 12))
    def start_engine(self, point: str, times: int) -> None:
        self.world.start_engine(f"{point}:{times}" if point else "")

    @rule(kind=st.sampled_from(["engine", "zygote", "worker", "worker", "database"]))
    def kill(self, kind: str) -> None:
        self.world.wait()
        match kind:
            case "engine":
                self.world.kill_engine()
            case "database":
                self.world.crash_database()
            case _:
                self.world.kill_child(zygote=kind == "zygote")

    @rule()
    def collect_garbage(self) -> None:
        self.world.collect_garbage()

    @rule()
    def cancel_something(self) -> None:
        self.world.cancel_something()

    def teardown(self) -> None:
        global _killed
        try:
            if self.world is not None:
                try:
                    _be_cruel(self.world)
                    self.world.settle()
                    self.world.check()
                finally:
                    _killed += self.world.kills
                    self.world.close()
        finally:
            self.folder.cleanup()


def _be_cruel(world: World) -> None:
    """Go on at random until enough was killed."""
    n = 0
    while world.kills < PER_WORLD:
        world.wait()
        if len(world.alive()) < 2:
            point = world.random.choice(["", "", *POINTS])
            world.start_engine(f"{point}:{world.random.randint(1, 20)}" if point else "")
        if all(world.system.store.run(run).state.finished for run in world.runs):
            n += 1
            world.submit(10 + n)
        kill = [world.kill_engine, lambda: world.kill_child(zygote=True), lambda: world.kill_child(zygote=False)]
        world.random.choice(kill)()


@pytest.mark.timeout(60 + 6 * KILLS)
def test_whatever_is_killed_whenever_all_runs_end_well_and_nothing_finished_runs_twice():
    worlds = -(-KILLS // PER_WORLD)
    random.seed()
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
    assert _killed >= KILLS
