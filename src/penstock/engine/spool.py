"""Reads a spool: the file to which an attempt appends a line for each call that logs (`penstock.client.tracking`).

Nothing is lost and nothing counts twice. A spool is read to its end before the outcome of its attempt is stored, and
what is stored again is the same. How far a file was read is known to this process alone, so whoever takes the run
over reads it from the beginning.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import msgspec
from msgspec import Struct, field

from penstock.client.tracking import LONGEST_NAME, LONGEST_PARAM, LONGEST_TAG, NOT_IN_NAMES
from penstock.core.ids import TaskPath
from penstock.metadata.tracking import LOST_LINES, REFUSED, Logged, Metric

_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 26
_OPEN = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC  # a task may put anything in that place
_LARGEST = 2**63
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Line(Struct, frozen=True):
    """What one call logged."""

    metrics: dict[str, float | str] = field(default_factory=dict)
    """Those that JSON has no numbers for are the texts `nan`, `inf` and `-inf`."""
    step: int = 0
    at: int | None = None
    """Microseconds since 1970."""
    params: dict[str, str | int | float | bool | None] = field(default_factory=dict)
    tags: dict[str, str | int | float | bool | None] = field(default_factory=dict)


_decode = msgspec.json.Decoder(Line).decode  # at import: made by two threads at once, it is the end of both
_NOTHING = Line()


class Spool:
    """One attempt's file, read in parts."""

    def __init__(self, file: str, path: TaskPath, attempt: int, began: datetime) -> None:
        """Begin.

        Args:
            file: Which; it may go again at any time.
            path: Of the execution.
            attempt: The attempt's number.
            began: When it began: lines that do not say when are as old.
        """
        self._file = file
        self._path = path
        self._attempt = attempt
        self._began = (began - _EPOCH) // (datetime.resolution)
        self._offset = 0
        self._lost = 0

    def read(self, *, whole: bool) -> Iterator[Logged]:
        """What was logged since the last time, in parts that each fit a transaction.

        Args:
            whole: Nobody writes any more: a last line without an end is taken as it is.
        """
        try:
            fd = os.open(self._file, _OPEN)
        except OSError:
            return
        try:
            if stat.S_ISREG(os.fstat(fd).st_mode):
                for data, start in self._parts(fd, whole=whole):
                    yield self._logged(data, start)
        finally:
            os.close(fd)

    def _parts(self, fd: int, *, whole: bool) -> Iterator[tuple[bytes, int]]:
        """Whole lines, and where in the file they begin."""
        size = _CHUNK
        while data := os.pread(fd, size, self._offset):
            end = data.rfind(b"\n") + 1
            if not end and len(data) == size < _LONGEST_LINE:
                size *= 4
                continue
            if not end and len(data) < size and not whole:
                return
            start, size = self._offset, _CHUNK
            self._offset += end or len(data)
            yield data[: end or None], start

    def _logged(self, data: bytes, start: int) -> Logged:
        metrics: list[Metric] = []
        params: dict[str, str] = {}
        tags: dict[str, str] = {}
        lost = self._lost
        for line in data.split(b"\n"):
            try:
                found = _decode(line) if line else _NOTHING
                metrics += _points(found, self._began + start)
                for name, value in _texts(found.params, LONGEST_PARAM):
                    if params.setdefault(name, value) != value:
                        tags[f"{REFUSED}{name}"] = value
                tags.update(_texts(found.tags, LONGEST_TAG))
            except ValueError:  # as are msgspec's own
                self._lost += 1
            start += len(line) + 1
        if self._lost > lost:
            tags[LOST_LINES] = str(self._lost)
        return Logged(path=self._path, attempt=self._attempt, metrics=metrics, params=params, tags=tags)


def _points(line: Line, began: int) -> list[Metric]:
    at = began if line.at is None else line.at
    if not max(abs(at), abs(line.step)) < _LARGEST:
        raise ValueError(line)
    for name in line.metrics:
        _check(name)
    return [Metric(name, float(value), line.step, at) for name, value in line.metrics.items()]


def _texts(given: Mapping[str, str | int | float | bool | None], longest: int) -> list[tuple[str, str]]:
    texts = [
        (name, value if isinstance(value, str) else msgspec.json.encode(value).decode())
        for name, value in given.items()
    ]
    for name, text in texts:
        _check(name)
        if len(text) > longest or "\x00" in text:
            raise ValueError(name)
    return texts


def _check(name: str) -> None:
    """As who logs by `penstock.client.tracking` is told at once; these lines may come from anywhere."""
    if not 0 < len(name) <= LONGEST_NAME or NOT_IN_NAMES.search(name):
        raise ValueError(name)
