"""Where words for people go: standard output, or standard error when the output is for a program."""

import os
from typing import IO

from penstock.cli.streams import silence
from penstock.cli.text import CODES, Line, crop

WITHOUT_TERMINAL = 1000
"""Columns where there is no terminal: nothing is cut for a file or another program."""


class Screen:
    """A stream with a width, and colors or none."""

    def __init__(self, stream: IO[str], *, color: str = "auto", dumb: bool = False, width: int | None = None) -> None:
        self.stream = stream
        self.terminal = stream.isatty() and not dumb
        self.colors = color == "always" or (color == "auto" and self.terminal)
        self._width = width

    @property
    def width(self) -> int:
        """Columns; of a terminal those it has now."""
        return self._width or (self.size[0] if self.terminal else WITHOUT_TERMINAL)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines of the terminal now."""
        try:
            columns, lines = os.get_terminal_size(self.stream.fileno())
        except (OSError, ValueError):
            columns, lines = 0, 0
        return columns or 80, lines or 24

    def print(self, *lines: Line, cut: bool = False) -> None:
        """Print lines; `cut` keeps each to the width of the terminal."""
        cut = cut and self.terminal
        text = "".join(f"{self.render(crop(one, self.width) if cut else one)}\n" for one in lines)
        try:
            self.stream.write(text)
            self.stream.flush()
        except BrokenPipeError:  # whoever read it has seen enough, as `head` has; that is no failure
            silence(self.stream)

    def render(self, spans: Line) -> str:
        """A line as this stream takes it."""
        if not self.colors:
            return "".join(text for text, _ in spans)
        return "".join(f"\x1b[{CODES[style]}m{text}\x1b[0m" if style else text for text, style in spans)
