"""The author's own modules that a model is made of: they travel in the package, as MLflow's `code` folder.

A class that is defined in a module of the project can be loaded elsewhere only with that module, and with what it
imports of the project in turn. Which modules those are is read from their `import` statements; nothing is run.
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from penstock.models.errors import NotPackaged
from penstock.models.modules import file_of, is_project

_LARGEST = 4 << 20


class Code(Struct, frozen=True, kw_only=True):
    """Modules of the project, and the top-level modules of others that they import."""

    files: dict[str, Path] = {}
    """By their path in the code folder."""
    modules: tuple[str, ...] = ()
    imports: frozenset[str] = frozenset()


def code_of(types: Iterable[str], what: str) -> Code:
    """The modules of the project that the types of a model are defined in, and those that these import.

    Args:
        types: Full names of the types.
        what: The model's type, for messages.

    Raises:
        NotPackaged: One is defined where nobody else could import it from.
    """
    waiting = sorted({module for name in types if (module := _module_of(name, what))})
    files: dict[str, Path] = {}
    modules: set[str] = set()
    imports: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module in modules:
            continue
        if not is_project(module):
            imports.add(module.partition(".")[0])
            continue
        modules.add(module)
        file = file_of(module)
        if file is None:
            continue
        files[_place(module, file)] = file
        waiting.extend(_imported(file, module, what))
        waiting.extend(_parents(module))
    return Code(files=dict(sorted(files.items())), modules=tuple(sorted(modules)), imports=frozenset(imports))


def _module_of(name: str, what: str) -> str:
    """The module of a full name such as `features.dates.Parts`, if it is one of the project."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:end])
        if module in ("__main__", "__mp_main__"):
            raise NotPackaged(
                what=what,
                reason=f"`{name}` is defined in the script or notebook itself, where nobody else can import it from",
                advice="define it at the top of a module of its own, and import it",
            )
        if module in sys.modules:
            return module if is_project(module) else ""
    return ""


def _place(module: str, file: Path) -> str:
    path = module.replace(".", "/")
    return f"{path}/__init__.py" if file.name == "__init__.py" else f"{path}.py"


def _parents(module: str) -> Iterator[str]:
    parts = module.split(".")
    for end in range(1, len(parts)):
        yield ".".join(parts[:end])


def _imported(file: Path, module: str, what: str) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    try:
        if file.stat().st_size > _LARGEST:
            raise ValueError("it is too large to be code")
        tree = ast.parse(file.read_bytes())
    except (OSError, ValueError, SyntaxError) as error:
        reason = f"its module '{module}' cannot be read: {error}"
        raise NotPackaged(what=what, reason=reason, advice="make that module readable") from error
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            if base:
                yield base
                yield from (one for alias in node.names if is_project(one := f"{base}.{alias.name}"))


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    kept = parts[: len(parts) - node.level + 1]
    return ".".join([*kept, node.module] if node.module else kept)
