"""What import statements bind and load: each name, and the module or the part of one that it stands for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Import:
    """What an imported name stands for: a module, or a name in a module (which may be a submodule)."""

    module: str
    name: str | None = None
    loaded: str = ""
    """The module that an `import a.b.c` loads, where the name stands for `a` alone."""

    def modules(self) -> list[str]:
        """The modules that the import loads, as far as names tell."""
        found = [self.loaded or self.module]
        return found if self.name in (None, "*") else [*found, f"{self.module}.{self.name}"]


def imports_of(statement: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, Import]]:
    """The names that an import statement binds, and what each stands for."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            if alias.asname:
                yield alias.asname, Import(alias.name)
            else:
                yield alias.name.partition(".")[0], Import(alias.name.partition(".")[0], None, alias.name)
        return
    module = absolute_name(statement.module or "", statement.level, package)
    for alias in statement.names:
        yield alias.asname or alias.name, Import(module, alias.name)


def absolute_name(module: str, level: int, package: str) -> str:
    """The full name of a module that is imported from within `package` with `level` leading dots."""
    if level == 0:
        return module
    parts = package.split(".") if package else []
    base = ".".join(parts[: len(parts) - level + 1])
    return f"{base}.{module}" if base and module else base or module
