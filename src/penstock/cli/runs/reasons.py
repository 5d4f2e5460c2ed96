"""The reasons of a run's tasks as lines."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from penstock.cli.session import Session
from penstock.cli.text import Line, columns, crop, line
from penstock.cli.watch.rows import sign, state_span
from penstock.metadata.explain import Explanation, explain
from penstock.metadata.records import Execution, ExecutionKind, Run
from penstock.platform.finding import find_task
from penstock.platform.report.reasons import input_sources, takes_results, words_of
from penstock.platform.report.words import one_line, shown_state

MOST_TASKS = 200


class Explained(Struct, frozen=True):
    """One task, with why."""

    execution: Execution
    explanation: Explanation
    words: list[str]

    def record(self) -> dict[str, Any]:
        """As an object for `--json`."""
        return {
            "path": self.execution.path,
            "state": shown_state(self.execution),
            "why": self.words,
            "explanation": self.explanation,
        }


def explained(session: Session, run: Run, task: str | None) -> list[Explained]:
    """The tasks of a run, or the one that `task` names with all that it holds, in order."""
    executions = session.store.executions(run.run_id)
    if task is not None:
        path = find_task(run.run_id, executions, task).path
        executions = [
            item for item in executions if item.path == path or item.path.startswith((f"{path}.", f"{path}["))
        ]
    plan = session.plan(run)
    found = []
    for execution in [item for item in executions if item.kind is ExecutionKind.TASK][:MOST_TASKS]:
        explanation = explain(session.store, run, execution)
        words = words_of(explanation, input_sources(plan, session.store, execution), cache=takes_results(run))
        found.append(Explained(execution, explanation, words))
    return found


def reason_lines(found: Sequence[Explained], limit: int) -> list[Line]:
    """A line for each reason; the task stands on the first."""
    rows: list[list[Line]] = []
    for item in found:
        word = shown_state(item.execution)
        name = line(sign(word), " ", (one_line(item.execution.path), "bold"))
        for index, reason in enumerate(item.words or [""]):
            rows.append([name if index == 0 else (), line(state_span(word)) if index == 0 else (), line(reason)])
    lines = columns(rows, limit=limit, shrink=((0, 24), (2, 24), (0, 8)))
    if len(found) == MOST_TASKS:
        lines.append(crop(line((f"… the first {MOST_TASKS} tasks; name one to see another", "dim")), limit))
    return lines
