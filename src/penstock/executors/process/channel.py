"""Whole messages over a stream socket, without ever blocking: both ends of a zygote's socket use it.

A message is a head (JSON) and a body (bytes that only the last receiver reads), each with its length before it.
"""

import socket
from collections import deque

_PREFIX = 8
_CHUNK = 1 << 20


class Channel:
    """One end. Not for several threads at once: whoever shares it holds a lock."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._incoming = bytearray()
        self._outgoing: deque[memoryview] = deque()

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def backlog(self) -> bool:
        """Whether something waits for `flush`, because the other end has not read enough yet."""
        return bool(self._outgoing)

    def send(self, head: bytes, body: bytes = b"") -> None:
        """Send one message, or as much of it as the other end takes now; `flush` sends the rest."""
        prefix = len(head).to_bytes(4, "big") + len(body).to_bytes(4, "big")
        self._outgoing.append(memoryview(b"".join((prefix, head, body))))
        self.flush()

    def flush(self) -> None:
        """Send what is left over, as far as it goes. An end that is gone is told by `receive`, not here."""
        while self._outgoing:
            data = self._outgoing[0]
            try:
                sent = self._socket.send(data)
            except BlockingIOError:
                return
            except OSError:
                self._outgoing.clear()
                return
            if sent == len(data):
                self._outgoing.popleft()
            else:
                self._outgoing[0] = data[sent:]

    def receive(self) -> list[tuple[bytes, bytes]]:
        """The messages that have arrived in full.

        Raises:
            EOFError: The other end is gone.
        """
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return []
        except OSError:
            raise EOFError from None
        if not data:
            raise EOFError
        self._incoming += data
        return self._complete()

    def close(self) -> None:
        self._socket.close()

    def _complete(self) -> list[tuple[bytes, bytes]]:
        found = []
        buffer = self._incoming
        at = 0
        while len(buffer) - at >= _PREFIX:
            middle = at + _PREFIX + int.from_bytes(buffer[at : at + 4], "big")
            end = middle + int.from_bytes(buffer[at + 4 : at + _PREFIX], "big")
            if len(buffer) < end:
                break
            found.append((bytes(buffer[at + _PREFIX : middle]), bytes(buffer[middle:end])))
            at = end
        del buffer[:at]
        return found
