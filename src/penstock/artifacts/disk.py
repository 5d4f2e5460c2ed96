"""The few steps on a disk that a store is made of: moving, copying, making durable, making read-only."""

import errno
import os
import shutil
from pathlib import Path

from penstock.artifacts.tree import Entry, entries, file_entry

_READ_ONLY = 0o444


def contents(source: Path) -> list[Entry]:
    """What is at `source`: a folder's entries, or the one file (with an empty name)."""
    return entries(source) if source.is_dir() else [file_entry(source)]


def copy_tree(source: Path, target: Path) -> None:
    """Copy a file or folder to `target`, which does not exist; links become what they lead to."""
    if not source.is_dir():
        shutil.copyfile(file_entry(source).path, target)
        return
    target.mkdir()
    for entry in entries(source):
        place = target / entry.name
        if entry.is_file:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(entry.path, place)
        else:
            place.mkdir(parents=True)


def link_tree(source: Path, target: Path) -> None:
    """As `copy_tree`, sharing the files' bytes by hard links; the file system must allow those."""
    if not source.is_dir():
        os.link(source, target)
        return
    target.mkdir()
    for entry in entries(source):
        place = target / entry.name
        place.parent.mkdir(parents=True, exist_ok=True)
        if entry.is_file:
            os.link(entry.path, place)
        else:
            place.mkdir(exist_ok=True)


def make_read_only(root: Path) -> None:
    """Take the right to write from every file; folders keep theirs, so that they can be removed."""
    for entry in contents(root):
        if entry.is_file:
            entry.path.chmod(_READ_ONLY)


def sync_tree(root: Path) -> None:
    """Have the disk hold every byte and every name at and below `root`."""
    if not root.is_dir():
        _sync(root)
        return
    for folder, _, names in os.walk(root, topdown=False):
        for name in names:
            _sync(Path(folder) / name)
        _sync(Path(folder))


def sync_folder(folder: Path) -> None:
    """Have the disk hold the names in `folder`."""
    _sync(folder)


def rename(source: Path, target: Path) -> bool:
    """Give `source` its final name, at once. A file replaces one of that name; a folder does not.

    Returns:
        False if a folder of that name was there.
    """
    try:
        source.rename(target)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    return True


def same_shape(left: Path, right: Path) -> bool:
    """Whether two files or folders agree in names and sizes; their bytes are not read."""
    try:
        ours, theirs = ([(entry.name, entry.size) for entry in contents(path)] for path in (left, right))
    except OSError:
        return False
    return left.is_dir() == right.is_dir() and ours == theirs


def size(root: Path) -> int:
    """The bytes of a file, or of all files in a folder."""
    return sum(entry.size for entry in contents(root) if entry.is_file)


def remove(path: Path) -> None:
    """Remove a file or folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def newest(path: Path) -> float:
    """When anything at or below `path` was changed last, in seconds since the epoch."""
    times = [path.lstat().st_mtime]
    for folder, folders, names in os.walk(path):
        times += [(Path(folder) / name).lstat().st_mtime for name in (*folders, *names)]
    return max(times)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
