"""The zygote: a small process that imports what tasks need and forks a child for each of them.

```
python -m penstock.executors.process.zygote FD
```

It has one thread, and it only imports: a process that has *used* Polars, LightGBM or torch hangs the children that
it forks. It ends when the engine's end of the socket is gone, and takes all its children with it.
"""

import faulthandler
import gc
import os
import selectors
import signal
import socket
import sys
import time
import warnings
from contextlib import suppress
from functools import partial
from importlib import import_module
from types import FrameType

from penstock.executors.process import proc
from penstock.executors.process.channel import Channel
from penstock.executors.process.imports import Imports, own_modules
from penstock.executors.process.jobs import Child, Job
from penstock.executors.process.messages import (
    Cancel,
    Ended,
    Forked,
    Notice,
    NotImported,
    Preload,
    Request,
    Start,
    decode_request,
    encode,
)

PARENT_GONE = signal.SIGUSR2


class Zygote:
    """The loop: requests from the engine, ends of children, their output, and limits that fall due."""

    def __init__(self, sock: socket.socket) -> None:
        self._channel = Channel(sock)
        self._selector = selectors.EpollSelector()
        self._jobs: dict[int, Job] = {}  # by process id
        self._by_id: dict[int, Job] = {}
        self._spare: Child | None = None
        self._imports = Imports(own_modules())
        self._waiting: list[tuple[Start, bytes]] = []
        """Jobs whose modules are not imported yet."""
        self._open = True
        self.ending = False
        """Whether `end` was begun: a signal that asks for it comes too late, and must not cut it short."""
        self._signals, wakeup = socket.socketpair()
        self._wakeup = wakeup
        for end in (self._signals, wakeup):
            end.setblocking(False)
        signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)
        self._selector.register(self._signals, selectors.EVENT_READ, self._children_ended)
        self._selector.register(sock, selectors.EVENT_READ, self._requested)

    def serve(self) -> None:
        """Work until the engine is gone."""
        while self._open:
            events = self._selector.select(self._patience())
            for key, _ in events:
                key.data()
            now = time.monotonic()
            for job in list(self._jobs.values()):
                due = job.next_look()
                if due is not None and now >= due:
                    job.look(now)
            if self._imports.pending:
                self._import_next()
            if self._open and self._spare is None and not self._imports.pending:
                self._fork_ahead()
        self.end()

    # --- what the engine asks ---------------------------------------------------------------------------

    def _requested(self) -> None:
        self._channel.flush()
        try:
            messages = self._channel.receive()
        except EOFError:
            self._open = False
            return
        for head, body in messages:
            self._perform(decode_request(head), body)
        self._watch_channel()

    def _perform(self, request: Request, body: bytes) -> None:
        match request:
            case Start():
                self._imports.want(request.imports, first=True)
                self._waiting.append((request, body))
                self._start_ready()
            case Cancel():
                self._cancel(request)
            case Preload():
                self._imports.want(request.modules)

    def _import_next(self) -> None:
        """Import one module, and see what can start with it. One at a time: tasks that need no more need not wait."""
        name, error = self._imports.do_one()
        if error:
            self._tell(NotImported(module=name, error=error))
        self._drop_spare()
        self._start_ready()

    def _start_ready(self) -> None:
        waiting, self._waiting = self._waiting, []
        for order, body in waiting:
            if self._imports.done(order.imports):
                self._start(order, body)
            else:
                self._waiting.append((order, body))

    def _start(self, order: Start, body: bytes) -> None:
        try:
            job = self._assign(order, body) or self._assign(order, body)
        except OSError as error:  # no room for a process, or no place for the log
            self._tell(Ended(job=order.job, reason="not_started", note=str(error)))
            return
        if job is None:
            self._tell(Ended(job=order.job, reason="not_started", note="the child ended before it had a job"))
            return
        self._jobs[job.pid] = self._by_id[job.id] = job
        self._selector.register(job.log.pipe, selectors.EVENT_READ, partial(self._pump, job))

    def _assign(self, order: Start, body: bytes) -> Job | None:
        """Give a job to a child; None if somebody killed the child while it waited."""
        if self._spare is None:
            self._spare = self._fork()
        child = self._spare
        job = Job(order, child)
        self._spare = None
        try:
            child.assign(body)
        except BrokenPipeError:
            job.log.close()
            self._tell(Ended(job=0, pid=child.pid))
            return None
        return job

    def _cancel(self, request: Cancel) -> None:
        job = self._by_id.get(request.job)
        if job is None:
            before = len(self._waiting)
            self._waiting = [(order, body) for order, body in self._waiting if order.job != request.job]
            if len(self._waiting) < before:
                self._tell(Ended(job=request.job, reason="canceled"))
        elif request.force:
            job.kill("canceled")
        else:
            job.terminate("canceled")

    # --- children ---------------------------------------------------------------------------------------

    def _fork_ahead(self) -> None:
        with suppress(OSError):
            self._spare = self._fork()

    def _fork(self) -> Child:
        gc.freeze()
        private = [self._channel.fileno(), self._selector.fileno(), self._signals.fileno(), self._wakeup.fileno()]
        for job in self._jobs.values():
            private += job.log.descriptors
        child = Child(private)
        self._tell(Forked(pid=child.pid))
        return child

    def _drop_spare(self) -> None:
        spare, self._spare = self._spare, None  # first: a signal may ask for the end in the middle of this
        if spare is not None:
            spare.discard()
            self._tell(Ended(job=0, pid=spare.pid))

    def _children_ended(self) -> None:
        with suppress(BlockingIOError):
            self._signals.recv(4096)
        while (pid := _dead_child()) is not None:
            job = self._jobs.pop(pid, None)
            if job is None:
                os.waitpid(pid, 0)
                self._forget(pid)
            else:
                self._finish(job)
        self._kill_strangers()

    def _finish(self, job: Job) -> None:
        del self._by_id[job.id]
        notice = job.reap()
        self._kill_strangers()
        with suppress(KeyError):
            self._selector.unregister(job.log.pipe)
        job.log.close()
        self._tell(notice)

    def _forget(self, pid: int) -> None:
        if self._spare is not None and self._spare.pid == pid:
            self._drop_spare()

    def _kill_strangers(self) -> None:
        """Kill what jobs left behind: each job adopts its own orphans, so ours are those of jobs that ended."""
        for pid in proc.children(os.getpid()):
            if pid not in self._jobs and (self._spare is None or pid != self._spare.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _pump(self, job: Job) -> None:
        if self._jobs.get(job.pid) is job and not job.log.pump():
            self._selector.unregister(job.log.pipe)

    # --- the loop's own business ------------------------------------------------------------------------

    def _patience(self) -> float | None:
        if self._imports.pending:
            return 0.0
        times = [at for job in self._jobs.values() if (at := job.next_look()) is not None]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _tell(self, notice: Notice) -> None:
        self._channel.send(encode(notice))
        self._watch_channel()

    def _watch_channel(self) -> None:
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._channel.backlog else 0)
        if self._selector.get_key(self._channel).events != events:
            self._selector.modify(self._channel, events, self._requested)

    def end(self) -> None:
        """Kill every child and what it left behind."""
        self.ending = True
        self._drop_spare()
        for job in self._jobs.values():
            job.kill("canceled")
        while True:
            self._kill_strangers()
            try:
                pid, _ = os.waitpid(-1, 0)
            except ChildProcessError:
                return
            self._jobs.pop(pid, None)


def _dead_child() -> int | None:
    """A child that is a zombie, left as it is; None if there is none."""
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return None if found is None else found.si_pid


def _end_with_engine(zygote: Zygote) -> None:
    """End with the engine even in the middle of an import that hangs, where nobody listens to the socket.

    `PARENT_GONE` also comes when only the engine's thread that started the zygote ends: that is no reason.
    """
    parent = os.getppid()

    def asked(number: int, _frame: FrameType | None) -> None:
        if not zygote.ending and (number == signal.SIGTERM or os.getppid() != parent):
            zygote.end()
            os._exit(0)

    signal.signal(signal.SIGTERM, asked)
    signal.signal(PARENT_GONE, asked)
    proc.die_with_parent(PARENT_GONE)


def main() -> None:
    """Serve the engine whose socket is the file descriptor that the first argument names."""
    sock = socket.socket(fileno=int(sys.argv[1]))
    proc.adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    faulthandler.enable()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    warnings.filterwarnings("ignore", message=".*multi-threaded.*fork", category=DeprecationWarning)
    gc.disable()
    zygote = Zygote(sock)
    _end_with_engine(zygote)
    import_module("penstock.executors.process.work")
    zygote.serve()


if __name__ == "__main__":
    main()
