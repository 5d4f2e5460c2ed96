"""The thin shell around `decide`: takes events, commits what follows, then performs the commands.

```
inbox (executors, timers, Ctrl-C) ──► decide ──► apply ──► … ──► commit ──► on_change ──► perform
                                        ▲   immediate commands   │
                                        └──── (cache, imports) ──┘
```

The order is the contract: a transition is durable before its effect can be seen. If the commit fails, nothing
is performed; the run is resumed from the store, where the last complete transition is.
"""

import contextlib
import shutil
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from penstock.artifacts.store import ArtifactStore
from penstock.core.clock import Clock
from penstock.core.errors import PenstockError
from penstock.core.faults import fault_point
from penstock.core.ids import TaskPath
from penstock.engine.decide import decide
from penstock.engine.events import (
    AttemptEnded,
    AttemptReturned,
    Cancel,
    CancelAttempt,
    EngineCommand,
    EngineEvent,
    Enqueue,
    ImportArtifact,
    Launch,
    LookUpCache,
    Recover,
    Retry,
    SetTimer,
    Start,
    StartAttempt,
)
from penstock.engine.executor import AttemptKey, Canceled, Executor, Outcome
from penstock.engine.inbox import Control, Inbox, Message
from penstock.engine.lease import HeldLease
from penstock.engine.lookups import Lookups
from penstock.engine.orders import LOG_FILE, attempt_folder, resources
from penstock.engine.performing import Performer
from penstock.engine.remains import running
from penstock.engine.slots import Room
from penstock.engine.spools import Spools
from penstock.engine.state import RunState
from penstock.engine.timers import Timers
from penstock.engine.transaction import Transaction
from penstock.metadata.errors import LeaseLost
from penstock.metadata.records import Changes, Run, State
from penstock.metadata.store import MetadataStore

if TYPE_CHECKING:
    from penstock.engine.importing import Imports
    from penstock.engine.vault import Vault
    from penstock.metadata.tracking import Logged

OnChange: TypeAlias = Callable[[Changes], None]

_BATCH = 2_000
"""Records in one transaction at most, roughly: progress shows, and a crash loses little."""
_POINTS = 20_000
"""Points of metrics in one transaction at most, roughly: others want to write too."""


class Driver:
    """Drives one run to its end."""

    def __init__(
        self,
        *,
        state: RunState,
        store: MetadataStore,
        artifacts: ArtifactStore,
        executor: Executor,
        clock: Clock,
        lease: HeldLease,
        work: Path,
        cwd: Path,
        cores: int,
        room: Room | None = None,
        on_change: OnChange | None = None,
        vault: "Vault | None" = None,
    ) -> None:
        self._state = state
        self._store = store
        self._artifacts = artifacts
        self._clock = clock
        self._lease = lease
        self._work = work
        self._cwd = cwd
        self._on_change = on_change
        self._inbox = Inbox()
        self._timers = Timers(clock)
        self._slots = (room or Room(cores)).line(cores, lambda: self._inbox.put(Control.WAKE))
        self._imports: Imports | None = None
        self._lookups = Lookups(
            state=state, store=store, artifacts=artifacts, clock=clock, lease=lease.lease, cwd=cwd, vault=vault
        )
        self._performer = Performer(
            state=state, executor=executor, artifacts=artifacts, inbox=self._inbox, vault=vault, work=work, cwd=cwd
        )
        self._spools = Spools(state, work)
        self._agenda: deque[EngineEvent] = deque()
        self._asked: list[LookUpCache] = []
        self._people: deque[TaskPath] = deque()
        """Tasks that are to wait for a person: they need no place in line."""
        self._deferred: list[StartAttempt | CancelAttempt] = []
        self._transaction = Transaction()
        self._stopping = False
        self._cancels = 0

    # --- from outside -------------------------------------------------------------------------------------

    def cancel(self, *, force: bool = False) -> None:
        """Ask for the run to stop; the second time, at once. Safe in a signal handler and from any thread."""
        self._cancels += 1
        self._inbox.put(Cancel(force=force or self._cancels > 1))

    def stop(self, *, force: bool = False) -> None:
        """Ask for the run to be left as it is, for another engine to go on with. Safe from any thread.

        Attempts are ended, gently or at once, and do not count; `drive` returns when the last one has.
        """
        self._inbox.put(Control.STOP_NOW if force else Control.STOP)

    @property
    def only_waits(self) -> bool:
        """Whether all that runs of this run waits for people. From any thread."""
        running = tuple(self._performer.running)
        executions, plan = self._state.executions, self._state.plan
        return bool(running) and all(plan.waits_for_person(executions[key.path].component) for key in running)

    def interrupt(self) -> None:
        """As `cancel`, for a signal handler where the author's code runs in this very thread: that is interrupted too.

        Raises:
            KeyboardInterrupt: In the author's code, if it runs; it may catch it, and the run is canceled all the same.
        """
        self.cancel()
        if self._performer.starting is not None:
            raise KeyboardInterrupt

    def drive(self, *first: EngineEvent) -> Run:
        """Take `first` and go on until the run is finished.

        Returns:
            The run; unfinished only after `stop`.

        Raises (whatever ran is killed then, and nothing more is stored):
            StoreUnavailable: A transition could not be stored. The run can be resumed.
            LeaseLost: Somebody else drives the run now.
        """
        self._agenda.extend(first)
        self._lease.listen(
            on_lost=lambda: self._inbox.put(Control.LOST), on_cancel=lambda force: self.cancel(force=force)
        )
        try:
            return self._drive()
        except BaseException:  # the run is not ours to go on with: what runs is killed, what was to be started is not
            self._deferred.clear()
            self._performer.end_all(force=True)
            raise
        finally:
            self._slots.close()

    # --- the loop -----------------------------------------------------------------------------------------

    def _drive(self) -> Run:
        while True:
            self._work_off()
            self._commit()
            if self._state.run.state.finished:
                break
            if self._stopping and self._performer.idle:
                return self._state.run
            self._wait()
        shutil.rmtree(self._work, ignore_errors=True)
        return self._state.run

    def _work_off(self) -> None:
        """Decide until there is nothing left that needs no waiting."""
        while True:
            while self._agenda:
                self._decide(self._agenda.popleft())
                if self._transaction.size > _BATCH:
                    self._commit()
            if self._stopping:
                return
            if self._asked:
                asked, self._asked = self._asked, []
                self._agenda += self._lookups.answer(asked)
                continue
            path = self._people.popleft() if self._people else self._slots.next()
            if path is None:
                return
            if self._state.executions[path].state is State.PENDING:
                self._agenda.append(self._launch(path))
            else:  # canceled while it was in line
                self._slots.free(path)

    def _commit(self) -> None:
        """Store what was decided; then, and only then, let it be seen and perform it."""
        changes = self._transaction.take()
        if changes:
            fault_point("engine.before_commit")
            self._store.commit(self._lease.lease, changes)
            fault_point("engine.after_commit")
        self._performer.warm()  # may take its time: by the commit, other runs see that this one computes
        self._performer.sweep()
        if changes and self._on_change is not None:
            self._on_change(changes)
        deferred, self._deferred = self._deferred, []
        for command in deferred:
            self._performer.perform(command)

    def _wait(self) -> None:
        """Sleep until something happens, then take all that has."""
        moments = [self._timers.left(), self._spools.left(self._performer.running)]
        for message in self._inbox.wait(min((left for left in moments if left is not None), default=None)):
            self._receive(message)
        self._agenda += self._timers.due()
        for key, part in self._spools.news(self._performer.running):
            self._log(key, part)

    # --- what attempts log --------------------------------------------------------------------------------

    def _log(self, key: AttemptKey, part: "Logged") -> None:
        """Store what an attempt logged with what is decided next; if it is much, most of it by itself before."""
        secrets = self._performer.secrets(key)
        if secrets != ():
            from penstock.engine.masking import masked_logged

            part = masked_logged(part, secrets)
        if self._transaction.points + len(part.metrics) > _POINTS:
            self._store.commit(self._lease.lease, self._transaction.take_logged())
        self._transaction.log(part)

    def _log_what_is_left(self) -> None:
        """Attempts whose engine died have left what they logged."""
        for execution in running(self._state):
            key = AttemptKey(execution.run_id, execution.path, execution.attempt)
            for part in self._spools.rest(key):
                self._log(key, part)

    # --- deciding -----------------------------------------------------------------------------------------

    def _decide(self, event: EngineEvent) -> None:
        if isinstance(event, Recover):
            self._log_what_is_left()
        decision = decide(self._state, event, self._clock.now())
        self._state.apply(decision)
        if isinstance(event, Start | Recover | Retry):
            self._timers.set_deadline(self._state)
        self._transaction.add(decision.changes)
        for execution in decision.changes.executions:
            if execution.state not in (State.RUNNING, State.CANCELING):
                self._slots.free(execution.path)
        for command in decision.commands:
            self._take(command)

    def _take(self, command: EngineCommand) -> None:
        match command:
            case LookUpCache():
                self._asked.append(command)
            case ImportArtifact():
                self._import(command)
            case Enqueue() if self._state.plan.waits_for_person(self._state.executions[command.path].component):
                self._people.append(command.path)
            case Enqueue():
                self._performer.expect()
                self._slots.queue(command.path, self._cores(command.path))
            case SetTimer():
                self._timers.set(command.at, command.path)
            case StartAttempt() | CancelAttempt():
                self._deferred.append(command)

    def _import(self, command: ImportArtifact) -> None:
        from penstock.engine.importing import Import, Imports

        self._imports = self._imports or Imports(self._artifacts, self._inbox.put)
        self._imports.begin(Import.of(self._state, command, self._cwd, self._clock.now()))

    def _cores(self, path: TaskPath) -> float | None:
        with contextlib.suppress(PenstockError):  # what makes no sense is told when the order is made
            return resources(self._state, self._state.executions[path]).cpu
        return None

    def _launch(self, path: TaskPath) -> Launch:
        number = self._state.executions[path].attempt + 1
        return Launch(path=path, log=str(attempt_folder(self._work, path, number) / LOG_FILE))

    # --- messages -----------------------------------------------------------------------------------------

    def _receive(self, message: Message) -> None:
        if isinstance(message, Control):
            self._obey(message)
        elif isinstance(message, tuple):
            self._agenda.append(self._ended(*message))
        else:
            self._agenda.append(message)

    def _ended(self, key: AttemptKey, outcome: Outcome) -> AttemptEnded | AttemptReturned:
        for part in self._spools.rest(key):
            self._log(key, part)
        outcome, log = self._performer.settle(key, outcome)
        if self._stopping and isinstance(outcome, Canceled):
            fault_point("engine.after_return")
            return AttemptReturned(path=key.path, number=key.number, usage=outcome.usage, log=log)
        return AttemptEnded(path=key.path, number=key.number, outcome=outcome, log=log)

    def _obey(self, control: Control) -> None:
        match control:
            case Control.WAKE:
                pass  # the loop looks whether there is room
            case Control.LOST:
                lease = self._lease.lease
                raise LeaseLost(run_id=lease.run_id, owner=lease.owner, token=lease.token)
            case Control.STOP | Control.STOP_NOW:
                self._stopping = True
                self._performer.end_all(force=control is Control.STOP_NOW)
            case Control.INTERRUPTED:
                if not self._cancels:
                    self.cancel()
