"""Names for things: one `NewType` for each kind of id, and the few functions that make them."""

import hashlib
import secrets
from datetime import datetime
from typing import NewType

RunId = NewType("RunId", str)
"""One run of a pipeline, e.g. `20261121-174501-4k7q`: sorts by time, short enough to type."""

TaskPath = NewType("TaskPath", str)
"""Where an execution stands in its run, e.g. `for-loop-1[2].train`; the root is the empty path."""

ArtifactId = NewType("ArtifactId", str)
"""One artifact as an execution produced it. The same bytes produced twice are two artifacts."""

Digest = NewType("Digest", str)
"""The content digest of some bytes or of a folder: `sha256:` and 64 hex digits."""

Fingerprint = NewType("Fingerprint", str)
"""What an execution would do, as 64 hex digits: equal fingerprints may share a result."""

EngineId = NewType("EngineId", str)
"""One engine process: `host:pid:start`."""

FencingToken = NewType("FencingToken", int)
"""Grows each time that a run changes hands; a write with an old one is refused."""

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_run_id(now: datetime) -> RunId:
    """A run id that sorts by `now` (UTC, to the second) and is unique by its random end."""
    suffix = "".join(secrets.choice(_ALPHABET) for _ in range(6))
    return RunId(f"{now:%Y%m%d-%H%M%S}-{suffix}")


def artifact_id(run: RunId, path: TaskPath, attempt: int, name: str, index: int) -> ArtifactId:
    """The id of one output of one attempt: a function of its place, so that deciding stays pure."""
    place = f"{run}\0{path}\0{attempt}\0{name}\0{index}".encode()
    return ArtifactId("a" + hashlib.blake2b(place, digest_size=10).hexdigest())


def tracked_id(run: RunId, path: str = "") -> str:
    """The id of the tracked run of a pipeline run, or of an execution in it: 32 hex digits, as MLflow's are."""
    return hashlib.sha256(f"{run}/{path}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
