"""What tasks are given beyond their inputs, kept below the home: secrets, config maps, volumes."""

from collections.abc import Mapping
from pathlib import Path

from penstock.ir.platform import Store
from penstock.platform.vault.values import KeyedValues
from penstock.platform.vault.volumes import Volumes

__all__ = ["HomeVault", "KeyedValues", "Volumes"]


class HomeVault:
    """The vault of one home, as the engine sees it. Nothing is read before it is asked for.

    | folder | holds |
    |---|---|
    | `secrets` | a file for each secret, for its owner alone |
    | `config-maps` | the same for config maps |
    | `volumes` | a folder for each volume, or a link to one of the user's |
    """

    def __init__(self, home: Path) -> None:
        self.secrets = KeyedValues(home / "secrets", "secret")
        self.config_maps = KeyedValues(home / "config-maps", "config map")
        self.volumes = Volumes(home / "volumes")

    def values(self, store: Store) -> KeyedValues:
        """The secrets, or the config maps."""
        return self.secrets if store == "secret" else self.config_maps

    def read(self, store: Store, name: str) -> Mapping[str, bytes] | None:
        """See `penstock.engine.vault.Vault`."""
        return self.values(store).read(name)

    def volume(self, name: str) -> Path | None:
        """See `penstock.engine.vault.Vault`."""
        return self.volumes.folder(name)
