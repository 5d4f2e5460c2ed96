"""The system in one process: the composition root. Everything is built here, from one table of settings."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from penstock.artifacts import open_artifact_store
from penstock.artifacts.store import ArtifactStore
from penstock.core import faults
from penstock.core.clock import Clock, SystemClock
from penstock.core.ids import Digest, RunId, TaskPath, new_run_id
from penstock.core.json import Json
from penstock.core.settings import Settings
from penstock.engine.behaviour import check_behaviour
from penstock.engine.driver import Driver
from penstock.engine.errors import NothingToCancel, NotRunnable, RunIsLive
from penstock.engine.events import Cancel, EngineEvent, Retry, Start
from penstock.engine.executor import Executor
from penstock.engine.lease import LeaseKeeper, is_dead, this_engine
from penstock.engine.orders import work_folder
from penstock.engine.plan import Plan
from penstock.engine.remains import recovery
from penstock.engine.slots import Room
from penstock.engine.state import RunState
from penstock.ir.document import canonical_json, digest, parse_canonical
from penstock.ir.manifest import read_manifest
from penstock.ir.spec import ContainerSpec, PipelineDocument
from penstock.metadata import open_store
from penstock.metadata.errors import RunIsDriven
from penstock.metadata.records import Changes, Lease, Run
from penstock.metadata.store import MetadataStore
from penstock.platform.compiling import Compilations
from penstock.platform.environments import lock_environments
from penstock.platform.finding import find_run
from penstock.platform.home import artifacts_place, prepare_home, store_place
from penstock.platform.options import RunOptions
from penstock.platform.places import run_places
from penstock.platform.submission import fit_arguments, input_artifacts, store_inputs, unsupported

if TYPE_CHECKING:
    from penstock.engine.vault import Vault
    from penstock.executors.container.executor import ContainerExecutor
    from penstock.executors.process.executor import ProcessExecutor
    from penstock.executors.routing import Routing
    from penstock.platform.retention import Collector

OnChange = Callable[[Changes], None]


class System:
    """A Penstock: its stores, its executors, and what one does with runs."""

    def __init__(self, settings: Settings, store: MetadataStore, artifacts: ArtifactStore, clock: Clock) -> None:
        self.settings = settings
        self.home = settings.home
        self.store = store
        self.artifacts = artifacts
        self.clock = clock
        self.engine_id = this_engine()

    @classmethod
    def open(cls, settings: Settings) -> "System":
        """Build the system in its home, which is made if it is not there.

        Raises:
            HomeUnusable: The home cannot be made or written.
            StoreTooNew: A newer Penstock wrote the store.
        """
        faults.arm_kills(settings.faults)
        prepare_home(settings.home)
        artifacts = open_artifact_store(
            artifacts_place(settings), cache=settings.home / "cache", durability=settings.durability
        )
        store = open_store(store_place(settings), durability=settings.durability, patience=settings.patience)
        return cls(settings, store, artifacts, SystemClock())

    def close(self) -> None:
        """End what was started and give connections back."""
        self.close_workers()
        self.store.close()

    def close_workers(self) -> None:
        """End the worker processes; the stores stay open, for whoever reads results."""
        keeper = self.__dict__.pop("keeper", None)
        if keeper is not None:
            keeper.close()
        for name in ("process_executor", "container_executor"):
            executor = self.__dict__.pop(name, None)
            if executor is not None:
                executor.close()

    def __enter__(self) -> "System":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def cores(self) -> int:
        """How many this process may use at once."""
        return self.settings.max_parallel or os.cpu_count() or 1

    @cached_property
    def keeper(self) -> LeaseKeeper:
        """Keeps the leases of the runs that this process drives."""
        return LeaseKeeper(self.store, self.clock, timedelta(seconds=self.settings.lease))

    @property
    def artifacts_url(self) -> str:
        """Where artifacts are, for processes that open the store for themselves."""
        return artifacts_place(self.settings)

    # --- executors ----------------------------------------------------------------------------------------

    @cached_property
    def process_executor(self) -> "ProcessExecutor":
        """The default executor; made when first needed, since a rerun from cache needs none."""
        from penstock.executors.process.executor import ProcessExecutor

        return ProcessExecutor(
            self.home, self.artifacts_url, durability=self.settings.durability, faults=self.settings.faults
        )

    @cached_property
    def container_executor(self) -> "ContainerExecutor":
        """The executor for what needs a container engine; its containers are looked after by the process executor."""
        from penstock.executors.container.executor import ContainerExecutor

        return ContainerExecutor(
            self.process_executor,
            self.home,
            self.artifacts_url,
            engine=self.settings.container_engine,
            durability=self.settings.durability,
        )

    def _routing(self, options: RunOptions) -> "Routing":
        from penstock.executors.routing import Routing

        host = None
        if options.host_commands:
            from penstock.executors.process.forms.command import HostCommand

            host = HostCommand(self.artifacts_url, self.home / "cache", self.settings.durability)
        return Routing(self.process_executor, lambda: self.container_executor, host, kfp=options.kfp)

    def _executor(self, options: RunOptions) -> Executor:
        if options.executor == "inline":
            from penstock.executors.inline import InlineExecutor

            return InlineExecutor(self.home, self.artifacts_url, pdb=options.pdb)
        return _Lazy(lambda: self._routing(options))

    # --- upkeep -------------------------------------------------------------------------------------------

    @property
    def collector(self) -> "Collector":
        """What removes old runs, and bytes that nothing refers to."""
        from penstock.platform.retention import Collector

        return Collector(self.store.retention, self.artifacts, self.home, self.clock)

    # --- pipelines ----------------------------------------------------------------------------------------

    @cached_property
    def compilations(self) -> Compilations:
        """Compiled pipelines, each compiled again only when something that it was made from has changed."""
        return Compilations(self.home / "compiled", lambda: self.process_executor)

    def compile(self, target: str, cwd: Path | None = None) -> tuple[PipelineDocument, str]:
        """The document that `target` names, and a name for people.

        Args:
            target: `file.py`, `file.py:pipeline`, `module:pipeline`, or a compiled `.yaml` / `.json`.
            cwd: Where relative paths are meant from; by default the working directory.
        """
        return self.compilations.document(target, cwd or Path.cwd())

    # --- runs ---------------------------------------------------------------------------------------------

    def submit(
        self,
        document: PipelineDocument,
        arguments: Mapping[str, Any],
        *,
        options: RunOptions | None = None,
        source: str = "",
        display_name: str = "",
    ) -> Run:
        """Put a run on record, ready to be driven. All that can be refused is refused here.

        Raises:
            UserError: An argument is missing, unknown or wrong; a file does not exist; a component cannot run here, or
                requires packages that cannot be had.
        """
        options = options or RunOptions()
        cwd = (Path(options.cwd) if options.cwd else Path.cwd()).absolute()
        inputs = document.pipeline.root.input_definitions
        fitted = fit_arguments(inputs, arguments, cwd)
        executor = self._executor(options)
        self._refuse(document, executor)
        found = self._review(document, fitted.parameters, options, cwd)
        environments: Any = lock_environments(document, executor, refresh=options.upgrade_packages)
        now = self.clock.now()
        kept = options.record() | {"cwd": str(cwd), "inputs": store_inputs(self.artifacts, fitted.files)}
        if environments:
            kept["environments"] = environments
        kept |= found
        run = Run(
            run_id=new_run_id(now),
            pipeline=document.pipeline.pipeline_info.name,
            display_name=display_name,
            spec=digest(document),
            parameters=fitted.parameters,
            options=kept,
            created_at=now,
            source=source,
        )
        self.store.create_run(run, canonical_json(document))
        return run

    def check_runnable(self, document: PipelineDocument, options: RunOptions) -> None:
        """Raise `NotRunnable` if the pipeline holds something that cannot run here with these options."""
        self._refuse(document, self._executor(options))

    def _refuse(self, document: PipelineDocument, executor: Executor) -> None:
        """Raise `NotRunnable` if the executor already knows that it cannot run something in the pipeline.

        Penstock's own components run anywhere; not to ask for them saves a rerun from cache the executor's import.
        """
        reasons, hints = {}, []
        for label, spec in document.pipeline.deployment_spec.executors.items():
            if reason := unsupported(spec):
                reasons[label] = reason
            container = spec.container
            if container is None or _is_ours(container):
                continue
            failure = executor.refuse(container)
            if failure is not None:
                reasons[label] = failure.message
                hints.append(failure.hint)
        if reasons:
            raise NotRunnable(reasons=reasons, hints=hints)

    def _vault(self, plan: Plan) -> "Vault | None":
        """Where secrets come from; None where the pipeline cannot ask for any."""
        if not plan.has_platform:
            return None
        from penstock.platform.vault import HomeVault

        return HomeVault(self.home)

    def _review(
        self, document: PipelineDocument, parameters: Mapping[str, Json], options: RunOptions, cwd: Path
    ) -> dict[str, Json]:
        """What the second document, if there is one, means here. Raises what `review_platform` raises."""
        if not document.platform.platforms:
            return {}
        from penstock.platform.reviewing import review_platform

        def why_no_folders(container: ContainerSpec) -> str | None:
            if options.executor == "inline":
                return "inline, tasks share Penstock's own process and its folders"
            on_host = _is_ours(container) or options.host_commands or self.process_executor.knows(container)
            return "" if on_host else None

        return review_platform(document, parameters, self.home, cwd=cwd, why_no_folders=why_no_folders)

    def host_commands(self, document: PipelineDocument) -> dict[str, list[str]]:
        """What a run of `document` with `host_commands` would start on this host, by the names of its components."""
        executors = document.pipeline.deployment_spec.executors
        found = {label.removeprefix("exec-"): spec.container for label, spec in executors.items() if spec.container}
        return {
            name: [*container.command, *container.args]
            for name, container in found.items()
            if not _is_ours(container) and not self.process_executor.knows(container)
        }

    def find_run(self, text: str) -> Run:
        """The run that a person means: an id, a unique start of one, or `last`."""
        return find_run(self.store, text)

    def document(self, spec: Digest) -> PipelineDocument:
        """The document that a run was made from."""
        return parse_canonical(self.store.spec(spec))

    def resume(self, run_id: RunId, on_change: OnChange | None = None, options: RunOptions | None = None) -> Run:
        """Go on with a run that was cut off; the same as `drive`. A finished run is returned as it is."""
        return self.drive(run_id, on_change=on_change, options=options)

    def retry(self, run_id: RunId, *, from_task: TaskPath | None = None, on_change: OnChange | None = None) -> Run:
        """Run again what failed or was cancelled in a finished run, or `from_task`, and all that depends on it.

        Raises:
            NothingToRetry: Nothing in it failed, and no task is named.
        """
        return self._drive(self.store.run(run_id), on_change, None, Retry(path=from_task))

    def drive(self, run_id: RunId, *, on_change: OnChange | None = None, options: RunOptions | None = None) -> Run:
        """Run a run to its end, from wherever it stands. Ctrl-C cancels it, and leaves a clean record.

        Args:
            run_id: Which run.
            on_change: Called after each transaction with the records that it changed.
            options: Other options than those that it was submitted with, for this process only.

        Raises:
            RunIsLive: Another process drives it.
            StoreUnavailable: The store gave way; the run can be resumed.
        """
        run = self.store.run(run_id)
        return run if run.state.finished else self._drive(run, on_change, options, None)

    def drive_among_others(self, run: Run, room: Room, begun: Callable[[Driver], None]) -> Run:
        """As `drive`, for one of many runs in this process: in a thread of its own, in a room that all share.

        Args:
            run: Which run.
            room: The cores.
            begun: Called with what drives it, so that it can be stopped.
        """
        return self._drive(run, None, None, None, room, begun)

    def cancel(self, run_id: RunId, *, force: bool = False) -> Run:
        """Stop a run, whoever drives it: gently or, by `force`, at once. One that nobody drives is finished here.

        Returns:
            The run as it is now. Where an engine drives it, that hears of it within a second or so.

        Raises:
            NothingToCancel: It has finished already.
        """
        if not self.store.request_cancel(run_id, force=force, by=self.engine_id, now=self.clock.now()):
            raise NothingToCancel(run=run_id, state=self.store.run(run_id).state)
        with contextlib.suppress(RunIsLive):
            return self._drive(self.store.run(run_id), None, None, None)
        return self.store.run(run_id)

    def _drive(
        self,
        run: Run,
        on_change: OnChange | None,
        options: RunOptions | None,
        event: EngineEvent | None,
        room: Room | None = None,
        begun: Callable[[Driver], None] | None = None,
    ) -> Run:
        check_behaviour(run)
        options = options or RunOptions.of_record(run.options)
        held = self.keeper.hold(self._acquire(run.run_id))
        try:
            run = self.store.run(run.run_id)
            if run.state.finished and event is None:  # somebody else did so just now
                return run
            state = self._load(run)
            work = work_folder(self.home, run.run_id)
            driver = Driver(
                state=state,
                store=self.store,
                artifacts=self.artifacts,
                executor=self._executor(options),
                clock=self.clock,
                lease=held,
                work=work,
                cwd=_working_folder(options),
                cores=options.max_parallel or self.cores,
                room=room,
                on_change=on_change,
                vault=self._vault(state.plan),
            )
            if begun is not None:
                begun(driver)
            with _interrupts_cancel(driver, options):
                # A run that was cancelled before it had begun has nothing to be set back: it begins.
                return driver.drive(*([event] if event and state.executions else self._first_events(state, work)))
        finally:
            held.release()

    def _acquire(self, run_id: RunId) -> Lease:
        present = self.store.lease(run_id)
        dead = present.owner if present is not None and is_dead(present.owner) else None
        try:
            return self.store.acquire(run_id, self.engine_id, self.clock.now(), self.keeper.duration, steal=dead)
        except RunIsDriven as error:
            raise RunIsLive(run=run_id, owner=error.owner) from None

    def _load(self, run: Run) -> RunState:
        plan = Plan(self.document(run.spec))
        executions = self.store.executions(run.run_id)
        ids = {
            ident
            for execution in executions
            for bindings in (execution.inputs, execution.outputs)
            for listed in bindings.artifacts.values()
            for ident in listed
        }
        artifacts = self.store.artifacts(ids) if ids else {}
        attempts = self.store.attempts(run.run_id) if executions else []
        places = run_places(self.home, run, plan)
        return RunState.load(plan, run, executions, attempts, artifacts, places)

    def _first_events(self, state: RunState, work: Path) -> list[EngineEvent]:
        """What a run begins or goes on with. Somebody may have asked to cancel it while nobody drove it."""
        first = self._first_event(state, work)
        asked = self.store.cancel_requests([state.run.run_id])
        if not asked:
            return [first]
        cancel = Cancel(force=asked[0].force)
        return [cancel, first] if state.executions else [cancel]

    def _first_event(self, state: RunState, work: Path) -> EngineEvent:
        if state.executions:
            return recovery(state, work, self.artifacts)
        declared = state.plan.pipeline.root.input_definitions.artifacts
        types = {name: spec.artifact_type.schema_title for name, spec in declared.items()}
        return Start(artifacts=input_artifacts(state.run, types))


def _is_ours(container: ContainerSpec) -> bool:
    try:
        return read_manifest(container) is not None
    except msgspec.DecodeError:
        return False  # a broken one: the executor says what is wrong with it


def _working_folder(options: RunOptions) -> Path:
    """Where the run was started from; where one stands, if that folder has been moved since."""
    recorded = Path(options.cwd)
    return recorded if options.cwd and recorded.is_dir() else Path.cwd()


class _Lazy:
    """An executor that is made at its first real use: a run served from cache starts no worker."""

    def __init__(self, make: Callable[[], Executor]) -> None:
        self._make = make

    @cached_property
    def _executor(self) -> Executor:
        return self._make()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._executor, name)


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
