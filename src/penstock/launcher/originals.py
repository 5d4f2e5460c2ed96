"""The author's own files, where this process has imported them: a debugger's breakpoints are set there.

Only for running a task inside the author's process. A worker imports from the unpacked code folder.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

from penstock.launcher.modules import comes_from, forget, import_module, put_first, top_level_names

Modules = dict[str, ModuleType]


def original_module(name: str, code_folder: Path) -> ModuleType | None:
    """The imported module that `name` in `code_folder` is a copy of, if all files around it are the same too.

    It may be imported under another name: as `__main__`, or by the path that a person typed.
    """
    place = _place(name, code_folder)
    if place is None:
        return None
    candidates = [sys.modules.get(name), sys.modules.get("__main__"), *list(sys.modules.values())]
    for candidate in candidates:
        file = getattr(candidate, "__file__", None)
        if candidate is None or not isinstance(file, str) or not file.endswith(os.sep + place.name):
            continue
        root = _root(Path(file), place)
        if root is not None and root != code_folder and _same_files(code_folder, root):
            return candidate
    return None


class ApartModules:
    """Modules of code folders, imported so that those of one folder are never taken for those of another."""

    def __init__(self) -> None:
        self._loaded: dict[Path, Modules] = {}

    @contextmanager
    def importing(self, name: str, code_folder: Path) -> Iterator[ModuleType]:
        """Import `name` from `code_folder`; inside of the `with`, its neighbours can be imported as well.

        Afterwards `sys.modules` and `sys.path` are as they were, and the modules are kept for the next time.
        """
        names = top_level_names(code_folder)
        path = list(sys.path)
        hidden: Modules = {}
        for top in names:
            hidden |= forget(top)
        sys.modules.update(self._loaded.get(code_folder, {}))
        try:
            put_first(code_folder)
            yield import_module(name)
        finally:
            mine: Modules = {}
            for top in names:
                loaded = forget(top)
                mine |= {key: module for key, module in loaded.items() if comes_from(module, str(code_folder))}
            self._loaded[code_folder] = mine
            sys.modules.update(hidden)
            sys.path[:] = path


def _place(name: str, code_folder: Path) -> Path | None:
    """The file of module `name`, relative to `code_folder`."""
    stem = Path(*name.split("."))
    for place in (stem.with_suffix(".py"), stem / "__init__.py"):
        if (code_folder / place).is_file():
            return place
    return None


def _root(file: Path, place: Path) -> Path | None:
    """The folder that `file` would have to be below of, to be at `place` in it."""
    root = file
    for _ in place.parts:
        root = root.parent
    return root if root / place == file else None


def _same_files(code_folder: Path, root: Path) -> bool:
    for copy in code_folder.rglob("*.py"):
        with suppress(OSError):
            if copy.read_bytes() == (root / copy.relative_to(code_folder)).read_bytes():
                continue
        return False
    return True
