"""Which names a scope binds: a function, a lambda, a comprehension, a class."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from penstock.compiler.code.imports import Import


class Scope:
    """The names that a function, lambda, comprehension or class binds."""

    def __init__(
        self, names: set[str], imports: dict[str, list[Import]] | None = None, *, is_class: bool = False
    ) -> None:
        self.names = names
        self.imports = imports or {}
        self.is_class = is_class


def all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    """Every argument of a function, those with stars too."""
    extra = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


def argument_names(arguments: ast.arguments) -> set[str]:
    """What they are called."""
    return {one.arg for one in all_arguments(arguments)}


def bound_names(body: Iterable[ast.AST]) -> set[str]:
    """The names that statements bind in the scope that they stand in."""
    names: set[str] = set()
    for node in scope_nodes(body):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                names.update(one.target.id for one in ast.walk(node) if isinstance(one, ast.NamedExpr))
            case ast.Name(ctx=ast.Store() | ast.Del()):
                names.add(node.id)
            case ast.Import() | ast.ImportFrom():
                names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
            case ast.ExceptHandler(name=str(name)):
                names.add(name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                names.add(name)
    return names


def scope_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of one scope; those that open a further scope are given, what is in them is not."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _OPENS_SCOPE):
            waiting.extend(ast.iter_child_nodes(node))


_OPENS_SCOPE = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


def declared_global(body: Iterable[ast.AST]) -> set[str]:
    """The names that statements declare as the module's."""
    return {name for node in body for inner in ast.walk(node) if isinstance(inner, ast.Global) for name in inner.names}
