"""Logged models: what a client stores with `log_model`, before or without registering it."""

import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from penstock.endpoint.errors import BadRequest
from penstock.endpoint.messages import Request, Response, reply
from penstock.endpoint.mlflow.artifacts import Artifacts
from penstock.endpoint.mlflow.experiments import in_view
from penstock.endpoint.mlflow.fields import Fields, milliseconds
from penstock.endpoint.mlflow.filters import Subject, Vocabulary, read_subject
from penstock.endpoint.mlflow.finding import Finder
from penstock.endpoint.mlflow.paging import page_of
from penstock.endpoint.mlflow.places import folder_of_model
from penstock.endpoint.mlflow.searching import found, ordered
from penstock.endpoint.mlflow.shapes import MODEL_STATUS, model_shape
from penstock.endpoint.routing import Route
from penstock.endpoint.services import Services
from penstock.metadata.tracking import LoggedModel, ModelMetric
from penstock.metadata.tracking_errors import NotTracked

MODEL_ID = "penstock.model_id"
"""The tag of a version that names the logged model which it was made of."""
_STATUSES = ("LOGGED_MODEL_STATUS_UNSPECIFIED", *MODEL_STATUS.values())
_OURS = {theirs: ours for ours, theirs in MODEL_STATUS.items()}

_WORDS: Vocabulary[LoggedModel] = Vocabulary(
    attributes={
        "name": ("text", lambda model: model.name),
        "model_id": ("text", lambda model: model.model_id),
        "model_type": ("text", lambda model: model.model_type),
        "status": ("text", lambda model: model.status),
        "source_run_id": ("text", lambda model: model.tracked_id),
        "experiment_id": ("text", lambda model: model.experiment_id),
        "creation_timestamp": ("number", lambda model: milliseconds(model.created_at)),
        "last_updated_timestamp": ("number", lambda model: milliseconds(model.updated_at)),
    },
    entities={"metrics": "number", "params": "text", "tags": "text"},
)


class LoggedModels:
    """The handlers."""

    def __init__(self, services: Services, finder: Finder, artifacts: Artifacts) -> None:
        self._tracking = services.store.tracking
        self._registry = services.store.registry
        self._clock = services.clock
        self._finder = finder
        self._artifacts = artifacts

    def routes(self, prefix: str) -> Iterator[Route]:
        """The rows of the table."""
        one = f"{prefix}/logged-models/{{model_id}}"
        yield Route("POST", f"{prefix}/logged-models", self.create)
        yield Route("POST", f"{prefix}/logged-models/search", self.search)
        yield Route("GET", one, self.get)
        yield Route("PATCH", one, self.finalize)
        yield Route("DELETE", one, self.delete)
        yield Route("PATCH", f"{one}/tags", self.set_tags)
        yield Route("DELETE", f"{one}/tags/{{key:path}}", self.delete_tag)
        yield Route("POST", f"{one}/params", self.log_params)
        yield Route("GET", f"{one}/artifacts/directories", self.list_files)

    def create(self, request: Request) -> Response:
        fields = Fields.of(request)
        experiment = self._finder.experiment(fields.text("experiment_id", "0"))
        now = self._clock.now()
        ident = f"m-{secrets.token_hex(16)}"
        source = fields.text("source_run_id")
        model = LoggedModel(
            model_id=ident,
            experiment_id=experiment.experiment_id,
            tracked_id=self._finder.run(source, request.caller).tracked_id if source else "",
            name=fields.text("name") or f"model-{ident[2:10]}",
            model_type=fields.text("model_type"),
            params=fields.pairs("params"),
            tags=fields.pairs("tags"),
            created_at=now,
            updated_at=now,
        )
        self._tracking.create_model(model)
        return self._answer([model])

    def get(self, request: Request) -> Response:
        model = self._tracking.model(request.named["model_id"])
        if model.lifecycle == "deleted" and not Fields.of(request).flag("allow_deleted"):
            raise NotTracked(kind="logged model", ident=model.model_id)
        return self._answer([model])

    def finalize(self, request: Request) -> Response:
        fields = Fields.of(request)
        status = fields.choice("status", _STATUSES, "LOGGED_MODEL_READY")
        if status not in _OURS:
            raise BadRequest(what="status", reason=f"a model cannot become {status}")
        return self._answer([self._change(request, status=_OURS[status])])

    def delete(self, request: Request) -> Response:
        self._change(request, lifecycle="deleted")
        return reply({})

    def set_tags(self, request: Request) -> Response:
        return self._answer([self._change(request, tags=Fields.of(request).pairs("tags"))])

    def delete_tag(self, request: Request) -> Response:
        return self._answer([self._change(request, tags={request.named["key"]: None})])

    def log_params(self, request: Request) -> Response:
        self._change(request, params=Fields.of(request).pairs("params"))
        return reply({})

    def list_files(self, request: Request) -> Response:
        """The files of a model."""
        model = self._tracking.model(request.named["model_id"])
        root = folder_of_model(model, self._tracking.experiment(model.experiment_id))
        path = Fields.of(request).text("artifact_directory_path")
        return reply({"root_uri": root, "files": self._artifacts.listing(root, path)})

    def search(self, request: Request) -> Response:
        fields = Fields.of(request)
        models = [
            model for model in self._tracking.models(fields.texts("experiment_ids")) if in_view(model.lifecycle, "")
        ]
        measured = self._tracking.model_metrics([model.model_id for model in models])
        datasets = [(one.required("dataset_name"), one.text("dataset_digest")) for one in fields.each("datasets")]

        def look(model: LoggedModel, subject: Subject) -> Any:
            if subject.entity == "metrics":
                return _value(measured.get(model.model_id, ()), subject.key, datasets)
            return (model.params if subject.entity == "params" else model.tags).get(subject.key)

        kept = found(models, _WORDS, filter=fields.text("filter"), order_by=(), look=look)
        for order in reversed(fields.each("order_by")):
            subject, _ = read_subject(order.required("field_name"), _WORDS)
            about = [(order.text("dataset_name"), order.text("dataset_digest"))] if "dataset_name" in order else []

            def value(model: LoggedModel, subject: Subject = subject, about: Any = about) -> Any:
                if subject.entity == "metrics":
                    return _value(measured.get(model.model_id, ()), subject.key, about)
                if subject.entity == "attributes":
                    return _WORDS.attributes[subject.key][1](model)
                return look(model, subject)

            kept = ordered(kept, value, rising="ascending" not in order or order.flag("ascending"))
        page, rest = page_of(kept, fields.text("page_token"), fields.limit(50, 1000))
        return reply({"models": self._shapes(page), **rest})

    def _change(self, request: Request, **changes: Any) -> LoggedModel:
        return self._tracking.update_model(request.named["model_id"], self._clock.now(), **changes)

    def _answer(self, models: Sequence[LoggedModel]) -> Response:
        return reply({"model": self._shapes(models)[0]})

    def _shapes(self, models: Sequence[LoggedModel]) -> list[dict[str, Any]]:
        metrics = self._tracking.model_metrics([model.model_id for model in models])
        versions: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for run in {model.tracked_id for model in models if model.tracked_id}:
            for version in self._registry.versions(tracked_run=run):
                versions[version.tags.get(MODEL_ID, "")].append((version.name, version.version))
        return [
            model_shape(
                model,
                self._tracking.experiment(model.experiment_id),
                metrics.get(model.model_id, ()),
                versions.get(model.model_id, ()),
            )
            for model in models
        ]


def _value(metrics: Sequence[ModelMetric], key: str, datasets: Sequence[tuple[str, str]]) -> float | None:
    """The newest value of a metric, on one of some datasets if any are named."""
    fitting = [
        one.metric
        for one in metrics
        if one.metric.key == key
        and (
            not datasets
            or any(
                one.metric.dataset_name == name and digest in ("", one.metric.dataset_digest)
                for name, digest in datasets
            )
        )
    ]
    return max(fitting, key=lambda metric: metric.at).value if fitting else None
