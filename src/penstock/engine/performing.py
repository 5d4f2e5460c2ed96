"""Performs what was decided, once it is stored: starts and ends attempts, and keeps what they leave."""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from penstock.artifacts.store import ArtifactStore
from penstock.core.errors import PenstockError
from penstock.core.faults import fault_point
from penstock.core.ids import TaskPath
from penstock.engine.errors import NoWorkFolder, failure_of
from penstock.engine.events import CancelAttempt, StartAttempt
from penstock.engine.executor import AttemptKey, Canceled, Executor, Failed, Grants, Outcome, WorkOrder
from penstock.engine.inbox import Control, Inbox
from penstock.engine.orders import attempt_folder, work_order
from penstock.engine.remains import keep_log
from penstock.engine.state import RunState
from penstock.metadata.records import State, Usage

if TYPE_CHECKING:
    from penstock.engine.vault import Vault

_NO_USAGE = Usage()
_NO_GRANTS = Grants()


class Performer:
    """The attempts of one run that this engine has to do with. Their outcomes go to the inbox, whatever happens."""

    def __init__(
        self,
        *,
        state: RunState,
        executor: Executor,
        artifacts: ArtifactStore,
        inbox: Inbox,
        vault: "Vault | None",
        work: Path,
        cwd: Path,
    ) -> None:
        self._state = state
        self._executor = executor
        self._artifacts = artifacts
        self._inbox = inbox
        self._vault = vault
        self._work = work
        self._cwd = cwd
        self._running: set[AttemptKey] = set()
        self._masks: dict[AttemptKey, tuple[str, ...]] = {}
        """Secrets of running attempts, which what is told of their failures must not hold."""
        self._spent: list[Path] = []
        """Folders of attempts that are over; kept until the outcome is stored, since recovery reads them."""
        self._cold: bool | None = None
        """Whether the executor is to be prepared; None before it is needed, False once it is."""
        self.starting: AttemptKey | None = None
        """The attempt that the executor was asked to start and has neither returned from nor reported."""

    @property
    def idle(self) -> bool:
        """Whether nothing runs."""
        return not self._running

    @property
    def running(self) -> Collection[AttemptKey]:
        """What runs."""
        return self._running

    def secrets(self, key: AttemptKey) -> tuple[str, ...] | None:
        """What must not be seen in anything that an attempt says; None if that cannot be known any more."""
        if key in self._running or not self._state.plan.has_platform:
            return self._masks.get(key, ())
        try:  # its engine died
            return self._grants(key.path, attempt_folder(self._work, key.path, key.number)).secrets
        except (PenstockError, OSError):
            return None

    def expect(self) -> None:
        """Something is in line: the executor will be needed."""
        self._cold = self._cold is not False

    def warm(self) -> None:
        """Prepare the executor, if it will be needed and is not prepared."""
        if self._cold:
            self._cold = False
            self._executor.warm(self._state.plan.containers)

    def perform(self, command: StartAttempt | CancelAttempt) -> None:
        """Start or end an attempt, unless what has been decided since has overtaken that."""
        execution = self._state.executions[command.path]
        key = AttemptKey(execution.run_id, command.path, command.number)
        if isinstance(command, CancelAttempt):
            if key in self._running:  # not one of an engine that is gone
                self._executor.cancel(key, force=command.force)
        elif execution.attempt == command.number and execution.state is State.RUNNING:
            self._start(key)
            fault_point("engine.after_start")
        else:  # cancelled between its launch and the commit: it was never started
            self._report(key, Canceled(usage=_NO_USAGE))

    def end_all(self, *, force: bool) -> None:
        """End everything that runs, gently or at once."""
        for key in self._running:
            self._executor.cancel(key, force=force)

    def settle(self, key: AttemptKey, outcome: Outcome) -> tuple[Outcome, str]:
        """An attempt is over.

        Returns:
            The outcome as it may be stored, without secrets; and the URI of the stored log, empty if there is none.
        """
        self._running.discard(key)
        if key in self._masks:
            from penstock.engine.masking import masked

            outcome = masked(outcome, self._masks.pop(key))
        folder = attempt_folder(self._work, key.path, key.number)
        log = keep_log(self._artifacts, folder)
        self._spent.append(folder)
        return outcome, log

    def sweep(self) -> None:
        """Remove the folders of attempts that are over; their outcomes are stored."""
        spent, self._spent = self._spent, []
        for folder in spent:
            shutil.rmtree(folder, ignore_errors=True)

    def _start(self, key: AttemptKey) -> None:
        try:
            order = self._order(key.path)
        except PenstockError as error:
            self._report(key, Failed(failure=failure_of(error), usage=_NO_USAGE))
            return
        self.starting = order.key
        self._running.add(key)
        try:
            self._executor.start(order, self._report)
        except KeyboardInterrupt:  # inline, the author's code runs here
            if self.starting is not None:  # it came at a moment at which nobody has reported the attempt
                self._report(order.key, Canceled(usage=_NO_USAGE))
            self._inbox.put(Control.INTERRUPTED)
        finally:
            self.starting = None

    def _report(self, key: AttemptKey, outcome: Outcome) -> None:
        if key == self.starting:
            self.starting = None
        self._inbox.put((key, outcome))

    def _order(self, path: TaskPath) -> WorkOrder:
        order = work_order(self._state, path, self._work, self._cwd)
        try:
            order.folder.mkdir(parents=True, exist_ok=True)
            grants = self._grants(path, order.folder)
        except OSError as error:
            raise NoWorkFolder(folder=str(order.folder), reason=error.strerror or str(error)) from error
        if grants.secrets:
            self._masks[order.key] = grants.secrets
        return structs.replace(order, grants=grants) if grants is not _NO_GRANTS else order

    def _grants(self, path: TaskPath, folder: Path) -> Grants:
        """What the second document asks for; most pipelines have none."""
        if not self._state.plan.has_platform:
            return _NO_GRANTS
        from penstock.engine.grants import grants_of
        from penstock.engine.vault import EmptyVault

        return grants_of(self._state, path, self._vault or EmptyVault(), folder)
