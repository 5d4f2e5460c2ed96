"""Whether a pipeline may compile to another document although none of its files has changed.

`def daily(day: str = str(date.today()))` does tomorrow. So the code that runs while a pipeline is compiled is followed:
the pipeline's function with its defaults, all that it calls, and the constants that it uses. What stands in the
body of a component runs later, and does not count.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from penstock.compiler.code.imports import Import
from penstock.compiler.code.modules import Module
from penstock.compiler.code.project import Project
from penstock.compiler.code.references import Chain, References, find_references


class Varies(StrEnum):
    """How often."""

    NOT = "NOT"
    DAILY = "DAILY"
    """It asks for the date, and for nothing more exact."""
    ALWAYS = "ALWAYS"
    """It asks for the time, for random numbers, for what another program or machine says."""


_DAILY = re.compile(r"datetime\.date\.today")
_ALWAYS = re.compile(
    r"datetime\.datetime\.(now|utcnow|today)|time\.(time|time_ns|monotonic|perf_counter|localtime|gmtime|ctime|strftime)"
    r"|random\.(?!seed\b|Random\b)\w+|numpy\.random\.(?!seed\b|default_rng\b|RandomState\b|Generator\b)\w+"
    r"|uuid\.uuid[14]|secrets\.\w+|os\.(urandom|getpid|times|popen|system)|subprocess\.\w+|socket\.\w+"
    r"|urllib\.request\.\w+|(requests|httpx|urllib3|boto3)\.\w+|pandas\.Timestamp\.(now|today|utcnow)"
    r"|(pendulum|arrow)\.(now|utcnow|today)|psycopg\.\w+|sqlalchemy\.create_engine"
)
_COMPONENTS = frozenset({"component", "container_component", "notebook_component"})


def how_it_varies(function: Any, project: Project) -> Varies:
    """How the document of a pipeline varies though nothing changes.

    Args:
        function: The pipeline's function; None if it has none that is known.
        project: Where its module is found.
    """
    module = _module_of(function, project)
    if module is None:
        return Varies.NOT
    name = function.__name__ if function.__name__ in module.definitions else "*"
    used = set(_Walk(project).used(module, name))
    if any(_ALWAYS.match(one) for one in used):
        return Varies.ALWAYS
    return Varies.DAILY if any(_DAILY.match(one) for one in used) else Varies.NOT


def _module_of(function: Any, project: Project) -> Module | None:
    if not inspect.isfunction(function):
        return None
    file = Path(inspect.unwrap(function).__code__.co_filename)
    try:
        return project.find(project.name_of(file)) or project.find(function.__module__)
    except (SyntaxError, OSError):
        return None


class _Walk:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._seen: set[tuple[str, str]] = set()
        self._waiting: list[tuple[Module, str]] = []

    def used(self, module: Module, name: str) -> Iterator[str]:
        """The full names of what others made, as far as the code that runs leads to them."""
        self._add(module, name)
        while self._waiting:
            home, part = self._waiting.pop()
            references = _at_definition(home, part)
            for chain in references.chains:
                yield from self._follow(home, chain)
            for one, attributes in references.imported:
                yield from self._import(one, attributes)

    def _add(self, module: Module, part: str) -> None:
        if (module.name, part) not in self._seen:
            self._seen.add((module.name, part))
            self._waiting.append((module, part))
            if module.effects:
                self._add(module, "<module>")

    def _follow(self, module: Module, chain: Chain) -> Iterator[str]:
        if chain[0] in module.definitions:
            self._add(module, chain[0])
        for one in module.imports.get(chain[0], ()):
            yield from self._import(one, chain[1:])
        for star in module.stars:
            yield from self._import(Import(star, chain[0]), chain[1:])

    def _import(self, one: Import, attributes: Chain) -> Iterator[str]:
        chain = attributes if one.name is None else (one.name, *attributes)
        module = self._project.find(one.module)
        if module is None:
            yield ".".join([one.module, *chain])
            return
        while chain and chain[0] not in module.binds:
            inner = self._project.find(f"{module.name}.{chain[0]}")
            if inner is None:
                break
            module, chain = inner, chain[1:]
        if chain and (module.name, chain[0]) not in self._seen:
            if chain[0] in module.imports:
                self._seen.add((module.name, chain[0]))
            yield from self._follow(module, chain)


def _at_definition(module: Module, part: str) -> References:
    """What a definition uses when it is made and, unless it is a component, when it is called."""
    if part == "*" or part == "<module>":
        return module.references(part)
    nodes: list[ast.AST] = list(module.decorators.get(part, ()))
    for statement in module.definitions[part]:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and _is_component(module, part):
            nodes += statement.args.defaults
            nodes += [one for one in statement.args.kw_defaults if one is not None]
        else:
            nodes.append(statement)
    statements = [ast.Expr(value=one) if isinstance(one, ast.expr) else one for one in nodes]
    return find_references([one for one in statements if isinstance(one, ast.stmt)], module.package)


def _is_component(module: Module, name: str) -> bool:
    for node in module.decorators.get(name, ()):
        called = node.func if isinstance(node, ast.Call) else node
        last = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
        if last in _COMPONENTS:
            return True
    return False
