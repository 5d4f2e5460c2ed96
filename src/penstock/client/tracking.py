"""Logs metrics, parameters and tags of the task that runs: each call appends one line to a file, and that is all.

No server is needed, nothing waits, and what was logged survives if the process is killed right afterwards: the engine
reads the file while the task runs, and once more when it is over. Threads and child processes may log at once, since
a line is appended as a whole. Outside of a task nothing is written, and only the arguments are checked, so that a
component stays a function that one can call.
"""

import os
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from operator import index
from typing import Any, ClassVar, SupportsFloat, SupportsIndex

import msgspec

from penstock.client.variables import TRACKING_FILE
from penstock.core.errors import InfraError, UserError

LONGEST_NAME = 250
"""Characters of the name of a metric, a parameter or a tag. These limits are MLflow's."""
LONGEST_PARAM = 6_000
LONGEST_TAG = 8_000
NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_NOT_IN_TEXTS = re.compile(r"[\x00\ud800-\udfff]")
_REMEMBERED = 4_096
_LARGEST = 2**63


@dataclass(kw_only=True, eq=False)
class NotLoggable(UserError, ValueError, TypeError):
    """A name or a value cannot be logged."""

    code: ClassVar[str] = "TRK001"
    what: str
    """E.g. `the value of metric 'loss'`."""
    found: str
    reason: str
    advice: str = ""

    def message(self) -> str:
        found = self.found if len(self.found) <= 80 else f"{self.found[:77]}..."
        return f"{self.what} cannot be logged, because {self.reason}: {found}"

    def hint(self) -> str | None:
        return self.advice or None


@dataclass(kw_only=True, eq=False)
class TrackingNotStored(InfraError, OSError):
    """What was logged could not be written."""

    code: ClassVar[str] = "TRK002"
    file: str
    reason: str

    def message(self) -> str:
        return f"what was logged could not be written to {self.file!r}: {self.reason}"

    def hint(self) -> str | None:
        return "free some space on that disk; a task that has ended cannot log any more"


def log_metric(name: str, value: SupportsFloat, step: SupportsIndex | None = None) -> None:
    """Log one number of the task that runs.

    Args:
        name: E.g. `"loss"` or `"validation/auc"`: up to 250 characters, without line breaks.
        value: Whatever makes a float: an int, a float, a bool, a Decimal, a number of NumPy, a tensor of one element.
            NaN and infinities are kept.
        step: Which epoch or batch it is of, 0 if it is not said. The value that counts in the end is that of the
            largest step.

    Raises:
        NotLoggable: The name or the value cannot be.
        TrackingNotStored: The disk is full, or the task is over.
    """
    log_metrics({name: value}, step)


def log_metrics(metrics: Mapping[str, SupportsFloat], step: SupportsIndex | None = None) -> None:
    """Log several numbers of one step at once, which is quicker. See `log_metric`."""
    numbers = {_name(name, "metric"): _number(name, value) for name, value in metrics.items()}
    line = {"at": time.time_ns() // 1000, "step": _step(step), "metrics": numbers}
    _spool.append(line)


def log_params(params: Mapping[str, object]) -> None:
    """Log what the task's work is done with: a depth, a rate, a file's name. Values are kept as their `str`.

    A parameter keeps its first value: another one is refused, with a tag of the execution that says so. (The retry of
    a failed task may log others.) What a pipeline's caller gave need not be logged: it is on record.

    Raises:
        NotLoggable: A name is none, or a value is longer than 6,000 characters.
        TrackingNotStored: The disk is full, or the task is over.
    """
    texts = {_name(name, "param"): _text(name, value, "param", LONGEST_PARAM) for name, value in params.items()}
    _spool.append({"params": texts})


def log_tags(tags: Mapping[str, object]) -> None:
    """Log what else is to be found by: the kind of a model, a ticket. Values are kept as their `str`; the last counts.

    Raises:
        NotLoggable: A name is none, or a value is longer than 8,000 characters.
        TrackingNotStored: The disk is full, or the task is over.
    """
    texts = {_name(name, "tag"): _text(name, value, "tag", LONGEST_TAG) for name, value in tags.items()}
    _spool.append({"tags": texts})


# --- what may be logged -------------------------------------------------------------------------------------

_good_names: set[str] = set()
"""Names that were looked at: in a loop they are always the same."""


def _name(name: object, kind: str) -> str:
    if type(name) is str and name in _good_names:
        return name
    what = f"the name of a {kind}"
    if not isinstance(name, str):
        raise NotLoggable(what=what, found=repr(name), reason=f"it is no text but of type {type(name).__name__!r}")
    reason = ""
    if not name.strip():
        reason = "it is empty"
    elif len(name) > LONGEST_NAME:
        reason = f"it has {len(name):,} characters, and {LONGEST_NAME} are allowed"
    elif NOT_IN_NAMES.search(name):
        reason = "it holds a line break, a control character or half of a surrogate pair"
    if reason:
        raise NotLoggable(what=what, found=ascii(name), reason=reason)
    name = str(name)
    if len(_good_names) < _REMEMBERED:
        _good_names.add(name)
    return name


def _number(name: str, value: Any) -> float | str:
    """A float, or the text of one that JSON has not."""
    if type(value) is not float:
        value = _as_float(name, value)
    number: float = value
    return number if number - number == 0.0 else repr(number)


def _as_float(name: str, value: Any) -> float:
    what, advice = f"the value of metric {name!r}", "texts belong into `log_params` or `log_tags`"
    reason = f"it is no number but of type {type(value).__name__!r}"
    shape = getattr(value, "shape", ())
    if isinstance(value, str | bytes | bytearray):
        raise NotLoggable(what=what, found=repr(value), reason=reason, advice=advice)
    if shape:
        reason, advice = f"it has the shape {tuple(shape)}", "log one number for each element, or their mean"
        raise NotLoggable(what=what, found=repr(value), reason=reason, advice=advice)
    try:
        return float(value)
    except OverflowError:
        reason, advice = "it is too large for a float", ""
    except (TypeError, ValueError):
        advice = "give something that `float()` takes"
    raise NotLoggable(what=what, found=repr(value), reason=reason, advice=advice)


def _step(step: Any) -> int:
    if step is None:
        return 0
    try:
        number = index(step)
    except TypeError:
        reason, advice = f"it is no whole number but of type {type(step).__name__!r}", "give an int"
        raise NotLoggable(what="the step", found=repr(step), reason=reason, advice=advice) from None
    if not -_LARGEST <= number < _LARGEST:
        raise NotLoggable(what="the step", found=repr(number), reason="it has more than 64 bits")
    return number


def _text(name: str, value: object, kind: str, longest: int) -> str:
    text = str(value)
    if len(text) > longest:
        reason = f"it has {len(text):,} characters, and {longest:,} are allowed"
        advice = "return what is so long as an artifact"
    elif _NOT_IN_TEXTS.search(text):
        reason, advice = "it holds a NUL or half of a surrogate pair", ""
    else:
        return text
    raise NotLoggable(what=f"the value of {kind} {name!r}", found=ascii(text), reason=reason, advice=advice)


# --- the spool ----------------------------------------------------------------------------------------------


class _Spool:
    """The file of the task that runs, open for appending. Forked children go on with what they inherit."""

    def __init__(self) -> None:
        self._path = ""
        self._fd = -1
        self._torn = False
        """Whether our last line was written in part only."""
        self._opening = threading.Lock()

    def append(self, line: dict[str, Any]) -> None:
        """Write one line, in one go: that of another thread or process is before it or behind it."""
        path = os.environ.get(TRACKING_FILE)
        if not path:
            return
        data = msgspec.json.encode(line) + b"\n"
        if self._torn:
            data = b"\n" + data
        try:
            fd = self._fd if path == self._path else self._open(path)
            self._torn = os.write(fd, data) < len(data)
        except OSError as error:
            raise TrackingNotStored(file=path, reason=error.strerror or str(error)) from error
        if self._torn:
            raise TrackingNotStored(file=path, reason="there is no room for the whole of it")

    def _open(self, path: str) -> int:
        with self._opening:
            if path != self._path:
                fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
                if self._fd >= 0:
                    os.close(self._fd)
                self._fd, self._path, self._torn = fd, path, False
            return self._fd


_spool = _Spool()
