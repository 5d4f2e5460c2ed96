"""What handlers work with."""

from msgspec import Struct

from penstock.artifacts.store import ArtifactStore
from penstock.core.clock import Clock
from penstock.metadata.store import MetadataStore


class Services(Struct, frozen=True, kw_only=True):
    """The parts of a system that the endpoint makes accessible."""

    store: MetadataStore
    artifacts: ArtifactStore
    artifacts_root: str
    """The folder or the URL of the artifact store."""
    clock: Clock
