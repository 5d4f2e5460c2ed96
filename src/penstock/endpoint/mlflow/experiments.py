"""Experiments: made, looked up, searched, changed."""

import secrets
from collections.abc import Iterator
from typing import Any

from penstock.endpoint.errors import BadRequest
from penstock.endpoint.messages import Request, Response, reply
from penstock.endpoint.mlflow.fields import KEY_LIMIT, Fields, milliseconds
from penstock.endpoint.mlflow.filters import Vocabulary
from penstock.endpoint.mlflow.finding import Finder
from penstock.endpoint.mlflow.paging import page_of
from penstock.endpoint.mlflow.searching import found
from penstock.endpoint.mlflow.shapes import experiment_shape
from penstock.endpoint.routing import Route
from penstock.endpoint.services import Services
from penstock.metadata.tracking import Experiment, Lifecycle

VIEWS = ("", "ACTIVE_ONLY", "DELETED_ONLY", "ALL")

_WORDS: Vocabulary[Experiment] = Vocabulary(
    attributes={
        "name": ("text", lambda experiment: experiment.name),
        "experiment_id": ("text", lambda experiment: experiment.experiment_id),
        "creation_timestamp": ("number", lambda experiment: milliseconds(experiment.created_at)),
        "last_updated_timestamp": ("number", lambda experiment: milliseconds(experiment.updated_at)),
    },
    entities={"tags": "text"},
)


class Experiments:
    """The handlers."""

    def __init__(self, services: Services, finder: Finder) -> None:
        self._tracking = services.store.tracking
        self._clock = services.clock
        self._finder = finder

    def routes(self, prefix: str) -> Iterator[Route]:
        """The rows of the table."""
        yield Route("POST", f"{prefix}/experiments/create", self.create)
        yield Route("GET", f"{prefix}/experiments/get", self.get)
        yield Route("GET", f"{prefix}/experiments/get-by-name", self.get_by_name)
        for method in ("GET", "POST"):
            yield Route(method, f"{prefix}/experiments/search", self.search)
        yield Route("POST", f"{prefix}/experiments/update", self.update)
        yield Route("POST", f"{prefix}/experiments/delete", lambda request: self._turn(request, "deleted"))
        yield Route("POST", f"{prefix}/experiments/restore", lambda request: self._turn(request, "active"))
        yield Route("POST", f"{prefix}/experiments/set-experiment-tag", self.set_tag)
        yield Route("POST", f"{prefix}/experiments/delete-experiment-tag", self.delete_tag)

    def create(self, request: Request) -> Response:
        fields = Fields.of(request)
        now = self._clock.now()
        experiment = Experiment(
            experiment_id=str(secrets.randbelow(9 * 10**17) + 10**17),
            name=_name(fields, "name"),
            artifact_location=fields.text("artifact_location"),
            tags=fields.pairs("tags"),
            created_at=now,
            updated_at=now,
        )
        self._tracking.create_experiment(experiment)
        return reply({"experiment_id": experiment.experiment_id})

    def get(self, request: Request) -> Response:
        return _answer(self._finder.experiment(Fields.of(request).required("experiment_id")))

    def get_by_name(self, request: Request) -> Response:
        return _answer(self._finder.named(Fields.of(request).required("experiment_name"), request.caller))

    def search(self, request: Request) -> Response:
        fields = Fields.of(request)
        view = fields.choice("view_type", VIEWS, "ACTIVE_ONLY")
        self._finder.everything()
        self._finder.experiment("0")
        kept = found(
            [one for one in self._tracking.experiments() if in_view(one.lifecycle, view)],
            _WORDS,
            filter=fields.text("filter"),
            order_by=fields.texts("order_by"),
            look=lambda experiment, subject: experiment.tags.get(subject.key),
        )
        page, rest = page_of(kept, fields.text("page_token"), fields.limit(1000, 50_000))
        return reply({"experiments": [experiment_shape(one) for one in page], **rest})

    def update(self, request: Request) -> Response:
        fields = Fields.of(request)
        return self._change(fields, name=_name(fields, "new_name"))

    def set_tag(self, request: Request) -> Response:
        fields = Fields.of(request)
        return self._change(fields, tags={fields.key(): fields.text("value")})

    def delete_tag(self, request: Request) -> Response:
        fields = Fields.of(request)
        return self._change(fields, tags={fields.key(): None})

    def _turn(self, request: Request, lifecycle: Lifecycle) -> Response:
        return self._change(Fields.of(request), lifecycle=lifecycle)

    def _change(self, fields: Fields, **changes: Any) -> Response:
        experiment = self._finder.experiment(fields.required("experiment_id"))
        self._tracking.update_experiment(experiment.experiment_id, self._clock.now(), **changes)
        return reply({})


def in_view(lifecycle: Lifecycle, view: str) -> bool:
    """Whether something that is active or deleted is wanted."""
    return view == "ALL" or (lifecycle == "deleted") == (view == "DELETED_ONLY")


def _name(fields: Fields, field: str) -> str:
    name = fields.required(field)
    if len(name) > 2 * KEY_LIMIT:
        raise BadRequest(what=field, reason=f"it has {len(name)} characters; {2 * KEY_LIMIT} are allowed")
    return name


def _answer(experiment: Experiment) -> Response:
    return reply({"experiment": experiment_shape(experiment)})
