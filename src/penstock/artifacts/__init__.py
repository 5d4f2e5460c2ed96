"""Bytes: content-addressed stores of files and folders, on this machine or behind any fsspec URL."""

from penstock.artifacts.local import LocalArtifactStore
from penstock.artifacts.opening import open_artifact_store
from penstock.artifacts.outside import read_outside
from penstock.artifacts.remote import FsspecArtifactStore
from penstock.artifacts.store import ArtifactStore, StoredObject

__all__ = [
    "ArtifactStore",
    "FsspecArtifactStore",
    "LocalArtifactStore",
    "StoredObject",
    "open_artifact_store",
    "read_outside",
]
