"""What must hold of a world after whatever was done to it, once everything has come to rest."""

import os
import time
from collections import Counter

from penstock.artifacts import LocalArtifactStore
from penstock.engine.lease import is_dead
from penstock.metadata.records import Attempt, Execution, ExecutionKind, State
from penstock.metadata.retention import digest_in
from support.soak import World
from support.soak_story import expected, expected_output, ledger_name

_PATIENCE = 20.0
"""Seconds for the last processes to notice that they are alone."""


def check(world: World) -> None:
    """Raise `AssertionError` if something does not hold."""
    check_runs(world)
    check_ledger(world)
    check_artifacts(world)
    check_nothing_is_left(world)


def check_runs(world: World) -> None:
    """Every run is over, nobody drives it, and it gave what it must; of its tasks, each has succeeded once."""
    store = world.system.store
    for run_id, n in world.runs.items():
        run = store.run(run_id)
        assert run.state is State.SUCCEEDED, (run_id, run.state, run.error)
        lease = store.lease(run_id)  # one whose engine was killed when it was about to give it back ends by itself
        assert lease is None or is_dead(lease.owner), "nobody drives a run that is over"
        history = world.history(run_id)
        outputs = {execution.path: execution.outputs for execution, _ in history}
        assert outputs[""].parameters["Output"] == expected(n), f"{run_id} gave a wrong value"
        for execution, attempts in history:
            assert execution.state.finished, (run_id, execution.path, execution.state)
            _check_output(world, execution)
            _check_attempts(execution, attempts)
    assert not store.cancel_requests(list(world.runs)), "nothing is left to be cancelled"


def _check_output(world: World, execution: Execution) -> None:
    value = expected_output(execution)
    if value is None or execution.kind is not ExecutionKind.TASK or execution.state is not State.SUCCEEDED:
        return
    found = execution.outputs.parameters.get("Output")
    if found is None:
        ids = execution.outputs.artifacts["Output"]
        (found,) = (artifact.digest for artifact in world.system.store.artifacts(ids).values())
    assert found == value, f"{execution.path} of {execution.run_id}, reused {execution.reused}, is wrong"


def _check_attempts(execution: Execution, attempts: list[Attempt]) -> None:
    states = [attempt.state for attempt in attempts]
    assert all(state.finished for state in states), (execution.path, states)
    numbers = [attempt.number for attempt in attempts]
    assert numbers == list(range(1, len(numbers) + 1)), (execution.path, numbers)
    runs = execution.kind is ExecutionKind.TASK and execution.state is State.SUCCEEDED
    assert State.SUCCEEDED not in states[:-1], f"{execution.path} was tried again after it had succeeded: {states}"
    assert states.count(State.SUCCEEDED) == (runs and execution.reused is None), (execution.path, states)


def check_ledger(world: World) -> None:
    """Nothing ran but what a record says was tried: so nothing that is done was done again in silence."""
    tried: Counter[str] = Counter()
    for history in [*map(world.history, world.runs), *world.removed.values()]:
        for execution, attempts in history:
            tried[ledger_name(execution)] += len(attempts)
    begun = Counter(world.ledger())
    assert begun <= tried, f"began more often than any record says: {begun - tried}"


def check_artifacts(world: World) -> None:
    """What is named is there, whole, and is what it was."""
    artifacts = world.system.artifacts
    assert isinstance(artifacts, LocalArtifactStore)
    named = {digest for uri in world.system.store.retention.referenced() if (digest := digest_in(uri))}
    assert named <= {item.digest for item in artifacts.kept()}
    for artifact in world.system.store.find_artifacts(limit=10_000):
        assert artifact.digest is not None
        assert artifacts.verify(artifact.uri, artifact.digest), f"{artifact.uri} is not what it was"


def check_nothing_is_left(world: World) -> None:
    """No process outlives its engine; working folders that killed ones have left go with the next `penstock gc`."""
    until = time.monotonic() + _PATIENCE
    while left := [process.pid for process in world.processes()]:
        assert time.monotonic() < until, f"processes live on: {left}"
        time.sleep(0.05)
    work = world.project.home / "work"
    while left := list(work.iterdir()) if work.exists() else []:
        assert time.monotonic() < until, f"working folders stay: {left}"
        for folder in left:
            os.utime(folder, (0, 0))  # as if they had lain there for long
        world.collect_garbage()  # the lease of a killed engine may hold for a moment
