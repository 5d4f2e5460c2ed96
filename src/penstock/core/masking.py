"""Keeps secrets out of what is shown: replaces them in texts, and in a stream of bytes wherever its pieces break."""

import re
from collections.abc import Iterable

MASK = "***"
_HEAD = 8
"""Bytes of a secret that are looked for first: a whole key may be many thousands long."""


def mask_text(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret in it blotted out; of two that begin at one place, the longer."""
    found = _pattern(sorted(set(secrets), key=len, reverse=True))
    return text if found is None else found.sub(MASK, text)


def _pattern(secrets: list[str]) -> "re.Pattern[str] | None":
    return re.compile("|".join(map(re.escape, secrets))) if secrets else None


class Masker:
    """Blots secrets out of a stream that comes in pieces.

    What may be the beginning of a secret is held back until more comes, or `flush` says that none will.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {secret.encode(errors="surrogateescape") for secret in secrets if secret}
        self._secrets = sorted(known, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, self._secrets)))
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """What can be shown of the stream so far and was not yet."""
        data = self._held + data
        end = self._safe_end(data)
        ready, self._held = data[:end], data[end:]
        return self._pattern.sub(MASK.encode(), ready)

    def flush(self) -> bytes:
        """The rest: the stream has ended."""
        rest, self._held = self._held, b""
        return self._pattern.sub(MASK.encode(), rest)

    def _safe_end(self, data: bytes) -> int:
        """Up to where no secret can begin that is not in `data` to its end."""
        end = len(data)
        held = max(_overlap(data, secret) for secret in self._secrets)
        if not held:
            return end
        start = end - held
        for match in self._pattern.finditer(data, max(0, start - len(self._secrets[0]))):
            if match.start() < start < match.end():
                return match.start()
            if match.start() >= start:
                break
        return start


def _overlap(data: bytes, secret: bytes) -> int:
    """The length of the longest end of `data` that `secret` begins with, and is longer than."""
    head = secret[:_HEAD]
    at = data.find(head, max(0, len(data) - len(secret) + 1))
    while at != -1:
        if secret.startswith(data[at:]):
            return len(data) - at
        at = data.find(head, at + 1)
    for length in range(min(len(secret), len(data) + 1, _HEAD) - 1, 0, -1):
        if data.endswith(secret[:length]):
            return length
    return 0
