"""Where secrets, config maps and volumes come from: the seam between the engine and whatever keeps them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, TypeAlias

from penstock.ir.platform import Store

Values: TypeAlias = Mapping[str, bytes]
"""The keys of a secret or a config map."""


class Vault(Protocol):
    """Where secrets, config maps and volumes come from. Read when an attempt starts; nothing of it is kept."""

    def read(self, store: Store, name: str) -> Values | None:
        """The keys of a secret or a config map; None if there is none of that name.

        Raises:
            UserError: No such name can be, or what is stored may be read by others.
        """
        ...

    def volume(self, name: str) -> Path | None:
        """The folder that a volume is; None if there is none of that name."""
        ...


class EmptyVault:
    """A vault with nothing in it."""

    def read(self, store: Store, name: str) -> Values | None:  # noqa: ARG002 - the protocol's
        return None

    def volume(self, name: str) -> Path | None:  # noqa: ARG002 - the protocol's
        return None
