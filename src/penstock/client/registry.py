"""The registry, for a task: the same names as `registry.ModelRegistry`, by way of the endpoint of the run.

What is promoted by a task is on record with the run and the task that did it.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol
from urllib.parse import quote

import msgspec
from msgspec import Struct, field

from penstock.client.http import Endpoint, Refused
from penstock.core.errors import UserError
from penstock.core.json import Json

PREFIX = "/api/penstock/v1"
_ABSENT = ("STO040", "STO042", "REG004")
"""No such model, version or alias."""


@dataclass(kw_only=True, eq=False)
class NoEndpoint(UserError, RuntimeError):
    """Something of the registry was asked outside of a task."""

    code: ClassVar[str] = "TRK030"
    what: str

    def message(self) -> str:
        return f"{self.what} needs the registry, and there is no run around it"

    def hint(self) -> str:
        return "run it as a task of a pipeline; outside of one, use `penstock models …` or `penstock.load_model`"


class Version(Struct, frozen=True, kw_only=True):
    """One registered version, as a task sees it."""

    name: str
    version: int
    uri: str
    digest: str | None = None
    artifact_id: str | None = None
    run_id: str | None = None
    path: str | None = None
    status: str = "READY"
    status_reason: str = ""
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    created_by: str = ""
    created_at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.name}/{self.version}"


class Promotion(Struct, frozen=True, kw_only=True):
    """One line of the log of promotions."""

    number: int
    name: str
    alias: str
    kind: str
    before: int | None
    after: int | None
    by: str
    reason: str = ""
    evidence: dict[str, Json] = field(default_factory=dict)
    at: datetime | None = None


class Replayed(Protocol):
    """What came of `models.replay`."""

    @property
    def passed(self) -> bool: ...
    @property
    def reason(self) -> str: ...
    @property
    def seconds(self) -> float: ...


class RegistryClient:
    """Registered models, from within a task.

    Raises (any method):
        Refused: The registry says no; `cause` is the code of the error there, e.g. `STO044` if somebody else promoted.
        EndpointUnreachable: Nobody answers.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    @classmethod
    def current(cls, what: str = "this") -> "RegistryClient":
        """That of the run around this task. Raises `NoEndpoint` if there is none."""
        endpoint = Endpoint.current()
        if endpoint is None:
            raise NoEndpoint(what=what)
        return cls(endpoint)

    def register(
        self,
        name: str,
        digest: str,
        *,
        replay: Replayed | None = None,
        refused: str = "",
        description: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> Version:
        """Put the model artifact of that digest on record as the next version; of several, the one that this task took.

        Args:
            name: The model's name.
            digest: Of the package: `Model.digest`.
            replay: What came of its replay.
            refused: Why it must not be promoted: it is kept, and marked.
            description: For people.
            tags: For people and programs.
        """
        told = None
        if replay is not None:  # one that failed is false
            told = {"passed": bool(replay.passed), "reason": replay.reason, "seconds": replay.seconds}
        wanted = {"digest": digest, "replay": told, "refused": refused, "description": description}
        return self._version(self._endpoint.post(_place(name, "versions"), {**wanted, "tags": dict(tags or {})}))

    def promote(
        self,
        name: str,
        version: int,
        alias: str = "champion",
        *,
        reason: str = "",
        evidence: Mapping[str, Json] | None = None,
        expected: int | Literal["any"] | None = "any",
    ) -> Promotion:
        """Have an alias at a version.

        Args:
            name: The model.
            version: The version.
            alias: The alias.
            reason: Why.
            evidence: What it was decided by; the run and the task are added.
            expected: Where the alias was when it was decided: a number, None for nowhere. If somebody else has moved it
                since, nothing is changed.
        """
        wanted = {"version": version, "alias": alias, "reason": reason, "evidence": dict(evidence or {})}
        said = self._endpoint.post(_place(name, "promotions"), {**wanted, "expected": expected})
        return msgspec.convert(said, Promotion)

    def rollback(self, name: str, alias: str = "champion", *, reason: str = "") -> Promotion:
        """Have an alias where it was before."""
        said = self._endpoint.post(_place(name, "rollbacks"), {"alias": alias, "reason": reason})
        return msgspec.convert(said, Promotion)

    def history(self, name: str, alias: str = "") -> list[Promotion]:
        """The log of a model, oldest first."""
        return msgspec.convert(
            self._endpoint.get(_place(name, "promotions"), alias=alias)["promotions"], list[Promotion]
        )

    def aliases(self, name: str) -> dict[str, int]:
        """Which version each alias of a model is at; empty if there is no such model."""
        return msgspec.convert(self._endpoint.get(_place(name, "aliases"))["aliases"], dict[str, int])

    def resolve(self, reference: str) -> Version:
        """The version that a text means: `taxi@champion`, `taxi/3`, `taxi/latest`, `taxi`."""
        return self._version(self._endpoint.get(f"{PREFIX}/model-version", reference=reference))

    def find(self, reference: str) -> Version | None:
        """As `resolve`; None where there is no such model, version or alias (yet)."""
        try:
            return self.resolve(reference)
        except Refused as error:
            if error.cause in _ABSENT:
                return None
            raise

    def folder(self, reference: str) -> Path:
        """The package's folder, to read: in place where it is on this machine, else downloaded into a temporary one."""
        said = self._endpoint.get(f"{PREFIX}/model-files", reference=reference)
        place = Path(said["path"])
        if (place / "MLmodel").is_file():
            return place
        return self._download(said)

    def _download(self, said: Any) -> Path:
        target = Path(tempfile.mkdtemp(prefix="penstock-model-"))
        for name in said["files"]:
            file = target / name
            if not file.resolve().is_relative_to(target.resolve()):
                continue  # nothing is written outside of it, whatever a name says
            file.parent.mkdir(parents=True, exist_ok=True)
            query = f"reference={quote(said['reference'], safe='')}&name={quote(name, safe='')}"
            with self._endpoint.open("GET", f"{PREFIX}/model-file?{query}") as answer, file.open("wb") as out:
                while part := answer.read(1 << 20):
                    out.write(part)
        return target

    @staticmethod
    def _version(said: Any) -> Version:
        return msgspec.convert(said, Version)


def _place(name: str, what: str) -> str:
    return f"{PREFIX}/models/{quote(name, safe='')}/{what}"
