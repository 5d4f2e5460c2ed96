"""What a pipeline's file will import, read without running it: so that a worker is warm by the time it is needed."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path


def third_party_imports(target: str, cwd: Path) -> list[str]:
    """Installed modules that the target's file imports at its top, and the author's files beside it that it imports.

    A guess, and a cheap one: what it misses is imported later, what it cannot read is left out.
    """
    place = target.partition(":")[0]
    file = cwd / place if place.endswith(".py") else cwd / (place.replace(".", "/") + ".py")
    found: dict[str, None] = {}
    seen: set[Path] = set()
    agenda = [file]
    while agenda:
        path = agenda.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in _imported(path):
            beside = file.parent / (name.replace(".", "/") + ".py")
            if beside.is_file():
                agenda.append(beside)
            elif not (file.parent / name.partition(".")[0]).is_dir():
                found[name] = None
    return list(found)


def _imported(file: Path) -> Iterator[str]:
    try:
        if not file.is_file():
            return
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for statement in tree.body:
        names: list[str] = []
        if isinstance(statement, ast.Import):
            names = [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            names = [statement.module]
        for name in names:
            top = name.partition(".")[0]
            if top != "penstock" and top not in sys.stdlib_module_names:
                yield name
