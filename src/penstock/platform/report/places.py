"""Where on this machine the bytes are that a record names."""

from pathlib import Path

from penstock.artifacts.store import ArtifactStore
from penstock.core.errors import PenstockError


def stored_path(artifacts: ArtifactStore, uri: str) -> Path | None:
    """The file or folder of an artifact, if it is in the store and to be had.

    What lies elsewhere is not looked into: whoever runs a pipeline can give an artifact any URI.
    """
    try:
        return artifacts.path(uri) if uri else None
    except PenstockError:
        return None


def log_path(artifacts: ArtifactStore, log: str) -> Path | None:
    """The file of a log: in the store, or where the engine has it written as long as its task runs."""
    path = stored_path(artifacts, log) or Path(log)
    return path if log and path.is_file() else None
