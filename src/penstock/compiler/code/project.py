"""The author's code on this machine: which modules are theirs, and where they lie."""

import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from penstock.compiler.code.modules import Module, parse_module

_PENSTOCK = Path(__file__).resolve().parents[2]
_FOREIGN = ("site-packages", "dist-packages")
_STDLIB = tuple({os.path.realpath(sysconfig.get_path(name)) + os.sep for name in ("stdlib", "platstdlib")})


class Project:
    """Finds modules by name, as Python would, and reads those that are the author's.

    A module is the author's if its file is neither installed (in a `site-packages`) nor part of Python. Such code
    travels with a run, also from outside of the project's root: a folder on `PYTHONPATH`, a library that is
    installed as editable.
    """

    def __init__(self, root: Path, search: Sequence[str] | None = None) -> None:
        self.root = root.resolve()
        entries = sys.path if search is None else search
        self._search = list(dict.fromkeys(Path(entry).resolve() for entry in entries))
        self._tops: dict[str, Path | None] = {}
        self._modules: dict[str, Module | None] = {}
        self._shown: dict[str, str] = {}

    def find(self, name: str) -> Module | None:
        """The author's module of that name; None if there is none, or it is somebody else's."""
        if name not in self._modules:
            self._modules[name] = self._find(name)
        return self._modules[name]

    def add(self, module: Module) -> Module:
        """Make a module known that has no file."""
        self._modules[module.name] = module
        return module

    def read(self) -> Iterator[Module]:
        """The author's modules that were read so far."""
        return (module for module in self._modules.values() if module is not None and module.path is not None)

    def below(self, name: str) -> Iterator[Module]:
        """The author's modules right below a package."""
        package = self.find(name)
        folders = [package.path.parent] if package is not None and package.is_package and package.path else []
        for folder in folders:
            for entry in sorted(folder.iterdir()):
                if entry.stem.isidentifier() and entry.name != "__init__.py" and (entry.suffix == ".py"):
                    inner = self.find(f"{name}.{entry.stem}")
                    if inner is not None:
                        yield inner

    def name_of(self, file: Path) -> str:
        """The natural dotted name of a file: packages are the folders with an `__init__.py` around it."""
        parts = [] if file.name == "__init__.py" else [file.stem]
        folder = file.parent
        while (folder / "__init__.py").is_file():
            parts.append(folder.name)
            folder = folder.parent
        return ".".join(reversed(parts))

    def is_authors(self, file: str) -> bool:
        """Whether a file is the author's, and part of the project."""
        if not is_local(file):
            return False
        path = Path(file).resolve()
        return path.is_relative_to(self.root) and not path.is_relative_to(_PENSTOCK)

    def loaded(self) -> list[Path]:
        """The author's files that this process has imported, and that are part of the project."""
        found: set[Path] = set()
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and file.endswith(".py") and self.is_authors(file):
                found.add(Path(file).resolve())
        return sorted(found)

    def shown(self, module: Module) -> str:
        """How parts of keys call a module's file: relative to the root, or to where it is imported from."""
        if module.name not in self._shown:
            self._shown[module.name] = self._show(module)
        return self._shown[module.name]

    def _show(self, module: Module) -> str:
        if module.path is None:
            return module.name
        try:
            return module.path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            return module.archive_path

    def _find(self, name: str) -> Module | None:
        top, *rest = name.split(".")
        if top == "penstock":
            return None
        base = self._top(top)
        if base is None:
            return None
        folder = base.joinpath(top, *rest)
        for path in (folder / "__init__.py", folder.with_name(folder.name + ".py")):
            if path.is_file():
                return parse_module(name, path, is_package=path.name == "__init__.py")
        return parse_module(name, None, is_package=True) if folder.is_dir() else None

    def _top(self, top: str) -> Path | None:
        """The folder of the search path that a top-level module of the author's lies in."""
        if top not in self._tops:
            self._tops[top] = self._find_top(top)
        return self._tops[top]

    def _find_top(self, top: str) -> Path | None:
        namespace = None
        for entry in self._search:
            if (entry / top / "__init__.py").is_file() or (entry / f"{top}.py").is_file():
                return entry if is_local(f"{entry}{os.sep}") else None
            if namespace is None and (entry / top).is_dir() and is_local(f"{entry}{os.sep}"):
                namespace = entry
        if top in sys.stdlib_module_names or top in sys.builtin_module_names:
            return None
        return self._loaded_top(top) or namespace

    def _loaded_top(self, top: str) -> Path | None:
        """Where an editable install that is not on the search path was loaded from."""
        file = getattr(sys.modules.get(top), "__file__", None)
        if not file or not is_local(file):
            return None
        path = Path(file)
        return path.parent.parent if path.name == "__init__.py" else path.parent


@lru_cache(maxsize=4096)
def is_local(path: str) -> bool:
    """Whether a file or folder is neither installed nor part of Python."""
    if path.startswith(_STDLIB) or f"{os.sep}site-packages{os.sep}" in path:
        return False  # most of what a process has loaded: to follow links takes longer than all the rest
    real = os.path.realpath(path) + (os.sep if path.endswith(os.sep) else "")
    if any(f"{os.sep}{folder}{os.sep}" in real for folder in _FOREIGN) or "<" in path:
        return False
    return not real.startswith(_STDLIB)


def find_root(start: Path) -> Path:
    """The nearest folder with a `pyproject.toml`, from `start` upwards; else `start` itself."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / "pyproject.toml").is_file()), start)
