"""Taking stored bytes away again, while others may be putting the same bytes at this very moment.

A folder of objects is renamed out of the way first, and only then looked at: whoever put the same bytes before the
rename has touched the folder, and it is put back; whoever comes after the rename finds nothing, and stores anew.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from penstock.artifacts import disk
from penstock.artifacts.names import ObjectName, parse_place
from penstock.artifacts.store import KeptBytes
from penstock.core.ids import Digest

COARSENESS = timedelta(milliseconds=100)
"""How far a file system's clock may be behind: the kernel gives times of the last tick, not of the moment."""


def kept_in(root: Path) -> Iterator[KeptBytes]:
    """See `ArtifactStore.kept`: what lies in the store's folder `root`."""
    objects = root / "objects"
    for prefix in _folders(objects):
        for folder in _folders(prefix):
            known = parse_place(f"objects/{prefix.name}/{folder.name}/x")
            if known is None:
                continue
            with contextlib.suppress(FileNotFoundError):  # removed at this moment
                touched = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
                yield KeptBytes(digest=known.digest, size=weigh(folder), touched_at=touched)


def remove_from(root: Path, digest: Digest, touched_before: datetime) -> int:
    """See `ArtifactStore.remove`: of the store in the folder `root`."""
    place = (root / ObjectName(digest, "x").place).parent
    grave = root / "tmp" / secrets.token_hex(8)
    grave.mkdir(parents=True)
    try:
        try:
            place.rename(grave / "objects")
        except FileNotFoundError:
            return 0
        touched = datetime.fromtimestamp((grave / "objects").stat().st_mtime, UTC)
        if touched >= touched_before - COARSENESS:
            _put_back(grave / "objects", place)
            return 0
        return weigh(grave / "objects")
    finally:
        disk.remove(grave)


def weigh(folder: Path) -> int:
    """The bytes of all files at or below `folder`; hard links of one file count once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            facts = os.stat(os.path.join(place, name), follow_symlinks=False)  # noqa: PTH116, PTH118 - many of them
            if (facts.st_dev, facts.st_ino) not in seen:
                seen.add((facts.st_dev, facts.st_ino))
                total += facts.st_size
    return total


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
    except FileNotFoundError:
        return []


def _put_back(grave: Path, place: Path) -> None:
    """Give a folder its place again; where somebody has made it anew meanwhile, the names that are missing there."""
    try:
        grave.rename(place)
        return
    except OSError:
        pass
    for item in grave.iterdir():
        with contextlib.suppress(OSError):
            if not (place / item.name).exists():
                item.rename(place / item.name)
