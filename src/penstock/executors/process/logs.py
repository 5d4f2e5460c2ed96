"""The log of one job: what it prints, up to a cap, so that a loop that prints forever fills no disk."""

import os
from collections import deque
from collections.abc import Sequence

from penstock.core.masking import Masker

HEAD_LIMIT = 32 << 20
"""Bytes kept from the start."""
TAIL_LIMIT = 1 << 20
"""Bytes kept from the end, once the head is full."""
_CHUNK = 1 << 16
_AT_ONCE = 16


class Log:
    """Reads a pipe that a job writes to, and keeps the head and the tail of it in a file.

    The job never waits for the disk's being full: what cannot be written is counted and dropped. Secrets are
    blotted out before anything is kept.
    """

    def __init__(
        self, pipe: int, path: str, *, head: int = HEAD_LIMIT, tail: int = TAIL_LIMIT, secrets: Sequence[str] = ()
    ) -> None:
        os.set_blocking(pipe, False)
        self.pipe = pipe
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._room = head
        self._tail: deque[bytes] = deque()
        self._tail_limit = tail
        self._tail_size = 0
        self._dropped = 0
        self._masker: Masker | None = Masker(secrets) if secrets else None

    @property
    def descriptors(self) -> list[int]:
        """Both file descriptors, for a forked child to close."""
        return [self.pipe, self._file]

    def pump(self) -> bool:
        """Take what is in the pipe, for a moment at most; False when every writer has closed it."""
        for _ in range(_AT_ONCE):
            try:
                data = os.read(self.pipe, _CHUNK)
            except BlockingIOError:
                return True
            if not data:
                return False
            self._take(data)
        return True

    def close(self) -> None:
        """Take what is left, write the tail, and close both ends."""
        limit = 64  # a process that escaped might write for ever
        while limit and self._pending():
            limit -= 1
        os.close(self.pipe)
        if self._masker is not None:
            self._keep(self._masker.flush())
        if self._tail or self._dropped:
            self._write_tail()
        os.close(self._file)

    def _pending(self) -> bool:
        try:
            data = os.read(self.pipe, _CHUNK)
        except BlockingIOError:
            return False
        self._take(data)
        return bool(data)

    def _take(self, data: bytes) -> None:
        self._keep(data if self._masker is None else self._masker.feed(data))

    def _keep(self, data: bytes) -> None:
        if self._room:
            now, data = data[: self._room], data[self._room :]
            self._room -= len(now)
            self._write(now)
        if data:
            self._tail.append(data)
            self._tail_size += len(data)
            while self._tail_size - len(self._tail[0]) >= self._tail_limit:
                first = self._tail.popleft()
                self._tail_size -= len(first)
                self._dropped += len(first)

    def _write_tail(self) -> None:
        tail = b"".join(self._tail)
        if self._dropped:
            self._write(f"\n[penstock: {self._dropped:,} bytes of output were left out here]\n".encode())
        self._write(tail)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._file, view) :]
            except OSError:
                self._dropped += len(view)
                return
