"""Versions of registered models, for clients of MLflow."""

import shutil
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from penstock.core.ids import Digest
from penstock.endpoint.errors import BadRequest
from penstock.endpoint.messages import Request, Response, reply
from penstock.endpoint.mlflow.artifacts import Artifacts
from penstock.endpoint.mlflow.fields import Fields, milliseconds
from penstock.endpoint.mlflow.filters import Vocabulary
from penstock.endpoint.mlflow.finding import Finder
from penstock.endpoint.mlflow.models import MODEL_ID
from penstock.endpoint.mlflow.paging import page_of
from penstock.endpoint.mlflow.places import SCHEME, folder_of_model, object_of, object_place, owner_of, place_of
from penstock.endpoint.mlflow.searching import found
from penstock.endpoint.mlflow.shapes import pairs
from penstock.endpoint.routing import Route
from penstock.endpoint.services import Services
from penstock.metadata.registry import ModelVersion
from penstock.registry.models import ModelRegistry, user_name
from penstock.registry.packages import package_at

_STATUS = {"PENDING": "PENDING_REGISTRATION", "READY": "READY", "REFUSED": "READY"}
_MODELS = "models:/"
IS_PROMPT = "mlflow.prompt.is_prompt"

_WORDS: Vocabulary[ModelVersion] = Vocabulary(
    attributes={
        "name": ("text", lambda version: version.name),
        "version_number": ("number", lambda version: version.version),
        "version": ("number", lambda version: version.version),
        "run_id": ("text", lambda version: version.tracked_run),
        "source": ("text", lambda version: readable(version)),
        "status": ("text", lambda version: _STATUS[version.status]),
        "user_id": ("text", lambda version: version.created_by),
        "creation_timestamp": ("number", lambda version: milliseconds(version.created_at)),
        "last_updated_timestamp": ("number", lambda version: milliseconds(version.updated_at)),
    },
    entities={"tags": "text"},
)


class ModelVersions:
    """The handlers."""

    def __init__(self, services: Services, finder: Finder, artifacts: Artifacts) -> None:
        self._registry = services.store.registry
        self._models = ModelRegistry(services.store, services.artifacts, services.clock)
        self._tracking = services.store.tracking
        self._metadata = services.store
        self._store = services.artifacts
        self._clock = services.clock
        self._finder = finder
        self._artifacts = artifacts

    def routes(self, prefix: str) -> Iterator[Route]:
        """The rows of the table."""
        base = f"{prefix}/model-versions"
        yield Route("POST", f"{base}/create", self.create)
        yield Route("GET", f"{base}/get", self.get)
        yield Route("GET", f"{base}/search", self.search)
        yield Route("GET", f"{base}/get-download-uri", self.download_uri)
        yield Route("PATCH", f"{base}/update", self.update)
        yield Route("DELETE", f"{base}/delete", self.delete)
        yield Route("POST", f"{base}/set-tag", self.set_tag)
        yield Route("DELETE", f"{base}/delete-tag", self.delete_tag)
        yield Route("POST", f"{base}/transition-stage", self.transition)

    def create(self, request: Request) -> Response:
        """A new version, of files that a client has logged: they become one object of the artifact store."""
        fields = Fields.of(request)
        name = fields.required("name")
        self._registry.model(name)
        source, model_id = fields.required("source"), fields.text("model_id")
        model_id = model_id or _logged_model(source)
        tags = fields.pairs("tags") | {"penstock.replay": "not done"} | ({MODEL_ID: model_id} if model_id else {})
        now = self._clock.now()
        uri, digest = self._stored(self._resolved(source))
        version = ModelVersion(
            name=name,
            uri=uri,
            digest=digest,
            description=fields.text("description"),
            tags=tags,
            created_by=who(request),
            created_at=now,
            updated_at=now,
        )
        run = fields.text("run_id") or self._run_of(model_id)
        if run:
            tracked = self._finder.run(run, request.caller)
            path = tracked.path if tracked.path is not None else None
            version = replace(version, tracked_run=run, run_id=tracked.run_id, path=path)
        return self._answer(self._registry.add_version(version))

    def get(self, request: Request) -> Response:
        return self._answer(self._version(Fields.of(request)))

    def download_uri(self, request: Request) -> Response:
        return reply({"artifact_uri": readable(self._version(Fields.of(request)))})

    def search(self, request: Request) -> Response:
        fields = Fields.of(request)
        known = sorted(self._registry.versions(), key=lambda version: version.updated_at, reverse=True)
        kept = found(
            known,
            _WORDS,
            filter=fields.text("filter"),
            order_by=fields.texts("order_by"),
            look=lambda version, subject: tag_of(version.tags, subject.key),
        )
        page, rest = page_of(kept, fields.text("page_token"), fields.limit(10_000, 200_000))
        aliases = {name: self._registry.aliases(name) for name in {version.name for version in page}}
        shapes = [version_shape(version, aliases[version.name]) for version in page]
        return reply({"model_versions": shapes, **rest})

    def update(self, request: Request) -> Response:
        fields = Fields.of(request)
        return self._change(fields, description=fields.text("description"))

    def delete(self, request: Request) -> Response:
        fields = Fields.of(request)
        reason = "by a client of MLflow"
        name, number = fields.required("name"), number_of(fields)
        self._registry.delete_version(name, number, by=who(request), now=self._clock.now(), reason=reason)
        return reply({})

    def set_tag(self, request: Request) -> Response:
        fields = Fields.of(request)
        self._change(fields, tags={fields.key(): fields.text("value")})
        return reply({})

    def delete_tag(self, request: Request) -> Response:
        fields = Fields.of(request)
        self._change(fields, tags={fields.key(): None})
        return reply({})

    def transition(self, request: Request) -> Response:
        from penstock.endpoint.mlflow.registered import no_stages

        request.json()
        raise no_stages()

    # --- inside -------------------------------------------------------------------------------------------

    def _version(self, fields: Fields) -> ModelVersion:
        return self._registry.version(fields.required("name"), number_of(fields))

    def _change(self, fields: Fields, **changes: Any) -> Response:
        name, number = fields.required("name"), number_of(fields)
        return self._answer(self._registry.update_version(name, number, now=self._clock.now(), **changes))

    def _answer(self, version: ModelVersion) -> Response:
        return reply({"model_version": version_shape(version, self._registry.aliases(version.name))})

    def _run_of(self, model_id: str) -> str:
        return self._tracking.model(model_id).tracked_id if model_id else ""

    def _resolved(self, source: str) -> str:
        """Where the files are that a source names."""
        if not source.startswith(_MODELS):
            return source
        if named := _version_named(source):
            return readable(self._models.resolve(named))
        model = self._tracking.model(source.removeprefix(_MODELS))
        return folder_of_model(model, self._tracking.experiment(model.experiment_id))

    def _stored(self, source: str) -> tuple[str, Digest | None]:
        """The files at a source as one object of the artifact store, in which they cannot change."""
        place = place_of(source)
        if place is None:
            package = package_at(self._metadata, self._store, _outside(source))
            return package.uri, package.digest
        known = object_of(place)
        if known is not None and not known[2]:
            return self._artifacts.uri_of(place), known[1]
        folder = self._store.staging()
        try:
            if not self._artifacts.collect(source, folder / "model"):
                raise BadRequest(what="source", reason=f"no files were logged at {source!r}")
            stored = self._store.put(folder / "model", "model")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return stored.uri, stored.digest


def _outside(source: str) -> str:
    """A folder of this machine, or a URL; clients write `file:/…` for the former."""
    if source.startswith("file:/") and not source.startswith("file://"):
        return source.removeprefix("file:")
    if not source.startswith("/") and "://" not in source:
        raise BadRequest(what="source", reason=f"{source[:200]!r} is neither a folder of this machine nor a URL")
    return source


def _version_named(source: str) -> str:
    """The version of a registered model that a source names: `taxi/3`; empty if it names none."""
    rest = source.removeprefix(_MODELS) if source.startswith(_MODELS) else ""
    return rest if "/" in rest or "@" in rest else ""


def _logged_model(source: str) -> str:
    """The logged model that a source names, by its id or by its folder; empty if it names none."""
    if source.startswith(_MODELS):
        return "" if _version_named(source) else source.removeprefix(_MODELS)
    place = place_of(source) or ""
    return owner_of(place) if "/models/m-" in place else ""


def version_shape(version: ModelVersion, aliases: Mapping[str, int]) -> dict[str, Any]:
    """A version as clients expect it."""
    shape = {
        "name": version.name,
        "version": str(version.version),
        "creation_timestamp": milliseconds(version.created_at),
        "last_updated_timestamp": milliseconds(version.updated_at),
        "user_id": version.created_by,
        "current_stage": "None",
        "description": version.description,
        "source": readable(version),
        "run_id": version.tracked_run,
        "status": _STATUS[version.status],
        "status_message": version.status_reason,
        "tags": pairs({key: value for key, value in version.tags.items() if key != MODEL_ID}),
        "aliases": [alias for alias, number in aliases.items() if number == version.version],
    }
    model_id = version.tags.get(MODEL_ID)
    return shape | ({"model_id": model_id} if model_id else {})


def readable(version: ModelVersion) -> str:
    """The URI at which clients find the files of a version: by way of the endpoint, if we keep them."""
    place = object_place(version.uri)
    return version.uri if place is None else f"{SCHEME}{place}"


def tag_of(tags: Mapping[str, str], key: str) -> str | None:
    """A tag, for searches: clients ask of every model that it is no prompt, and none has a tag that says so."""
    return tags.get(key, "false" if key == IS_PROMPT else None)


def number_of(fields: Fields) -> int:
    """The number of a version, which clients send as a text."""
    text = fields.required("version")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadRequest(what="version", reason=f"{text[:50]!r} is no number of a version")
    return int(text)


def who(request: Request) -> str:
    """Who does something, for the log."""
    caller = request.caller
    return user_name() if caller is None else f"run {caller.run_id} ({caller.path})"
