"""The system in one process: the composition root. Everything is built here, from one table of settings."""

import contextlib
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.artifacts import open_artifact_store
from penstock.artifacts.store import ArtifactStore
from penstock.core import faults
from penstock.core.clock import Clock, SystemClock
from penstock.core.ids import Digest, RunId, TaskPath
from penstock.core.settings import Settings
from penstock.engine.driver import Driver, OnChange
from penstock.engine.errors import NothingToCancel, RunIsLive
from penstock.engine.events import Retry
from penstock.engine.lease import this_engine
from penstock.engine.slots import Room
from penstock.ir.document import parse_canonical
from penstock.ir.spec import PipelineDocument
from penstock.metadata import open_store
from penstock.metadata.records import Run
from penstock.metadata.store import MetadataStore
from penstock.platform.compiling import Compilations
from penstock.platform.driving import Driving
from penstock.platform.endpoint import ProcessEndpoint
from penstock.platform.home import artifacts_place, prepare_home, store_place
from penstock.platform.options import RunOptions
from penstock.platform.submission import Submission
from penstock.platform.workers import Workers

if TYPE_CHECKING:
    from penstock.platform.retention import Collector
    from penstock.registry import ModelRegistry


class System:
    """A Penstock: its stores, its executors, and what one does with runs."""

    def __init__(self, settings: Settings, store: MetadataStore, artifacts: ArtifactStore, clock: Clock) -> None:
        self.settings = settings
        self.home = settings.home
        self.store = store
        self.artifacts = artifacts
        self.clock = clock
        self.engine_id = this_engine()
        self.endpoint = ProcessEndpoint(settings, store, artifacts, clock)
        self._workers = Workers(settings, self.endpoint.variables, store, clock)
        self._submission = Submission(settings.home, store, artifacts, self._workers, clock)
        self._driving = Driving(settings, store, artifacts, self._workers, clock, self.engine_id)

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
        self._driving.close()
        self._workers.close()
        self.endpoint.close()

    def __enter__(self) -> "System":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def cores(self) -> int:
        """How many this process may use at once."""
        return self._driving.cores

    # --- upkeep -------------------------------------------------------------------------------------------

    @property
    def collector(self) -> "Collector":
        """What removes old runs, and bytes that nothing refers to."""
        from penstock.platform.retention import Collector

        return Collector(self.store.retention, self.artifacts, self.home, self.clock)

    # --- models -------------------------------------------------------------------------------------------

    @property
    def models(self) -> "ModelRegistry":
        """Registered models, and which of them is in production."""
        from penstock.registry import ModelRegistry

        return ModelRegistry(self.store, self.artifacts, self.clock)

    # --- pipelines ----------------------------------------------------------------------------------------

    @cached_property
    def compilations(self) -> Compilations:
        """Compiled pipelines, each compiled again only when something that it was made from has changed."""
        return Compilations(self.home / "compiled", lambda: self._workers.processes)

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
        return self._submission.submit(
            document, arguments, options or RunOptions(), source=source, display_name=display_name
        )

    def check_runnable(self, document: PipelineDocument, options: RunOptions) -> None:
        """Raise `NotRunnable` if the pipeline holds something that cannot run here with these options."""
        self._submission.check_runnable(document, options)

    def host_commands(self, document: PipelineDocument) -> dict[str, list[str]]:
        """What a run of `document` with `host_commands` would start on this host, by the names of its components."""
        return self._submission.host_commands(document)

    def find_run(self, text: str) -> Run:
        """The run that a person means: an id, a unique start of one, or `last`."""
        from penstock.platform.finding import find_run

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
        return self._driving.drive(self.store.run(run_id), event=Retry(path=from_task), on_change=on_change)

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
        if run.state.finished:
            return run
        return self._driving.drive(run, options=options, on_change=on_change)

    def drive_among_others(self, run: Run, room: Room, begun: Callable[[Driver], None]) -> Run:
        """As `drive`, for one of many runs in this process: in a thread of its own, in a room that all share.

        Args:
            run: Which run.
            room: The cores.
            begun: Called with what drives it, so that it can be stopped.
        """
        return self._driving.drive(run, room=room, begun=begun)

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
            return self._driving.drive(self.store.run(run_id))
        return self.store.run(run_id)
