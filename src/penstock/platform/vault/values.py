"""Secrets and config maps on disk: a file for each, which its owner alone may read, replaced whole or not at all."""

import fcntl
import os
import re
import stat
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from penstock.core.errors import PenstockError
from penstock.ir.platform import LONGEST_NAME, Store, is_resource_name
from penstock.platform.vault.errors import (
    NameNotAllowed,
    NothingStored,
    SecretsExposed,
    ValueRefused,
    ValuesUnreadable,
)

MOST_BYTES = 1 << 20
"""As on Kubernetes, so that what works here can be kept there."""
_KEY = re.compile(r"(?!\.\.?\Z)[A-Za-z0-9._-]+", re.ASCII)
_ENDING = ".json"


class Entry(Struct, frozen=True, kw_only=True):
    """What may be shown of a secret or a config map."""

    name: str
    keys: list[str]
    changed_at: datetime
    problem: str = ""
    """Why its keys are not known."""


class _File(Struct, frozen=True, kw_only=True):
    data: dict[str, str]
    """Values in base64, as Kubernetes keeps them."""

    def __repr__(self) -> str:
        return f"_File(data={list(self.data)})"


class KeyedValues:
    """All secrets of a home, or all config maps. Several processes may use it at once."""

    def __init__(self, folder: Path, kind: Store) -> None:
        self._folder = folder
        self._kind: Store = kind

    def entries(self) -> list[Entry]:
        """What there is, by name, without values."""
        try:
            files = sorted(self._folder.glob(f"*{_ENDING}"))
        except OSError:
            return []
        return [entry for file in files if (entry := self._entry(file)) is not None]

    def read(self, name: str) -> dict[str, bytes] | None:
        """The values by key; None if there is nothing of that name.

        Raises:
            NameNotAllowed: Nothing can have that name.
            SecretsExposed: Others can read the file.
            ValuesUnreadable: The file is not what was written.
        """
        file = self._file(name)
        try:
            with file.open("rb") as stream:
                self._check_rights(file, os.fstat(stream.fileno()).st_mode)
                text = stream.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ValuesUnreadable(kind=self._kind, name=name, reason=error.strerror or str(error)) from None
        try:
            return {key: b64decode(value, validate=True) for key, value in _decoder.decode(text).data.items()}
        except ValueError:  # the error itself may show what the file holds
            raise ValuesUnreadable(kind=self._kind, name=name, reason="its file was damaged") from None

    def set(self, name: str, values: Mapping[str, bytes]) -> None:
        """Set keys; the others stay as they are.

        Raises:
            NameNotAllowed: For the name or a key.
            ValueRefused: It would be too large.
            OSError: The disk does not take it.
        """
        for key in values:
            check_key(key)
        self._file(name)
        with self._locked():
            merged = (self.read(name) or {}) | dict(values)
            size = sum(len(key) + len(value) for key, value in merged.items())
            if size > MOST_BYTES:
                reason = f"it would hold more than {MOST_BYTES:,} bytes"
                advice = "put large contents into a volume, or hand them over as an input of the pipeline"
                raise ValueRefused(kind=self._kind, name=name, reason=reason, advice=advice)
            self._write(name, merged)

    def delete(self, name: str, keys: Collection[str] = ()) -> None:
        """Delete keys, or all of it. Raises `NothingStored`."""
        file = self._file(name)
        with self._locked():
            if not os.path.lexists(file):
                raise NothingStored(kind=self._kind, name=name)
            if not keys:
                file.unlink()
                return
            present = self.read(name) or {}
            for key in keys:
                if key not in present:
                    raise NothingStored(kind=self._kind, name=name, key=key)
            left = {key: value for key, value in present.items() if key not in keys}
            if left:
                self._write(name, left)
            else:
                file.unlink()

    def _file(self, name: str) -> Path:
        return self._folder / f"{checked_name(name, self._kind)}{_ENDING}"

    def _entry(self, file: Path) -> Entry | None:
        name = file.name.removesuffix(_ENDING)
        try:
            changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            return Entry(name=name, keys=sorted(self.read(name) or {}), changed_at=changed)
        except PenstockError as error:
            return Entry(name=name, keys=[], changed_at=changed, problem=error.message())
        except OSError:
            return None

    def _check_rights(self, file: Path, mode: int) -> None:
        if self._kind != "secret":
            return
        folder_mode = stat.S_IMODE(self._folder.stat().st_mode)
        if folder_mode & 0o077:
            raise SecretsExposed(path=str(self._folder), mode=folder_mode, allowed=0o700)
        if stat.S_IMODE(mode) & 0o077:
            raise SecretsExposed(path=str(file), mode=stat.S_IMODE(mode), allowed=0o600)

    def _write(self, name: str, values: Mapping[str, bytes]) -> None:
        import tempfile

        data = {key: b64encode(value).decode() for key, value in values.items()}
        for left in self._folder.glob(f".{name}-*"):  # by a process that was killed: no other is writing now
            left.unlink()
        descriptor, place = tempfile.mkstemp(dir=self._folder, prefix=f".{name}-")  # nobody else may read it
        part = Path(place)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(msgspec.json.encode(_File(data=data)))
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(self._file(name))
        except BaseException:
            part.unlink()
            raise

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._folder / ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def checked_name(name: str, kind: str) -> str:
    """The name of a secret, config map or volume. Raises `NameNotAllowed`."""
    if not is_resource_name(name):
        raise NameNotAllowed(what=kind, name=name)
    return name


def check_key(key: str) -> None:
    """Raises `NameNotAllowed` for what no key can be called: each may become a file's name."""
    if len(key) > LONGEST_NAME or not _KEY.fullmatch(key) or key.startswith(".."):
        raise NameNotAllowed(what="key", name=key)


_decoder = msgspec.json.Decoder(_File)
