"""Registered models and their aliases, for clients of MLflow: the same registry as `penstock models` shows."""

from collections.abc import Iterator
from typing import Any

from penstock.endpoint.errors import NotKept
from penstock.endpoint.messages import Request, Response, reply
from penstock.endpoint.mlflow.fields import Fields, milliseconds
from penstock.endpoint.mlflow.filters import Vocabulary
from penstock.endpoint.mlflow.paging import page_of
from penstock.endpoint.mlflow.searching import found
from penstock.endpoint.mlflow.shapes import pairs
from penstock.endpoint.mlflow.versions import IS_PROMPT, number_of, tag_of, version_shape, who
from penstock.endpoint.routing import Route
from penstock.endpoint.services import Services
from penstock.metadata.registry import RegisteredModel
from penstock.registry.models import ModelRegistry
from penstock.registry.references import check_name

_WORDS: Vocabulary[RegisteredModel] = Vocabulary(
    attributes={
        "name": ("text", lambda model: model.name),
        "creation_timestamp": ("number", lambda model: milliseconds(model.created_at)),
        "last_updated_timestamp": ("number", lambda model: milliseconds(model.updated_at)),
    },
    entities={"tags": "text"},
)
_REASON = "by a client of MLflow"


class RegisteredModels:
    """The handlers."""

    def __init__(self, services: Services) -> None:
        self._registry = services.store.registry
        self._models = ModelRegistry(services.store, services.artifacts, services.clock)
        self._clock = services.clock

    def routes(self, prefix: str) -> Iterator[Route]:
        """The rows of the table."""
        base = f"{prefix}/registered-models"
        yield Route("POST", f"{base}/create", self.create)
        yield Route("POST", f"{base}/rename", self.rename)
        yield Route("PATCH", f"{base}/update", self.update)
        yield Route("DELETE", f"{base}/delete", self.delete)
        yield Route("GET", f"{base}/get", self.get)
        yield Route("GET", f"{base}/search", self.search)
        for method in ("GET", "POST"):
            yield Route(method, f"{base}/get-latest-versions", self.latest)
        yield Route("POST", f"{base}/set-tag", self.set_tag)
        yield Route("DELETE", f"{base}/delete-tag", self.delete_tag)
        yield Route("POST", f"{base}/alias", self.set_alias)
        yield Route("DELETE", f"{base}/alias", self.delete_alias)
        yield Route("GET", f"{base}/alias", self.get_alias)

    def create(self, request: Request) -> Response:
        fields = Fields.of(request)
        name, tags = fields.required("name"), fields.pairs("tags")
        check_name(name)
        if IS_PROMPT in tags:
            raise NotKept(what="prompts", instead="keep them in files beside the code, which travel with each run")
        now = self._clock.now()
        model = RegisteredModel(
            name=name,
            description=fields.text("description"),
            tags=tags,
            created_at=now,
            updated_at=now,
        )
        self._registry.create_model(model)
        return self._answer(model)

    def rename(self, request: Request) -> Response:
        fields = Fields.of(request)
        new = fields.required("new_name")
        check_name(new)
        now = self._clock.now()
        return self._answer(self._registry.rename_model(fields.required("name"), new, by=who(request), now=now))

    def update(self, request: Request) -> Response:
        fields = Fields.of(request)
        description = fields.text("description")
        now = self._clock.now()
        return self._answer(self._registry.update_model(fields.required("name"), now=now, description=description))

    def delete(self, request: Request) -> Response:
        name = Fields.of(request).required("name")
        self._registry.delete_model(name, by=who(request), now=self._clock.now(), reason=_REASON)
        return reply({})

    def get(self, request: Request) -> Response:
        return self._answer(self._registry.model(Fields.of(request).required("name")))

    def search(self, request: Request) -> Response:
        fields = Fields.of(request)
        kept = found(
            self._registry.models(),
            _WORDS,
            filter=fields.text("filter"),
            order_by=fields.texts("order_by"),
            look=lambda model, subject: tag_of(model.tags, subject.key),
        )
        page, rest = page_of(kept, fields.text("page_token"), fields.limit(100, 1000))
        return reply({"registered_models": [self._shape(model) for model in page], **rest})

    def latest(self, request: Request) -> Response:
        """The newest version: stages, of which each could have one, are not kept."""
        fields = Fields.of(request)
        stages = [stage for stage in fields.texts("stages") if stage.lower() != "none"]
        if stages:
            raise no_stages()
        name = fields.required("name")
        self._registry.model(name)
        return reply({"model_versions": self._latest(name)})

    def set_tag(self, request: Request) -> Response:
        fields = Fields.of(request)
        tags = {fields.key(): fields.text("value")}
        self._registry.update_model(fields.required("name"), now=self._clock.now(), tags=tags)
        return reply({})

    def delete_tag(self, request: Request) -> Response:
        fields = Fields.of(request)
        self._registry.update_model(fields.required("name"), now=self._clock.now(), tags={fields.key(): None})
        return reply({})

    def set_alias(self, request: Request) -> Response:
        """Promote, with a line in the log."""
        fields = Fields.of(request)
        name, alias = fields.required("name"), fields.required("alias")
        self._models.promote(name, number_of(fields), alias, by=who(request), reason=_REASON)
        return reply({})

    def delete_alias(self, request: Request) -> Response:
        fields = Fields.of(request)
        name, alias = fields.required("name"), fields.required("alias")
        self._models.remove_alias(name, alias, by=who(request), reason=_REASON)
        return reply({})

    def get_alias(self, request: Request) -> Response:
        fields = Fields.of(request)
        name, alias = fields.required("name"), fields.required("alias")
        self._registry.model(name)
        version = self._models.resolve(f"{name}@{alias}")
        return reply({"model_version": version_shape(version, self._registry.aliases(name))})

    def _answer(self, model: RegisteredModel) -> Response:
        return reply({"registered_model": self._shape(model)})

    def _shape(self, model: RegisteredModel) -> dict[str, Any]:
        aliases = self._registry.aliases(model.name)
        return {
            "name": model.name,
            "creation_timestamp": milliseconds(model.created_at),
            "last_updated_timestamp": milliseconds(model.updated_at),
            "description": model.description,
            "latest_versions": self._latest(model.name),
            "tags": pairs(model.tags),
            "aliases": [{"alias": alias, "version": str(version)} for alias, version in aliases.items()],
        }

    def _latest(self, name: str) -> list[dict[str, Any]]:
        versions = self._registry.versions(name)[:1]
        return [version_shape(version, self._registry.aliases(name)) for version in versions]


def no_stages() -> NotKept:
    """What is said to who asks for a stage."""
    return NotKept(
        what="stages of model versions", instead='use aliases: `set_registered_model_alias(name, "champion", version)`'
    )
