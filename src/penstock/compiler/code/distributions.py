"""Which installed packages a set of modules comes from, with all that those require, and in which versions."""

import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def environment_of(modules: Iterable[str]) -> dict[str, str]:
    """The versions of Python and of the distributions that `modules` need, their requirements included."""
    found: dict[str, str] = {}
    for top in {name.partition(".")[0] for name in modules}:
        for distribution in distributions_of(top):
            found.update(_versions_from(distribution))
    python = {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    return python | dict(sorted(found.items()))


@cache
def distributions_of(top: str) -> tuple[str, ...]:
    """The distributions that provide a top-level module; none for Python's own and for what is not installed."""
    if top in sys.stdlib_module_names or top in ("penstock", "__main__"):
        return ()
    direct = _find(top)
    if direct is not None and _provides(direct, top):
        return (canonical(direct.name),)
    return tuple(sorted({canonical(one.name) for one in metadata.distributions() if _provides(one, top)}))


def canonical(name: str) -> str:
    """The name of a distribution as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def version_of(distribution: str) -> str | None:
    """The installed version; None if it is not installed."""
    found = _find(distribution)
    return None if found is None else found.version


@cache
def _versions_from(distribution: str) -> dict[str, str]:
    """The versions of a distribution and of everything that it requires, directly or not."""
    found: dict[str, str] = {}
    waiting = [distribution]
    while waiting:
        name = waiting.pop()
        version = version_of(name)
        if name not in found and version is not None:
            found[name] = version
            waiting.extend(_required_by(name))
    return found


@cache
def _required_by(distribution: str) -> tuple[str, ...]:
    """What a distribution requires, without its extras. Of alternatives by platform, those that are installed count."""
    found = _find(distribution)
    names = []
    for text in (found.requires or ()) if found is not None else ():
        requirement, _, marker = text.partition(";")
        match = _NAME.match(requirement.strip())
        if match is not None and "extra" not in marker:
            names.append(canonical(match[0]))
    return tuple(names)


@cache
def _find(name: str) -> metadata.Distribution | None:
    try:
        return metadata.distribution(name)
    except (metadata.PackageNotFoundError, ValueError):
        return None


def _provides(distribution: metadata.Distribution, top: str) -> bool:
    """Whether a distribution has a top-level module."""
    listed = distribution.read_text("top_level.txt")
    if listed:
        return top in listed.split()
    files = "\n" + (distribution.read_text("RECORD") or "")
    return any(f"\n{top}{ending}" in files for ending in ("/", ".py,", ".cpython-", ".abi3.so,", ".so,"))
