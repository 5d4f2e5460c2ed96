"""Copies of input artifacts for code that may write to what it is given, as it may where each task has its own disk."""

import contextlib
import fcntl
from pathlib import Path

from penstock.artifacts import disk

LARGEST = 64 << 20
"""Bytes up to which a copy is made where the file system cannot share them. Larger artifacts are read in place."""

_CLONE = 0x40049409
"""`FICLONE`: a copy that shares the bytes until one of the two is written to (Btrfs, XFS)."""


def private_copy(source: Path, folder: Path) -> Path:
    """`source` under its name in `folder`, for the code to do with as it likes; `source` itself if it is too large.

    Raises:
        OSError: The disk did not take it.
    """
    target = folder / source.name
    entries = disk.contents(source)
    if source.is_dir() and not entries:
        target.mkdir()
        return target
    if sum(entry.size for entry in entries if entry.is_file) <= LARGEST:
        disk.copy_tree(source, target)
        return target
    cloned = all(_clone(entry.path, target / entry.name if entry.name else target) for entry in entries)
    if not cloned:
        disk.remove(target)
    return target if cloned else source


def _clone(source: Path, target: Path) -> bool:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        target.mkdir()
        return True
    with contextlib.suppress(OSError), source.open("rb") as old, target.open("wb") as new:
        fcntl.ioctl(new.fileno(), _CLONE, old.fileno())
        return True
    return False
