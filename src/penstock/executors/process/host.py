"""One zygote as the engine sees it: started when it is needed, talked to without waiting, its end noticed."""

import os
import selectors
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from penstock.core.errors import PenstockError
from penstock.executors.errors import WorkerDidNotStart, WorkerLost
from penstock.executors.process.channel import Channel
from penstock.executors.process.messages import Cancel, Ended, Forked, Preload, Start, decode_notice, encode
from penstock.executors.wording import signal_in_words

Done = Callable[[Ended | PenstockError], None]
"""Takes a job's end: what the zygote says of it, or why the zygote could not say anything."""

_MODULE = "penstock.executors.process.zygote"
_GOODBYE = 10.0
"""Seconds that a zygote gets to end its children after its socket is closed."""


class ZygoteHost:
    """Starts one zygote in a thread of its own, and is its only correspondent.

    Methods may be called from any thread and return at once. Each job's `done` is called exactly once, from the
    host's thread. A host whose zygote has died is not revived: make a new one.
    """

    def __init__(self, name: str, python: Callable[[], Path], *, kept: bool = False) -> None:
        """Start.

        Args:
            name: For people.
            python: Gives the interpreter; it may take its time, and raise a `PenstockError`.
            kept: Whether its environment is one that Penstock made and keeps: there, what is imported is compiled once,
                whatever the surroundings say about that.
        """
        self.environ = os.environ.copy()
        """The variables that the zygote has."""
        if kept:
            self.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        self._python = python
        self._lock = threading.Lock()
        self._channel: Channel | None = None
        self._waiting: list[tuple[int | None, bytes, bytes]] = []
        """For when the zygote is there: job that the message starts, head, body."""
        self._jobs: dict[int, Done] = {}
        self._pids: set[int] = set()
        self._alive = True
        self._closing = False
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._thread = threading.Thread(target=self._run, name=f"penstock zygote {name}", daemon=True)
        self._thread.start()

    def start(self, order: Start, body: bytes, done: Done) -> bool:
        """Run a job. False if the zygote is dead: `done` will not be called."""
        head = encode(order)
        with self._lock:
            if not self._alive or self._closing:
                return False
            self._jobs[order.job] = done
            self._send(head, body, starts=order.job)
        return True

    def cancel(self, job: int, *, force: bool) -> None:
        """End a job; unknown ones are ignored."""
        done = None
        with self._lock:
            if any(job == waiting for waiting, _, _ in self._waiting):
                self._waiting = [message for message in self._waiting if message[0] != job]
                done = self._jobs.pop(job, None)
            elif job in self._jobs:
                self._send(encode(Cancel(job=job, force=force)))
        if done is not None:
            done(Ended(job=job, reason="canceled"))

    def preload(self, modules: Sequence[str]) -> None:
        """Have modules imported."""
        with self._lock:
            if self._alive and modules:
                self._send(encode(Preload(modules=list(modules))))

    def close(self) -> None:
        """End every job and the zygote. Waits until they are gone."""
        with self._lock:
            self._closing = True
            self._poke()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    # --- the host's thread ------------------------------------------------------------------------------

    def _run(self) -> None:
        reason: PenstockError
        try:
            with tempfile.TemporaryFile() as errors:
                process, ours = self._spawn(self._python(), errors)
                try:
                    self._converse(ours)
                finally:
                    reason = self._see_off(process, errors)
        except PenstockError as error:
            reason = error
        except OSError as error:
            reason = WorkerDidNotStart(reason=str(error))
        except Exception as error:  # noqa: BLE001 - a report that raises must not leave other attempts without an end
            reason = WorkerLost(reason=f"its correspondent failed: {error!r}")
        self._bury(reason)

    def _spawn(self, python: Path, errors: IO[bytes]) -> tuple[subprocess.Popen[bytes], socket.socket]:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = subprocess.Popen(
                    [str(python), "-P", "-m", _MODULE, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=errors,
                    stderr=errors,
                    pass_fds=[theirs.fileno()],
                    env=self.environ,
                    start_new_session=True,
                )
            except OSError:
                ours.close()
                raise
        return process, ours

    def _converse(self, ours: socket.socket) -> None:
        """Until the zygote is gone, or is to go: closing our end is how it is told."""
        with self._lock:
            self._channel = Channel(ours)
            for _, head, body in self._waiting:
                self._channel.send(head, body)
            self._waiting = []
        with ours, selectors.EpollSelector() as selector:
            selector.register(self._wake, selectors.EVENT_READ)
            selector.register(ours, selectors.EVENT_READ)
            with suppress(EOFError):
                while not self._closing:
                    self._turn(selector, ours)

    def _turn(self, selector: selectors.BaseSelector, ours: socket.socket) -> None:
        with self._lock:
            backlog = self._channel is not None and self._channel.backlog
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if backlog else 0)
        if selector.get_key(ours).events != wanted:
            selector.modify(ours, wanted)
        for key, events in selector.select():
            if key.fd == self._wake:
                os.eventfd_read(self._wake)
            elif events & selectors.EVENT_WRITE:
                with self._lock:
                    if self._channel is not None:
                        self._channel.flush()
            if key.fd != self._wake and events & selectors.EVENT_READ and self._channel is not None:
                for head, _ in self._channel.receive():
                    self._noticed(head)

    def _noticed(self, head: bytes) -> None:
        notice = decode_notice(head)
        if isinstance(notice, Forked):
            self._pids.add(notice.pid)
        elif isinstance(notice, Ended):
            self._pids.discard(notice.pid)
            with self._lock:
                done = self._jobs.pop(notice.job, None)
            if done is not None:
                done(notice)

    def _see_off(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> PenstockError:
        """Wait for the zygote's end; by force if it takes long. What it could not clean up is cleaned up here."""
        if self._closing:
            process.terminate()  # it may be busy importing, and not look at its socket for a while
        try:
            status = process.wait(_GOODBYE)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        if status != 0:
            for pid in self._pids:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)
        errors.seek(0)
        said = errors.read()[-2000:].decode(errors="replace").strip()
        ending = f"was killed by {signal_in_words(-status)}" if status < 0 else f"ended with exit code {status}"
        return WorkerLost(reason=f"it {ending}" + (f"\n{said}" if said else ""))

    def _bury(self, reason: PenstockError) -> None:
        with self._lock:
            self._alive = False
            self._channel = None
            jobs, self._jobs = self._jobs, {}
            self._waiting = []
            os.close(self._wake)
            self._wake = -1
        for job, done in jobs.items():
            done(Ended(job=job, reason="canceled") if self._closing else reason)

    # --- with the lock held -----------------------------------------------------------------------------

    def _send(self, head: bytes, body: bytes = b"", *, starts: int | None = None) -> None:
        if self._channel is None:
            self._waiting.append((starts, head, body))
            return
        self._channel.send(head, body)
        if self._channel.backlog:
            self._poke()

    def _poke(self) -> None:
        with suppress(OSError, BlockingIOError):
            if self._wake >= 0:
                os.eventfd_write(self._wake, 1)
