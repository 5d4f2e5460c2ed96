"""Taking a run to its end from wherever it stands: the right to drive it, its state, and how Ctrl-C ends it."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.artifacts.store import ArtifactStore
from penstock.core.clock import Clock
from penstock.core.ids import EngineId, RunId
from penstock.core.settings import Settings
from penstock.engine.behaviour import check_behaviour
from penstock.engine.driver import Driver, OnChange
from penstock.engine.errors import RunIsLive
from penstock.engine.events import Cancel, EngineEvent, Start
from penstock.engine.lease import HeldLease, LeaseKeeper, is_dead
from penstock.engine.orders import work_folder
from penstock.engine.plan import Plan
from penstock.engine.remains import recovery
from penstock.engine.slots import Room
from penstock.engine.state import RunState
from penstock.ir.document import parse_canonical
from penstock.metadata.errors import RunIsDriven
from penstock.metadata.records import Lease, Run
from penstock.metadata.store import MetadataStore
from penstock.platform.arguments import input_artifacts
from penstock.platform.options import RunOptions
from penstock.platform.places import run_places
from penstock.platform.workers import Workers

if TYPE_CHECKING:
    from penstock.engine.vault import Vault


class Driving:
    """Drives runs in this process's name: as many at once as it has threads that call."""

    def __init__(
        self,
        settings: Settings,
        store: MetadataStore,
        artifacts: ArtifactStore,
        workers: Workers,
        clock: Clock,
        engine: EngineId,
    ) -> None:
        self._settings = settings
        self._home = settings.home
        self._store = store
        self._artifacts = artifacts
        self._workers = workers
        self._clock = clock
        self._engine = engine

    def close(self) -> None:
        """End what keeps leases."""
        keeper = self.__dict__.pop("_keeper", None)
        if keeper is not None:
            keeper.close()

    @property
    def cores(self) -> int:
        """How many this process may use at once."""
        return self._settings.max_parallel or os.cpu_count() or 1

    def drive(
        self,
        run: Run,
        *,
        event: EngineEvent | None = None,
        options: RunOptions | None = None,
        on_change: OnChange | None = None,
        room: Room | None = None,
        begun: Callable[[Driver], None] | None = None,
    ) -> Run:
        """Take the right to drive a run, go on with it to its end, and give the right back.

        Args:
            run: Which run.
            event: What it goes on with, in place of what its state says; the only thing a finished run goes on with.
            options: Other options than those that it was submitted with.
            on_change: Called after each transaction with the records that it changed.
            room: Cores that it shares with other runs of this process.
            begun: Called with what drives it, before it does.

        Raises:
            RunIsLive: Another process drives it.
            BehaviourTooNew: A newer Penstock began it.
            StoreUnavailable: The store gave way; the run can be resumed.
        """
        check_behaviour(run)
        options = options or RunOptions.of_record(run.options)
        held = self._keeper.hold(self._acquire(run.run_id))
        try:
            run = self._store.run(run.run_id)
            if run.state.finished and event is None:  # somebody else did so just now
                return run
            state = self._load(run)
            driver = self._driver(state, held, options, room, on_change)
            if begun is not None:
                begun(driver)
            with _interrupts_cancel(driver, options):
                # A run that was cancelled before it had begun has nothing to be set back: it begins.
                return driver.drive(*([event] if event and state.executions else self._first_events(state)))
        finally:
            held.release()

    def _driver(
        self, state: RunState, held: HeldLease, options: RunOptions, room: Room | None, on_change: OnChange | None
    ) -> Driver:
        return Driver(
            state=state,
            store=self._store,
            artifacts=self._artifacts,
            executor=self._workers.executor(options),
            clock=self._clock,
            lease=held,
            work=work_folder(self._home, state.run.run_id),
            cwd=_working_folder(options),
            cores=options.max_parallel or self.cores,
            room=room,
            on_change=on_change,
            vault=self._vault(state.plan),
        )

    @cached_property
    def _keeper(self) -> LeaseKeeper:
        """Keeps the leases of the runs that this process drives."""
        return LeaseKeeper(self._store, self._clock, timedelta(seconds=self._settings.lease))

    def _acquire(self, run_id: RunId) -> Lease:
        present = self._store.lease(run_id)
        dead = present.owner if present is not None and is_dead(present.owner) else None
        try:
            return self._store.acquire(run_id, self._engine, self._clock.now(), self._keeper.duration, steal=dead)
        except RunIsDriven as error:
            raise RunIsLive(run=run_id, owner=error.owner) from None

    def _vault(self, plan: Plan) -> "Vault | None":
        """Where secrets come from; None where the pipeline cannot ask for any."""
        if not plan.has_platform:
            return None
        from penstock.platform.vault import HomeVault

        return HomeVault(self._home)

    def _load(self, run: Run) -> RunState:
        plan = Plan(parse_canonical(self._store.spec(run.spec)))
        executions = self._store.executions(run.run_id)
        ids = {
            ident
            for execution in executions
            for bindings in (execution.inputs, execution.outputs)
            for listed in bindings.artifacts.values()
            for ident in listed
        }
        artifacts = self._store.artifacts(ids) if ids else {}
        attempts = self._store.attempts(run.run_id) if executions else []
        places = run_places(self._home, run, plan)
        return RunState.load(plan, run, executions, attempts, artifacts, places)

    def _first_events(self, state: RunState) -> list[EngineEvent]:
        """What a run begins or goes on with. Somebody may have asked to cancel it while nobody drove it."""
        first = self._first_event(state)
        asked = self._store.cancel_requests([state.run.run_id])
        if not asked:
            return [first]
        cancel = Cancel(force=asked[0].force)
        return [cancel, first] if state.executions else [cancel]

    def _first_event(self, state: RunState) -> EngineEvent:
        if state.executions:
            return recovery(state, work_folder(self._home, state.run.run_id), self._artifacts)
        declared = state.plan.pipeline.root.input_definitions.artifacts
        types = {name: spec.artifact_type.schema_title for name, spec in declared.items()}
        return Start(artifacts=input_artifacts(state.run, types))


def _working_folder(options: RunOptions) -> Path:
    """Where the run was started from; where one stands, if that folder has been moved since."""
    recorded = Path(options.cwd)
    return recorded if options.cwd and recorded.is_dir() else Path.cwd()


@contextlib.contextmanager
def _interrupts_cancel(driver: Driver, options: RunOptions) -> Iterator[None]:
    """Ctrl-C and SIGTERM cancel the run: gently, the second time at once.

    Inline, the author's code runs in this very thread, and is interrupted as well.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    stop = driver.interrupt if options.executor == "inline" else driver.cancel
    before = {number: signal.signal(number, lambda *_: stop()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
