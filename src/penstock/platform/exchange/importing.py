"""Registered models from an MLflow server: each version's folder becomes an artifact here, registered as it is."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.metadata.registry import ModelVersion
from penstock.metadata.registry_errors import ModelNotFound
from penstock.platform.exchange.carried import Carried
from penstock.platform.exchange.server import MlflowFailed, MlflowServer, NotOnServer, server_at
from penstock.registry.errors import NotAModel
from penstock.registry.references import check_name

if TYPE_CHECKING:
    from penstock.platform.system import System

_FROM = "mlflow.server"
_VERSION = "mlflow.version"
_RUN = "mlflow.run_id"


def import_model(system: "System", reference: str, uri: str) -> list[Carried]:
    """Register the versions that a model has on an MLflow server here, with their own signatures.

    A version keeps its description and tags; tags say where it is from. What was imported before is not imported again.
    An alias is set where the model has none of that name here: what is in production here stays so.

    Args:
        system: Where the model is to be.
        reference: The model there, for all of its versions; or one: `taxi/3`.
        uri: The server: whatever MLflow takes for a tracking URI.

    Returns:
        What came of each version, oldest first.

    Raises:
        ModelNameInvalid: A model cannot be called that here.
        NotOnServer: The server has no such model.
        MlflowMissing, MlflowFailed: There is no client; the server does not answer, or refuses.
    """
    name, _, number = reference.partition("/")
    check_name(name)
    with server_at(uri) as server:
        model = server.model(name)
        versions = server.versions(name) if model is not None else []
        if number:
            versions = [version for version in versions if str(version.version) == number]
        if model is None or (number and not versions):
            raise NotOnServer(server=server.shown, name=name, version=int(number) if number.isdigit() else None)
        known = _known(system, name, server.shown)
        before = set(system.models.aliases(name))
        done = [_carry(system, server, version, known) for version in versions]
        _describe(system, name, model)
        return [_with_aliases(system, server, one, model.aliases, before) for one in done]


def _known(system: "System", name: str, server: str) -> dict[str, ModelVersion]:
    """What was imported from that server before, by its number there."""
    try:
        versions = system.models.versions(name)
    except ModelNotFound:
        return {}
    return {one.tags[_VERSION]: one for one in versions if one.tags.get(_FROM) == server and _VERSION in one.tags}


def _carry(system: "System", server: MlflowServer, version: Any, known: dict[str, ModelVersion]) -> Carried:
    number = str(version.version)
    if number in known:
        became = known[number].version
        return Carried(name=version.name, version=int(number), became=became, outcome="there already")
    staging = system.artifacts.staging()
    try:
        folder = _downloaded(server, version, staging)
        tags = {**version.tags, _FROM: server.shown, _VERSION: number}
        if version.run_id:
            tags[_RUN] = version.run_id
        made = system.models.register(version.name, folder, description=version.description or "", tags=tags)
    except NotAModel as error:
        return Carried(name=version.name, version=int(number), became=None, outcome="left out", reason=error.reason)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Carried(name=version.name, version=int(number), became=made.version, outcome="carried")


def _downloaded(server: MlflowServer, version: Any, target: Path) -> Path:
    """The files of a version."""
    uri = server.client.get_model_version_download_uri(version.name, str(version.version))
    try:
        got = server.mlflow.artifacts.download_artifacts(
            artifact_uri=uri, dst_path=str(target / "model"), tracking_uri=server.uri, registry_uri=server.uri
        )
    except (OSError, ImportError) as error:
        raise MlflowFailed(server=server.shown, reason=f"{version.name}/{version.version}: {error}") from error
    return Path(got)


def _describe(system: "System", name: str, model: Any) -> None:
    """Where the model says nothing of itself here, what it says there."""
    try:
        ours = system.models.model(name)
    except ModelNotFound:
        return
    tags = {key: value for key, value in model.tags.items() if key not in ours.tags}
    description = model.description if model.description and not ours.description else None
    if tags or description is not None:
        system.store.registry.update_model(name, now=system.clock.now(), description=description, tags=tags)


def _with_aliases(
    system: "System", server: MlflowServer, carried: Carried, theirs: dict[str, str], before: set[str]
) -> Carried:
    if carried.became is None:
        return carried
    given = []
    for alias in sorted(alias for alias, number in theirs.items() if str(number) == str(carried.version)):
        if alias not in before:
            reason = f"imported from {server.shown}, where it was at version {carried.version}"
            system.models.promote(carried.name, carried.became, alias, reason=reason)
            given.append(alias)
    return Carried(
        name=carried.name, version=carried.version, became=carried.became, outcome=carried.outcome, aliases=given
    )
