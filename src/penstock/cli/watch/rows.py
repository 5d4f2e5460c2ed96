"""The tasks of a run as lines: sign and name, state, time, and what else there is to say."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from penstock.cli.text import STATE_STYLES, Line, columns, line
from penstock.cli.watch.progress import Progress
from penstock.metadata.records import Execution, ExecutionKind, State
from penstock.platform.report.tree import Place, failures
from penstock.platform.report.words import CACHED, GLYPHS, condition, duration, one_line

COUNTED = ("SUCCEEDED", CACHED, "RUNNING", "FAILED", "CANCELING", "CANCELED", "SKIPPED", "PENDING")
TASK_SHRINK = ((3, 28), (0, 24), (3, 0), (0, 8))
"""How rows of name, state, time and note give way in a narrow terminal."""
_TAIL = 4096


def task_lines(progress: Progress, width: int, now: datetime, height: int | None = None) -> list[Line]:
    """One line a place; where there are more than `height`, those that matter most now."""
    if progress.tree.root is None:
        return []
    places = [(place, depth) for place, depth in _walk(progress.tree.root, -1) if depth >= 0]
    kept = places if height is None or len(places) <= height else _most_pressing(places, height - 1)
    rows = [[line("  " * (depth + 1), *title(place)), *state_cells(progress, place, now)] for place, depth in kept]
    lines = columns(rows, limit=width, right=(2,), shrink=TASK_SHRINK)
    if len(kept) < len(places):
        lines.append(line((f"  … and {len(places) - len(kept)} more tasks", "dim")))
    return lines


def state_span(word: str) -> tuple[str, str]:
    """A state's word in its color."""
    return word, STATE_STYLES.get(word, "")


def sign(word: str) -> tuple[str, str]:
    """A state's sign in its color."""
    return GLYPHS.get(word, "?"), STATE_STYLES.get(word, "")


def tally(counts: dict[str, int], total: int | None = None) -> Line:
    """`✓ 412  ▸ 3  ✗ 1  of 1,000`. With a total the first count has a steady width."""
    parts: list[str | tuple[str, str]] = []
    room = len(f"{total:,}") if total is not None else 0
    for word in COUNTED:
        if counts.get(word):
            parts += ["  " if parts else "", sign(word), f" {counts[word]:>{0 if parts else room},}"]
    if total is not None:
        parts.append((f"  of {total:,}", "dim"))
    return line(*parts)


def tail(log: str) -> str:
    """The last line that a task wrote to its log so far, if the log is a local file."""
    try:
        with Path(log).open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL))
            lines = file.read().decode(errors="replace").replace("\r", "\n").split("\n")
    except (OSError, ValueError):
        return ""
    return next((text.strip() for text in reversed(lines) if text.strip()), "")


def _walk(place: Place, depth: int) -> Iterator[tuple[Place, int]]:
    yield place, depth
    for child in list(place.children.values()):
        yield from _walk(child, depth + 1)


def _most_pressing(places: list[tuple[Place, int]], room: int) -> list[tuple[Place, int]]:
    """The `room` places that a person would look at, in the order of the pipeline."""
    urgency = {"FAILED": 0, "RUNNING": 1, "CANCELING": 1, "PENDING": 2, "CANCELED": 3}
    finished = [index for index, (place, _) in enumerate(places) if place.state in ("SUCCEEDED", CACHED, "SKIPPED")]
    recent = {index: rank for rank, index in enumerate(reversed(finished))}

    def rank(index: int) -> tuple[int, int]:
        word = places[index][0].state
        return (urgency[word], index) if word in urgency else (2, recent[index])

    chosen = sorted(sorted(range(len(places)), key=rank)[:room])
    return [places[index] for index in chosen]


def title(place: Place) -> Line:
    """A place's sign and name."""
    return line(sign(place.state), " ", (one_line(place.task), "bold" if place.children else ""))


def state_cells(progress: Progress, place: Place, now: datetime) -> list[Line]:
    """A place's state, time and note; of several executions their counts."""
    seconds = line((duration(place.seconds(now)) if place.state != CACHED else "", "dim"))
    if place.kind is ExecutionKind.LOOP and place.iterations:
        return [tally(place.iterations, place.iterations.total()), seconds, line(("iterations", "dim"))]
    if place.total > 1:
        return [tally(place.counts), seconds]
    return [line(state_span(place.state)), seconds, _note(progress, place)]


def _note(progress: Progress, place: Place) -> Line:
    execution = place.latest
    allowed = progress.attempts_allowed(place)
    counts = execution.attempt > 1 and not _is_question(progress, place)  # those of a question are engines' matter
    tries = f"attempt {execution.attempt}/{max(allowed, execution.attempt)}" if counts else ""
    if question := progress.question(execution):
        return line(("waits for a person: ", "dim"), question)
    if execution.state is State.RUNNING and place.kind is ExecutionKind.TASK:
        attempt = progress.attempts.get(execution.path)
        words = one_line(tail(attempt.log)) if attempt is not None else ""
        return line((tries, "warn"), "  " if tries and words else "", (words, "dim"))
    if execution.state is State.PENDING and execution.not_before is not None:
        return line((f"attempt {execution.attempt + 1}/{allowed} follows", "warn"))
    if execution.reused is not None and not execution.state.finished:
        return line((f"waits for run {execution.reused.run_id}", "dim"))
    if execution.reused is not None:
        return line((f"from {execution.reused.run_id}", "dim"))
    if failures([execution]):
        return line((failure_line(execution), "bad"))
    if place.condition:
        return line((f"if {condition(place.condition)}", "dim"))
    return line((tries, "warn"))


def _is_question(progress: Progress, place: Place) -> bool:
    return place.kind is ExecutionKind.TASK and progress.plan.waits_for_person(place.component)


def failure_line(execution: Execution) -> str:
    """The first line of what went wrong."""
    message = execution.error.message if execution.error is not None else ""
    return one_line(message.strip().split("\n", 1)[0])
