"""Runs side by side: what each was given, what its tasks logged and measured, and how that differs."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from penstock.core.ids import RunId
from penstock.core.json import Json
from penstock.metadata.records import Run
from penstock.metadata.store import MetadataStore
from penstock.platform.report.facts import metrics_of
from penstock.platform.report.logged import logged_by
from penstock.platform.report.words import elapsed

Section: TypeAlias = Literal["run", "parameters", "logged parameters", "metrics"]


class Missing(Struct, frozen=True):
    """A run has no such value."""


MISSING = Missing()
Value: TypeAlias = Json | Missing


class Row(Struct, frozen=True, kw_only=True):
    """One fact of each run."""

    section: Section
    task: str = ""
    """The path of the task that logged or measured it."""
    name: str
    values: list[Value]
    """By run, in the order in which they were named."""

    @property
    def differs(self) -> bool:
        """Whether not all runs have the same. What is no number is the same as that."""
        return any(not _same(value, self.values[0]) for value in self.values[1:])

    @property
    def difference(self) -> float | None:
        """Of numbers: the last run's less the first one's. None where that says nothing."""
        first, last = self.values[0], self.values[-1]
        if not (_is_number(first) and _is_number(last)):
            return None
        try:
            difference: float = last - first  # type: ignore[operator]  # they are numbers
            return difference if math.isfinite(difference) else None
        except OverflowError:
            return None

    @property
    def share(self) -> float | None:
        """The difference as a share of the first run's value; None where that is zero."""
        first, difference = self.values[0], self.difference
        if difference is None or not isinstance(first, int | float) or not first:
            return None
        try:
            return difference / abs(first)
        except OverflowError:
            return None


def compare(store: MetadataStore, runs: Sequence[Run]) -> list[Row]:
    """Every fact of `runs` that can be compared, section by section; what only some of them have, too."""
    facts = [_facts(store, run) for run in runs]
    places = list(dict.fromkeys(place for one in facts for place in one))
    sections: tuple[Section, ...] = ("run", "parameters", "logged parameters", "metrics")
    ordered = [place for section in sections for place in places if place[0] == section]
    return [
        Row(section=section, task=task, name=name, values=[one.get((section, task, name), MISSING) for one in facts])
        for section, task, name in ordered
    ]


def run_ids(runs: Sequence[Run]) -> list[RunId]:
    """The ids, in order."""
    return [run.run_id for run in runs]


_Facts: TypeAlias = dict[tuple[Section, str, str], Json]


def _facts(store: MetadataStore, run: Run) -> _Facts:
    executions = store.executions(run.run_id)
    facts: _Facts = {
        ("run", "", "pipeline"): run.pipeline,
        ("run", "", "state"): run.state.value,
        ("run", "", "seconds"): elapsed(run.started_at, run.finished_at),
    }
    facts |= {("parameters", "", name): value for name, value in run.parameters.items()}
    for one in logged_by(store, executions):
        facts |= {("logged parameters", one.path, name): value for name, value in one.params.items()}
    for measured in metrics_of(store, executions):
        facts |= _numbers(facts, measured.path, measured.name, measured.values)
    return facts


def _numbers(facts: _Facts, path: str, output: str, values: Mapping[str, float]) -> _Facts:
    """The metrics of one output of a task, or those that it logged: by what they came from where a name is taken."""
    found: _Facts = {}
    for name, value in values.items():
        taken = ("metrics", path, name) in facts
        found["metrics", path, f"{output}.{name}" if taken else name] = value
    return found


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(one: Value, other: Value) -> bool:
    return one == other or (one != one and other != other)
