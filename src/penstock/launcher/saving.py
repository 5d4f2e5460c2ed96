"""One output's value becomes an artifact: in the store, or where Kubeflow picks it up."""

from typing import Any

from penstock.artifacts.store import ArtifactStore
from penstock.data.types import ArtifactUse
from penstock.ir.runtime import RuntimeArtifact


def save_artifact(
    value: Any,
    use: ArtifactUse,
    name: str,
    given: list[RuntimeArtifact],
    index: int,
    store: ArtifactStore | None,
    component: str,
) -> RuntimeArtifact:
    raise NotImplementedError
