"""The words for people: states, durations, sizes, numbers; the same in the terminal, a report and a notebook."""

import re
from datetime import datetime

from penstock.core.json import Json
from penstock.metadata.records import Execution, ExecutionKind, State

CACHED = "CACHED"
"""How a SUCCEEDED execution is shown whose result was taken from an earlier one."""

GLYPHS = {
    "PENDING": "·",
    "RUNNING": "▸",
    "SUCCEEDED": "✓",
    CACHED: "≡",
    "SKIPPED": "−",
    "FAILED": "✗",
    "CANCELING": "◌",
    "CANCELED": "■",
}
"""One sign a state, each one column wide."""

STEPS = frozenset({ExecutionKind.TASK, ExecutionKind.IMPORTER})
"""The kinds that do something; the others hold these."""


def shown_state(execution: Execution) -> str:
    """The state's word, with CACHED for what was served from cache."""
    if execution.state is State.SUCCEEDED and execution.reused is not None:
        return CACHED
    return execution.state.value


def elapsed(started: datetime | None, finished: datetime | None, now: datetime | None = None) -> float | None:
    """Seconds from start to finish, or to `now` while it runs; None if it cannot be said."""
    end = finished or now
    if started is None or end is None:
        return None
    return max(0.0, (end - started).total_seconds())


def duration(seconds: float | None) -> str:
    """`12ms`, `1.2s`, `1m 05s`, `2h 03m`, `3d 04h`; empty for None."""
    if seconds is None:
        return ""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 59.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    if whole < 86400:
        return f"{whole // 3600}h {whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d {whole % 86400 // 3600:02d}h"


def size(count: int) -> str:
    """Bytes in powers of 1000: `812 B`, `1.2 MB`; empty if it is not known (negative)."""
    if count < 0:
        return ""
    if count < 1000:
        return f"{count} B"
    value = float(count)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5:
            return f"{value:.3g} {unit}"
    return f"{value:,.0f} TB"


def number(value: float) -> str:
    """A measured number: whole ones in full, others to five significant digits."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return f"{int(value):,}"
    return f"{value:.5g}"


def moment(when: datetime | None) -> str:
    """A time in the zone of whoever looks: `2026-11-21 17:45:01`."""
    return "" if when is None else f"{when.astimezone():%Y-%m-%d %H:%M:%S}"


def value(data: Json, limit: int = 80) -> str:
    """A parameter's value on one line, as JSON, cut at `limit` characters."""
    import json

    return shorten(json.dumps(data, ensure_ascii=False), limit)


_INPUT = r"inputs\.parameter_values\[(['\"])(?P<name>.*?)\1\]"
_CAST = r"\b(?:int|double|string|bool)\(([\w.-]+)\)"


def condition(expression: str) -> str:
    """A task's condition without the machinery around its names: `evaluate-auc > 0.9`."""
    named = re.sub(_INPUT, lambda found: found["name"].removeprefix("pipelinechannel--"), expression)
    return one_line(re.sub(_CAST, r"\1", named))


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of `text`; an ellipsis stands for what was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def one_line(text: str) -> str:
    """`text` fit for one line of a terminal: control characters are shown, not obeyed."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _visible(char) for char in text)


def _visible(char: str) -> str:
    if char in "\n\t\r":
        return {"\n": "⏎", "\t": " ", "\r": ""}[char]
    return {"\u200d": char, "\ufe0f": char}.get(char, "�")
