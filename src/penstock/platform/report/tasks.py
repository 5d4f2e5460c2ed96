"""The tasks of a run as a table, with what can be unfolded below each: errors, inputs, outputs, why, the log."""

import re
from collections.abc import Callable, Mapping, Sequence

from penstock.artifacts.store import ArtifactStore
from penstock.core.ids import TaskPath
from penstock.metadata.records import Attempt, Execution
from penstock.platform.report.markup import Markup, join, tag
from penstock.platform.report.places import log_path
from penstock.platform.report.tree import Place, RunTree
from penstock.platform.report.words import CACHED, GLYPHS, STEPS, duration, one_line, shown_state, size, value

MOST_PLACES = 500
MOST_LOGS = 100
LOG_LINES = 40
_LOG_BYTES = 16_000
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")

Explain = Callable[[Execution], Sequence[str]]
"""Why a task was executed or not, in words; empty where there is nothing to say."""


class TaskTable:
    """Builds the table of one run."""

    def __init__(
        self, artifacts: ArtifactStore, tree: RunTree, attempts: Sequence[Attempt], explain: Explain | None = None
    ) -> None:
        self.artifacts = artifacts
        self.tree = tree
        self.explain = explain
        self.attempts: dict[TaskPath, list[Attempt]] = {}
        for attempt in attempts:
            self.attempts.setdefault(attempt.path, []).append(attempt)
        self._logs = 0

    def draw(self) -> Markup | None:
        """The table, or None if the run has no tasks."""
        if self.tree.root is None:
            return None
        places = [place for place in self.tree.root.walk() if place.parent is not None]
        if not places:
            return None
        head = tag("tr", *(tag("th", name) for name in ("task", "state", "time", "attempts", "CPU", "memory")))
        rows = join(self._rows(place) for place in places[:MOST_PLACES])
        more = len(places) - MOST_PLACES
        note = tag("p", f"… and {more:,} more tasks", class_="note") if more > 0 else ""
        return join([tag("table", tag("thead", head), rows, class_="tasks"), note])

    def _rows(self, place: Place) -> Markup:
        depth = len(place.key) - 1
        state = state_pill(place.state) if place.total <= 1 else counts(place)
        attempts = [a for a in self.attempts.get(place.latest.path, []) if a.usage is not None]
        cpu = sum(attempt.usage.cpu_seconds for attempt in attempts if attempt.usage)
        memory = max((attempt.usage.peak_memory for attempt in attempts if attempt.usage), default=0)
        single = place.total <= 1 and place.kind in STEPS
        cells = [
            tag("td", one_line(place.task), style=f"--depth:{depth}", class_="task", title=".".join(place.key)),
            tag("td", state),
            tag("td", duration(place.seconds()) if place.state != CACHED else "", class_="n"),
            tag("td", place.latest.attempt if single and place.latest.attempt else "", class_="n"),
            tag("td", duration(cpu) if single and attempts else "", class_="n"),
            tag("td", size(memory) if single and memory else "", class_="n"),
        ]
        more = [*self._why(place.latest), *self._details(place.latest)] if single else []
        below = tag("tr", tag("td", *more, colspan=6, style=f"--depth:{depth}"), class_="below") if more else ""
        return tag("tbody", tag("tr", *cells), below)

    def _details(self, execution: Execution) -> list[Markup]:
        parts = [
            *_bindings("inputs", execution.inputs.parameters),
            *_bindings("outputs", execution.outputs.parameters),
            *self._log(execution),
        ]
        return [tag("details", tag("summary", "details"), *parts)] if parts else []

    def _why(self, execution: Execution) -> list[Markup]:
        reasons = list(self.explain(execution)) if self.explain is not None else []
        if execution.reused is not None and shown_state(execution) == CACHED and not reasons:
            reasons = [f"served from cache: run {execution.reused.run_id}"]
        return [tag("p", join((tag("span", reason) for reason in reasons), "; "), class_="why")] if reasons else []

    def _log(self, execution: Execution) -> list[Markup]:
        attempts = self.attempts.get(execution.path, [])
        if not attempts or not attempts[-1].log or self._logs >= MOST_LOGS:
            return []
        self._logs += 1
        tail = log_tail(self.artifacts, attempts[-1].log)
        return [tag("h4", "log"), tag("pre", tail)] if tail else []


def state_pill(word: str) -> Markup:
    """A state's word with its sign, colored."""
    return tag("span", f"{GLYPHS.get(word, '')} {word}", class_=f"pill s-{word.lower()}")


def counts(place: Place) -> Markup:
    """The states of several executions."""
    shown = place.iterations or place.counts
    return join(
        (
            tag("span", f"{GLYPHS.get(word, '')} {count:,}", class_=f"pill s-{word.lower()}", title=word)
            for word, count in shown.items()
            if count
        ),
        " ",
    )


def _bindings(title: str, values: Mapping[str, object]) -> list[Markup]:
    if not values:
        return []
    rows = [tag("tr", tag("th", name), tag("td", value(data, 400))) for name, data in values.items()]  # type: ignore[arg-type]
    return [tag("h4", title), tag("table", *rows, class_="values")]


def log_tail(artifacts: ArtifactStore, log: str, lines: int = LOG_LINES) -> str:
    """The last lines of a log, without the codes that would color a terminal; empty if it cannot be read."""
    path = log_path(artifacts, log)
    if path is None:
        return ""
    try:
        with path.open("rb") as file:
            end = file.seek(0, 2)
            file.seek(max(0, end - _LOG_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    kept = _ESCAPES.sub("", text.replace("\r\n", "\n")).splitlines()
    shown = [line.rsplit("\r", 1)[-1] for line in kept[-lines:]]
    return "\n".join((["…"] if len(kept) > lines or end > _LOG_BYTES else []) + shown)
