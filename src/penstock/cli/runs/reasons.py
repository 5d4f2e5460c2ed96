"""The reasons of a run's tasks as lines."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from penstock.cli.session import Session
from penstock.cli.text import Line, Span, columns, crop, line
from penstock.cli.watch.rows import sign, state_span
from penstock.metadata.explain import Explanation
from penstock.metadata.records import Execution, ExecutionKind, Run
from penstock.platform.finding import find_task
from penstock.platform.report.differences import CodeDifference
from penstock.platform.report.reasons import Reasons
from penstock.platform.report.words import one_line, shown_state

MOST_TASKS = 200


class Explained(Struct, frozen=True):
    """One task, with why."""

    execution: Execution
    explanation: Explanation
    words: list[str]
    differences: list[CodeDifference]
    """What was changed in its code; looked for only where the task was named."""

    def record(self) -> dict[str, Any]:
        """As an object for `--json`."""
        return {
            "path": self.execution.path,
            "state": shown_state(self.execution),
            "why": self.words,
            "explanation": self.explanation,
            "differences": self.differences,
        }


def explained(session: Session, run: Run, task: str | None) -> list[Explained]:
    """The tasks of a run, or the one that `task` names with all that it holds, in order."""
    executions = session.store.executions(run.run_id)
    if task is not None:
        path = find_task(run.run_id, executions, task).path
        executions = [
            item for item in executions if item.path == path or item.path.startswith((f"{path}.", f"{path}["))
        ]
    reasons = Reasons(session.store, run, session.plan(run))
    found = []
    for execution in [item for item in executions if item.kind is ExecutionKind.TASK][:MOST_TASKS]:
        explanation = reasons.explanation(execution)
        words = reasons.words(execution, explanation, deep=task is not None)
        differences = reasons.differences(execution, explanation) if task is not None else []
        found.append(Explained(execution, explanation, words, differences))
    return found


def reason_lines(found: Sequence[Explained], limit: int) -> list[Line]:
    """A line for each reason, the task on the first; then what was changed in the code."""
    rows: list[list[Line]] = []
    for item in found:
        word = shown_state(item.execution)
        name = line(sign(word), " ", (one_line(item.execution.path), "bold"))
        for index, reason in enumerate(item.words or [""]):
            rows.append([name if index == 0 else (), line(state_span(word)) if index == 0 else (), line(reason)])
    lines = columns(rows, limit=limit, shrink=((0, 24), (2, 24), (0, 8)))
    if len(found) == MOST_TASKS:
        lines.append(crop(line((f"… the first {MOST_TASKS} tasks; name one to see another", "dim")), limit))
    for item in found:
        for one in item.differences:
            lines += [(), crop(line("  ", (one_line(one.name), "bold")), limit)]
            lines += [crop(line("  ", _changed_line(text)), limit) for text in one.lines]
    return lines


def _changed_line(text: str) -> Span:
    return text, {"-": "bad", "+": "good"}.get(text[:1], "dim")
