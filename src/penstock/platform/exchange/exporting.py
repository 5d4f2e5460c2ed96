"""Registered models to an MLflow server: each version with its package, its figures, and where it is from."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from penstock.metadata.registry import ModelVersion
from penstock.platform.exchange.carried import Carried
from penstock.platform.exchange.server import MlflowServer, server_at
from penstock.registry.packages import local

if TYPE_CHECKING:
    from penstock.platform.system import System

_DIGEST = "penstock.digest"
_VERSION = "penstock.version"
_RUN = "penstock.run"
_MODEL_ID = "penstock.model_id"
"""Names something that is only here."""
_BATCH = 100
_LONGEST = 6000


def export_model(system: "System", reference: str, uri: str) -> list[Carried]:
    """Have the versions of a model on an MLflow server.

    Each becomes a run there, with the package as its files, the parameters and metrics of the execution that made it,
    and a version of the model of the same name. What is there already, by its number here and its digest, is not
    carried again; versions that were refused are left out. Aliases are set as they are here.

    Args:
        system: Where the model is.
        reference: A model, for all of its versions; or one version: `taxi/3`, `taxi@champion`.
        uri: The server: whatever MLflow takes for a tracking URI.

    Returns:
        What came of each version, oldest first.

    Raises:
        ModelNotFound, VersionNotFound: There is no such thing here.
        PackageGone: The files of a version are gone.
        MlflowMissing, MlflowFailed: There is no client; the server does not answer, or refuses.
    """
    name, versions = _meant(system, reference)
    folders = {version.version: _folder(system, version) for version in versions if version.status == "READY"}
    with server_at(uri) as server:
        model = system.models.model(name)
        if server.model(name) is None:
            server.client.create_registered_model(name, tags=model.tags, description=model.description or None)
        there = {version.tags.get(_VERSION): version for version in server.versions(name)}
        aliases = system.models.aliases(name)
        done = [_carry(system, server, version, folders.get(version.version), there) for version in versions]
        return [_with_aliases(server, one, aliases) for one in done]


def _meant(system: "System", reference: str) -> tuple[str, list[ModelVersion]]:
    if "@" in reference or "/" in reference:
        version = system.models.resolve(reference)
        return version.name, [version]
    return reference, sorted(system.models.versions(reference), key=lambda version: version.version)


def _folder(system: "System", version: ModelVersion) -> Path:
    return local(system.artifacts, version.uri, f"{version.name}/{version.version}")


def _carry(
    system: "System", server: MlflowServer, version: ModelVersion, folder: Path | None, there: dict[str | None, Any]
) -> Carried:
    name, number = version.name, version.version
    known = there.get(str(number))
    if known is not None and known.tags.get(_DIGEST) == (version.digest or ""):
        return Carried(name=name, version=number, became=int(known.version), outcome="there already")
    if folder is None:
        reason = f"it is {version.status}: {version.status_reason}" if version.status_reason else version.status
        return Carried(name=name, version=number, became=None, outcome="left out", reason=reason)
    run = _logged(system, server, version, folder)
    kept = {key: value for key, value in version.tags.items() if key != _MODEL_ID}
    tags = {**kept, _VERSION: str(number), _DIGEST: version.digest or ""}
    made = server.client.create_model_version(
        name,
        source=f"{run.info.artifact_uri.rstrip('/')}/model",
        run_id=run.info.run_id,
        tags=tags,
        description=version.description or None,
        await_creation_for=None,
    )
    return Carried(name=name, version=number, became=int(made.version), outcome="carried")


def _logged(system: "System", server: MlflowServer, version: ModelVersion, folder: Path) -> Any:
    """A run on the server that has the package, and what was logged when it was made."""
    client, entities = server.client, server.mlflow.entities
    known = client.get_experiment_by_name(version.name)
    experiment = known.experiment_id if known is not None else client.create_experiment(version.name)
    tags = {_VERSION: str(version.version)}
    if version.run_id is not None:
        tags[_RUN] = f"{version.run_id}/{version.path}"
    run = client.create_run(experiment, tags=tags, run_name=f"{version.name}-{version.version}")
    ident, tracked = run.info.run_id, version.tracked_run
    client.log_artifacts(ident, str(folder), "model")
    params = system.store.tracking.params([tracked]).get(tracked, {}) if tracked else {}
    metrics = system.store.tracking.latest_metrics([tracked]).get(tracked, {}) if tracked else {}
    listed = [entities.Param(key, value[:_LONGEST]) for key, value in params.items()]
    points = [entities.Metric(one.key, one.value, one.at // 1000, one.step) for one in metrics.values()]
    for start in range(0, max(len(listed), len(points)), _BATCH):
        window = slice(start, start + _BATCH)
        client.log_batch(ident, metrics=points[window], params=listed[window])
    client.set_terminated(ident)
    return run


def _with_aliases(server: MlflowServer, carried: Carried, aliases: dict[str, int]) -> Carried:
    if carried.became is None:
        return carried
    ours = sorted(alias for alias, number in aliases.items() if number == carried.version)
    for alias in ours:
        server.client.set_registered_model_alias(carried.name, alias, str(carried.became))
    return Carried(
        name=carried.name,
        version=carried.version,
        became=carried.became,
        outcome=carried.outcome,
        aliases=ours,
    )
