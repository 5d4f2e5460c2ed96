"""The logs of a run: found, printed, followed while they grow."""

import codecs
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from penstock.cli.driven import is_cut_off
from penstock.cli.errors import AttemptNotFound
from penstock.cli.screen import Screen
from penstock.cli.session import Session
from penstock.cli.text import line
from penstock.cli.watch.rows import state_span
from penstock.core.ids import TaskPath
from penstock.metadata.records import Attempt, Execution, Run
from penstock.platform.finding import find_task, is_within
from penstock.platform.report.words import one_line, shown_state

POLL_SECONDS = 0.2
_CHUNK = 1 << 16


class Logbook:
    """The logs of one run, or of one task in it and all that it holds.

    Raises:
        TaskNotFound, TaskAmbiguous: `task` does not say which.
        AttemptNotFound: The task has not run, or has no attempt of that number.
    """

    def __init__(self, session: Session, run: Run, task: str | None, number: int | None) -> None:
        self.session = session
        self.store = session.store
        self.run = run
        self.number = number
        executions = self.store.executions(run.run_id)
        self.task = None if task is None else find_task(run.run_id, executions, task)
        self._offsets: dict[tuple[TaskPath, int], int] = {}
        self._last: tuple[TaskPath, int] | None = None
        self._open_line = False

    def print_all(self) -> None:
        """Print what there is."""
        attempts = self._attempts()
        if not attempts and self.task is not None:
            self._print_reused(self.task)
        for attempt in attempts:
            self._print(attempt, headed=self.task is None or len(attempts) > 1)
        self._end_line()

    def follow(self) -> None:
        """Print what there is and what comes, until the run has finished or was cut off."""
        while True:
            run, now = self.store.run(self.run.run_id), datetime.now(UTC)
            cut_off = is_cut_off(self.store, run, now)
            for attempt in self._attempts():
                self._print(attempt, headed=self.task is None)
            if run.state.finished or cut_off:
                break
            time.sleep(POLL_SECONDS)
        self._end_line()
        if cut_off:
            note = Screen(sys.stderr, color=self.session.settings.color)
            note.print(line((f"nobody drives this run: `penstock runs resume {run.run_id}` goes on", "dim")))

    def _attempts(self) -> list[Attempt]:
        """The attempt of each task that is asked for: that number, or the last."""
        newest: dict[TaskPath, Attempt] = {}
        for attempt in self.store.attempts(self.run.run_id):
            if self._is_wanted(attempt.path) and self.number in (None, attempt.number):
                newest[attempt.path] = attempt
        return list(newest.values())

    def _is_wanted(self, path: TaskPath) -> bool:
        return self.task is None or is_within(path, self.task.path)

    def _print_reused(self, task: Execution) -> None:
        """A task served from cache printed something where it ran."""
        origin = task.reused
        attempts = [] if origin is None else self.store.attempts(origin.run_id, origin.path)
        if origin is None or not attempts or self.number is not None:
            count = len(self.store.attempts(self.run.run_id, task.path))
            raise AttemptNotFound(task=task.path, attempt=self.number, attempts=count, state=shown_state(task))
        note = Screen(sys.stderr, color=self.session.settings.color)
        note.print(line((f"served from cache; this is the log of run {origin.run_id}", "dim")))
        self._print(attempts[-1], headed=False)

    def _print(self, attempt: Attempt, *, headed: bool) -> None:
        """Print what the attempt's log has more than was printed of it."""
        key = (attempt.path, attempt.number)
        path = Path(self.session.log_place(attempt.log))
        if not attempt.log or not path.is_file() or path.stat().st_size <= self._offsets.get(key, 0):
            return
        if headed and self._last != key:
            self._end_line()
            title = (one_line(attempt.path), "bold")
            self.session.screen.print(
                line(("── ", "dim"), title, f"  attempt {attempt.number}  ", state_span(attempt.state))
            )
        self._last = key
        self._offsets[key], self._open_line = _copy(path, self._offsets.get(key, 0))

    def _end_line(self) -> None:
        if self._open_line:
            sys.stdout.write("\n")
            self._open_line = False


def _copy(path: Path, start: int) -> tuple[int, bool]:
    """Print a file from `start` on; memory does not grow with its size.

    Returns:
        Where it ended, and whether it ended within a line.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    last = b"\n"
    with path.open("rb") as file:
        file.seek(start)
        while chunk := file.read(_CHUNK):
            sys.stdout.write(decoder.decode(chunk))
            last = chunk[-1:]
        sys.stdout.write(decoder.decode(b"", final=True))
        sys.stdout.flush()
        return file.tell(), last != b"\n"
