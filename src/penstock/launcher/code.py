"""Unpacking code packages: a zip in base64 becomes a folder, once for each content."""

import base64
import binascii
import hashlib
import io
import os
import shutil
import tempfile
import threading
import zipfile
from pathlib import Path, PurePosixPath

from penstock.launcher.errors import BadCodePackage, NoRoom

LARGEST = 512 << 20
"""Bytes that a package may unpack to: code is small, and a bomb is not code."""

_EMPTY = b"PK\x05\x06" + bytes(18)
"""A zip without entries."""


class CodeFolders:
    """The folders of the packages that were unpacked below one root; the same content is unpacked once.

    Safe for several threads and processes at once: a folder appears in one step, complete and on the disk.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._digests: dict[str, str] = {}
        self._lock = threading.Lock()

    def folder(self, package: str) -> Path:
        """The folder that holds `package` (a zip in base64), unpacked now if it was not yet.

        An empty text is the package of a component that is installed where it runs: the folder is empty.

        Raises:
            BadCodePackage: It is no zip, or would write outside of its folder.
            NoRoom: The disk did not take it.
        """
        digest = self._digests.get(package)
        if digest is None:
            data = _decode(package)
            digest = hashlib.sha256(data).hexdigest()[:32]
            self._unpack_once(data, digest)
            with self._lock:
                self._digests[package] = digest
        folder = self._root / digest
        if not folder.is_dir():  # somebody cleaned up
            self._unpack_once(_decode(package), digest)
        return folder

    def _unpack_once(self, data: bytes, digest: str) -> None:
        folder = self._root / digest
        if folder.is_dir():
            return
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            part = Path(tempfile.mkdtemp(prefix=".part-", dir=self._root))
            try:
                unpack(data, part)
                _sync(part)
                part.rename(folder)
                _sync_folder(self._root)
            finally:
                shutil.rmtree(part, ignore_errors=True)
        except OSError as error:
            if not folder.is_dir():  # else another process was faster
                raise NoRoom(path=str(folder), reason=error.strerror or str(error)) from error


def unpack(data: bytes, target: Path) -> None:
    """Unpack a zip into an existing folder; nothing is ever written outside of it.

    Raises:
        BadCodePackage: It is no zip, is damaged, is too large, or holds a name that leads elsewhere.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > LARGEST:
                raise BadCodePackage(reason=f"it holds more than {LARGEST >> 20} MiB")
            for entry in entries:
                _check(entry)
            for entry in entries:
                archive.extract(entry, target)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadCodePackage(reason=str(error) or type(error).__name__) from error


def _check(entry: zipfile.ZipInfo) -> None:
    name = PurePosixPath(entry.filename)
    leads_away = name.is_absolute() or ".." in name.parts or "\\" in entry.filename or "\0" in entry.filename
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    if leads_away or is_link:
        raise BadCodePackage(reason=f"it holds {entry.filename!r}, which leads out of its folder")


def _decode(package: str) -> bytes:
    if not package:
        return _EMPTY
    try:
        return base64.b64decode(package, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCodePackage(reason=f"it is not base64: {error}") from error


def _sync(folder: Path) -> None:
    """Bring a folder's files to the disk: a folder that is taken for complete must be complete after a power cut."""
    for path in [*folder.rglob("*"), folder]:
        _sync_folder(path)


def _sync_folder(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
