"""Lengths of time and amounts of memory, as people write them."""

import re
from datetime import timedelta

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)([KMGTPE]i?)?\Z")
_POWERS = "KMGTPE"


def parse_duration(given: str | float | timedelta) -> float:
    """Seconds from `"10m"`, `"1h30m"`, `"500ms"`, a number of seconds, or a `timedelta`.

    Raises:
        ValueError: It is none of these, or negative.
    """
    if isinstance(given, timedelta):
        seconds = given.total_seconds()
    elif isinstance(given, int | float) and not isinstance(given, bool):
        seconds = float(given)
    else:
        seconds = _parse(given)
    if not 0 <= seconds < float("inf"):
        raise ValueError("it must not be negative or endless")
    return seconds


def _parse(given: object) -> float:
    text = given.replace(" ", "") if isinstance(given, str) else ""
    if not text or _DURATION.sub("", text):
        raise ValueError("it is no length of time")
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(text))


def parse_memory(given: str | int) -> int:
    """Bytes from `"1G"` (10⁹), `"512Mi"` (2²⁰ each), or a number of bytes.

    Raises:
        ValueError: It is none of these, or not positive.
    """
    if isinstance(given, int) and not isinstance(given, bool):
        size = given
    else:
        match = _MEMORY.match(given) if isinstance(given, str) else None
        if match is None:
            raise ValueError("it is no amount of memory")
        number, suffix = match[1], match[2] or ""
        base = 1024 if suffix.endswith("i") else 1000
        size = int(float(number) * base ** (_POWERS.index(suffix[0]) + 1 if suffix else 0))
    if size <= 0:
        raise ValueError("it must be positive")
    return size
