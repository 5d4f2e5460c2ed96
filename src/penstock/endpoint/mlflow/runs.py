"""Runs: made, looked up, searched, changed. What is logged to them is in `logging`.

The first run that an attempt of a task begins in the experiment of its pipeline is the run of its execution. All others
that it begins are children of that.
"""

import secrets
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from penstock.core.errors import PenstockError
from penstock.core.ids import TaskPath
from penstock.endpoint.credentials import Caller
from penstock.endpoint.errors import BadRequest
from penstock.endpoint.messages import Request, Response, reply
from penstock.endpoint.mlflow.experiments import VIEWS, in_view
from penstock.endpoint.mlflow.fields import Fields, milliseconds
from penstock.endpoint.mlflow.filters import Subject, Vocabulary
from penstock.endpoint.mlflow.finding import Finder
from penstock.endpoint.mlflow.paging import page_of
from penstock.endpoint.mlflow.places import folder_of_run
from penstock.endpoint.mlflow.searching import found, subjects
from penstock.endpoint.mlflow.shapes import (
    PARENT,
    RUN_NAME,
    USER,
    dataset_shape,
    info_shape,
    links_shape,
    metric_shape,
    pairs,
    tags_shape,
)
from penstock.endpoint.routing import Route
from penstock.endpoint.services import Services
from penstock.metadata.tracking import Experiment, Lifecycle, TrackedRun, TrackedStatus

_STATUSES = ("", "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED")


class Runs:
    """The handlers."""

    def __init__(self, services: Services, finder: Finder) -> None:
        self._tracking = services.store.tracking
        self._clock = services.clock
        self._finder = finder
        self._begun: set[Caller] = set()
        """Attempts that have taken up the run of their execution."""
        self._lock = threading.Lock()

    def routes(self, prefix: str) -> Iterator[Route]:
        """The rows of the table."""
        yield Route("POST", f"{prefix}/runs/create", self.create)
        yield Route("GET", f"{prefix}/runs/get", self.get)
        yield Route("POST", f"{prefix}/runs/update", self.update)
        yield Route("POST", f"{prefix}/runs/delete", lambda request: self._turn(request, "deleted"))
        yield Route("POST", f"{prefix}/runs/restore", lambda request: self._turn(request, "active"))
        yield Route("POST", f"{prefix}/runs/search", self.search)

    def create(self, request: Request) -> Response:
        """A new run, or that of the task which asks."""
        fields = Fields.of(request)
        tags = fields.pairs("tags")
        experiment = self._finder.experiment(fields.text("experiment_id", "0"))
        if experiment.lifecycle == "deleted":
            raise BadRequest(what="experiment_id", reason=f"experiment {experiment.name!r} is deleted")
        kept = {key: value for key, value in tags.items() if key not in (RUN_NAME, PARENT)}
        if fields.text("user_id"):
            kept.setdefault(USER, fields.text("user_id"))
        name = fields.text("run_name") or tags.get(RUN_NAME, "")
        own = self._own_run(request.caller)
        if own is not None and own.experiment_id == experiment.experiment_id and PARENT not in tags:
            assert request.caller is not None
            if self._takes_up(request.caller):
                return reply({"run": self._whole(self._taken_up(own, name, kept), experiment)})
        ident = secrets.token_hex(16)
        run = TrackedRun(
            tracked_id=ident,
            experiment_id=experiment.experiment_id,
            name=name or f"run-{ident[:8]}",
            started_at=fields.moment("start_time") or self._clock.now(),
            parent=tags.get(PARENT) or (own.tracked_id if own is not None else ""),
        )
        return reply({"run": self._whole(self._tracking.create_run(run, kept), experiment)})

    def get(self, request: Request) -> Response:
        run = self._finder.run(Fields.of(request).required("run_id", "run_uuid"), request.caller)
        return reply({"run": self._whole(run, self._tracking.experiment(run.experiment_id))})

    def update(self, request: Request) -> Response:
        fields = Fields.of(request)
        run = self._finder.run(fields.required("run_id", "run_uuid"), request.caller)
        status = fields.choice("status", _STATUSES, "")
        run = self._tracking.update_run(
            run.tracked_id,
            self._clock.now(),
            name=fields.text("run_name") or None,
            status=TrackedStatus(status) if status else None,
            ended_at=fields.moment("end_time"),
        )
        tags = self._tracking.tags([run.tracked_id]).get(run.tracked_id, {})
        return reply({"run_info": info_shape(run, self._tracking.experiment(run.experiment_id), tags)})

    def search(self, request: Request) -> Response:
        fields = Fields.of(request)
        view = fields.choice("run_view_type", VIEWS, "ACTIVE_ONLY")
        filter, order_by = fields.text("filter"), fields.texts("order_by")
        self._finder.everything()
        experiments = self._experiments(fields.texts("experiment_ids"))
        runs = [run for run in self._tracking.runs(list(experiments)) if in_view(run.lifecycle, view)]
        words = _words(experiments)
        logged = _Logged(self, runs, subjects(words, filter, order_by))
        kept = found(runs, words, filter=filter, order_by=order_by, look=logged.look)
        page, rest = page_of(kept, fields.text("page_token"), fields.limit(1000, 50_000))
        return reply({"runs": self._wholes(page, experiments), **rest})

    def logged(self, entity: str, runs: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        """What runs have of an entity, by run and key."""
        if entity == "metrics":
            latest = self._tracking.latest_metrics(runs)
            return {run: {key: metric.value for key, metric in metrics.items()} for run, metrics in latest.items()}
        if entity == "datasets":
            known = self._tracking.datasets(runs)
            return {run: _asked_of(datasets) for run, datasets in known.items()}
        return self._tracking.params(runs) if entity == "params" else self._tracking.tags(runs)

    def _turn(self, request: Request, lifecycle: Lifecycle) -> Response:
        run = self._finder.run(Fields.of(request).required("run_id"), request.caller)
        self._tracking.update_run(run.tracked_id, self._clock.now(), lifecycle=lifecycle)
        return reply({})

    def _own_run(self, caller: Caller | None) -> TrackedRun | None:
        """The run of the execution that asks; None where none does, or nobody knows it any more."""
        if caller is None:
            return None
        try:
            return self._tracking.of_execution(caller.run_id, TaskPath(caller.path))
        except PenstockError:
            return None

    def _takes_up(self, caller: Caller) -> bool:
        """Whether this attempt has not begun a run yet; from now on it has."""
        with self._lock:
            first = caller not in self._begun
            self._begun.add(caller)
            return first

    def _taken_up(self, own: TrackedRun, name: str, tags: Mapping[str, str]) -> TrackedRun:
        if tags:
            self._tracking.record(own.tracked_id, tags=tags)
        return self._tracking.update_run(own.tracked_id, self._clock.now(), name=name) if name else own

    def _experiments(self, idents: Sequence[str]) -> dict[str, Experiment]:
        if idents == ["0"]:
            self._finder.experiment("0")
        wanted = set(idents)
        return {one.experiment_id: one for one in self._tracking.experiments() if one.experiment_id in wanted}

    def _whole(self, run: TrackedRun, experiment: Experiment) -> dict[str, Any]:
        return self._wholes([run], {experiment.experiment_id: experiment})[0]

    def _wholes(self, runs: Sequence[TrackedRun], experiments: Mapping[str, Experiment]) -> list[dict[str, Any]]:
        """Runs with what was logged to them."""
        idents = [run.tracked_id for run in runs]
        params, tags = self._tracking.params(idents), self._tracking.tags(idents)
        metrics, datasets = self._tracking.latest_metrics(idents), self._tracking.datasets(idents)
        links = self._tracking.model_links(idents)
        shapes: list[dict[str, Any]] = []
        for run in runs:
            ident, own = run.tracked_id, tags.get(run.tracked_id, {})
            taken, given = links_shape(links.get(ident, ()))
            shapes.append(
                {
                    "info": info_shape(run, experiments[run.experiment_id], own),
                    "data": {
                        "metrics": [metric_shape(metric) for metric in metrics.get(ident, {}).values()],
                        "params": pairs(params.get(ident, {})),
                        "tags": tags_shape(run, own),
                    },
                    "inputs": {
                        "dataset_inputs": [dataset_shape(one) for one in datasets.get(ident, ())],
                        "model_inputs": taken,
                    },
                    "outputs": {"model_outputs": given},
                }
            )
        return shapes


class _Logged:
    """What was logged to the runs of a search: read where the search asks for it, and not otherwise."""

    def __init__(self, runs: Runs, searched: Sequence[TrackedRun], entities: Collection[str]) -> None:
        idents = [run.tracked_id for run in searched]
        self._known = {entity: runs.logged(entity, idents) for entity in entities if entity != "attributes"}

    def look(self, run: TrackedRun, subject: Subject) -> Any:
        if subject.entity == "tags" and subject.key == RUN_NAME:
            return run.name or None
        if subject.entity == "tags" and subject.key == PARENT:
            return run.parent or None
        return self._known[subject.entity].get(run.tracked_id, {}).get(subject.key)


def _asked_of(datasets: Sequence[Any]) -> dict[str, Any]:
    """What a filter may say of a run's datasets; of several, the first counts."""
    first = datasets[0]
    return {"name": first.name, "digest": first.digest, "context": first.tags.get("mlflow.data.context")}


def _words(experiments: Mapping[str, Experiment]) -> Vocabulary[TrackedRun]:
    return Vocabulary(
        attributes={
            "run_id": ("text", lambda run: run.tracked_id),
            "run_name": ("text", lambda run: run.name),
            "experiment_id": ("text", lambda run: run.experiment_id),
            "status": ("text", lambda run: run.status.value),
            "artifact_uri": ("text", lambda run: folder_of_run(run, experiments[run.experiment_id])),
            "start_time": ("number", lambda run: milliseconds(run.started_at) if run.started_at else None),
            "end_time": ("number", lambda run: milliseconds(run.ended_at) if run.ended_at else None),
        },
        entities={"metrics": "number", "params": "text", "tags": "text", "datasets": "text"},
    )
