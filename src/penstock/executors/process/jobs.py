"""Inside the zygote: forked children, and the limits and the end of the jobs that they do."""

import os
import signal
import time
from contextlib import suppress

from penstock.executors.process import proc
from penstock.executors.process.child import ZYGOTE_SIGNALS, live
from penstock.executors.process.logs import Log
from penstock.executors.process.messages import Ended, Reason, Start

WATCH_INTERVAL = 0.1
"""Seconds between two looks at a job's memory."""


class Child:
    """A forked process that waits for a job. It was forked ahead of time, so that its job need not wait for that."""

    def __init__(self, private: list[int]) -> None:
        """Fork.

        Args:
            private: File descriptors that are the zygote's own; the child closes them.

        Raises:
            OSError: The machine has no room for another process.
        """
        orders, self.orders = os.pipe2(os.O_CLOEXEC)
        self.output, output = os.pipe2(os.O_CLOEXEC)
        parent = os.getpid()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ZYGOTE_SIGNALS)
        try:
            self.pid = os.fork()
            if self.pid == 0:
                live(orders, output, parent, [*private, self.orders, self.output])
        except OSError:
            for fd in (orders, self.orders, self.output, output):
                os.close(fd)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(orders)
        os.close(output)

    def assign(self, body: bytes) -> None:
        """Give it its job. Raises `BrokenPipeError` if it is dead."""
        prefix = len(body).to_bytes(8, "big")
        view = memoryview(prefix + body)
        try:
            while view:
                view = view[os.write(self.orders, view) :]
        finally:
            os.close(self.orders)

    def discard(self) -> None:
        """Let it go without a job: it ends as soon as it reads that none will come."""
        os.close(self.orders)
        os.close(self.output)


class Job:
    """A job in its child, watched: time, memory, and a ladder from asking it to end to killing all of it."""

    def __init__(self, order: Start, child: Child) -> None:
        self.id = order.job
        self.pid = child.pid
        self.log = Log(child.output, order.log, secrets=order.secrets)
        self._order = order
        self._started = time.monotonic()
        self._deadline = None if order.timeout is None else self._started + order.timeout
        self._kill_at: float | None = None
        self._watch_at = None if order.memory is None else self._started
        self._baseline = 0 if order.memory is None else proc.held(self.pid)
        self._held = 0
        self._reason: Reason = ""

    def next_look(self) -> float | None:
        """The monotonic time at which `look` has something to do; None if there is nothing to come."""
        times = [at for at in (self._deadline, self._kill_at, self._watch_at) if at is not None]
        return min(times, default=None)

    def look(self, now: float) -> None:
        """Do what is due: enforce the time limit and the memory limit, kill what outlived its grace."""
        if self._kill_at is not None and now >= self._kill_at:
            self._kill_at = None
            proc.kill_tree(self.pid)
        if self._deadline is not None and now >= self._deadline:
            self._deadline = None
            self.terminate("timeout")
        if self._watch_at is not None and now >= self._watch_at:
            self._watch_at = now + WATCH_INTERVAL
            self._watch()

    def terminate(self, reason: Reason) -> None:
        """Ask the job to end; it will be killed if it has not after its grace."""
        if not self._reason:
            self._reason = reason
            self._kill_at = time.monotonic() + self._order.grace
            try:
                os.killpg(self.pid, signal.SIGTERM)
            except ProcessLookupError:  # it was forked this very moment, and leads no group yet
                os.kill(self.pid, signal.SIGTERM)

    def kill(self, reason: Reason) -> None:
        """End the job at once."""
        self._reason = self._reason or reason
        self._kill_at = None
        proc.kill_tree(self.pid)

    def reap(self) -> Ended:
        """Take leave of the job, whose main process is a zombie; its group is killed, its log closed."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        _, status, usage = os.wait4(self.pid, 0)
        return Ended(
            job=self.id,
            pid=self.pid,
            status=os.waitstatus_to_exitcode(status),
            reason=self._reason,
            wall=time.monotonic() - self._started,
            cpu=usage.ru_utime + usage.ru_stime,
            peak=usage.ru_maxrss * 1024,
            held=self._held,
        )

    def _watch(self) -> None:
        limit = self._order.memory
        if limit is None:
            return
        processes = proc.descendants(self.pid)
        held = sum(map(proc.held, processes)) - self._baseline
        if held > limit and len(processes) > 1:  # forked processes share pages: look closely before judging
            held = sum(map(proc.held_proportionally, processes)) - self._baseline
        self._held = max(self._held, held)
        if held > limit:
            self.kill("memory")
