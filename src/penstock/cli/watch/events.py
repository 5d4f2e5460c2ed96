"""A run as lines, one for each thing that happens: for pipes, files and build logs."""

import math
from collections import Counter

from penstock.cli.screen import Screen
from penstock.cli.text import Line, line
from penstock.cli.watch.progress import Progress
from penstock.cli.watch.rows import failure_line, sign, state_span, tally
from penstock.metadata.records import Attempt, Changes, Execution, ExecutionKind, State
from penstock.platform.report.tree import Place, is_iteration
from penstock.platform.report.words import duration, elapsed, one_line, shown_state

NAME_WIDTH = 24


class EventPrinter:
    """Prints what changed. A loop's iterations are told by tenths, and one by one only where one fails."""

    def __init__(self, screen: Screen, progress: Progress) -> None:
        self.screen = screen
        self.progress = progress
        self._told: Counter[str] = Counter()

    def __call__(self, changes: Changes) -> None:
        turned = self.progress.take(changes)
        lines = [told for attempt in changes.attempts for told in self._tried(attempt)]
        lines += [told for execution in changes.executions for told in self._waiting(execution)]
        for execution in sorted(turned, key=self._rank):
            lines += self._lines(execution)
        if lines:
            self.screen.print(*lines)

    def close(self) -> None:
        """Nothing is left to do: each line was complete."""

    def _rank(self, execution: Execution) -> tuple[float, ...]:
        """The order of the pipeline; what holds others comes after them."""
        place = self.progress.tree.place(execution.path)
        return (*(place.rank if place is not None else ()), math.inf)

    def _lines(self, execution: Execution) -> list[Line]:
        place = self.progress.tree.place(execution.path)
        if place is None or execution.parent is None:
            return []
        if is_iteration(execution):
            return self._iteration(place)
        word = shown_state(execution)
        if word == "PENDING":
            return []
        repeated = place.total > 1 or _in_loop(place)
        if repeated and word != "FAILED":
            return []
        if word == "RUNNING" and place.kind is not ExecutionKind.TASK:
            return []
        return [self._line(execution, self._note(execution, place))]

    def _waiting(self, execution: Execution) -> list[Line]:
        """A task that waits for another run, which computes the same. It stays PENDING, so nothing has turned."""
        place = self.progress.tree.place(execution.path)
        waits = execution.state is State.PENDING and execution.reused is not None
        if not waits or execution.reused is None or place is None or place.total > 1 or _in_loop(place):
            return []
        return [self._line(execution, line((f"waits for run {execution.reused.run_id}", "dim")))]

    def _iteration(self, place: Place) -> list[Line]:
        counts, total = place.iterations, place.iterations.total()
        done = total - counts["PENDING"] - counts["RUNNING"] - counts["CANCELING"]
        tenth = done * 10 // total
        if _in_loop(place) or done == total or tenth <= self._told[place.latest.path]:
            return []
        self._told[place.latest.path] = tenth
        return [line("  ", sign("RUNNING"), " ", _padded(place.task), " ", *tally(counts, total))]

    def _line(self, execution: Execution, note: Line) -> Line:
        word = shown_state(execution)
        word_span = (word.ljust(9) if note else word, state_span(word)[1])
        gap = "  " if note else ""
        return line("  ", sign(word), " ", _padded(_name(execution)), " ", word_span, gap, *note)

    def _note(self, execution: Execution, place: Place) -> Line:
        if question := self.progress.question(execution):
            return line(("waits for a person: ", "dim"), question)
        if execution.state is State.RUNNING:
            allowed = max(self.progress.attempts_allowed(place), execution.attempt)
            return line((f"attempt {execution.attempt}/{allowed}", "warn")) if execution.attempt > 1 else ()
        if execution.reused is not None:
            return line((f"from {execution.reused.run_id}", "dim"))
        seconds = duration(elapsed(execution.started_at, execution.finished_at))
        if execution.state is State.FAILED:
            return line((seconds, "dim"), "  " if seconds else "", failure_line(execution))
        if place.kind is ExecutionKind.LOOP and place.iterations:
            return line(*tally(place.iterations, place.iterations.total()), "  ", (seconds, "dim"))
        return line((seconds, "dim"))

    def _tried(self, attempt: Attempt) -> list[Line]:
        """An attempt that failed, where another one follows."""
        execution, place = self.progress.tree.execution(attempt.path), self.progress.tree.place(attempt.path)
        if attempt.state is not State.FAILED or execution is None or place is None or execution.state.finished:
            return []
        problem = "" if attempt.error is None else one_line(attempt.error.message.split("\n", 1)[0])
        allowed = max(self.progress.attempts_allowed(place), attempt.number + 1)
        told = line((f"attempt {attempt.number}/{allowed} failed", "warn"), ": " * bool(problem), problem)
        return [line("  ", ("↻", "warn"), " ", _padded(_name(execution)), " ", ("RETRYING ", "warn"), "  ", *told)]


def _in_loop(place: Place) -> bool:
    above = place.parent
    while above is not None:
        if above.kind is ExecutionKind.LOOP:
            return True
        above = above.parent
    return False


def _name(execution: Execution) -> str:
    return execution.path if "[" in execution.path else execution.task


def _padded(name: str) -> str:
    return one_line(name).ljust(NAME_WIDTH)
