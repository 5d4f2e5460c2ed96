"""Volumes: folders below the home that tasks share under a name, or links to folders of the user's."""

import shutil
from pathlib import Path

from msgspec import Struct

from penstock.platform.vault.errors import NothingStored, ValueRefused
from penstock.platform.vault.values import checked_name


class Volume(Struct, frozen=True, kw_only=True):
    name: str
    folder: str
    linked: bool
    """Whether it is a folder of the user's, which is never deleted."""


class Volumes:
    """The volumes of one home: what persistent volume claims are on Kubernetes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, name: str) -> Path | None:
        """Where it is; None if there is none. Raises `NameNotAllowed`."""
        place = self.root / checked_name(name, "volume")
        return place.resolve() if place.is_dir() else None

    def create(self, name: str, at: Path | None = None) -> Path:
        """Make a volume, or let a folder of the user's be one. One that is there stays as it is.

        Raises:
            NameNotAllowed: No volume can have that name.
            ValueRefused: `at` is no folder, or the volume is somewhere else.
        """
        place = self.root / checked_name(name, "volume")
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if at is None:
            place.mkdir(exist_ok=True)
            return place.resolve()
        if not at.is_dir():
            raise ValueRefused(kind="volume", name=name, reason=f"{str(at)!r} is no folder")
        try:
            place.symlink_to(at.resolve(), target_is_directory=True)
        except FileExistsError:
            if place.resolve() != at.resolve():
                reason = f"it exists, at {str(place.resolve())!r}"
                advice = f"`penstock volumes delete {name}` first"
                raise ValueRefused(kind="volume", name=name, reason=reason, advice=advice) from None
        return place.resolve()

    def delete(self, name: str) -> None:
        """Delete it with all that is in it; of a folder of the user's, the link alone. Raises `NothingStored`."""
        place = self.root / checked_name(name, "volume")
        if place.is_symlink():
            place.unlink()
        elif place.is_dir():
            shutil.rmtree(place)
        else:
            raise NothingStored(kind="volume", name=name)

    def entries(self) -> list[Volume]:
        """What there is, by name."""
        if not self.root.is_dir():
            return []
        places = sorted(place for place in self.root.iterdir() if place.is_dir())
        return [Volume(name=one.name, folder=str(one.resolve()), linked=one.is_symlink()) for one in places]
