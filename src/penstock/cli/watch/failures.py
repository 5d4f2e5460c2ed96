"""What went wrong in a run, as lines: the author's traceback, the log, and the next thing to type."""

import shlex
from collections.abc import Callable, Sequence

from penstock.cli.screen import WITHOUT_TERMINAL
from penstock.cli.text import Line, columns, line
from penstock.cli.watch.progress import Progress
from penstock.cli.watch.rows import sign
from penstock.ir.runtime import TaskFailure
from penstock.metadata.records import Execution, ExecutionKind, State
from penstock.platform.report.words import STEPS, one_line

MOST_FAILURES = 5


def failure_blocks(
    progress: Progress, failed: Sequence[Execution], log_place: Callable[[str], str]
) -> list[list[Line]]:
    """For each failure the author's traceback and where to look; at the end what to type."""
    run = progress.run
    blocks = [_failure(progress, execution, log_place) for execution in failed[:MOST_FAILURES]]
    if len(failed) > MOST_FAILURES:
        blocks.append([line(f"… and {len(failed) - MOST_FAILURES} more failed; ", ("penstock runs show last", "bold"))])
    if not failed and run.error is not None:
        blocks.append([line((one_line(run.error.message), "bad")), *_hint(run.error.hint)])
    if run.state in (State.FAILED, State.CANCELED):
        steps = [item for item in failed if item.kind is ExecutionKind.TASK and item.attempt]
        where = "from what failed" if run.state is State.FAILED else "where it was stopped"
        rows = [[line("  penstock runs retry ", run.run_id), line((f"go on {where}", "dim"))]]
        if steps:
            logs = line("  penstock runs logs ", run.run_id, " ", shlex.quote(steps[0].path))
            rows.insert(0, [logs, line(("what it printed", "dim"))])
        blocks.append([line(("next", "bold")), *columns(rows, limit=WITHOUT_TERMINAL)])
    return blocks


def _failure(progress: Progress, execution: Execution, log_place: Callable[[str], str]) -> list[Line]:
    error = execution.error
    place = progress.tree.place(execution.path)
    allowed = max(progress.attempts_allowed(place) if place else 1, execution.attempt)
    tries = f" in attempt {execution.attempt} of {allowed}" if execution.attempt else ""
    code = f" [{error.code}]" if error is not None and error.code else ""
    name = one_line(execution.path or "the run")
    lines = [line(sign("FAILED"), " ", (name, "bold"), f" failed{tries}", (code, "dim"))]
    if error is not None:
        lines += [*_told(error), *_hint(error.hint)]
    attempt = progress.attempts.get(execution.path)
    if attempt is not None and attempt.log and execution.kind in STEPS:
        lines.append(line(("  log ", "dim"), log_place(attempt.log)))
    return lines


def _told(error: TaskFailure) -> list[Line]:
    """The author's traceback, and the message where that does not end in it."""
    trace, message = error.traceback.rstrip().splitlines(), error.message.splitlines()
    if trace and message and not error.traceback.rstrip().endswith(error.message.rstrip()):
        return [*(line("  ", text) for text in trace), *(line("  ", (text, "bad")) for text in message)]
    return [line("  ", (text, "" if text is not (trace or message)[-1] else "bad")) for text in trace or message]


def _hint(hint: str) -> list[Line]:
    return [line(("  hint: ", "reused"), hint)] if hint else []
