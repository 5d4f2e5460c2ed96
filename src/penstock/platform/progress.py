"""What `pipeline.run()` tells while it goes: a line for each task that has ended, for whoever sits before it."""

import sys
from typing import TYPE_CHECKING, TextIO

from penstock.metadata.records import Changes, Execution, State
from penstock.platform.report.words import GLYPHS, STEPS, duration, elapsed, one_line, shown_state

if TYPE_CHECKING:
    from penstock.platform.questions import Questions

_NAME = 24


def somebody_watches(stream: TextIO) -> bool:
    """Whether there is a person to tell: at a terminal or in a notebook, not where output goes to a file."""
    return "ipykernel" in sys.modules or stream.isatty()


class ProgressLines:
    """Prints a line for each task when it ends; of a loop, only when something in it fails, and when it has ended.

    A task that waits for a person says so when it begins, with the command that answers.
    """

    def __init__(self, stream: TextIO, questions: "Questions | None" = None) -> None:
        self._stream = stream
        self._questions = questions
        self._told: set[str] = set()

    def __call__(self, changes: Changes) -> None:
        """Take in one transaction."""
        if self._questions is not None:
            self._questions.take(changes.attempts)
        for execution in changes.executions:
            if execution.state is State.RUNNING and self._questions is not None:
                self._ask(execution, self._questions.command(execution))
            if execution.state.finished and execution.path not in self._told and _counts(execution):
                self._told.add(execution.path)
                self._print(execution)

    def _ask(self, execution: Execution, command: str) -> None:
        if command and command not in self._told:
            self._told.add(command)
            self._say([GLYPHS["RUNNING"], one_line(execution.path).ljust(_NAME), "waits for a person:", command])

    def _print(self, execution: Execution) -> None:
        word = shown_state(execution)
        seconds = duration(elapsed(execution.started_at, execution.finished_at)) if execution.reused is None else ""
        problem = execution.error.message.strip().split("\n", 1)[0] if execution.error is not None else ""
        self._say([GLYPHS[word], one_line(execution.path).ljust(_NAME), word.ljust(9), seconds, one_line(problem)])

    def _say(self, parts: list[str]) -> None:
        try:
            print(" ".join(part for part in parts if part).rstrip(), file=self._stream, flush=True)
        except OSError:
            return  # nobody reads it; the run goes on


def _counts(execution: Execution) -> bool:
    if execution.state is State.FAILED:
        return execution.kind in STEPS
    return execution.kind in STEPS and "[" not in execution.path
