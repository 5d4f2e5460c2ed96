"""Registered models for tasks: registering by digest, promoting with the run as evidence, looking up, downloading."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from penstock.core.ids import Digest
from penstock.core.json import Json
from penstock.endpoint.errors import BadRequest
from penstock.endpoint.messages import Request, Response, reply
from penstock.endpoint.routing import Route
from penstock.endpoint.services import Services
from penstock.metadata.records import Artifact, EventType
from penstock.metadata.registry import ANY, Expected
from penstock.registry import CHAMPION, ModelRegistry
from penstock.registry.errors import PackageGone
from penstock.registry.packages import local


class _Replay(Struct, frozen=True):
    passed: bool
    reason: str = ""
    seconds: float = 0.0


class _Registration(Struct, frozen=True, kw_only=True):
    digest: str
    replay: _Replay | None = None
    refused: str = ""
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)


class _Promotion(Struct, frozen=True, kw_only=True):
    version: int
    alias: str = CHAMPION
    reason: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    expected: int | str | None = "any"


class _Rollback(Struct, frozen=True, kw_only=True):
    alias: str = CHAMPION
    reason: str = ""


def model_routes(services: Services, prefix: str) -> Iterator[Route]:
    """The table's part."""
    routes = _Models(services)
    yield Route("POST", f"{prefix}/models/{{name}}/versions", routes.register)
    yield Route("POST", f"{prefix}/models/{{name}}/promotions", routes.promote)
    yield Route("GET", f"{prefix}/models/{{name}}/promotions", routes.history)
    yield Route("POST", f"{prefix}/models/{{name}}/rollbacks", routes.rollback)
    yield Route("GET", f"{prefix}/models/{{name}}/aliases", routes.aliases)
    yield Route("GET", f"{prefix}/model-version", routes.resolve)
    yield Route("GET", f"{prefix}/model-files", routes.files)
    yield Route("GET", f"{prefix}/model-file", routes.file)


class _Models:
    """The handlers."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._registry = ModelRegistry(services.store, services.artifacts, services.clock)

    def register(self, request: Request) -> Response:
        wanted = _read(request, _Registration)
        version = self._registry.register(
            request.named["name"],
            self._artifact(Digest(wanted.digest), request),
            replay=wanted.replay,
            refused=wanted.refused,
            description=wanted.description,
            tags=wanted.tags,
        )
        return reply(version)

    def promote(self, request: Request) -> Response:
        wanted = _read(request, _Promotion)
        expected: Expected = ANY
        if not isinstance(wanted.expected, str):
            expected = wanted.expected
        elif wanted.expected != "any":
            raise BadRequest(what="body", reason="`expected` is the number of a version, null or 'any'")
        evidence: dict[str, Json] = {**wanted.evidence, **_caller(request)}
        moved = self._registry.promote(
            request.named["name"],
            wanted.version,
            wanted.alias,
            reason=wanted.reason,
            evidence=evidence,
            expected=expected,
        )
        return reply(moved)

    def rollback(self, request: Request) -> Response:
        wanted = _read(request, _Rollback)
        return reply(self._registry.rollback(request.named["name"], wanted.alias, reason=wanted.reason))

    def history(self, request: Request) -> Response:
        alias = _asked(request, "alias", optional=True) or None
        return reply({"promotions": self._registry.history(request.named["name"], alias)})

    def aliases(self, request: Request) -> Response:
        return reply({"aliases": self._registry.aliases(request.named["name"])})

    def resolve(self, request: Request) -> Response:
        return reply(self._registry.resolve(_asked(request, "reference")))

    def files(self, request: Request) -> Response:
        version = self._registry.resolve(_asked(request, "reference"))
        reference = f"{version.name}/{version.version}"
        folder = local(self._services.artifacts, version.uri, reference)
        names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
        return reply({"reference": reference, "path": str(folder), "files": names, "digest": version.digest})

    def file(self, request: Request) -> Response:
        version = self._registry.resolve(_asked(request, "reference"))
        folder = local(self._services.artifacts, version.uri, f"{version.name}/{version.version}")
        file = folder / _asked(request, "name")
        if not _is_within(file, folder) or not file.is_file():
            raise PackageGone(what=f"{version.name}/{version.version}", uri=str(file))
        return Response(content_type="application/octet-stream", file=file)

    def _artifact(self, digest: Digest, request: Request) -> Artifact:
        """The model of that digest: what the calling task took, if it did; else the newest."""
        store = self._services.store
        found = [item for item in store.find_artifacts(digest=digest) if item.type == "system.Model"]
        if not found:
            raise PackageGone(what="the model that this task holds", uri=str(digest))
        if request.caller is not None:
            events = store.events(executions=[(request.caller.run_id, request.caller.path)])
            taken = {event.artifact_id for event in events if event.type is EventType.INPUT}
            found.sort(key=lambda item: item.artifact_id not in taken)
        return found[0]


def _read(request: Request, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(request.json(), kind)
    except msgspec.ValidationError as error:
        raise BadRequest(what="body", reason=str(error)) from None


def _asked(request: Request, name: str, *, optional: bool = False) -> str:
    given = request.query.get(name) or ()
    if not given and not optional:
        raise BadRequest(what="query", reason=f"`{name}` is missing")
    return given[0] if given else ""


def _caller(request: Request) -> dict[str, Json]:
    caller = request.caller
    return {"run": str(caller.run_id), "task": str(caller.path)} if caller is not None else {}


def _is_within(file: Path, folder: Path) -> bool:
    return file.resolve().is_relative_to(folder.resolve())
