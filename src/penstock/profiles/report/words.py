"""Values and numbers as people read them, safe in a page."""

import math
from datetime import date, datetime
from html import escape
from typing import Any

_LONGEST = 80


def text(value: Any) -> str:
    """A value as text for a page, escaped; what cannot be seen is made visible, what is long is cut."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, datetime):
        return escape(moment(value))
    if isinstance(value, date):
        return value.isoformat()
    return label(str(value))


def label(name: str) -> str:
    """A name or text, escaped: of an empty one that it is empty, and signs for line ends."""
    if not name.strip():
        return f'<i class="dim">{"empty" if not name else "blank"}</i>'
    shown = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
    return escape(shown.replace("\n", "⏎").replace("\r", "⏎").replace("\t", "⇥"))


def number(value: float) -> str:
    """With four digits that matter; large whole numbers with separators."""
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: "∞", -math.inf: "−∞"}.get(value, "NaN")
    if value == int(value) and abs(value) < 1e15:
        shown = f"{int(value):,}"
    elif 1e-4 <= abs(value) < 1e15:
        shown = f"{value:,.{max(0, 3 - math.floor(math.log10(abs(value))))}f}"
        shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    else:
        shown = f"{float(value):.3e}"
    return shown.replace("-", "−")


def moment(value: datetime) -> str:
    """To the second; of midnight the day alone."""
    day = value.date().isoformat()
    if (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
        return day
    return f"{day} {value:%H:%M:%S}" + ("Z" if value.tzinfo else "")


def share(part: float, whole: float) -> str:
    """A part in percent; of what is nearly nothing or nearly all, that it is not quite."""
    if not whole or not part:
        return "0 %"
    percent = 100 * part / whole
    if percent < 0.1:
        return "&lt; 0.1 %"
    if part < whole and percent > 99.9:
        return "&gt; 99.9 %"
    return f"{percent:.1f} %" if percent < 99.95 else "100 %"
