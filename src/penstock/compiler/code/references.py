"""What a piece of code refers to outside of itself: global names with their attributes, and imports."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from penstock.compiler.code.imports import Import, imports_of
from penstock.compiler.code.scopes import (
    Scope,
    all_arguments,
    argument_names,
    bound_names,
    declared_global,
    scope_nodes,
)

Chain = tuple[str, ...]
"""`features.clean` as `("features", "clean")`."""


@dataclass(slots=True)
class References:
    """Names that must come from the module, and names that the code imports itself."""

    chains: set[Chain] = field(default_factory=set)
    imported: set[tuple[Import, Chain]] = field(default_factory=set)
    """Uses of names that are imported inside: the import, and the attributes taken of it."""
    imports: list[Import] = field(default_factory=list)
    """Every import inside."""
    guarded: set[str] = field(default_factory=set)
    """Modules whose import may fail, as the code expects that it does."""
    changed: set[Chain] = field(default_factory=set)
    """Global names that the code may change what they stand for or hold: by assignment, or by calling a method."""
    operated: set[Chain] = field(default_factory=set)
    """Global names that are called, subscripted or operands: what a class of the author's may do then, it decides."""


def find_references(statements: Iterable[ast.stmt], package: str) -> References:
    """What the statements refer to, taken together."""
    visitor = _Visitor(package)
    for statement in statements:
        visitor.visit(statement)
    return visitor.found


class _Visitor(ast.NodeVisitor):
    def __init__(self, package: str) -> None:
        self.package = package
        self.found = References()
        self.scopes: list[Scope] = []

    # --- names --------------------------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> None:
        self._chain((node.id,))
        if self.scopes and isinstance(node.ctx, ast.Store | ast.Del):
            self._changed(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.ctx, ast.Store | ast.Del):
            self._changed(node.value)
        self._operated(node.value)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self._operated(node.left, node.right)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        self._operated(node.operand)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        self._operated(node.left, *node.comparators)
        self.generic_visit(node)

    def _operated(self, *nodes: ast.expr) -> None:
        for node in nodes:
            while isinstance(node, ast.Attribute):
                node = node.value
            if isinstance(node, ast.Name) and not any(node.id in scope.names for scope in self.scopes):
                self.found.operated.add((node.id,))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Store | ast.Del):
            self._changed(node.value)
        attributes: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            attributes.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            self._chain((inner.id, *reversed(attributes)))
        else:
            self.visit(inner)

    def _chain(self, chain: Chain) -> None:
        for position, scope in enumerate(reversed(self.scopes)):
            if chain[0] in scope.names and (position == 0 or not scope.is_class):
                for one in scope.imports.get(chain[0], ()):
                    self.found.imported.add((one, chain[1:]))
                return
        self.found.chains.add(chain)

    def _changed(self, node: ast.expr) -> None:
        """Note that what an expression stands for changes, if a global name leads to it."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
            if isinstance(node, ast.Attribute):
                attributes.append(node.attr)
            node = node.func if isinstance(node, ast.Call) else node.value
        if isinstance(node, ast.Name) and not any(node.id in scope.names for scope in self.scopes):
            self.found.changed.add((node.id, *reversed(attributes)))

    # --- imports ------------------------------------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        self._import(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self._import(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.found.imports.extend(one for _, one in imports_of(node, self.package))

    def visit_Call(self, node: ast.Call) -> None:
        self._operated(node.func)
        if isinstance(node.func, ast.Attribute) and node.func.attr not in _HARMLESS:
            self._changed(node.func)
        elif isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr") and node.args:
            self._changed(node.args[0])
        self.generic_visit(node)

    def visit_Try(self, node: ast.Try) -> None:
        if any(_catches_import_error(handler.type) for handler in node.handlers):
            for statement in node.body:
                for inner in ast.walk(statement):
                    if isinstance(inner, ast.Import | ast.ImportFrom):
                        for _, one in imports_of(inner, self.package):
                            self.found.guarded.update(one.modules())
        self.generic_visit(node)

    # --- scopes -------------------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for outside in (*node.decorator_list, *_type_bounds(node)):
            self.visit(outside)
        self._arguments(node.args)
        self._annotation(node.returns)
        names = argument_names(node.args) | bound_names(node.body)
        self._within(Scope(names - declared_global(node.body), self._imports_in(node.body)), node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._arguments(node.args)
        self._within(Scope(argument_names(node.args)), [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for outside in (*node.decorator_list, *node.bases, *node.keywords, *_type_bounds(node)):
            self.visit(outside)
        imports = self._imports_in(node.body)
        self.found.imported |= {(one, ()) for found in imports.values() for one in found}  # attributes of the class
        self._within(Scope(bound_names(node.body), imports, is_class=True), node.body)

    def _imports_in(self, body: Iterable[ast.AST]) -> dict[str, list[Import]]:
        """The imports that bind names in the scope of `body`."""
        found: dict[str, list[Import]] = {}
        for node in scope_nodes(body):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name, one in imports_of(node, self.package):
                    found.setdefault(name, []).append(one)
        return found

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehension(node.generators, [node.elt])

    visit_SetComp = visit_GeneratorExp = visit_ListComp  # type: ignore[assignment]  # noqa: N815

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node.generators, [node.key, node.value])

    def _comprehension(self, generators: list[ast.comprehension], results: list[ast.expr]) -> None:
        names = {
            name.id
            for one in generators
            for name in ast.walk(one.target)
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        }
        self.visit(generators[0].iter)
        inside: list[ast.AST] = list(results)
        for index, one in enumerate(generators):
            inside += [*one.ifs, one.target] if index == 0 else [one.iter, *one.ifs, one.target]
        self._within(Scope(names), inside)

    def _within(self, scope: Scope, nodes: Iterable[ast.AST]) -> None:
        self.scopes.append(scope)
        for node in nodes:
            self.visit(node)
        self.scopes.pop()

    # --- annotations --------------------------------------------------------------------------------------

    def _arguments(self, arguments: ast.arguments) -> None:
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.visit(default)
        for one in all_arguments(arguments):
            self._annotation(one.annotation)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._annotation(node.annotation)
        self.visit(node.target)
        if node.value is not None:
            self.visit(node.value)

    def _annotation(self, node: ast.expr | None) -> None:
        """Visit an annotation; text in it is code that was quoted."""
        if node is None:
            return
        self.visit(node)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                try:
                    self.visit(ast.parse(inner.value, mode="eval").body)
                except SyntaxError:
                    continue  # text in a `Literal`


_HARMLESS = frozenset(
    {
        "as_posix",
        "capitalize",
        "casefold",
        "copy",
        "count",
        "encode",
        "decode",
        "endswith",
        "exists",
        "expanduser",
        "format",
        "get",
        "getLogger",
        "index",
        "is_dir",
        "is_file",
        "items",
        "join",
        "joinpath",
        "keys",
        "lower",
        "lstrip",
        "partition",
        "read_bytes",
        "read_text",
        "removeprefix",
        "removesuffix",
        "replace",
        "resolve",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "title",
        "upper",
        "values",
        "with_name",
        "with_suffix",
        "zfill",
    }
)
"""Methods of Python's own types that change nothing."""


def _type_bounds(node: ast.AST) -> list[ast.expr]:
    """The bounds of type parameters, from Python 3.12 on."""
    found = (getattr(one, "bound", None) for one in getattr(node, "type_params", ()))
    return [one for one in found if one is not None]


def _catches_import_error(node: ast.expr | None) -> bool:
    if node is None:
        return True
    names = [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]
    return any(name in ("ImportError", "ModuleNotFoundError", "Exception") for name in names)
