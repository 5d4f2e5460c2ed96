"""What a component asks for, and what that was resolved to."""

import hashlib
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

_WORKER_NEEDS = ("msgspec>=0.19", "fsspec")
"""What the worker's side of Penstock imports; nothing else of Penstock's dependencies can clash with a component's."""
_CLIENTS = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}
"""What fsspec needs for a store, by the scheme of its URL."""

_SHOWN = 8


class Packages(Struct, frozen=True, kw_only=True):
    """The requirements of a component. None at all: it runs in the environment that Penstock runs in."""

    requirements: tuple[str, ...] = ()
    """As pip takes them: `pandas>=2`, `demo @ file:///…`."""
    alone: tuple[str, ...] = ()
    """Those that are installed without what they depend on, as by `pip install --no-deps`."""
    sources: tuple[str, ...] = ()
    """Where packages come from, as options of pip: `--index-url`, its value, …"""

    def __bool__(self) -> bool:
        return bool(self.requirements or self.alone)

    def __str__(self) -> str:
        return ", ".join((*self.requirements, *self.alone))


class Environment(Struct, frozen=True, kw_only=True):
    """Exactly these packages, from these sources; or what `packages` come to, where that is not known yet."""

    versions: tuple[tuple[str, str], ...] = ()
    """By the name of the distribution: its version, or `@ ` and its URL."""
    sources: tuple[str, ...] = ()
    packages: Packages = Packages()
    """Only where `versions` are not known."""

    @staticmethod
    def of(packages: Packages, versions: Mapping[str, str] | None) -> "Environment":
        """The environment that `packages` ask for, and that was resolved to `versions` if that has happened."""
        if not packages:
            return Environment()
        if not versions:
            return Environment(packages=packages, sources=packages.sources)
        return Environment(versions=tuple(sorted(versions.items())), sources=packages.sources)

    def __bool__(self) -> bool:
        return bool(self.versions or self.packages)

    def __str__(self) -> str:
        if not self.versions:
            return str(self.packages)
        shown = ", ".join(pinned(*one) for one in self.versions[:_SHOWN])
        return shown + (f" and {len(self.versions) - _SHOWN} more" if len(self.versions) > _SHOWN else "")


def worker_needs(artifacts: str) -> tuple[str, ...]:
    """What a worker needs besides the component's packages, to run Penstock and to reach that artifact store."""
    client = _CLIENTS.get(artifacts.partition("://")[0])
    return (*_WORKER_NEEDS, client) if client else _WORKER_NEEDS


def pinned(name: str, version: str) -> str:
    """A package of a lock as a requirement."""
    return f"{name} {version}" if version.startswith("@") else f"{name}=={version}"


def distribution(requirement: str) -> str:
    """The normal form of the name of the distribution that a requirement is for; empty if it does not say."""
    match = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?!:|/)", requirement)
    if match is None or re.match(r"\s*[\w+.-]+:|\s*[^\s@]*/", requirement):
        return ""
    return re.sub(r"[-_.]+", "-", match[1].strip("._-")).lower()


def digest(parts: Iterable[str]) -> str:
    """A short name for all of that."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
