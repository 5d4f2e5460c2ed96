"""Registered models as tasks see them: by way of the system that runs the task."""

from dataclasses import dataclass

from penstock.client.registry import RegistryClient, Version
from penstock.models import Model


@dataclass(frozen=True, kw_only=True)
class Found:
    """One version of a registered model, with the model itself."""

    model: Model
    name: str
    number: int

    @property
    def version(self) -> str:
        """`taxi/3`."""
        return f"{self.name}/{self.number}"


def find_version(reference: str) -> Found:
    """The version that a reference such as `taxi@champion`, `taxi/3` or `taxi` means.

    Raises:
        NoEndpoint: There is no run around this.
        Refused: There is no such version.
        EndpointUnreachable: The registry is down.
    """
    registry = RegistryClient.current(f"looking up {reference!r}")
    return _opened(registry, registry.resolve(reference))


def find_champion(name: str, alias: str, *, trust: bool = False) -> Found | None:
    """The version that an alias of a model stands for; None if there is none yet. Raises as `find_version`."""
    registry = RegistryClient.current(f"comparing with {name}@{alias}")
    found = registry.find(f"{name}@{alias}")
    return None if found is None else _opened(registry, found, trust=trust)


def _opened(registry: RegistryClient, version: Version, *, trust: bool = False) -> Found:
    folder = registry.folder(str(version))  # by number: the alias may be moved at any moment
    return Found(model=Model.load(folder, trust_pickle=trust), name=version.name, number=version.version)
