"""Where the modules that a model needs come from: Python itself, an installed distribution, or the author's project."""

import re
import site
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from importlib.util import find_spec
from pathlib import Path

_USUAL = {
    "PIL": ("pillow",),
    "cv2": ("opencv-python", "opencv-python-headless"),
    "dateutil": ("python-dateutil",),
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu"),
    "sklearn": ("scikit-learn",),
    "xgboost": ("xgboost", "xgboost-cpu"),
    "yaml": ("pyyaml",),
}
"""Distributions by module, where the names differ; asking the installation takes 0.4 s."""


def file_of(module: str) -> Path | None:
    """The source file of a module; None if it has none (compiled, a namespace), or is nowhere to be found."""
    loaded = sys.modules.get(module)
    origin = getattr(loaded, "__file__", None)
    if loaded is None:
        try:
            spec = find_spec(module)
        except (ImportError, ValueError, AttributeError):
            return None
        origin = spec.origin if spec is not None else None
    return Path(origin) if isinstance(origin, str) and origin.endswith(".py") else None


def is_project(module: str) -> bool:
    """Whether a module is the author's own: not Python's, not Penstock's, and not in a folder of installed packages."""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or top in ("penstock", "__main__", "__mp_main__"):
        return False
    file = file_of(module)
    if file is None:
        return False
    place = file.resolve()
    return not any(place.is_relative_to(folder) for folder in _installed_folders())


def is_known(module: str) -> bool:
    """Whether there is such a module here at all."""
    if module in sys.modules:
        return True
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def distribution_of(module: str) -> str:
    """The distribution that a module was installed with; empty if it was with none, or comes with Python."""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or not top:
        return ""
    for name in _USUAL.get(top, (top,)):
        if version_of(name):
            return _normal(name)
    found = _by_module().get(top, [])
    return _normal(found[0]) if found else ""


@cache
def version_of(name: str) -> str:
    """The installed version of a distribution; empty if it is not installed."""
    try:
        return distribution(name).version
    except PackageNotFoundError:
        return ""


def needed_by(names: Iterable[str]) -> dict[str, str]:
    """Distributions and all that they stand on, as installed here: exact versions, sorted by name.

    What a requirement's marker excludes on this machine is not installed, so it is not in; extras count where they are
    asked for.
    """
    found: dict[str, str] = {}
    waiting = [(name, frozenset[str]()) for name in names]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen or not version_of(name):
            continue
        seen.add((name, extras))
        found[_normal(name)] = version_of(name)
        waiting.extend(_requirements(name, extras))
    return dict(sorted(found.items()))


@cache
def _requirements(name: str, extras: frozenset[str]) -> tuple[tuple[str, frozenset[str]], ...]:
    found = []
    for line in distribution(name).requires or ():
        text, _, marker = line.partition(";")
        asked = set(re.findall(r"""extra\s*==\s*['"]([^'"]+)['"]""", marker))
        match = re.match(r"\s*([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?", text)
        if match and (not asked or asked & extras):
            wanted = frozenset(one.strip() for one in (match[2] or "").split(",") if one.strip())
            found.append((_normal(match[1]), wanted))
    return tuple(found)


@cache
def _installed_folders() -> tuple[Path, ...]:
    paths = {sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib", "platstdlib")}
    paths |= {*site.getsitepackages(), site.getusersitepackages()}
    return tuple(Path(path).resolve() for path in paths if path)


@cache
def _by_module() -> dict[str, list[str]]:
    return dict(packages_distributions())


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
