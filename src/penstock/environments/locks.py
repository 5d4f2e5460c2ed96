"""Resolves requirements to exact versions, once, and remembers to which."""

import os
import platform
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from penstock.core.faults import fault_point
from penstock.environments.errors import EnvironmentFailed, EnvironmentUnmade
from penstock.environments.packages import Packages, digest, distribution
from penstock.environments.uv import Uv, source_options

_FORMAT = "1"


class _Kept(Struct, frozen=True, kw_only=True):
    """The file of a lock. What is not `versions` is for people."""

    versions: dict[str, str]
    packages: Packages
    python: str
    resolved: str


_decoder = msgspec.json.Decoder(_Kept)  # at import: several threads may be the first to need it


class Locks:
    """What requirements come to, kept in a folder. Safe for several threads and processes at once."""

    def __init__(self, root: Path, python: Path, needs: tuple[str, ...], uv: Uv) -> None:
        """Prepare. `needs` is what every environment has besides."""
        self._root = root
        self._needs = needs
        self._python = python
        self._uv = uv
        self._guard = threading.Lock()
        self._each: dict[str, threading.Lock] = {}
        self._known: dict[str, dict[str, str]] = {}
        self._times: dict[str, int] = {}
        """How often each was resolved by this process."""

    def known(self, packages: Packages) -> dict[str, str] | None:
        """What `packages` came to when they were last resolved; None if they never were."""
        key = self._key(packages)
        found = self._known.get(key)
        if found is None:
            try:
                kept = _decoder.decode((self._root / f"{key}.json").read_bytes())
            except (OSError, msgspec.DecodeError):
                return None
            found = self._known[key] = kept.versions
        return found

    def lock(self, packages: Packages, *, refresh: bool = False) -> dict[str, str]:
        """The exact versions of everything that `packages` need. One thread resolves; those that ask for the same wait.

        Args:
            packages: What is asked for.
            refresh: Resolve anew, though it is known. Once: who waited takes what the other one got.

        Raises:
            EnvironmentFailed: They cannot be resolved; what uv says.
        """
        key = self._key(packages)
        with self._guard:
            before = self._times.get(key, 0)
            each = self._each.setdefault(key, threading.Lock())
        with each:
            found = self.known(packages)
            if found is not None and not (refresh and self._times.get(key, 0) == before):
                return found
            versions = self._resolve(packages)
            fault_point("environments.before_lock")
            self._keep(key, packages, versions)
            self._known[key] = versions
            self._times[key] = before + 1
            return versions

    def _key(self, packages: Packages) -> str:
        parts = ["requirements", *sorted(packages.requirements), "alone", *sorted(packages.alone)]
        where = [platform.python_version(), platform.machine(), str(self._python)]
        return digest([_FORMAT, *where, *parts, "sources", *packages.sources, *self._needs])

    def _resolve(self, packages: Packages) -> dict[str, str]:
        given = {distribution(one) for one in packages.requirements}
        needs = [one for one in self._needs if distribution(one) not in given]
        whole = self._compile(packages, (*packages.requirements, *needs))
        return whole | (self._compile(packages, packages.alone, "--no-deps") if packages.alone else {})

    def _compile(self, packages: Packages, requirements: tuple[str, ...], *options: str) -> dict[str, str]:
        printed = self._uv.run(
            packages,
            *("pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python", str(self._python), *options),
            *source_options(packages.sources),
            "-",
            given="\n".join(requirements) + "\n",
        )
        return dict(_read_line(line, packages) for line in printed.splitlines() if _says_something(line))

    def _keep(self, key: str, packages: Packages, versions: dict[str, str]) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        kept = _Kept(versions=versions, packages=packages, python=platform.python_version(), resolved=now)
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._root, prefix=".part-", delete=False) as file:
                file.write(msgspec.json.format(msgspec.json.encode(kept)))
            os.replace(file.name, self._root / f"{key}.json")  # noqa: PTH105
        except OSError as error:
            raise EnvironmentUnmade(reason=f"{self._root}: {error.strerror or error}") from error


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(("#", "--"))


def _read_line(line: str, packages: Packages) -> tuple[str, str]:
    """A line of what uv compiled: `name==version`, or `name @ URL`."""
    name, at, url = line.partition(" @ ")
    if at:
        return distribution(name), f"@ {url.strip()}"
    name, equals, version = line.partition("==")
    if not equals:
        raise EnvironmentFailed(
            requirements=str(packages), reason=f"uv resolved it to {line!r}, which names no version"
        )
    return distribution(name), version.split(";")[0].strip()
