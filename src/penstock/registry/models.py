"""The registry: names for model packages, numbered versions, and who promoted which, when, why, by what evidence."""

import getpass
import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from penstock.artifacts.store import ArtifactStore
from penstock.core.clock import Clock
from penstock.core.json import Json
from penstock.metadata.records import Artifact
from penstock.metadata.registry import (
    ANY,
    Expected,
    ModelVersion,
    Promotion,
    RegisteredModel,
    Registry,
    VersionStatus,
)
from penstock.metadata.store import MetadataStore
from penstock.registry.errors import AliasNotSet, NothingToRollBack, VersionInUse
from penstock.registry.history import Span, bounds, earlier, standing
from penstock.registry.packages import Package, package_at, package_of
from penstock.registry.references import CHAMPION, check_alias, check_name, parse_reference


class Replayed(Protocol):
    """What `models.replay` says of a package that was loaded in a clean environment."""

    @property
    def passed(self) -> bool: ...
    @property
    def reason(self) -> str: ...
    @property
    def seconds(self) -> float: ...


class ModelRegistry:
    """Registered models of one system. Safe for several threads, and beside others who do the same.

    Every change is one transaction of the store: a registry that goes down in the middle of a promotion has either
    promoted, with the line in the log that says so, or has changed nothing.

    Raises (any method):
        ModelNotFound, VersionNotFound: There is no such thing; the message says what there is.
        StoreUnavailable: The store did not answer. Nothing was changed.
    """

    def __init__(self, store: MetadataStore, artifacts: ArtifactStore, clock: Clock) -> None:
        self._store = store
        self._artifacts = artifacts
        self._clock = clock

    @property
    def _records(self) -> Registry:
        return self._store.registry

    # --- versions -----------------------------------------------------------------------------------------

    def register(
        self,
        name: str,
        model: Artifact | str | Path,
        *,
        by: str = "",
        replay: Replayed | None = None,
        refused: str = "",
        description: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> ModelVersion:
        """Put a model package on record as the next version of `name`, which is made if it is not there.

        The version keeps its artifact: `penstock gc` leaves it alone, with the run that made it and all of its
        lineage, until the version is removed.

        Args:
            name: The model's name.
            model: The artifact that a component returned; or the folder or URL of an MLflow model, which is copied
                into the artifact store.
            by: Who registers it; by default the user of this process.
            replay: What came of loading it in a clean environment. One that failed makes a version that is REFUSED.
            refused: Why this model must not be promoted, as a gate says it: the version is REFUSED, and kept.
            description: For people.
            tags: For people and programs.

        Returns:
            The version, with its number.

        Raises:
            ModelNameInvalid: A model cannot be called that.
            NotAModel: It is no model package.
            PackageGone, ArtifactGone: Its files, or its record, are not there any more.
        """
        check_name(name)
        package = self._package(model)
        status, reason = _verdict(replay, refused)
        now = self._clock.now()
        version = ModelVersion(
            name=name,
            uri=package.uri,
            digest=package.digest,
            artifact_id=package.artifact_id,
            run_id=package.run_id,
            path=package.path,
            status=status,
            status_reason=reason,
            description=description,
            tags={**_replay_tags(replay), **(tags or {})},
            tracked_run=package.tracked_run,
            created_by=by or user_name(),
            created_at=now,
            updated_at=now,
        )
        return self._records.add_version(version, make_model=True)

    def resolve(self, reference: str) -> ModelVersion:
        """The version that a text means.

        Args:
            reference: `taxi@champion`, `taxi/3`, `taxi/latest` (the newest that is ready), or `taxi`: its champion.

        Raises:
            ReferenceInvalid: It means nothing.
            AliasNotSet: The model has no such alias.
        """
        meant = parse_reference(reference)
        if meant.version is not None:
            return self._records.version(meant.name, meant.version)
        versions = self.versions(meant.name)
        if meant.alias is None:
            ready = [version for version in versions if version.status == "READY"]
            if not ready:
                raise AliasNotSet(name=meant.name, alias="latest version that is ready", versions=len(versions))
            return ready[0]
        aliases = self._records.aliases(meant.name)
        if meant.alias not in aliases:
            raise AliasNotSet(name=meant.name, alias=meant.alias, known=list(aliases), versions=len(versions))
        return self._records.version(meant.name, aliases[meant.alias])

    def models(self) -> list[RegisteredModel]:
        """All models, by name."""
        return self._records.models()

    def model(self, name: str) -> RegisteredModel:
        """One model."""
        return self._records.model(name)

    def versions(self, name: str) -> list[ModelVersion]:
        """The versions of a model, newest first."""
        found = self._records.versions(name)
        if not found:
            self._records.model(name)
        return found

    def aliases(self, name: str) -> dict[str, int]:
        """Which version each alias of a model is at."""
        return self._records.aliases(name)

    def remove(
        self, name: str, version: int | None = None, *, by: str = "", reason: str = "", force: bool = False
    ) -> None:
        """Take a version off the record, or a model with all of them. The log of promotions stays, and says so.

        Raises:
            VersionInUse: It has an alias, and `force` is not given.
        """
        who, now = by or user_name(), self._clock.now()
        aliases = self._records.aliases(name)
        at = {number for number in aliases.values() if version in (None, number)}
        if at and not force:
            used = max(at)
            raise VersionInUse(name=name, version=used, aliases=[a for a, number in aliases.items() if number == used])
        if version is None:
            self._records.delete_model(name, by=who, now=now, reason=reason)
        else:
            self._records.delete_version(name, version, by=who, now=now, reason=reason)

    # --- promotions ---------------------------------------------------------------------------------------

    def promote(
        self,
        name: str,
        version: int,
        alias: str = CHAMPION,
        *,
        by: str = "",
        reason: str = "",
        evidence: Mapping[str, Json] | None = None,
        expected: Expected = ANY,
    ) -> Promotion:
        """Have an alias at a version, and write into the log who did it, why, and from what evidence.

        Args:
            name: The model.
            version: The version, which is READY.
            alias: What it is to be.
            by: Who promotes; by default the user of this process.
            reason: Why, in words.
            evidence: What it was decided by, e.g. the figures of a verdict.
            expected: The version that the alias was at when it was decided; None if it was at none. If somebody else
                has moved it meanwhile, nothing is changed.

        Returns:
            The line of the log. An alias that is there already stays, and the line is the one that put it there.

        Raises:
            AliasInvalid: An alias cannot be called that.
            VersionNotReady: The version was refused.
            AliasMoved: It is not at `expected`: somebody else was quicker.
        """
        check_alias(alias)
        if expected is ANY and self._records.aliases(name).get(alias) == version:
            return self._records.promotions(name, alias)[-1]
        line = Promotion(
            name=name,
            alias=alias,
            after=version,
            by=by or user_name(),
            reason=reason,
            evidence=dict(evidence or {}),
            at=self._clock.now(),
        )
        return self._records.move_alias(line, expected)

    def rollback(self, name: str, alias: str = CHAMPION, *, by: str = "", reason: str = "") -> Promotion:
        """Have an alias where it was before. Again: where it was before that, and so on.

        What was rolled back already is skipped, and so are versions that were removed or refused since.

        Raises:
            NothingToRollBack: There is no earlier version.
            AliasMoved: Somebody moves it at this moment.
        """
        check_alias(alias)
        self._records.model(name)
        present = self._records.aliases(name).get(alias)
        ready = {version.version for version in self._records.versions(name) if version.status == "READY"}
        skipped: list[int] = []
        for version in earlier(self._records.promotions(name, alias)):
            if version in ready:
                line = Promotion(
                    name=name,
                    alias=alias,
                    kind="rollback",
                    after=version,
                    by=by or user_name(),
                    reason=reason,
                    at=self._clock.now(),
                )
                return self._records.move_alias(line, present)
            skipped.append(version)
        raise NothingToRollBack(name=name, alias=alias, at=present, skipped=skipped)

    def remove_alias(self, name: str, alias: str, *, by: str = "", reason: str = "") -> Promotion:
        """Have an alias nowhere. Raises `AliasNotSet`, `AliasMoved`."""
        present = self.aliases(name)
        if alias not in present:
            raise AliasNotSet(name=name, alias=alias, known=list(present), versions=len(self.versions(name)))
        line = Promotion(
            name=name, alias=alias, kind="remove", by=by or user_name(), reason=reason, at=self._clock.now()
        )
        return self._records.move_alias(line, present[alias])

    def history(self, name: str, alias: str | None = None) -> list[Promotion]:
        """The log of a model, oldest first; it outlives the model. Raises `ModelNotFound` if there is neither."""
        found = self._records.promotions(name, alias)
        if not found:
            self._records.model(name)
        return found

    def on(self, name: str, day: date | datetime, alias: str | None = None) -> list[Span]:
        """What was in production then.

        Args:
            name: The model.
            day: A date, for all that was so at some time of that day on this machine's clock; or a moment.
            alias: Only this one.
        """
        return standing(self.history(name, alias), *bounds(day))

    # --- inside -------------------------------------------------------------------------------------------

    def _package(self, model: Artifact | str | Path) -> Package:
        if isinstance(model, Artifact):
            return package_of(self._store, self._artifacts, model)
        return package_at(self._store, self._artifacts, str(model))


def user_name() -> str:
    """The user of this process, as the system calls them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container, a number may have no name
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"


def _verdict(replay: Replayed | None, refused: str) -> tuple[VersionStatus, str]:
    if refused:
        return "REFUSED", refused
    if replay is not None and not replay.passed:
        return "REFUSED", f"the replay in a clean environment: {replay.reason}"
    return "READY", ""


def _replay_tags(replay: Replayed | None) -> dict[str, str]:
    if replay is None:
        return {"penstock.replay": "not done"}
    return {"penstock.replay": f"passed in {replay.seconds:.1f} s" if replay.passed else "failed"}
