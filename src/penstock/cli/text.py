"""Text with styles, laid out in columns. Knows nothing of terminals; `screen` prints it.

Small on purpose: Rich does more, and costs more to import than a whole cached run takes to print.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TypeAlias

Span: TypeAlias = tuple[str, str]
"""Some text and the name of its style: one of `CODES`, or empty."""

Line: TypeAlias = tuple[Span, ...]

CODES = {
    "": "",
    "bold": "1",
    "dim": "2",
    "good": "32",
    "bad": "1;31",
    "warn": "33",
    "active": "1;34",
    "reused": "36",
    "title": "1;36",
}
"""Styles, and how a terminal is told of them (SGR)."""

STATE_STYLES = {
    "PENDING": "dim",
    "RUNNING": "active",
    "SUCCEEDED": "good",
    "CACHED": "reused",
    "SKIPPED": "dim",
    "FAILED": "bad",
    "CANCELING": "warn",
    "CANCELED": "warn",
}


def line(*parts: str | Span) -> Line:
    """A line of spans; plain text has no style. Empty parts are left out."""
    spans = (part if isinstance(part, tuple) else (part, "") for part in parts)
    return tuple(span for span in spans if span[0])


def width(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def line_width(spans: Line) -> int:
    return sum(width(text) for text, _ in spans)


def crop(spans: Line, limit: int) -> Line:
    """At most `limit` columns of a line; an ellipsis stands for what was cut."""
    if line_width(spans) <= limit:
        return spans
    kept: list[Span] = []
    room = limit - 1
    for text, style in spans:
        part = _fit(text, room)
        kept.append((part, style))
        room -= width(part)
        if part != text:
            break
    return line(*kept, ("…", kept[-1][1] if kept else "")) if limit > 0 else ()


def columns(
    rows: Sequence[Sequence[Line]],
    *,
    limit: int,
    right: Iterable[int] = (),
    shrink: Sequence[tuple[int, int]] = (),
    gap: int = 2,
) -> list[Line]:
    """Lay rows of cells out in columns, at most `limit` wide.

    Args:
        rows: Cells; a shorter row ends early.
        limit: Columns of the terminal.
        right: Cells to align at the right, by their number.
        shrink: Which cells give way when the rows are too wide, and to what width at least; the first one first.
        gap: Columns between cells.
    """
    count = max((len(row) for row in rows), default=0)
    widths = [max((line_width(row[i]) for row in rows if i < len(row)), default=0) for i in range(count)]
    for index, least in shrink:
        excess = sum(widths) + gap * max(0, count - 1) - limit
        if excess > 0 and index < count:
            widths[index] = max(min(least, widths[index]), widths[index] - excess)
    to_right = frozenset(right)
    return [crop(_row(row, widths, to_right, gap), limit) for row in rows]


def _row(row: Sequence[Line], widths: list[int], right: frozenset[int], gap: int) -> Line:
    parts: list[Span] = []
    owed = 0
    for index, cell in enumerate(row):
        cell = crop(cell, widths[index])
        room = widths[index] - line_width(cell)
        lead = owed + (room if index in right else 0)
        if cell:
            parts += [(" " * lead, ""), *cell]
            owed = gap + (0 if index in right else room)
        else:
            owed += widths[index] + gap
    return line(*parts)


def _fit(text: str, room: int) -> str:
    if width(text) <= room:
        return text
    used = 0
    for index, char in enumerate(text):
        used += _columns(char)
        if used > room:
            return text[:index]
    return text


def _columns(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
