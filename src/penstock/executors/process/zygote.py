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

_ALWAYS = ("penstock", "penstock.executors.process.work")


class Zygote:
    """The loop: requests from the engine, ends of children, their output, and limits that fall due."""

    def __init__(self, sock: socket.socket) -> None:
        self._channel = Channel(sock)
        self._selector = selectors.EpollSelector()
        self._jobs: dict[int, Job] = {}  # by process id
        self._by_id: dict[int, Job] = {}
        self._spare: Child | None = None
        self._open = True
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
            if self._spare is None:
                self._fork_ahead()
        self._end()

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
                self._start(request, body)
            case Cancel():
                self._cancel(request)
            case Preload():
                self._preload(request.modules)

    def _start(self, order: Start, body: bytes) -> None:
        for _ in range(2):
            try:
                child = self._take_child()
                child.assign(body)
                job = Job(order, child)
            except BrokenPipeError:  # somebody killed the child that waited: try a fresh one
                continue
            except OSError as error:
                self._tell(Ended(job=order.job, reason="not_started", note=str(error)))
                return
            self._jobs[job.pid] = self._by_id[job.id] = job
            self._selector.register(job.log.pipe, selectors.EVENT_READ, partial(self._pump, job))
            return
        self._tell(Ended(job=order.job, reason="not_started", note="the child ended before it had a job"))

    def _cancel(self, request: Cancel) -> None:
        job = self._by_id.get(request.job)
        if job is not None and request.force:
            job.kill("canceled")
        elif job is not None:
            job.terminate("canceled")

    def _preload(self, modules: list[str]) -> None:
        missing = [name for name in modules if name not in sys.modules]
        if not missing:
            return
        for name in missing:
            error = preload(name)
            if error:
                self._tell(NotImported(module=name, error=error))
        self._drop_spare()

    # --- children ---------------------------------------------------------------------------------------

    def _take_child(self) -> Child:
        if self._spare is None:
            self._spare = self._fork()
        child, self._spare = self._spare, None
        return child

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
        if self._spare is not None:
            self._spare.discard()
            self._spare = None

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
        times = [at for job in self._jobs.values() if (at := job.next_look()) is not None]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _tell(self, notice: Notice) -> None:
        self._channel.send(encode(notice))
        self._watch_channel()

    def _watch_channel(self) -> None:
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._channel.backlog else 0)
        if self._selector.get_key(self._channel).events != events:
            self._selector.modify(self._channel, events, self._requested)

    def _end(self) -> None:
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


def preload(name: str) -> str:
    """Import one module, or anything that has its name before a dot; why it failed, or empty."""
    try:
        import_module(name)
    except BaseException as error:  # noqa: BLE001 - a module may do anything while it is imported
        return f"{type(error).__name__}: {error}"
    return ""


def _dead_child() -> int | None:
    """A child that is a zombie, left as it is; None if there is none."""
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return None if found is None else found.si_pid


def _end_with_engine(parent: int) -> None:
    """SIGTERM ends the zygote. It also comes when only the engine's thread that started it ends: not a reason."""

    def terminated(_number: int, _frame: FrameType | None) -> None:
        if os.getppid() != parent:
            sys.exit(0)

    signal.signal(signal.SIGTERM, terminated)
    proc.die_with_parent(signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(0)


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
    for name in _ALWAYS:
        preload(name)
    zygote.serve()


if __name__ == "__main__":
    main()
