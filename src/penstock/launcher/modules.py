"""Importing the author's module from its unpacked code folder, ahead of everything else of that name."""

import importlib
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from penstock.core.errors import PenstockError
from penstock.dsl.running import only_importing
from penstock.launcher.errors import ComponentMissing, ModuleFailed
from penstock.launcher.failures import text_of, type_name

_NEVER_SHADOWED = frozenset({*sys.builtin_module_names, "__main__", "penstock"})


def import_component(module: str, function: str, code_folder: Path) -> Callable[..., Any]:
    """The author's plain function, its module imported from `code_folder`.

    Raises:
        ModuleFailed: Something went wrong while it was imported; the cause is what the author's code raised.
        ComponentMissing: The module has no such function.
    """
    put_first(code_folder)
    return find_component(import_module(module), function)


def import_module(name: str) -> ModuleType:
    """Import an author's module. What it raises is the cause of a `ModuleFailed`, or comes as it is if it is ours."""
    try:
        with only_importing():
            return importlib.import_module(name)
    except (MemoryError, RecursionError, PenstockError):
        raise
    except Exception as error:
        missing = (error.name or "") if isinstance(error, ModuleNotFoundError) else ""
        raise ModuleFailed(module=name, exception=type_name(error), text=text_of(error), missing=missing) from error


def find_component(module: ModuleType, function: str) -> Callable[..., Any]:
    """The plain function of that name: what the decorator wrapped, where there is one. Raises `ComponentMissing`."""
    found = getattr(module, function, None)
    plain: Callable[..., Any] | None = getattr(found, "function", found)
    if not callable(plain):
        raise ComponentMissing(module=module.__name__, function=function)
    return plain


def put_first(code_folder: Path) -> None:
    """Make the author's modules win over all others, also over those that are imported already.

    A script's own `queue.py` or `metrics.py` comes before an installed one; in a worker, which has imported more
    than a fresh interpreter, that takes forgetting the other one. Who holds it keeps it.
    """
    folder = str(code_folder)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    for name in top_level_names(code_folder):
        loaded = sys.modules.get(name)
        if loaded is not None and name not in _NEVER_SHADOWED and not comes_from(loaded, folder):
            forget(name)


def top_level_names(code_folder: Path) -> list[str]:
    """The modules and packages that lie directly in `code_folder`."""
    with suppress(OSError), os.scandir(code_folder) as entries:
        return [entry.name.removesuffix(".py") for entry in entries if entry.name != "__pycache__"]
    return []


def comes_from(module: ModuleType, folder: str) -> bool:
    """Whether `module` was loaded from below `folder`."""
    file = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", [])), "")
    return bool(file) and file.startswith(folder + os.sep)


def forget(name: str) -> dict[str, ModuleType]:
    """Take a module and its submodules out of `sys.modules`, and return them."""
    gone = [loaded for loaded in sys.modules if loaded == name or loaded.startswith(name + ".")]
    return {loaded: sys.modules.pop(loaded) for loaded in gone}
