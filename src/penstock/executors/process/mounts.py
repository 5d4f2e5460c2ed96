"""Gives a process folders at paths of its own choosing, which no other process sees: what a container has volumes for.

```
unshare ──► open up what lacks the path ──► mount each folder ──► give up the rights that this took
```

An ordinary user may do that in a user namespace, where the kernel allows these. A path that does not exist is made
without touching the disk: the folder in which it lacks is replaced by one in memory, in which everything that was
there is mounted again beside it. What a task writes into such a folder itself, next to those, is gone when it ends.

This module imports nothing but the standard library: run as a program, it tries whether all that is allowed here.
"""

import ctypes
import errno
import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

_NEW_USERS, _NEW_MOUNTS = 0x10000000, 0x00020000
_READ_ONLY, _NO_SUID, _NO_DEVICES, _REMOUNT = 0x1, 0x2, 0x4, 0x20
_BIND, _MOVE, _DEEP, _PRIVATE = 0x1000, 0x2000, 0x4000, 0x40000
_CAPABILITIES_3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)


class Mount(Protocol):
    """As in `penstock.engine.executor`."""

    @property
    def path(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def files(self) -> Mapping[str, bytes]: ...


def mount_all(mounts: Sequence[Mount], staging: str) -> None:
    """Let this process, which must have one thread only, find each folder at its path; and all that it starts.

    Args:
        mounts: The folders.
        staging: Any folder that exists; it is as before afterwards.

    Raises:
        OSError: The kernel refused, or a path leads through a file.
    """
    as_root = _enter_namespace()
    ordered = sorted(mounts, key=lambda mount: mount.path.count("/"))
    places = [_place(mount.path) for mount in ordered]
    outer = [one for one in places if not any(other in one.parents for other in places)]
    _open_up([place for place in outer if not place.is_dir()], staging)
    for mount, place in zip(ordered, places, strict=True):
        place.mkdir(parents=True, exist_ok=True)
        if mount.source:
            _mount(mount.source, place, flags=_BIND | _DEEP)
        else:
            _mount_files(mount.files, place)
    for mount, place in zip(ordered, places, strict=True):
        if not mount.source:  # now that folders within it are there
            _mount(None, place, flags=_REMOUNT | _BIND | _READ_ONLY | _NO_SUID | _NO_DEVICES)
    if not as_root:
        _drop_capabilities()


def _place(path: str) -> Path:
    """The path without links in it, as far as it exists."""
    place = Path(path).resolve()
    if os.path.lexists(place) and not place.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "there is a file", path)
    return place


def _enter_namespace() -> bool:
    """Leave the mounts that all processes share; whether that took no user namespace."""
    uid, gid = os.getuid(), os.getgid()
    as_root = bool(_libc.unshare(_NEW_MOUNTS) == 0)
    if not as_root:
        if _libc.unshare(_NEW_USERS | _NEW_MOUNTS) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"user namespaces are switched off for this user: {os.strerror(number)}")
        for file, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            Path("/proc/self", file).write_text(text)
    _mount(None, "/", flags=_DEEP | _PRIVATE)
    return as_root


# --- paths that do not exist -------------------------------------------------------------------------------

_Tree = dict[str, "_Tree"]


def _open_up(missing: Iterable[Path], staging: str) -> None:
    """Make these folders, in a root of this process's own that is otherwise what it was."""
    wanted: _Tree = {}
    for path in missing:
        branch = wanted
        for part in path.parts[1:]:
            branch = branch.setdefault(part, {})
    if not wanted:
        return
    before = Path.cwd()
    _mount("tmpfs", staging, "tmpfs", _NO_SUID | _NO_DEVICES, "mode=755")
    os.chdir(staging)
    _mount(".", "/", flags=_MOVE)
    _fill(Path("/"), Path(), wanted)
    os.chroot(".")
    os.chdir(before)


def _fill(old: Path, new: Path, wanted: _Tree) -> None:
    """Mount what is in `old` into `new`, but make the folders of `wanted`."""
    for entry in os.scandir(old):
        source, target = old / entry.name, new / entry.name
        if entry.name in wanted:
            _make_like(source, target)
            _fill(source, target, wanted[entry.name])
        elif entry.is_symlink():
            target.symlink_to(source.readlink())
        else:
            _show(source, target, is_folder=entry.is_dir(follow_symlinks=False))
    for name, below in wanted.items():
        if not (new / name).is_dir():
            _make(new / name, below)


def _make(folder: Path, wanted: _Tree) -> None:
    folder.mkdir()
    for name, below in wanted.items():
        _make(folder / name, below)


def _make_like(source: Path, target: Path) -> None:
    facts = source.stat()
    target.mkdir()
    with suppress(OSError):  # in a user namespace there is only one user
        os.chown(target, facts.st_uid, facts.st_gid)
    target.chmod(stat.S_IMODE(facts.st_mode))


def _show(source: Path, target: Path, *, is_folder: bool) -> None:
    try:
        if is_folder:
            target.mkdir()
        else:
            target.touch(0o600)
        _mount(source, target, flags=_BIND | _DEEP)
    except FileNotFoundError:  # it has just been removed
        target.rmdir() if is_folder else target.unlink()


# --- the folders -------------------------------------------------------------------------------------------


def _mount_files(files: Mapping[str, bytes], place: Path) -> None:
    """A folder in memory that has just these files, for nobody else to read."""
    _mount("tmpfs", place, "tmpfs", _NO_SUID | _NO_DEVICES, "mode=700")
    for name, data in files.items():
        file = place / name
        file.touch(0o600, exist_ok=False)
        file.write_bytes(data)
        file.chmod(0o400)


def _mount(source: str | Path | None, target: str | Path, kind: str = "", flags: int = 0, options: str = "") -> None:
    given = [os.fsencode(text) if text else None for text in (source, target, kind)]
    _check(_libc.mount(*given, ctypes.c_ulong(flags), os.fsencode(options) if options else None), str(target))


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def _drop_capabilities() -> None:
    """Be an ordinary user again: one who made a namespace may do in it what he may not do elsewhere."""
    head = (ctypes.c_uint32 * 2)(_CAPABILITIES_3, 0)
    none = (ctypes.c_uint32 * 6)()
    _check(_libc.capset(head, none), "the rights of this process")


class _Folder:
    """For the trial below."""

    source = ""
    files: Mapping[str, bytes] = {"trial": b""}

    def __init__(self, path: str) -> None:
        self.path = path


def _try(paths: list[str]) -> None:
    staging = tempfile.mkdtemp(prefix="penstock-trial-")
    try:
        if os.fork() == 0:
            try:
                mount_all([_Folder(path) for path in paths], staging)
            except OSError as error:
                place = f": {error.filename}" if error.filename else ""
                os.write(1, f"{error.strerror or error}{place}".encode(errors="backslashreplace"))
                os._exit(1)
            os._exit(0)
        sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
    finally:
        Path(staging).rmdir()


if __name__ == "__main__":
    _try(sys.argv[1:])
