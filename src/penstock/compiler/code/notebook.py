"""A module put together from a notebook's cells: what a component uses, and nothing else that was tried there.

Functions and classes come from the source of the cells; plain values as they are now; imports as they were
written, or as the objects tell.
"""

import ast
import inspect
import linecache
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from penstock.compiler.code.imports import imports_of
from penstock.compiler.code.modules import Module, parse_module
from penstock.compiler.code.references import find_references
from penstock.data.naming import type_name
from penstock.data.registry import converter_for

NAME = "notebook_cells"
"""What the module is called in the worker."""


class Stuck(Exception):
    """A name's value can neither be sent nor made again; the text says which and why."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name
        self.reason = reason


class NoSource(Exception):
    """The source of a function is nowhere to be found."""


@dataclass(kw_only=True)
class _Cells:
    """The statements of all cells, in the order of execution, by the names that they bind."""

    definitions: dict[str, tuple[int, str, ast.stmt]] = field(default_factory=dict)
    """Place, source and tree of the newest function or class of each name."""
    assignments: dict[str, list[tuple[int, str, ast.stmt]]] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    """A line for each imported name."""


def module_from_cells(namespace: Mapping[str, Any], name: str) -> Module:
    """A module that defines `name`, which was defined in `namespace` by a notebook, a prompt or `exec`.

    Raises:
        NoSource: Its source is not known.
        Stuck: It uses a value that cannot travel.
    """
    cells = _read_cells(namespace)
    if name not in cells.definitions and name not in cells.assignments:
        raise NoSource
    builder = _Builder(namespace, cells)
    builder.need(name)
    return parse_module(NAME, None, is_package=False, source=builder.source().encode())


class _Builder:
    def __init__(self, namespace: Mapping[str, Any], cells: _Cells) -> None:
        self.namespace = namespace
        self.cells = cells
        self.imports: dict[str, str] = {}
        self.values: dict[str, str] = {}
        self.code: dict[int, str] = {}
        self._seen: set[str] = set()

    def need(self, first: str) -> None:
        waiting = [first]
        while waiting:
            name = waiting.pop()
            if name not in self._seen:
                self._seen.add(name)
                waiting.extend(self._take(name))

    def source(self) -> str:
        """The module's text."""
        groups = (self.imports.values(), self.values.values(), (self.code[place] for place in sorted(self.code)))
        return "\n\n".join("\n".join(dict.fromkeys(group)) for group in groups) + "\n"

    def _take(self, name: str) -> list[str]:
        """Put one name into the module; the names that it needs itself."""
        if name in self.cells.definitions:
            return self._statement(*self.cells.definitions[name])
        if name not in self.namespace:
            return []  # a builtin, or a mistake that Python will name
        value = self.namespace[name]
        if _is_plain(value):
            self.values[name] = f"{name} = {value!r}"
            return []
        if name in self.cells.imports:
            self.imports[name] = self.cells.imports[name]
            return []
        line = _import_line(name, value)
        if line is not None:
            self.imports[name] = line
            return []
        return self._assigned(name, value)

    def _assigned(self, name: str, value: Any) -> list[str]:
        statements = self.cells.assignments.get(name, [])
        shown = type_name(type(value))
        if converter_for(type(value)) is not None:
            raise Stuck(name, f"it is a `{shown}` that the notebook made")
        if len(statements) != 1:
            raise Stuck(name, f"it is a `{shown}` that no single line of the notebook makes")
        return self._statement(*statements[0])

    def _statement(self, place: int, source: str, tree: ast.stmt) -> list[str]:
        self.code[place] = source
        return [chain[0] for chain in find_references([tree], "").chains]


def _read_cells(namespace: Mapping[str, Any]) -> _Cells:
    cells = _Cells()
    place = 0
    for text in _texts(namespace):
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue  # a cell that failed, or is for another program
        lines = text.splitlines(keepends=True)
        for statement in tree.body:
            place += 1
            _sort(cells, statement, place, _source_of(statement, lines))
    return cells


def _sort(cells: _Cells, statement: ast.stmt, place: int, source: str) -> None:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            cells.definitions[statement.name] = place, source, statement
        case ast.Import() | ast.ImportFrom():
            for name, _ in imports_of(statement, ""):
                cells.imports[name] = source.strip()
                cells.definitions.pop(name, None)
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    cells.assignments.setdefault(node.id, []).append((place, source, statement))
                    cells.definitions.pop(node.id, None)


def _source_of(statement: ast.stmt, lines: list[str]) -> str:
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(one.lineno for one in decorators)])
    return "".join(lines[first - 1 : statement.end_lineno]).rstrip() + "\n"


def _texts(namespace: Mapping[str, Any]) -> Iterator[str]:
    """The source of every cell that was executed, oldest first."""
    history = namespace.get("In")
    if isinstance(history, list) and "get_ipython" in namespace:
        shell = namespace["get_ipython"]()
        for text in history:
            yield shell.transform_cell(text)
        return
    for file in dict.fromkeys(_files(namespace)):
        yield "".join(linecache.getlines(file))


def _files(namespace: Mapping[str, Any]) -> Iterator[str]:
    """The files, real or not, that the functions of a namespace were compiled from."""
    for value in list(namespace.values()):
        function = getattr(value, "function", value)
        members = list(vars(value).values()) if isinstance(value, type) else [function]
        for member in members:
            if inspect.isfunction(member) and member.__globals__ is namespace:
                yield inspect.unwrap(member).__code__.co_filename
    if isinstance(namespace.get("__file__"), str):
        yield namespace["__file__"]


def _import_line(name: str, value: Any) -> str | None:
    """The import that gives a name its value, if there is one."""
    if isinstance(value, ModuleType):
        return f"import {value.__name__} as {name}" if value.__name__ != name else f"import {name}"
    module, qualified = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if module in (None, "__main__") or not isinstance(qualified, str) or "." in qualified:
        return None
    import sys

    if getattr(sys.modules.get(str(module)), qualified, None) is not value:
        return None
    return f"from {module} import {qualified}" + (f" as {name}" if qualified != name else "")


def _is_plain(value: Any) -> bool:
    """Whether a value is the same when its representation is read back."""
    if isinstance(value, float):
        return math.isfinite(value)
    if value is None or type(value) in (bool, int, str, bytes):
        return True
    if type(value) in (list, tuple, set, frozenset) and type(value) is not frozenset:
        return bool(value or type(value) is not set) and all(map(_is_plain, value))
    return type(value) is dict and all(_is_plain(key) and _is_plain(entry) for key, entry in value.items())
