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
import heapq
import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeAlias

from msgspec import structs

from penstock.artifacts.store import ArtifactStore
from penstock.core.clock import Clock
from penstock.core.errors import PenstockError
from penstock.core.faults import fault_point
from penstock.core.ids import RunId, TaskPath
from penstock.engine.decide import decide
from penstock.engine.earlier import EarlierRun
from penstock.engine.errors import DeadlinePassed, NoWorkFolder, failure_of
from penstock.engine.events import (
    AttemptEnded,
    AttemptReturned,
    CacheAnswered,
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
    TimerFired,
)
from penstock.engine.executor import AttemptKey, Canceled, Executor, Failed, Grants, Outcome, WorkOrder
from penstock.engine.files import FileDigests
from penstock.engine.flights import Flights
from penstock.engine.handover import begun_at
from penstock.engine.importing import Import, Imports
from penstock.engine.lease import HeldLease
from penstock.engine.lookups import answer_lookups
from penstock.engine.orders import LOG_FILE, attempt_folder, resources, work_order
from penstock.engine.remains import keep_log
from penstock.engine.reuse import may_reuse
from penstock.engine.slots import Room
from penstock.engine.state import RunState
from penstock.engine.transaction import Transaction
from penstock.metadata.errors import LeaseLost
from penstock.metadata.records import Changes, Run, State, Usage
from penstock.metadata.store import MetadataStore

if TYPE_CHECKING:
    from penstock.engine.vault import Vault

OnChange: TypeAlias = Callable[[Changes], None]

_NO_USAGE = Usage()
_NO_GRANTS = Grants()
_LONGEST_WAIT = 1.0
_BATCH = 2_000
"""Records in one transaction at most, roughly: progress shows, and a crash loses little."""


class Control(Enum):
    """What the driver itself is told: nothing that is decided about."""

    WAKE = auto()
    LOST = auto()
    STOP = auto()
    STOP_NOW = auto()


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
        self._executor = executor
        self._clock = clock
        self._lease = lease
        self._work = work
        self._cwd = cwd
        self._on_change = on_change
        self._vault = vault
        self._masks: dict[AttemptKey, tuple[str, ...]] = {}
        """Secrets of running attempts, which what is told of their failures must not hold."""
        self._slots = (room or Room(cores)).line(cores, self._wake)
        self._files = FileDigests(cwd)
        self._earlier = EarlierRun(state, store)
        self._flights = Flights(store, lease.lease, clock)
        self._inbox: SimpleQueue[EngineEvent | Control | tuple[AttemptKey, Outcome]] = SimpleQueue()
        self._imports = Imports(artifacts, self._inbox.put)
        self._running: set[AttemptKey] = set()
        self._stopping = False
        self._agenda: deque[EngineEvent] = deque()
        self._lookups: list[LookUpCache] = []
        self._deferred: list[StartAttempt | CancelAttempt] = []
        self._spent: list[Path] = []
        """Folders of attempts that are over; kept until the outcome is stored, since recovery reads them."""
        self._timers: list[tuple[datetime, TaskPath]] = []
        self._transaction = Transaction()
        self._deadline: datetime | None = None
        self._cold: bool | None = None
        """Whether the executor is to be prepared; None before it is needed, False once it is."""
        self._cancels = 0
        self._starting: AttemptKey | None = None
        """The attempt that the executor was asked to start and has neither returned from nor reported."""

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

    def interrupt(self) -> None:
        """As `cancel`, for a signal handler where the author's code runs in this very thread: that is interrupted too.

        Raises:
            KeyboardInterrupt: In the author's code, if it runs; it may catch it, and the run is canceled all the same.
        """
        self.cancel()
        if self._starting is not None:
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
        except BaseException:
            self._abandon()
            raise
        finally:
            self._slots.close()

    def _drive(self) -> Run:
        while True:
            self._work_off()
            self._commit()
            if self._state.run.state.finished:
                break
            if self._stopping and not self._running:
                return self._state.run
            self._wait()
        shutil.rmtree(self._work, ignore_errors=True)
        return self._state.run

    def _abandon(self) -> None:
        """The run is not ours to go on with: what runs is killed, what was to be started is not."""
        self._deferred.clear()
        for key in self._running:
            self._executor.cancel(key, force=True)

    # --- the loop -----------------------------------------------------------------------------------------

    def _work_off(self) -> None:
        """Decide until there is nothing left that needs no waiting."""
        while True:
            while self._agenda:
                self._decide(self._agenda.popleft())
                if self._transaction.size > _BATCH:
                    self._commit()
            if self._stopping:
                return
            if self._lookups:
                asked, self._lookups = self._lookups, []
                self._agenda += self._answers(asked)
                continue
            path = self._slots.next()
            if path is None:
                return
            if self._state.executions[path].state is State.PENDING:
                self._agenda.append(self._launch(path))
            else:  # canceled while it was in line
                self._slots.free(path)

    def _answers(self, asked: list[LookUpCache]) -> Iterator[CacheAnswered]:
        """What is known of the results of tasks, and who else is about to make them."""
        earlier = self._earlier.answer(asked)
        yield from earlier
        taken = {answer.path for answer in earlier}
        left = [command for command in asked if command.path not in taken]
        known = self._look_up([command for command in left if command.cached])
        yield from self._flights.join(known, lambda path: may_reuse(self._state.run, path), self._look_up)
        for command in left:
            if not command.cached:
                yield CacheAnswered(path=command.path, fingerprint=None, key=None, hit=None)

    def _look_up(self, asked: Sequence[LookUpCache]) -> list[CacheAnswered]:
        now = self._clock.now()
        return answer_lookups(self._state, self._store, self._artifacts, self._files, asked, now, self._vault)

    def _decide(self, event: EngineEvent) -> None:
        decision = decide(self._state, event, self._clock.now())
        self._state.apply(decision)
        if isinstance(event, Start | Recover | Retry):
            self._set_deadline()
        self._transaction.add(decision.changes)
        for execution in decision.changes.executions:
            if execution.state not in (State.RUNNING, State.CANCELING):
                self._slots.free(execution.path)
        for command in decision.commands:
            self._take(command)

    def _take(self, command: EngineCommand) -> None:
        match command:
            case LookUpCache():
                self._lookups.append(command)
            case ImportArtifact():
                self._imports.begin(Import.of(self._state, command, self._cwd, self._clock.now()))
            case Enqueue():
                self._enqueue(command.path)
            case SetTimer():
                heapq.heappush(self._timers, (command.at, command.path))
            case StartAttempt() | CancelAttempt():
                self._deferred.append(command)

    def _enqueue(self, path: TaskPath) -> None:
        self._cold = self._cold is not False
        self._slots.queue(path, self._cores(path))

    def _cores(self, path: TaskPath) -> float | None:
        with contextlib.suppress(PenstockError):  # what makes no sense is told when the order is made
            return resources(self._state, self._state.executions[path]).cpu
        return None

    def _launch(self, path: TaskPath) -> Launch:
        number = self._state.executions[path].attempt + 1
        return Launch(path=path, log=str(attempt_folder(self._work, path, number) / LOG_FILE))

    def _commit(self) -> None:
        changes = self._transaction.take()
        if changes:
            fault_point("engine.before_commit")
            self._store.commit(self._lease.lease, changes)
            fault_point("engine.after_commit")
        if self._cold:  # after the commit, by which other runs see that this one computes: it may take its time
            self._cold = False
            self._executor.warm(self._state.plan.containers)
        spent, self._spent = self._spent, []
        for folder in spent:
            shutil.rmtree(folder, ignore_errors=True)
        if changes and self._on_change is not None:
            self._on_change(changes)
        deferred, self._deferred = self._deferred, []
        for command in deferred:
            self._perform(command)

    def _perform(self, command: StartAttempt | CancelAttempt) -> None:
        execution = self._state.executions[command.path]
        if isinstance(command, CancelAttempt):
            key = AttemptKey(execution.run_id, command.path, command.number)
            if key in self._running:  # not one of an engine that is gone
                self._executor.cancel(key, force=command.force)
        elif execution.attempt == command.number and execution.state is State.RUNNING:
            self._start(AttemptKey(execution.run_id, command.path, command.number))
            fault_point("engine.after_start")
        else:  # cancelled between its launch and the commit: it was never started
            self._report(AttemptKey(execution.run_id, command.path, command.number), Canceled(usage=_NO_USAGE))

    def _start(self, key: AttemptKey) -> None:
        try:
            order = self._order(key.path)
        except PenstockError as error:
            self._report(key, Failed(failure=failure_of(error), usage=_NO_USAGE))
            return
        self._starting = order.key
        self._running.add(key)
        try:
            self._executor.start(order, self._report)
        except KeyboardInterrupt:  # inline, the author's code runs here
            if self._starting is not None:  # it came at a moment at which nobody has reported the attempt
                self._report(order.key, Canceled(usage=_NO_USAGE))
            if not self._cancels:
                self.cancel()
        finally:
            self._starting = None

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

    # --- waiting ------------------------------------------------------------------------------------------

    def _report(self, key: AttemptKey, outcome: Outcome) -> None:
        if key == self._starting:
            self._starting = None
        self._inbox.put((key, outcome))

    def _wait(self) -> None:
        """Sleep until something happens, then take all that has."""
        try:
            self._receive(self._inbox.get(timeout=self._patience()))
            while True:
                self._receive(self._inbox.get_nowait())
        except Empty:
            pass
        now = self._clock.now()
        while self._timers and self._timers[0][0] <= now:
            self._agenda.append(TimerFired(path=heapq.heappop(self._timers)[1]))
        if self._deadline is not None and now >= self._deadline:
            self._deadline = None
            self._agenda.append(Cancel(reason=failure_of(DeadlinePassed(seconds=self._time_limit or 0.0))))

    def _patience(self) -> float | None:
        """Seconds until something is due; None for never.

        Not long in the main thread: a signal that another thread took is handled only when this one wakes.
        """
        longest = _LONGEST_WAIT if threading.current_thread() is threading.main_thread() else None
        moments = [self._timers[0][0]] if self._timers else []
        moments += [self._deadline] if self._deadline is not None else []
        if not moments:
            return longest
        left = max(0.0, (min(moments) - self._clock.now()).total_seconds())
        return left if longest is None else min(left, longest)

    def _receive(self, message: EngineEvent | Control | tuple[AttemptKey, Outcome]) -> None:
        if isinstance(message, Control):
            self._obey(message)
            return
        if not isinstance(message, tuple):
            self._agenda.append(message)
            return
        key, outcome = message
        self._running.discard(key)
        if key in self._masks:
            from penstock.engine.masking import masked

            outcome = masked(outcome, self._masks.pop(key))
        folder = attempt_folder(self._work, key.path, key.number)
        log = keep_log(self._artifacts, folder)
        self._spent.append(folder)
        if self._stopping and isinstance(outcome, Canceled):
            self._agenda.append(AttemptReturned(path=key.path, number=key.number, usage=outcome.usage, log=log))
        else:
            self._agenda.append(AttemptEnded(path=key.path, number=key.number, outcome=outcome, log=log))

    def _obey(self, control: Control) -> None:
        match control:
            case Control.LOST:
                lease = self._lease.lease
                raise LeaseLost(run_id=lease.run_id, owner=lease.owner, token=lease.token)
            case Control.STOP | Control.STOP_NOW:
                self._stopping = True
                for key in self._running:
                    self._executor.cancel(key, force=control is Control.STOP_NOW)
            case Control.WAKE:
                pass  # there is room: the loop looks

    def _wake(self) -> None:
        self._inbox.put(Control.WAKE)

    @property
    def _time_limit(self) -> float | None:
        """Seconds that the run may take."""
        seconds = self._state.run.options.get("timeout") or self._state.plan.deadline
        return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else None

    def _set_deadline(self) -> None:
        """From the run's start on, or from the last retry; whoever drives it, and however often it was taken over."""
        if self._time_limit is not None and self._state.run.state is State.RUNNING:
            began = begun_at(self._state.run) or self._clock.now()
            self._deadline = began + timedelta(seconds=self._time_limit)


def work_folder(home: Path, run: RunId) -> Path:
    """Where the attempts of a run have their folders while it goes."""
    return home / "work" / run
