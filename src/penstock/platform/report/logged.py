"""What tasks of a run logged. A task that was served from cache shows what the one logged whose result it took."""

import math
from collections.abc import Iterable, Mapping
from itertools import islice

from msgspec import Struct, field

from penstock.core.ids import TaskPath, tracked_id
from penstock.core.json import Json
from penstock.metadata.records import Execution
from penstock.metadata.store import MetadataStore
from penstock.platform.report.words import STEPS

MOST_TASKS = 500
"""Of a run of which more tasks may have logged, the first ones are looked at."""


class Point(Struct, frozen=True):
    """The last value of a metric, or one of its values."""

    value: float
    step: int
    at: int
    """Microseconds since 1970."""


class LoggedByTask(Struct, frozen=True, kw_only=True):
    """What one task logged."""

    path: TaskPath
    ident: str
    """The id of its tracked run: MLflow's run id."""
    metrics: dict[str, Point] = field(default_factory=dict)
    """The last points."""
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


def logged_by(store: MetadataStore, executions: Iterable[Execution]) -> list[LoggedByTask]:
    """What each of `executions` logged that logged anything, in order."""
    steps = (execution for execution in executions if execution.kind in STEPS)
    asked = {execution.path: _who_logged(execution) for execution in islice(steps, MOST_TASKS)}
    tracked = store.tracked(asked.values()) if asked else ()
    idents = {path: ident for path, ident in asked.items() if ident in tracked}
    return _read(store, idents) if idents else []


def _who_logged(execution: Execution) -> str:
    source = execution if execution.reused is None else execution.reused
    return tracked_id(source.run_id, source.path)


def _read(store: MetadataStore, idents: Mapping[TaskPath, str]) -> list[LoggedByTask]:
    metrics = store.tracking.latest_metrics(idents.values())
    params, tags = store.tracking.params(idents.values()), store.tracking.tags(idents.values())
    return [
        LoggedByTask(
            path=path,
            ident=ident,
            metrics={key: Point(one.value, one.step, one.at) for key, one in metrics.get(ident, {}).items()},
            params=params.get(ident, {}),
            tags=tags.get(ident, {}),
        )
        for path, ident in idents.items()
        if ident in metrics or ident in params or ident in tags
    ]


def history_of(store: MetadataStore, ident: str, key: str, limit: int | None = None) -> list[Point]:
    """The points of one metric, in order; at most the first so many."""
    return [Point(one.value, one.step, one.at) for one in store.tracking.history(ident, key, limit=limit)]


def logged_as_json(store: MetadataStore, executions: Iterable[Execution]) -> dict[str, Json]:
    """What tasks logged, by path, for programs. Numbers that JSON has not are the texts `nan`, `inf`, `-inf`."""
    return {
        one.path: {
            "tracked_id": one.ident,
            "metrics": {
                key: {"value": number_as_json(point.value), "step": point.step, "at": point.at}
                for key, point in one.metrics.items()
            },
            "params": dict(one.params),
            "tags": dict(one.tags),
        }
        for one in logged_by(store, executions)
    }


def number_as_json(value: float) -> float | str:
    """A number, or its text where JSON has none."""
    return value if math.isfinite(value) else str(value)
