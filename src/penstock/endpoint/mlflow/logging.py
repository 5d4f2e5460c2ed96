"""What clients log to a run: metrics, parameters, tags, inputs and outputs."""

import json
import threading
from collections.abc import Iterator

from penstock.endpoint.errors import BadRequest, NoTag
from penstock.endpoint.messages import Request, Response, reply
from penstock.endpoint.mlflow.fields import Fields
from penstock.endpoint.mlflow.finding import Finder
from penstock.endpoint.mlflow.shapes import RUN_NAME
from penstock.endpoint.routing import Route
from penstock.endpoint.services import Services
from penstock.metadata.tracking import Dataset, Metric, ModelLink

_BATCH = 1000
_HISTORY = "mlflow.log-model.history"
_FURTHEST = 9_000_000_000_000_000
"""Milliseconds that are microseconds in 63 bits."""


class Logging:
    """The handlers."""

    def __init__(self, services: Services, finder: Finder) -> None:
        self._tracking = services.store.tracking
        self._clock = services.clock
        self._finder = finder
        self._history = threading.Lock()

    def routes(self, prefix: str) -> Iterator[Route]:
        """The rows of the table."""
        yield Route("POST", f"{prefix}/runs/log-metric", self.log_metric)
        yield Route("POST", f"{prefix}/runs/log-parameter", self.log_parameter)
        yield Route("POST", f"{prefix}/runs/log-batch", self.log_batch)
        yield Route("POST", f"{prefix}/runs/set-tag", self.set_tag)
        yield Route("POST", f"{prefix}/runs/delete-tag", self.delete_tag)
        yield Route("POST", f"{prefix}/runs/log-inputs", self.log_inputs)
        yield Route("POST", f"{prefix}/runs/outputs", self.log_outputs)
        yield Route("POST", f"{prefix}/runs/log-model", self.log_model)

    def log_metric(self, request: Request) -> Response:
        fields = Fields.of(request)
        self._tracking.record(self._run(fields, request), metrics=[_metric(fields)])
        return reply({})

    def log_parameter(self, request: Request) -> Response:
        fields = Fields.of(request)
        self._tracking.record(self._run(fields, request), params={fields.key(): fields.text("value")})
        return reply({})

    def log_batch(self, request: Request) -> Response:
        """Metrics, parameters and tags, all or nothing."""
        fields = Fields.of(request)
        params: dict[str, str] = {}
        for one in fields.each("params", _BATCH):
            if params.setdefault(one.key(), one.text("value")) != one.text("value"):
                raise BadRequest(what="params", reason=f"{one.key()!r} is there twice, with two values")
        metrics = [_metric(one) for one in fields.each("metrics", _BATCH)]
        tags = fields.pairs("tags", _BATCH)
        run = self._run(fields, request)
        self._rename(run, tags)
        self._tracking.record(run, metrics=metrics, params=params, tags=tags)
        return reply({})

    def set_tag(self, request: Request) -> Response:
        fields = Fields.of(request)
        tags = {fields.key(): fields.text("value")}
        run = self._run(fields, request)
        self._rename(run, tags)
        if tags:
            self._tracking.record(run, tags=tags)
        return reply({})

    def delete_tag(self, request: Request) -> Response:
        fields = Fields.of(request)
        run, key = self._run(fields, request), fields.key()
        if key not in self._tracking.tags([run]).get(run, {}):
            raise NoTag(run=run, key=key)
        self._tracking.record(run, tags={key: None})
        return reply({})

    def log_inputs(self, request: Request) -> Response:
        fields = Fields.of(request)
        models = [ModelLink(model_id=one.required("model_id"), kind="input") for one in fields.each("models")]
        datasets = [_dataset(one) for one in fields.each("datasets")]
        self._tracking.add_inputs(self._run(fields, request), datasets, models)
        return reply({})

    def log_outputs(self, request: Request) -> Response:
        fields = Fields.of(request)
        models = [
            ModelLink(model_id=one.required("model_id"), kind="output", step=one.integer("step"))
            for one in fields.each("models")
        ]
        self._tracking.add_inputs(self._run(fields, request), models=models)
        return reply({})

    def log_model(self, request: Request) -> Response:
        """What older clients say of a model that they logged: they look for it in a tag."""
        fields = Fields.of(request)
        try:
            described = json.loads(fields.required("model_json"))
        except (ValueError, RecursionError) as error:
            raise BadRequest(what="model_json", reason=f"it is not JSON: {error}") from None
        run = self._run(fields, request)
        with self._history:
            known = self._tracking.tags([run]).get(run, {}).get(_HISTORY, "[]")
            self._tracking.record(run, tags={_HISTORY: json.dumps([*json.loads(known), described])})
        return reply({})

    def _run(self, fields: Fields, request: Request) -> str:
        """The id of the run; one that a task has not logged to yet is there from now on."""
        return self._finder.run(fields.required("run_id", "run_uuid"), request.caller).tracked_id

    def _rename(self, run: str, tags: dict[str, str]) -> None:
        """A run's name is a tag to clients."""
        name = tags.pop(RUN_NAME, "")
        if name:
            self._tracking.update_run(run, self._clock.now(), name=name)


def _metric(fields: Fields) -> Metric:
    at = fields.integer("timestamp")
    if abs(at) > _FURTHEST:
        raise BadRequest(what="timestamp", reason=f"{at} is not a time in milliseconds since 1970")
    return Metric(
        key=fields.key(),
        value=fields.number("value"),
        step=fields.integer("step"),
        at=at * 1000,
        model_id=fields.text("model_id"),
        dataset_name=fields.text("dataset_name"),
        dataset_digest=fields.text("dataset_digest"),
    )


def _dataset(fields: Fields) -> Dataset:
    one = fields.one("dataset")
    return Dataset(
        name=one.required("name"),
        digest=one.required("digest"),
        source_type=one.text("source_type"),
        source=one.text("source"),
        schema=one.text("schema"),
        profile=one.text("profile"),
        tags=fields.pairs("tags"),
    )
