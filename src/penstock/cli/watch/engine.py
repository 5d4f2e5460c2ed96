"""What a worker process says of the runs that it drives, a line each; and the signals that end it."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from penstock.cli.text import Line, line
from penstock.cli.watch.rows import state_span
from penstock.core.errors import PenstockError
from penstock.metadata.errors import LeaseLost
from penstock.platform.report.words import duration, elapsed, one_line

if TYPE_CHECKING:
    from penstock.cli.session import Session
    from penstock.platform.engines import EngineService, Notice

_STYLES = {"lost": "bad", "failed": "bad", "given back": "warn", "taken over": "warn"}


class EnginePrinter:
    """Called from the threads of the runs."""

    def __init__(self, session: "Session", *, quiet: bool) -> None:
        self._session = session
        self._quiet = quiet
        self._lock = threading.Lock()

    def begin(self, cores: int) -> None:
        """The engine is there."""
        engine = f"engine {os.uname().nodename}:{os.getpid()}"
        self._print(line((engine, "bold"), (f"  {cores} cores  {self._session.settings.home}", "dim")))

    def __call__(self, notice: "Notice") -> None:
        run = notice.run
        if self._session.json:
            self._write(notice)
        told = line(("run ", "dim"), run.run_id, "  ", (one_line(run.pipeline), "bold"), "  ")
        if notice.word == "ended":
            seconds = duration(elapsed(run.started_at or run.created_at, run.finished_at))
            self._print((*told, state_span(run.state.value), *line((f"  {seconds}", "dim"))))
            return
        reason = f": {one_line(_words(notice.error))}" if notice.error is not None else ""
        self._print((*told, *line((notice.word, _STYLES.get(notice.word, "dim")), reason)), urgent=bool(reason))

    def _print(self, told: Line, *, urgent: bool = False) -> None:
        if urgent or not self._quiet:
            with self._lock, suppress(OSError):  # nobody reads it; the runs go on
                self._session.screen.print(told)

    def _write(self, notice: "Notice") -> None:
        import msgspec

        run = notice.run
        happened = {"run_id": run.run_id, "pipeline": run.pipeline, "state": run.state.value, "happened": notice.word}
        if notice.error is not None:
            happened["error"] = _words(notice.error)
        with self._lock, suppress(OSError):
            sys.stdout.write(msgspec.json.encode(happened).decode() + "\n")
            sys.stdout.flush()


def _words(error: Exception) -> str:
    if isinstance(error, LeaseLost):  # its own words name owner and token, for a log of many engines
        return "another engine drives it now; what this one did meanwhile was not stored"
    return error.message() if isinstance(error, PenstockError) else f"{type(error).__name__}: {error}"


@contextmanager
def stops_with_signals(service: "EngineService") -> Iterator[None]:
    """Ctrl-C and SIGTERM let the engine leave: gently, the second time at once."""
    before = {number: signal.signal(number, lambda *_: service.stop()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
