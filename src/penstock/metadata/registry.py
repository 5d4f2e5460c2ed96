"""The registry's side of the store: models, versions, aliases, the log of promotions, approvals. Records and protocol.

An alias says which version stands for something now, e.g. which one is the `champion`. It moves together with a line
in the log, in one transaction, and the log only grows: databases refuse to change or to remove a line of it. So what
was in production at any time can be read from it, and so can who put it there, and why.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Final, Literal, Protocol, TypeAlias

from msgspec import Struct, field

from penstock.core.ids import ArtifactId, Digest, RunId, TaskPath
from penstock.core.json import Json

VersionStatus: TypeAlias = Literal["PENDING", "READY", "REFUSED"]
PromotionKind: TypeAlias = Literal["promote", "rollback", "remove"]
Decision: TypeAlias = Literal["", "approved", "rejected"]


class _Whatever(Enum):
    ANY = "any"


ANY: Final = _Whatever.ANY
"""Wherever an alias is, or nowhere."""
Expected: TypeAlias = int | Literal[_Whatever.ANY] | None
"""Which version an alias must be at for a move: a number, none at all (None), or `ANY`."""


class RegisteredModel(Struct, frozen=True, kw_only=True):
    """A name under which versions are kept."""

    name: str
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    created_at: datetime
    updated_at: datetime


class ModelVersion(Struct, frozen=True, kw_only=True):
    """One model package under a name. `(name, version)` is its key; numbers count from 1 and are never used twice."""

    name: str
    version: int = 0
    """0 until the store has given it a number."""
    uri: str
    """Where the package's folder is."""
    digest: Digest | None = None
    artifact_id: ArtifactId | None = None
    run_id: RunId | None = None
    """The run that made it, if one did,"""
    path: TaskPath | None = None
    """and the execution."""
    status: VersionStatus = "READY"
    """Only what is READY can be promoted. REFUSED: a gate or the replay said no; it is kept, and marked."""
    status_reason: str = ""
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    tracked_run: str = ""
    """The run of tracking that logged it: 32 hex digits, or nothing."""
    created_by: str = ""
    created_at: datetime
    updated_at: datetime

    @property
    def holder(self) -> str:
        """The name by which it holds its artifact against `penstock gc`."""
        return holder_of(self.name, self.version)


class Promotion(Struct, frozen=True, kw_only=True):
    """One line of the log: an alias moved, or was taken away."""

    number: int = 0
    """Counts from 1 within the model's name, and grows; 0 until it is stored."""
    name: str
    alias: str
    kind: PromotionKind = "promote"
    before: int | None = None
    """The version that the alias was at; set by the store."""
    after: int | None = None
    """The version that it is at from now on; None if it is taken away."""
    by: str
    reason: str = ""
    evidence: dict[str, Json] = field(default_factory=dict)
    """What it was decided by: a verdict's figures, a run, an approval."""
    at: datetime


class Approval(Struct, frozen=True, kw_only=True):
    """A question to a person, which a run waits for."""

    approval_id: str
    subject: str
    """What is to be approved, in words."""
    role: str
    """Who may decide."""
    run_id: RunId
    path: TaskPath
    details: dict[str, Json] = field(default_factory=dict)
    """What to decide by."""
    requested_at: datetime
    decision: Decision = ""
    decided_by: str = ""
    note: str = ""
    decided_at: datetime | None = None


def holder_of(name: str, version: int) -> str:
    """The holder, in `retention`, of the artifact of one version."""
    return f"model {name}/{version}"


class Registry(Protocol):
    """The part of a metadata store that keeps models. Durable, shared and patient as `MetadataStore` is.

    Raises (any method):
        StoreUnavailable: As any method of the store. An alias and its line in the log move together, or neither does.
    """

    # --- models -----------------------------------------------------------------------------------------

    def create_model(self, model: RegisteredModel) -> None:
        """Store a new name. Raises `ModelExists`."""
        ...

    def model(self, name: str) -> RegisteredModel:
        """One model. Raises `ModelNotFound`."""
        ...

    def models(self) -> list[RegisteredModel]:
        """All of them, by name."""
        ...

    def update_model(
        self,
        name: str,
        *,
        now: datetime,
        description: str | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> RegisteredModel:
        """Change what is given; of `tags`, those that are named, and None takes one away. Raises `ModelNotFound`."""
        ...

    def rename_model(self, name: str, new_name: str, *, by: str, now: datetime) -> RegisteredModel:
        """Give a model another name, with its versions and aliases. The log says under both names what happened.

        Raises `ModelNotFound`; `ModelExists` if the other name is taken.
        """
        ...

    def delete_model(self, name: str, *, by: str, now: datetime, reason: str = "") -> None:
        """Remove a model with its versions and aliases, and end their holds. The log stays, and says so.

        Raises `ModelNotFound`.
        """
        ...

    # --- versions ---------------------------------------------------------------------------------------

    def add_version(self, version: ModelVersion, *, make_model: bool = False) -> ModelVersion:
        """Store a version under the next number, and hold its artifact, in one transaction. Returns it with its number.

        Args:
            version: The version. Its number does not matter.
            make_model: Whether to make the model too if it is not there.

        Raises:
            ModelNotFound: There is no such model.
            ArtifactGone: It names an artifact that is not stored (any more).
        """
        ...

    def version(self, name: str, version: int) -> ModelVersion:
        """One version. Raises `ModelNotFound`, `VersionNotFound`."""
        ...

    def versions(
        self,
        name: str | None = None,
        *,
        digest: Digest | None = None,
        run_id: RunId | None = None,
        tracked_run: str | None = None,
    ) -> list[ModelVersion]:
        """Versions, by name and then newest first: of one model, of some bytes, from one run, where those are given."""
        ...

    def update_version(
        self,
        name: str,
        version: int,
        *,
        now: datetime,
        status: VersionStatus | None = None,
        status_reason: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str | None] | None = None,
    ) -> ModelVersion:
        """Change what is given, as `update_model`. Raises `ModelNotFound`, `VersionNotFound`."""
        ...

    def delete_version(self, name: str, version: int, *, by: str, now: datetime, reason: str = "") -> None:
        """Remove a version with the aliases that are at it, and end its hold. The log stays, and says so.

        Raises `ModelNotFound`, `VersionNotFound`.
        """
        ...

    # --- aliases and the log ----------------------------------------------------------------------------

    def aliases(self, name: str) -> dict[str, int]:
        """Which version each alias of a model is at. Empty if there is no such model."""
        ...

    def move_alias(self, promotion: Promotion, expected: Expected = ANY) -> Promotion:
        """Have an alias at `promotion.after`, or nowhere, and write that line into the log, in one transaction.

        Args:
            promotion: The line; the store sets its number and `before`.
            expected: Where the alias must be for this. Of two who move it from the same place, one is refused.

        Returns:
            The line as it is stored.

        Raises (nothing was changed then):
            ModelNotFound, VersionNotFound: There is nothing to promote.
            VersionNotReady: The version is PENDING or REFUSED.
            AliasMoved: The alias is not at `expected`.
        """
        ...

    def promotions(self, name: str, alias: str | None = None, until: datetime | None = None) -> list[Promotion]:
        """The log of a model, oldest first: of one alias, and up to a moment, where those are given."""
        ...

    # --- approvals --------------------------------------------------------------------------------------

    def request_approval(self, approval: Approval) -> Approval:
        """Ask, unless something of that id was asked already: that is returned then, decided or not."""
        ...

    def approval(self, approval_id: str) -> Approval:
        """One approval. Raises `ApprovalNotFound`."""
        ...

    def approvals(self, *, open_only: bool = False, run_id: RunId | None = None) -> list[Approval]:
        """Approvals, oldest first: those that nobody has decided, or of one run, where that is asked for."""
        ...

    def decide(
        self, approval_id: str, decision: Literal["approved", "rejected"], *, by: str, note: str, now: datetime
    ) -> Approval:
        """Answer. Raises `ApprovalNotFound`, `AlreadyDecided`: the first answer stands."""
        ...
