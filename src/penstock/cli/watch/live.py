"""A run as a picture that is drawn anew several times a second: for terminals."""

import threading
from datetime import datetime
from typing import TYPE_CHECKING

from penstock.cli.screen import Screen
from penstock.cli.text import Line, line
from penstock.cli.watch.progress import Progress
from penstock.cli.watch.rows import sign, state_span, tally, task_lines
from penstock.core.clock import Clock
from penstock.metadata.records import Changes, State
from penstock.platform.report.words import duration, elapsed

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

DELAY = 0.15
"""Seconds before the first picture: a run that is over by then, as from cache, never pays for Rich."""
PER_SECOND = 8
_REST = 15
"""However large the run, drawing takes at most one part in so many of the time: the engine's thread waits meanwhile."""
MOST_LINES = 200
"""Of the picture that stays."""
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_FRAME_LINES = 4


class LivePicture:
    """Draws the run until `close`, from a thread of its own; the last picture stays.

    Args:
        screen: A terminal.
        progress: What to draw. This object alone feeds it, so that drawing never meets it half changed.
        clock: For what runs still.
        delay: Seconds before the first picture.
    """

    def __init__(self, screen: Screen, progress: Progress, clock: Clock, *, delay: float = DELAY) -> None:
        self.screen = screen
        self.progress = progress
        self.clock = clock
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._delay = delay
        self._frame = 0
        self._thread = threading.Thread(target=self._draw_until_done, name="live-picture", daemon=True)
        self._thread.start()

    def __call__(self, changes: Changes) -> None:
        with self._lock:
            self.progress.take(changes)

    def close(self) -> None:
        """Draw the last picture and give the terminal back."""
        self._done.set()
        self._thread.join()

    def _draw_until_done(self) -> None:
        if self._done.wait(self._delay):
            self.screen.print(*self.lines(), cut=True)
            return
        with _live(self.screen) as live:
            while True:
                began = self.clock.monotonic()
                last = self._done.is_set()
                lines = self.lines() if last else self.lines(self.screen.size[1])
                live.update(_as_text(lines), refresh=True)
                if last:
                    return
                self._done.wait(max(1 / PER_SECOND, _REST * (self.clock.monotonic() - began)))

    def lines(self, height: int | None = None) -> list[Line]:
        """The picture, for a terminal of that height; without one, the last picture: the tasks alone."""
        now = self.clock.now()
        with self._lock:
            if height is None:
                return task_lines(self.progress, self.screen.width, now, MOST_LINES)
            tasks = task_lines(self.progress, self.screen.width, now, max(3, height - _FRAME_LINES))
            return [self._head(now), *tasks]

    def _head(self, now: datetime) -> Line:
        run, steps = self.progress.run, self.progress.tree.steps
        self._frame += 1
        word = run.state.value
        busy = (_SPINNER[self._frame % len(_SPINNER)], "active") if run.state is State.RUNNING else sign(word)
        seconds = duration(elapsed(run.started_at or run.created_at, run.finished_at, now))
        return line(busy, " ", state_span(word), "  ", (seconds, "dim"), "  ", *tally(steps))


def _live(screen: Screen) -> "Live":
    from rich.console import Console
    from rich.live import Live

    console = Console(file=screen.stream, force_terminal=True, no_color=not screen.colors, highlight=False)
    return Live(console=console, auto_refresh=False, vertical_overflow="visible", redirect_stdout=False)


def _as_text(lines: list[Line]) -> "Text":
    from rich.text import Text

    text = Text(no_wrap=True, overflow="ellipsis")
    styles = {"good": "green", "bad": "bold red", "warn": "yellow", "active": "bold blue", "reused": "cyan"}
    for index, spans in enumerate(lines):
        text.append("\n" if index else "")
        for words, style in spans:
            text.append(words, styles.get(style, style))
    return text
