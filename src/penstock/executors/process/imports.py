"""Inside the zygote: what to import ahead of the tasks that need it, one module at a time."""

from collections import deque
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

COMPANIONS = {
    "pandas": ("pyarrow.parquet",),
    "plotly": ("plotly.io",),
    "pyarrow": ("pyarrow.parquet", "pyarrow.dataset"),
    "sklearn": ("yaml", "skops.io", "penstock.models.building"),
}
"""By library: what converters import for its values."""
_NOT_WORTH_IT = frozenset({"conftest", "experimental", "tests"})


class Imports:
    """Which modules to import, in which order, and which were tried already."""

    def __init__(self, modules: Iterable[str] = ()) -> None:
        self.pending: deque[str] = deque(modules)
        self._tried: set[str] = set()

    def want(self, modules: list[str], *, first: bool = False) -> None:
        """Put modules on the list: at its front if a job waits for them."""
        fresh = [name for name in modules if name not in self._tried]
        if first:
            self.pending = deque([*fresh, *(name for name in self.pending if name not in fresh)])
        else:
            self._append(fresh)

    def done(self, modules: list[str]) -> bool:
        """Whether all of them were tried. One that could not be imported will fail again in the job, and say why."""
        return self._tried.issuperset(modules)

    def do_one(self) -> tuple[str, str]:
        """Import the next module: its name, and why that failed, or an empty text."""
        name = self.pending.popleft()
        self._tried.add(name)
        try:
            import_module(name)
        except BaseException as error:  # noqa: BLE001 - a module may do anything while it is imported
            return name, f"{type(error).__name__}: {error}"
        self._append(companions(name))
        return name, ""

    def _append(self, modules: Iterable[str]) -> None:
        self.pending.extend(name for name in modules if name not in self._tried and name not in self.pending)


def companions(module: str) -> list[str]:
    """What else is needed sooner or later to store or load the values of a library that was just imported.

    Imported in small steps, after everything that somebody waits for. (skops imports all of scikit-learn: 0.5 s.)
    """
    top = module.partition(".")[0]
    found = list(COMPANIONS.get(top, ()))
    if top == "sklearn":
        found = [name for name in _subpackages(top) if not name.startswith("sklearn._")] + found
    return found


def own_modules() -> list[str]:
    """Those of Penstock's modules that a task imports when it needs them; nearly every task needs them."""
    return ["penstock.launcher.saving", *_subpackages("penstock.data.converters"), "penstock.models.converters"]


def _subpackages(package: str) -> list[str]:
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return [f"{package}.{module.name}" for module in iter_modules(places or []) if module.name not in _NOT_WORTH_IT]
