"""Which installed packages a set of modules comes from, with all that those require, and in which versions.

What was found is kept until something is installed: a notebook goes on after `%pip install -U polars`.
"""

import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

_folders: dict[str, tuple[Path, int]] = {}
"""By name, the `.dist-info` of what was asked for, and when it changed: what is installed as editable stays there."""
_state: dict[str, object] = {"path": None}

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def environment_of(modules: Iterable[str]) -> dict[str, str]:
    """The versions of Python and of the distributions that `modules` need, their requirements included."""
    forget_what_changed()
    found: dict[str, str] = {}
    for top in {name.partition(".")[0] for name in modules}:
        for distribution in distributions_of(top):
            found.update(_versions_from(distribution))
    python = {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    return python | dict(sorted(found.items()))


def forget_what_changed() -> None:
    """Forget everything that was found, if anything was installed or removed since."""
    path = [(entry, _changed_at(entry)) for entry in sys.path]
    if path != _state["path"] or any(_changed_at(folder) != then for folder, then in _folders.values()):
        for known in (distributions_of, version_of, _versions_from, _required_by, _find):
            known.cache_clear()
        _folders.clear()
    _state["path"] = path


def _changed_at(path: str | Path) -> int:
    """When a folder changed last; 0 if it is not there."""
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:
        return 0


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
        found = metadata.distribution(name)
    except (metadata.PackageNotFoundError, ValueError):
        return None
    folder = getattr(found, "_path", None)
    if folder is not None:
        _folders[name] = Path(str(folder)), _changed_at(str(folder))
    return found


def _provides(distribution: metadata.Distribution, top: str) -> bool:
    """Whether a distribution has a top-level module."""
    listed = distribution.read_text("top_level.txt")
    if listed:
        return top in listed.split()
    files = "\n" + (distribution.read_text("RECORD") or "")
    return any(f"\n{top}{ending}" in files for ending in ("/", ".py,", ".cpython-", ".abi3.so,", ".so,"))
