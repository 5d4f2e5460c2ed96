"""One home with one run in it, for tests of the driver: real stores, and as many engines as a test wants."""

from datetime import timedelta

from penstock.artifacts import open_artifact_store
from penstock.core.clock import SystemClock
from penstock.core.ids import EngineId, RunId
from penstock.engine.driver import Driver
from penstock.engine.lease import HeldLease, LeaseKeeper
from penstock.engine.plan import Plan
from penstock.engine.state import RunState
from penstock.ir.document import canonical_json, digest
from penstock.ir.runtime import ExecutorOutput
from penstock.metadata import open_store
from penstock.metadata.records import Run

CLOCK = SystemClock()
RUN = RunId("r1")


class World:
    """One home with one run in it, and as many engines as a test wants."""

    def __init__(self, home) -> None:
        self.home = home
        self.held: HeldLease | None = None
        self.store = open_store(home / "penstock.db")
        self.artifacts = open_artifact_store(home / "artifacts")

    def submit(self, pipeline, run_id=RUN, **options) -> None:
        run = Run(run_id=run_id, pipeline="test", spec=digest(pipeline), created_at=CLOCK.now(), options=options)
        self.store.create_run(run, canonical_json(pipeline))
        self.pipeline = pipeline

    def driver(self, executor, run_id=RUN, owner="engine-1", on_change=None, vault=None) -> Driver:
        holder = self.store.lease(run_id)
        dead = holder.owner if holder else None
        lease = self.store.acquire(run_id, EngineId(owner), CLOCK.now(), timedelta(seconds=30), steal=dead)
        executions = self.store.executions(run_id)
        state = RunState.load(Plan(self.pipeline), self.store.run(run_id), executions, self.store.attempts(run_id), {})
        self.state = state
        self.held = LeaseKeeper(self.store, CLOCK).hold(lease)
        return Driver(
            state=state,
            store=self.store,
            artifacts=self.artifacts,
            executor=executor,
            clock=CLOCK,
            lease=self.held,
            work=self.home / "work" / run_id,
            cwd=self.home,
            cores=2,
            on_change=on_change,
            vault=vault,
        )

    def states(self, run_id=RUN) -> dict[str, str]:
        return {e.path: e.state.value for e in self.store.executions(run_id) if e.path}


def number(value: int) -> ExecutorOutput:
    return ExecutorOutput(parameter_values={"Output": value})
