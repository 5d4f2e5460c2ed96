"""Where an artifact's bytes are in this process's file system."""

import tempfile
from pathlib import Path

from penstock.artifacts.outside import read_outside
from penstock.artifacts.store import ArtifactStore
from penstock.ir.runtime import RuntimeArtifact
from penstock.launcher.errors import NoLocalPath

_MOUNTS = {"gs://": "/gcs/", "s3://": "/s3/", "minio://": "/minio/"}
_WORKSPACE_FLAG = "_kfp_workspace"
_WORKSPACE = "/kfp-workspace/.artifacts/"


def readable_path(artifact: RuntimeArtifact, store: ArtifactStore | None) -> Path:
    """A local path to read an input at.

    An artifact without a digest was registered where a person said it is, and is read there; any other is an
    object of the store. What an importer has put into the run's workspace is read in the workspace.

    Raises:
        NoLocalPath: Without a store: it is not mounted here.
        ArtifactMissing, ArtifactStoreUnavailable: As the store says.
    """
    if store is None:
        return mounted_path(artifact)
    if artifact.custom_path:
        return Path(artifact.custom_path)
    if artifact.digest or store.exists(artifact.uri):
        return store.path(artifact.uri)
    return read_outside(artifact.uri, Path(tempfile.mkdtemp(prefix="penstock-")))


def mounted_path(artifact: RuntimeArtifact) -> Path:
    """Where Kubeflow's own launcher mounts or puts an artifact. Raises `NoLocalPath`."""
    uri = artifact.uri
    if artifact.custom_path:
        return Path(artifact.custom_path)
    for scheme, mount in _MOUNTS.items():
        if uri.startswith(scheme):
            base = _WORKSPACE + scheme.removesuffix("://") + "/" if artifact.metadata.get(_WORKSPACE_FLAG) else mount
            return Path(base + uri.removeprefix(scheme))
    if uri.startswith("file://"):
        return Path(uri.removeprefix("file://"))
    if "://" in uri or not uri:
        raise NoLocalPath(uri=uri)
    return Path(uri)
